/* SPDX-License-Identifier: Apache-2.0 */
/* Inline pieces of what rounds f32 to int8 with AVX2. */
#ifndef IFM_KERNELS_AVX2_QUANTISE_H
#define IFM_KERNELS_AVX2_QUANTISE_H

#if !defined(__AVX2__)
#error "this file needs -mavx2"
#endif

#include <immintrin.h>

/* x * inverse to the nearest integer, ties away from zero, within +-127, NaN to 0: as the
 * scalar definition. Adding the largest float below one half and cutting off is exact. */
static inline __m256i quantise8(__m256 x, __m256 inverse)
{
	__m256 sign = _mm256_set1_ps(-0.0f);
	__m256 v = _mm256_mul_ps(x, inverse);
	__m256 good = _mm256_cmp_ps(v, v, _CMP_ORD_Q);
	__m256 half = _mm256_or_ps(_mm256_set1_ps(0x1.fffffep-2f), _mm256_and_ps(v, sign));
	v = _mm256_min_ps(_mm256_max_ps(v, _mm256_set1_ps(-127.0f)), _mm256_set1_ps(127.0f));
	return _mm256_cvttps_epi32(_mm256_and_ps(_mm256_add_ps(v, half), good));
}

static inline float max_abs(const __m256 x[4])
{
	__m256 sign = _mm256_set1_ps(-0.0f), m = _mm256_setzero_ps();
	for (int i = 0; i < 4; i++) /* the second operand is kept on NaN */
		m = _mm256_max_ps(_mm256_andnot_ps(sign, x[i]), m);
	__m128 h = _mm_max_ps(_mm256_castps256_ps128(m), _mm256_extractf128_ps(m, 1));
	h = _mm_max_ps(h, _mm_movehl_ps(h, h));
	return _mm_cvtss_f32(_mm_max_ss(h, _mm_movehdup_ps(h)));
}

/* Four vectors of int32 within +-127 as 32 int8: the packs interleave 128-bit halves, the permutation puts
 * dwords in order. */
static inline __m256i pack_int8(__m256i q0, __m256i q1, __m256i q2, __m256i q3)
{
	__m256i q = _mm256_packs_epi16(_mm256_packs_epi32(q0, q1), _mm256_packs_epi32(q2, q3));
	return _mm256_permutevar8x32_epi32(q, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

#endif
