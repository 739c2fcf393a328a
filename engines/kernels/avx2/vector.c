/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include <math.h>

#include "engines/kernels/avx2/math.h"

void rmsnorm_f32_avx2(float *y, const float *x, const float *w, int n, float eps)
{
	__m256d sum[2] = {_mm256_setzero_pd(), _mm256_setzero_pd()};
	int i = 0;
	for (; i + 8 <= n; i += 8)
		add_squares_avx2(sum, _mm256_loadu_ps(x + i));
	__m256i tail = mask_avx2(n - i);
	__m256 last = _mm256_maskload_ps(x + i, tail);
	add_squares_avx2(sum, last);
	__m256 scale = _mm256_set1_ps((float)(1 / sqrt(sum_wide_avx2(sum) / n + eps)));
	for (i = 0; i + 8 <= n; i += 8) {
		__m256 v = _mm256_mul_ps(_mm256_loadu_ps(x + i), scale);
		_mm256_storeu_ps(y + i, _mm256_mul_ps(v, _mm256_loadu_ps(w + i)));
	}
	__m256 v = _mm256_mul_ps(last, scale);
	_mm256_maskstore_ps(y + i, tail, _mm256_mul_ps(v, _mm256_maskload_ps(w + i, tail)));
}

static double mean_of(const float *x, int n)
{
	__m256d sum[2] = {_mm256_setzero_pd(), _mm256_setzero_pd()};
	int i = 0;
	for (; i + 8 <= n; i += 8)
		add_wide_avx2(sum, _mm256_loadu_ps(x + i));
	add_wide_avx2(sum, _mm256_maskload_ps(x + i, mask_avx2(n - i)));
	return sum_wide_avx2(sum) / n;
}

/* Squares of what four of x differ from the mean, added to sum. */
static __m256d add_variance(__m256d sum, __m128 x, double mean)
{
	__m256d v = _mm256_sub_pd(_mm256_cvtps_pd(x), _mm256_set1_pd(mean));
	return _mm256_fmadd_pd(v, v, sum);
}

static double variance_of(const float *x, int n, double mean)
{
	__m256d sum[2] = {_mm256_setzero_pd(), _mm256_setzero_pd()};
	int i = 0;
	for (; i + 4 <= n; i += 4)
		sum[i / 4 % 2] = add_variance(sum[i / 4 % 2], _mm_loadu_ps(x + i), mean);
	double all = sum_wide_avx2(sum);
	for (; i < n; i++)
		all += (x[i] - mean) * (x[i] - mean);
	return all / n;
}

void layer_norm_f32_avx2(float *y, const float *x, const float *w, const float *b, int n, float eps)
{
	double mean = mean_of(x, n), scale = 1 / sqrt(variance_of(x, n, mean) + eps);
	int i = 0;
	for (; i + 4 <= n; i += 4) {
		__m256d v = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(x + i)), _mm256_set1_pd(mean));
		__m128 u = _mm256_cvtpd_ps(_mm256_mul_pd(v, _mm256_set1_pd(scale)));
		_mm_storeu_ps(y + i, _mm_add_ps(_mm_mul_ps(u, _mm_loadu_ps(w + i)), _mm_loadu_ps(b + i)));
	}
	for (; i < n; i++)
		y[i] = (float)((x[i] - mean) * scale) * w[i] + b[i];
}

/* (a, b) -> (a cos - b sin, b cos + a sin), four pairs at once. */
static __m256 turn_pairs(__m256 x, __m256 turn)
{
	__m256 swapped = _mm256_mul_ps(_mm256_permute_ps(x, 0xb1), _mm256_movehdup_ps(turn));
	return _mm256_fmaddsub_ps(x, _mm256_moveldup_ps(turn), swapped);
}

void rope_f32_avx2(float *x, const float *turn, int n_heads, int head_dim, int n_rot)
{
	for (int h = 0; h < n_heads; h++, x += head_dim) {
		int i = 0;
		for (; i + 8 <= n_rot; i += 8)
			_mm256_storeu_ps(x + i,
					 turn_pairs(_mm256_loadu_ps(x + i), _mm256_loadu_ps(turn + i)));
		__m256i tail = mask_avx2(n_rot - i);
		_mm256_maskstore_ps(
			x + i, tail,
			turn_pairs(_mm256_maskload_ps(x + i, tail), _mm256_maskload_ps(turn + i, tail)));
	}
}

