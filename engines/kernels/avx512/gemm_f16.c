/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#ifndef __AVX512F__
#error "this file needs -mavx512f"
#endif

/* mr and nv (vectors of 16 columns) are constants: all loops over them vanish and the tile
 * lives in registers. 12x32 takes 24 accumulators, two of W and one of A. */
static inline __attribute__((always_inline)) void tile(const int mr, const int nv, int k, const float *a,
						       const uint16_t *w, float *c, size_t ldc, bool add)
{
	__m512 acc[12][2];
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++)
			acc[i][j] = _mm512_setzero_ps();
	for (; k > 0; k--, a += mr, w += 16 * nv) {
		__m512 b[2];
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++)
			b[j] = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(w + 16 * j)));
#pragma GCC unroll 12
		for (int i = 0; i < mr; i++) {
			__m512 x = _mm512_set1_ps(a[i]);
#pragma GCC unroll 2
			for (int j = 0; j < nv; j++)
				acc[i][j] = _mm512_fmadd_ps(x, b[j], acc[i][j]);
		}
	}
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++) {
			float *to = c + (size_t)i * ldc + 16 * j;
			if (add)
				acc[i][j] = _mm512_add_ps(acc[i][j], _mm512_loadu_ps(to));
			_mm512_storeu_ps(to, acc[i][j]);
		}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_f16_##mr##x##nr##_avx512(int k, const void *a, const void *w, float *c, size_t ldc,        \
					   bool add)                                                         \
	{                                                                                                    \
		tile(mr, nr / 16, k, a, w, c, ldc, add);                                                     \
	}

TILE(12, 32)
TILE(8, 32)
TILE(6, 32)
TILE(4, 32)
TILE(2, 32)
TILE(1, 32)
