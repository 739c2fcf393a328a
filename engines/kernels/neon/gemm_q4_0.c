/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/neon/dot.h"

ALWAYS_INLINE int8x16_t lower_half(uint8x16_t both)
{
	return vsubq_s8(vreinterpretq_s8_u8(vandq_u8(both, vdupq_n_u8(15))), vdupq_n_s8(8));
}

ALWAYS_INLINE int8x16_t upper_half(uint8x16_t both)
{
	return vsubq_s8(vreinterpretq_s8_u8(vshrq_n_u8(both, 4)), vdupq_n_s8(8));
}

ALWAYS_INLINE void block_sums(const int mr, const int8_t *a, const int8_t *w, struct sums s[TILE_MR])
{
	sums_zero(mr, s);
#pragma GCC unroll 4
	for (int g = 0; g < 4; g++) {
		uint8x16_t left = vreinterpretq_u8_s8(vld1q_s8(w + 32 * g));
		uint8x16_t right = vreinterpretq_u8_s8(vld1q_s8(w + 32 * g + 16));
		const int8x16_t w0[2] = {lower_half(left), lower_half(right)};
		const int8x16_t w1[2] = {upper_half(left), upper_half(right)};
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++)
			sums_add(&s[i], w0, a_load(a + (g * mr + i) * 4), w1,
				 a_load(a + ((g + 4) * mr + i) * 4));
	}
}

ALWAYS_INLINE void tile(const int mr, int k, const int8_t *a, const int8_t *w, float *c, size_t ldc, bool add)
{
	float32x4_t acc[TILE_MR][2];
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = vdupq_n_f32(0);
	for (; k > 0; k -= Q4_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += 8 * GEMM_Q4_0_COL) {
		const float *scale = (const void *)a;
		float32x4_t scale_w[2];
		struct sums s[TILE_MR];
		block_sums(mr, a + 8 * mr, w + 16, s);
		scales_f16(scale_w, w);
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++)
			block_add(acc[i], &s[i], scale_w, scale[i]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
		row_store(acc[i], c + (size_t)i * ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_q4_0_##mr##x##nr##_neon(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(4, 8)
TILE(2, 8)
TILE(1, 8)
