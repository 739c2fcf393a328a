/* SPDX-License-Identifier: Apache-2.0 */
/* Inline pieces of the NEON kernels: tails, the largest, exp. */
#ifndef IFM_KERNELS_NEON_MATH_H
#define IFM_KERNELS_NEON_MATH_H

#ifndef __aarch64__
#error "this file needs arm64"
#endif

#include <arm_neon.h>
#include <string.h>

/* The first n of 4, 0 <= n < 4, zeros after them; reads no further. */
static inline float32x4_t load_part_neon(const float *p, int n)
{
	float copy[4] = {0};
	if (n > 0)
		memcpy(copy, p, (size_t)n * sizeof *p);
	return vld1q_f32(copy);
}

static inline void store_part_neon(float *p, float32x4_t v, int n)
{
	float copy[4];
	vst1q_f32(copy, v);
	if (n > 0)
		memcpy(p, copy, (size_t)n * sizeof *p);
}

/* v where the lane is one of the first n, other elsewhere. */
static inline float32x4_t first_neon(float32x4_t v, float32x4_t other, int n)
{
	static const int32_t lanes[4] = {0, 1, 2, 3};
	return vbslq_f32(vcltq_s32(vld1q_s32(lanes), vdupq_n_s32(n)), v, other);
}

/* The larger of each lane, max where x is NaN. */
static inline float32x4_t larger_neon(float32x4_t x, float32x4_t max)
{
	return vbslq_f32(vcgtq_f32(x, max), x, max);
}

/*
 * e^x with a relative error below 1.5e-7: x = n ln 2 + r, |r| <= ln 2 / 2, the
 * polynomial of degree 6 that is Cephes' expf (Moshier), times 2^n through the exponent bits.
 * Below the smallest normal result 0, above the largest that one.
 */
static inline float32x4_t exp_neon(float32x4_t x)
{
	const float32x4_t least = vdupq_n_f32(-87.33654f), most = vdupq_n_f32(88.37626f);
	uint32x4_t normal = vmvnq_u32(vcltq_f32(x, least));
	float32x4_t c = vmaxq_f32(least, vminq_f32(most, x));
	float32x4_t n = vrndnq_f32(vmulq_n_f32(c, 1.44269504f));
	float32x4_t r = vfmsq_n_f32(c, n, 0.693359375f);
	r = vfmsq_n_f32(r, n, -2.12194440e-4f);
	float32x4_t p = vdupq_n_f32(1.9875691500e-4f);
	p = vfmaq_f32(vdupq_n_f32(1.3981999507e-3f), p, r);
	p = vfmaq_f32(vdupq_n_f32(8.3334519073e-3f), p, r);
	p = vfmaq_f32(vdupq_n_f32(4.1665795894e-2f), p, r);
	p = vfmaq_f32(vdupq_n_f32(1.6666665459e-1f), p, r);
	p = vfmaq_f32(vdupq_n_f32(5.0000001201e-1f), p, r);
	p = vaddq_f32(vfmaq_f32(r, p, vmulq_f32(r, r)), vdupq_n_f32(1));
	int32x4_t power = vshlq_n_s32(vcvtnq_s32_f32(n), 23);
	int32x4_t y = vaddq_s32(vreinterpretq_s32_f32(p), power);
	return vreinterpretq_f32_u32(vandq_u32(normal, vreinterpretq_u32_s32(y)));
}

#endif
