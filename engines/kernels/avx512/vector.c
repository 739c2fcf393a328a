/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include <math.h>

#include "engines/kernels/avx512/math.h"

void rmsnorm_f32_avx512(float *y, const float *x, const float *w, int n, float eps)
{
	__m512 sum = _mm512_setzero_ps();
	int i = 0;
	for (; i + 16 <= n; i += 16)
		sum = _mm512_fmadd_ps(_mm512_loadu_ps(x + i), _mm512_loadu_ps(x + i), sum);
	__mmask16 tail = mask_avx512(n - i);
	__m512 last = _mm512_maskz_loadu_ps(tail, x + i);
	sum = _mm512_fmadd_ps(last, last, sum);
	__m512 scale = _mm512_set1_ps(1 / sqrtf(_mm512_reduce_add_ps(sum) / n + eps));
	for (i = 0; i + 16 <= n; i += 16) {
		__m512 v = _mm512_mul_ps(_mm512_loadu_ps(x + i), scale);
		_mm512_storeu_ps(y + i, _mm512_mul_ps(v, _mm512_loadu_ps(w + i)));
	}
	__m512 v = _mm512_mul_ps(last, scale);
	_mm512_mask_storeu_ps(y + i, tail, _mm512_mul_ps(v, _mm512_maskz_loadu_ps(tail, w + i)));
}

static float mean_of(const float *x, int n)
{
	__m512 sum = _mm512_setzero_ps();
	for (int i = 0; i < n; i += 16)
		sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask_avx512(n - i < 16 ? n - i : 16), x + i));
	return _mm512_reduce_add_ps(sum) / n;
}

void layer_norm_f32_avx512(float *y, const float *x, const float *w, const float *b, int n, float eps)
{
	__m512 mean = _mm512_set1_ps(mean_of(x, n)), sum = _mm512_setzero_ps();
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		__m512 v = _mm512_maskz_sub_ps(m, _mm512_maskz_loadu_ps(m, x + i), mean);
		sum = _mm512_fmadd_ps(v, v, sum);
	}
	__m512 scale = _mm512_set1_ps(1 / sqrtf(_mm512_reduce_add_ps(sum) / n + eps));
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		__m512 v = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(m, x + i), mean), scale);
		v = _mm512_fmadd_ps(v, _mm512_maskz_loadu_ps(m, w + i), _mm512_maskz_loadu_ps(m, b + i));
		_mm512_mask_storeu_ps(y + i, m, v);
	}
}

/* (a, b) -> (a cos - b sin, b cos + a sin), eight pairs at once. */
static __m512 turn_pairs(__m512 x, __m512 turn)
{
	__m512 swapped = _mm512_mul_ps(_mm512_permute_ps(x, 0xb1), _mm512_movehdup_ps(turn));
	return _mm512_fmaddsub_ps(x, _mm512_moveldup_ps(turn), swapped);
}

void rope_f32_avx512(float *x, const float *turn, int n_heads, int head_dim, int n_rot)
{
	for (int h = 0; h < n_heads; h++, x += head_dim) {
		for (int i = 0; i < n_rot; i += 16) {
			__mmask16 m = mask_avx512(n_rot - i < 16 ? n_rot - i : 16);
			_mm512_mask_storeu_ps(x + i, m,
					      turn_pairs(_mm512_maskz_loadu_ps(m, x + i),
							 _mm512_maskz_loadu_ps(m, turn + i)));
		}
	}
}

void silu_mul_f32_avx512(float *y, const float *gate, const float *up, int n)
{
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		__m512 g = _mm512_maskz_loadu_ps(m, gate + i), u = _mm512_maskz_loadu_ps(m, up + i);
		__m512 e = exp_avx512(_mm512_sub_ps(_mm512_setzero_ps(), g));
		__m512 v = _mm512_mul_ps(_mm512_div_ps(g, _mm512_add_ps(_mm512_set1_ps(1), e)), u);
		_mm512_mask_storeu_ps(y + i, m, v);
	}
}

/* (1 + tanh(u)) / 2 is 1 / (1 + exp(-2 u)), without the cancellation for negative u. */
void gelu_f32_avx512(float *y, const float *x, int n)
{
	const __m512 linear = _mm512_set1_ps(-1.59576912f), cubic = _mm512_set1_ps(-0.0713548162f);
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		__m512 v = _mm512_maskz_loadu_ps(m, x + i);
		__m512 u = _mm512_mul_ps(v, _mm512_fmadd_ps(_mm512_mul_ps(v, v), cubic, linear));
		v = _mm512_div_ps(v, _mm512_add_ps(_mm512_set1_ps(1), exp_avx512(u)));
		_mm512_mask_storeu_ps(y + i, m, v);
	}
}

void add_f32_avx512(float *y, const float *x, int n)
{
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		_mm512_mask_storeu_ps(
			y + i, m,
			_mm512_add_ps(_mm512_maskz_loadu_ps(m, y + i), _mm512_maskz_loadu_ps(m, x + i)));
	}
}

/* The largest that is no NaN, -infinity when there is none: max_ps gives its second operand for NaN. */
static float largest(const float *x, int n)
{
	const __m512 none = _mm512_set1_ps(-INFINITY);
	__m512 max = none;
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		max = _mm512_max_ps(_mm512_mask_loadu_ps(none, m, x + i), max);
	}
	return _mm512_reduce_max_ps(max);
}

void softmax_f32_avx512(float *x, int n)
{
	__m512 max = _mm512_set1_ps(largest(x, n)), sum = _mm512_setzero_ps();
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		__m512 e = exp_avx512(_mm512_sub_ps(_mm512_maskz_loadu_ps(m, x + i), max));
		_mm512_mask_storeu_ps(x + i, m, e);
		sum = _mm512_mask_add_ps(sum, m, sum, e);
	}
	__m512 scale = _mm512_set1_ps(1 / _mm512_reduce_add_ps(sum));
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		_mm512_mask_storeu_ps(x + i, m, _mm512_mul_ps(_mm512_maskz_loadu_ps(m, x + i), scale));
	}
}

int argmax_f32_avx512(const float *x, int n)
{
	float max = largest(x, n);
	if (max == -INFINITY)
		return 0;
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		m = _mm512_mask_cmp_ps_mask(m, _mm512_maskz_loadu_ps(m, x + i), _mm512_set1_ps(max),
					    _CMP_EQ_OQ);
		if (m)
			return i + __builtin_ctz(m);
	}
	return 0;
}
