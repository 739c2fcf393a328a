/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include "engines/kernels/neon/math.h"
#include "engines/tensor/quant.h"

void narrow_f16_neon(void *dst, const float *src, int n)
{
	uint16_t *to = dst;
	int i = 0;
	for (; i + 4 <= n; i += 4)
		vst1_u16(to + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(src + i))));
	for (; i < n; i++)
		to[i] = f16_from_f32(src[i]);
}

/* The upper halves, to nearest even; NaN made quiet. */
static uint16x4_t upper4(float32x4_t v)
{
	uint32x4_t u = vreinterpretq_u32_f32(v), upper = vshrq_n_u32(u, 16);
	uint32x4_t odd = vandq_u32(upper, vdupq_n_u32(1));
	uint32x4_t near = vshrq_n_u32(vaddq_u32(vaddq_u32(u, vdupq_n_u32(0x7fff)), odd), 16);
	uint32x4_t quiet = vorrq_u32(upper, vdupq_n_u32(0x40));
	return vmovn_u32(vbslq_u32(vceqq_f32(v, v), near, quiet));
}

void narrow_bf16_neon(void *dst, const float *src, int n)
{
	uint16_t *to = dst;
	int i = 0;
	for (; i + 4 <= n; i += 4)
		vst1_u16(to + i, upper4(vld1q_f32(src + i)));
	for (; i < n; i++)
		to[i] = bf16_from_f32(src[i]);
}

/* To the nearest integers, ties away from zero, within +-127, NaN to 0: as the scalar definition. */
static int16x4_t quantise4(float32x4_t x, float inverse)
{
	float32x4_t v = vmulq_n_f32(x, inverse);
	v = vminq_f32(vmaxq_f32(v, vdupq_n_f32(-127)), vdupq_n_f32(127));
	return vmovn_s32(vcvtaq_s32_f32(v));
}

void narrow_q8_0_neon(void *dst, const float *src, int n)
{
	struct q8_0_block *to = dst;
	for (int i = 0; i < n; i += Q8_0_BLOCK, to++) {
		float32x4_t max = vdupq_n_f32(0);
		for (int v = 0; v < Q8_0_BLOCK; v += 4)
			max = larger_neon(vabsq_f32(vld1q_f32(src + i + v)), max);
		float d = vmaxvq_f32(max) / 127.0f, inverse = d > 0.0f ? 1.0f / d : 0.0f;
		to->scale = f16_from_f32(d);
		for (int v = 0; v < Q8_0_BLOCK; v += 8) {
			int16x4_t low = quantise4(vld1q_f32(src + i + v), inverse);
			int16x4_t high = quantise4(vld1q_f32(src + i + v + 4), inverse);
			vst1_s8(to->q + v, vmovn_s16(vcombine_s16(low, high)));
		}
	}
}