static __m256 silu_mul(__m256 gate, __m256 up)
{
	__m256 e = exp_avx2(_mm256_sub_ps(_mm256_setzero_ps(), gate));
	return _mm256_mul_ps(_mm256_div_ps(gate, _mm256_add_ps(_mm256_set1_ps(1), e)), up);
}

void silu_mul_f32_avx2(float *y, const float *gate, const float *up, int n)
{
	int i = 0;
	for (; i + 8 <= n; i += 8)
		_mm256_storeu_ps(y + i, silu_mul(_mm256_loadu_ps(gate + i), _mm256_loadu_ps(up + i)));
	__m256i tail = mask_avx2(n - i);
	_mm256_maskstore_ps(y + i, tail,
			    silu_mul(_mm256_maskload_ps(gate + i, tail), _mm256_maskload_ps(up + i, tail)));
}

/* (1 + tanh(u)) / 2 is 1 / (1 + exp(-2 u)), without the cancellation for negative u. */
static __m256 gelu(__m256 x)
{
	const __m256 linear = _mm256_set1_ps(-1.59576912f), cubic = _mm256_set1_ps(-0.0713548162f);
	__m256 u = _mm256_mul_ps(x, _mm256_fmadd_ps(_mm256_mul_ps(x, x), cubic, linear));
	return _mm256_div_ps(x, _mm256_add_ps(_mm256_set1_ps(1), exp_avx2(u)));
}

void gelu_f32_avx2(float *y, const float *x, int n)
{
	int i = 0;
	for (; i + 8 <= n; i += 8)
		_mm256_storeu_ps(y + i, gelu(_mm256_loadu_ps(x + i)));
	__m256i tail = mask_avx2(n - i);
	_mm256_maskstore_ps(y + i, tail, gelu(_mm256_maskload_ps(x + i, tail)));
}

void add_f32_avx2(float *y, const float *x, int n)
{
	int i = 0;
	for (; i + 8 <= n; i += 8)
		_mm256_storeu_ps(y + i, _mm256_add_ps(_mm256_loadu_ps(y + i), _mm256_loadu_ps(x + i)));
	__m256i tail = mask_avx2(n - i);
	_mm256_maskstore_ps(y + i, tail,
			    _mm256_add_ps(_mm256_maskload_ps(y + i, tail), _mm256_maskload_ps(x + i, tail)));
}

/* The largest that is no NaN, -infinity when there is none: max_ps gives its second operand for NaN. */
static float largest(const float *x, int n)
{
	const __m256 none = _mm256_set1_ps(-INFINITY);
	__m256 max = none;
	int i = 0;
	for (; i + 8 <= n; i += 8)
		max = _mm256_max_ps(_mm256_loadu_ps(x + i), max);
	__m256i tail = mask_avx2(n - i);
	__m256 last = _mm256_blendv_ps(none, _mm256_maskload_ps(x + i, tail), _mm256_castsi256_ps(tail));
	return max_avx2(_mm256_max_ps(last, max));
}

void softmax_f32_avx2(float *x, int n)
{
	__m256 max = _mm256_set1_ps(largest(x, n));
	__m256d sum[2] = {_mm256_setzero_pd(), _mm256_setzero_pd()};
	int i = 0;
	for (; i + 8 <= n; i += 8) {
		__m256 e = exp_avx2(_mm256_sub_ps(_mm256_loadu_ps(x + i), max));
		_mm256_storeu_ps(x + i, e);
		add_wide_avx2(sum, e);
	}
	__m256i tail = mask_avx2(n - i);
	__m256 last = exp_avx2(_mm256_sub_ps(_mm256_maskload_ps(x + i, tail), max));
	last = _mm256_and_ps(last, _mm256_castsi256_ps(tail));
	add_wide_avx2(sum, last);
	__m256 scale = _mm256_set1_ps((float)(1 / sum_wide_avx2(sum)));
	_mm256_maskstore_ps(x + i, tail, _mm256_mul_ps(last, scale));
	for (i = 0; i + 8 <= n; i += 8)
		_mm256_storeu_ps(x + i, _mm256_mul_ps(_mm256_loadu_ps(x + i), scale));
}

int argmax_f32_avx2(const float *x, int n)
{
	float max = largest(x, n);
	if (max == -INFINITY)
		return 0;
	int i = 0;
	for (; i + 8 <= n; i += 8) {
		int hit = _mm256_movemask_ps(
			_mm256_cmp_ps(_mm256_loadu_ps(x + i), _mm256_set1_ps(max), _CMP_EQ_OQ));
		if (hit)
			return i + __builtin_ctz((unsigned)hit);
	}
	while (x[i] != max)
		i++;
	return i;
}
