/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inline pieces of the NEON matrix kernels of int8: tiles of 8 columns with base ARMv8.0, which has no dot product.
 * A register of W holds 4 columns of 4 in k. Its products with 4 of A, as 16 bits, are added up in pairs into 32 bits:
 * two sums a column, two registers for 4 columns, which sums_take adds.
 */
#ifndef IFM_KERNELS_NEON_DOT_H
#define IFM_KERNELS_NEON_DOT_H

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#ifndef __aarch64__
#error "this file needs arm64"
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define TILE_MR	      4

/* Of one row of A: columns 0 1, 2 3, 4 5, 6 7. */
struct sums {
	int32x4_t pairs[4];
};

ALWAYS_INLINE int8x16_t a_load(const int8_t *a)
{
	int32_t four;
	memcpy(&four, a, sizeof four);
	return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

ALWAYS_INLINE void sums_zero(const int mr, struct sums s[TILE_MR])
{
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 4
		for (int v = 0; v < 4; v++)
			s[i].pairs[v] = vdupq_n_s32(0);
}

/*
 * Adds 8 steps of k: w0 and w1 are 8 columns of 4 each. Activations are within +-127, so two
 * products are at most 2 * 128 * 127 = 32512 and fit in 16 bits.
 */
ALWAYS_INLINE void sums_add(struct sums *s, const int8x16_t w0[2], int8x16_t a0, const int8x16_t w1[2],
			    int8x16_t a1)
{
#pragma GCC unroll 2
	for (int v = 0; v < 2; v++) {
		int16x8_t low = vmull_s8(vget_low_s8(w0[v]), vget_low_s8(a0));
		int16x8_t high = vmull_high_s8(w0[v], a0);
		low = vmlal_s8(low, vget_low_s8(w1[v]), vget_low_s8(a1));
		high = vmlal_high_s8(high, w1[v], a1);
		s->pairs[2 * v] = vpadalq_s16(s->pairs[2 * v], low);
		s->pairs[2 * v + 1] = vpadalq_s16(s->pairs[2 * v + 1], high);
	}
}

/* The sums of columns 4 v .. 4 v + 3. */
ALWAYS_INLINE float32x4_t sums_take(const struct sums *s, int v)
{
	return vcvtq_f32_s32(vpaddq_s32(s->pairs[2 * v], s->pairs[2 * v + 1]));
}

/* One block's sums of a row, times the scales of both sides, onto 8 accumulators. */
ALWAYS_INLINE void block_add(float32x4_t acc[2], const struct sums *s, const float32x4_t scale_w[2],
			     float scale_a)
{
#pragma GCC unroll 2
	for (int v = 0; v < 2; v++)
		acc[v] = vfmaq_f32(acc[v], sums_take(s, v), vmulq_n_f32(scale_w[v], scale_a));
}

ALWAYS_INLINE void scales_f16(float32x4_t scale[2], const int8_t *w)
{
	uint16x8_t h = vreinterpretq_u16_s8(vld1q_s8(w));
	scale[0] = vcvt_f32_f16(vreinterpret_f16_u16(vget_low_u16(h)));
	scale[1] = vcvt_f32_f16(vreinterpret_f16_u16(vget_high_u16(h)));
}

ALWAYS_INLINE void row_store(float32x4_t acc[2], float *c, bool add)
{
#pragma GCC unroll 2
	for (int v = 0; v < 2; v++)
		vst1q_f32(c + 4 * v, add ? vaddq_f32(acc[v], vld1q_f32(c + 4 * v)) : acc[v]);
}

#endif
