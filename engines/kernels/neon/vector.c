/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include <math.h>

#include "engines/kernels/neon/math.h"

void rmsnorm_f32_neon(float *y, const float *x, const float *w, int n, float eps)
{
	float32x4_t sum = vdupq_n_f32(0);
	int i = 0;
	for (; i + 4 <= n; i += 4)
		sum = vfmaq_f32(sum, vld1q_f32(x + i), vld1q_f32(x + i));
	float32x4_t last = load_part_neon(x + i, n - i);
	sum = vfmaq_f32(sum, last, last);
	float scale = 1 / sqrtf(vaddvq_f32(sum) / (float)n + eps);
	for (i = 0; i + 4 <= n; i += 4)
		vst1q_f32(y + i, vmulq_f32(vmulq_n_f32(vld1q_f32(x + i), scale), vld1q_f32(w + i)));
	store_part_neon(y + i, vmulq_f32(vmulq_n_f32(last, scale), load_part_neon(w + i, n - i)), n - i);
}

static float mean_of(const float *x, int n)
{
	float32x4_t sum = vdupq_n_f32(0);
	int i = 0;
	for (; i + 4 <= n; i += 4)
		sum = vaddq_f32(sum, vld1q_f32(x + i));
	return vaddvq_f32(vaddq_f32(sum, load_part_neon(x + i, n - i))) / (float)n;
}

void layer_norm_f32_neon(float *y, const float *x, const float *w, const float *b, int n, float eps)
{
	float32x4_t mean = vdupq_n_f32(mean_of(x, n)), zero = vdupq_n_f32(0), sum = zero;
	int i = 0;
	for (; i + 4 <= n; i += 4) {
		float32x4_t v = vsubq_f32(vld1q_f32(x + i), mean);
		sum = vfmaq_f32(sum, v, v);
	}
	int rest = n - i;
	float32x4_t last = first_neon(vsubq_f32(load_part_neon(x + i, rest), mean), zero, rest);
	sum = vfmaq_f32(sum, last, last);
	float scale = 1 / sqrtf(vaddvq_f32(sum) / (float)n + eps);
	for (i = 0; i + 4 <= n; i += 4) {
		float32x4_t v = vmulq_n_f32(vsubq_f32(vld1q_f32(x + i), mean), scale);
		vst1q_f32(y + i, vfmaq_f32(vld1q_f32(b + i), v, vld1q_f32(w + i)));
	}
	last = vfmaq_f32(load_part_neon(b + i, rest), vmulq_n_f32(last, scale), load_part_neon(w + i, rest));
	store_part_neon(y + i, last, rest);
}

/* (a, b) -> (a cos - b sin, b cos + a sin), four pairs at once. */
static void turn_pairs(float *x, const float *turn)
{
	float32x4x2_t v = vld2q_f32(x), t = vld2q_f32(turn), y;
	y.val[0] = vfmsq_f32(vmulq_f32(v.val[0], t.val[0]), v.val[1], t.val[1]);
	y.val[1] = vfmaq_f32(vmulq_f32(v.val[1], t.val[0]), v.val[0], t.val[1]);
	vst2q_f32(x, y);
}

void rope_f32_neon(float *x, const float *turn, int n_heads, int head_dim, int n_rot)
{
	for (int h = 0; h < n_heads; h++, x += head_dim) {
		int i = 0;
		for (; i + 8 <= n_rot; i += 8)
			turn_pairs(x + i, turn + i);
		for (; i < n_rot; i += 2) {
			float a = x[i], b = x[i + 1];
			x[i] = fmaf(-b, turn[i + 1], a * turn[i]);
			x[i + 1] = fmaf(a, turn[i + 1], b * turn[i]);
		}
	}
}

static float32x4_t silu_mul(float32x4_t gate, float32x4_t up)
{
	float32x4_t e = exp_neon(vnegq_f32(gate));
	return vmulq_f32(vdivq_f32(gate, vaddq_f32(vdupq_n_f32(1), e)), up);
}

void silu_mul_f32_neon(float *y, const float *gate, const float *up, int n)
{
	int i = 0;
	for (; i + 4 <= n; i += 4)
		vst1q_f32(y + i, silu_mul(vld1q_f32(gate + i), vld1q_f32(up + i)));
	store_part_neon(y + i, silu_mul(load_part_neon(gate + i, n - i), load_part_neon(up + i, n - i)),
			n - i);
}

/* (1 + tanh(u)) / 2 is 1 / (1 + exp(-2 u)), without the cancellation for negative u. */
static float32x4_t gelu(float32x4_t x)
{
	const float32x4_t linear = vdupq_n_f32(-1.59576912f), cubic = vdupq_n_f32(-0.0713548162f);
	float32x4_t u = vmulq_f32(x, vfmaq_f32(linear, vmulq_f32(x, x), cubic));
	return vdivq_f32(x, vaddq_f32(vdupq_n_f32(1), exp_neon(u)));
}

void gelu_f32_neon(float *y, const float *x, int n)
{
	int i = 0;
	for (; i + 4 <= n; i += 4)
		vst1q_f32(y + i, gelu(vld1q_f32(x + i)));
	store_part_neon(y + i, gelu(load_part_neon(x + i, n - i)), n - i);
}

void add_f32_neon(float *y, const float *x, int n)
{
	int i = 0;
	for (; i + 4 <= n; i += 4)
		vst1q_f32(y + i, vaddq_f32(vld1q_f32(y + i), vld1q_f32(x + i)));
	for (; i < n; i++)
		y[i] += x[i];
}

/* The largest that is no NaN, -infinity when there is none. */
static float largest(const float *x, int n)
{
	float32x4_t max = vdupq_n_f32(-INFINITY);
	int i = 0;
	for (; i + 4 <= n; i += 4)
		max = larger_neon(vld1q_f32(x + i), max);
	float32x4_t last = first_neon(load_part_neon(x + i, n - i), vdupq_n_f32(-INFINITY), n - i);
	return vmaxvq_f32(larger_neon(last, max));
}

void softmax_f32_neon(float *x, int n)
{
	float32x4_t max = vdupq_n_f32(largest(x, n)), zero = vdupq_n_f32(0), sum = zero;
	int i = 0;
	for (; i + 4 <= n; i += 4) {
		float32x4_t e = exp_neon(vsubq_f32(vld1q_f32(x + i), max));
		vst1q_f32(x + i, e);
		sum = vaddq_f32(sum, e);
	}
	float32x4_t last = exp_neon(vsubq_f32(load_part_neon(x + i, n - i), max));
	last = first_neon(last, zero, n - i);
	float scale = 1 / vaddvq_f32(vaddq_f32(sum, last));
	store_part_neon(x + i, vmulq_n_f32(last, scale), n - i);
	for (i = 0; i + 4 <= n; i += 4)
		vst1q_f32(x + i, vmulq_n_f32(vld1q_f32(x + i), scale));
}

int argmax_f32_neon(const float *x, int n)
{
	float max = largest(x, n);
	if (max == -INFINITY)
		return 0;
	int i = 0;
	while (i + 4 <= n && !vmaxvq_u32(vceqq_f32(vld1q_f32(x + i), vdupq_n_f32(max))))
		i += 4;
	while (x[i] != max)
		i++;
	return i;
}
