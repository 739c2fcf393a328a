/* SPDX-License-Identifier: Apache-2.0 */
/* Inline pieces of the AVX2 kernels: tails, sums across lanes, exp. */
#ifndef IFM_KERNELS_AVX2_MATH_H
#define IFM_KERNELS_AVX2_MATH_H

#if !defined(__AVX2__) || !defined(__FMA__) || !defined(__F16C__)
#error "this file needs the flags of the avx2 level"
#endif

#include <immintrin.h>
#include <stdint.h>

/* A mask of the first n lanes, 0 <= n <= 8. */
static inline __m256i mask_avx2(int n)
{
	return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline float max_avx2(__m256 v)
{
	__m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
	s = _mm_max_ps(s, _mm_movehl_ps(s, s));
	return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* The lanes of v added to two sums of four in double: norms and softmax are a small part of a step, and such
 * a sum is the same float in any order, but for one in some 10^8. */
static inline void add_wide_avx2(__m256d sum[2], __m256 v)
{
	sum[0] = _mm256_add_pd(sum[0], _mm256_cvtps_pd(_mm256_castps256_ps128(v)));
	sum[1] = _mm256_add_pd(sum[1], _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)));
}

/* The same of squares. */
static inline void add_squares_avx2(__m256d sum[2], __m256 v)
{
	__m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(v)),
		high = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
	sum[0] = _mm256_fmadd_pd(low, low, sum[0]);
	sum[1] = _mm256_fmadd_pd(high, high, sum[1]);
}

static inline double sum_wide_avx2(const __m256d sum[2])
{
	__m256d all = _mm256_add_pd(sum[0], sum[1]);
	__m128d s = _mm_add_pd(_mm256_castpd256_pd128(all), _mm256_extractf128_pd(all, 1));
	return _mm_cvtsd_f64(_mm_add_sd(s, _mm_unpackhi_pd(s, s)));
}

/*
 * e^x with a relative error below 1.5e-7: x = n ln 2 + r, |r| <= ln 2 / 2, the
 * polynomial of degree 6 that is Cephes' expf (Moshier), times 2^n through the exponent bits.
 * Below the smallest normal result 0, above the largest that one.
 */
static inline __m256 exp_avx2(__m256 x)
{
	const __m256 least = _mm256_set1_ps(-87.33654f), most = _mm256_set1_ps(88.37626f);
	__m256 normal = _mm256_cmp_ps(x, least, _CMP_NLT_UQ);
	__m256 c = _mm256_max_ps(least, _mm256_min_ps(most, x));
	__m256 n = _mm256_round_ps(_mm256_mul_ps(c, _mm256_set1_ps(1.44269504f)),
				   _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
	__m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), c);
	r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4f), r);
	__m256 p = _mm256_set1_ps(1.9875691500e-4f);
	p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.3981999507e-3f));
	p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(8.3334519073e-3f));
	p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(4.1665795894e-2f));
	p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.6666665459e-1f));
	p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(5.0000001201e-1f));
	p = _mm256_add_ps(_mm256_fmadd_ps(p, _mm256_mul_ps(r, r), r), _mm256_set1_ps(1));
	__m256i power = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
	__m256 y = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), power));
	return _mm256_and_ps(normal, y);
}

#endif
