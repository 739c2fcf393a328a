/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of attention_tiles.h with AVX2: a file of a cell type includes this after its loads. */
#ifndef IFM_KERNELS_AVX2_ATTENTION_H
#define IFM_KERNELS_AVX2_ATTENTION_H

#include "engines/kernels/avx2/math.h"
#include "engines/kernels/vector.h"

#define vec	  __m256
#define LANES	  8
#define SUMS	  8 /* of 16 registers: keys or values, queries and weights need theirs */
#define vec_zero  _mm256_setzero_ps
#define vec_set	  _mm256_set1_ps
#define vec_load  _mm256_loadu_ps
#define vec_store _mm256_storeu_ps
#define vec_fma	  _mm256_fmadd_ps
#define softmax	  softmax_f32_avx2

static inline __m256 vec_load_part(const float *p, int n)
{
	return _mm256_maskload_ps(p, mask_avx2(n));
}

static inline void vec_store_part(float *p, __m256 v, int n)
{
	_mm256_maskstore_ps(p, mask_avx2(n), v);
}

static inline void vec_sum4(float *to, const __m256 *s, float scale)
{
	__m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(s[0], s[1]), _mm256_hadd_ps(s[2], s[3]));
	__m128 sums = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
	_mm_storeu_ps(to, _mm_mul_ps(sums, _mm_set1_ps(scale)));
}

#include "engines/kernels/attention_tiles.h"

#endif
