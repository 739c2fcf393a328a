/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#if !defined __AVX2__ || !defined __FMA__
#error "this file needs -mavx2 -mfma"
#endif

/* mr and nv (vectors of 8 columns) are constants: all loops over them vanish and the tile
 * lives in registers. 6x16 and 4x24 take 12 accumulators of the 16. */
static inline __attribute__((always_inline)) void tile(const int mr, const int nv, int k, const float *a,
						       const float *w, float *c, size_t ldc, bool add)
{
	__m256 acc[6][3];
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++)
			acc[i][j] = _mm256_setzero_ps();
	for (; k > 0; k--, a += mr, w += 8 * nv) {
		__m256 b[3];
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++)
			b[j] = _mm256_loadu_ps(w + 8 * j);
#pragma GCC unroll 6
		for (int i = 0; i < mr; i++) {
			__m256 x = _mm256_set1_ps(a[i]);
#pragma GCC unroll 3
			for (int j = 0; j < nv; j++)
				acc[i][j] = _mm256_fmadd_ps(x, b[j], acc[i][j]);
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++) {
			float *to = c + (size_t)i * ldc + 8 * j;
			if (add)
				acc[i][j] = _mm256_add_ps(acc[i][j], _mm256_loadu_ps(to));
			_mm256_storeu_ps(to, acc[i][j]);
		}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_f32_##mr##x##nr##_avx2(int k, const void *a, const void *w, float *c, size_t ldc,          \
					 bool add)                                                           \
	{                                                                                                    \
		tile(mr, nr / 8, k, a, w, c, ldc, add);                                                      \
	}

TILE(6, 16)
TILE(4, 16)
TILE(2, 16)
TILE(1, 16)
TILE(4, 24)
TILE(2, 24)
TILE(1, 24)
