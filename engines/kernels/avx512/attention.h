/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of attention_tiles.h with AVX-512: a file of a cell type includes this after its loads. */
#ifndef IFM_KERNELS_AVX512_ATTENTION_H
#define IFM_KERNELS_AVX512_ATTENTION_H

#include "engines/kernels/avx512/math.h"
#include "engines/kernels/vector.h"

#define vec	  __m512
#define LANES	  16
#define SUMS	  16 /* of 32 registers */
#define vec_zero  _mm512_setzero_ps
#define vec_set	  _mm512_set1_ps
#define vec_load  _mm512_loadu_ps
#define vec_store _mm512_storeu_ps
#define vec_fma	  _mm512_fmadd_ps
#define softmax	  softmax_f32_avx512

static inline __m512 vec_load_part(const float *p, int n)
{
	return _mm512_maskz_loadu_ps(mask_avx512(n), p);
}

static inline void vec_store_part(float *p, __m512 v, int n)
{
	_mm512_mask_storeu_ps(p, mask_avx512(n), v);
}

/* The upper half onto the lower one. */
static inline __m256 half_sum(__m512 v)
{
	return _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
}

static inline void vec_sum4(float *to, const __m512 *s, float scale)
{
	__m256 low = _mm256_hadd_ps(half_sum(s[0]), half_sum(s[1]));
	__m256 pairs = _mm256_hadd_ps(low, _mm256_hadd_ps(half_sum(s[2]), half_sum(s[3])));
	__m128 sums = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
	_mm_storeu_ps(to, _mm_mul_ps(sums, _mm_set1_ps(scale)));
}

#include "engines/kernels/attention_tiles.h"

#endif
