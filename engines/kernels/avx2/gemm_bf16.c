/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#if !defined __AVX2__ || !defined __FMA__
#error "this file needs -mavx2 -mfma"
#endif

/* Sums stay where they are: else gcc runs out of registers in 6x16 and spills. */
#define KEEP(x) __asm__("" : "+x"(x))
/* W comes from memory once, panel after panel: bytes it is asked for ahead
 * (one row from memory: 21.5 GB/s of 21.5 with it). */
#define AHEAD 2048

/* One k for all of the tile: b holds the columns, as floats. */
static inline __attribute__((always_inline)) void step(const int mr, const float *a, const __m256 b[2],
						       __m256 acc[6][2])
{
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++) {
		__m256 x = _mm256_set1_ps(a[i]);
		acc[i][0] = _mm256_fmadd_ps(x, b[0], acc[i][0]);
		acc[i][1] = _mm256_fmadd_ps(x, b[1], acc[i][1]);
		KEEP(acc[i][0]);
		KEEP(acc[i][1]);
	}
}

/* The even k of two vectors of pairs, and the odd ones. */
static inline __attribute__((always_inline)) void even_load(const uint16_t *w, __m256 b[2])
{
#pragma GCC unroll 2
	for (int j = 0; j < 2; j++)
		b[j] = _mm256_castsi256_ps(
			_mm256_slli_epi32(_mm256_loadu_si256((const __m256i *)(w + 16 * j)), 16));
}

static inline __attribute__((always_inline)) void odd_load(const uint16_t *w, __m256 b[2])
{
	const __m256i high = _mm256_set1_epi32((int)0xffff0000);
#pragma GCC unroll 2
	for (int j = 0; j < 2; j++)
		b[j] = _mm256_castsi256_ps(
			_mm256_and_si256(_mm256_loadu_si256((const __m256i *)(w + 16 * j)), high));
}

/* 6x16 takes 12 accumulators of the 16; 4x24 and 3x32 spill (44 GFLOP/s where this does 100). */
static inline __attribute__((always_inline)) void tile(const int mr, int k, const float *a, const uint16_t *w,
						       float *c, size_t ldc, bool add)
{
	__m256 acc[6][2], b[2];
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = _mm256_setzero_ps();
	for (; k > 1; k -= 2, a += 2 * mr, w += 32) {
		_mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
		even_load(w, b);
		step(mr, a, b, acc);
		odd_load(w, b);
		step(mr, a + mr, b, acc);
	}
	if (k) {
		even_load(w, b);
		step(mr, a, b, acc);
	}
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			float *to = c + (size_t)i * ldc + 8 * j;
			if (add)
				acc[i][j] = _mm256_add_ps(acc[i][j], _mm256_loadu_ps(to));
			_mm256_storeu_ps(to, acc[i][j]);
		}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_bf16_##mr##x##nr##_avx2(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(6, 16)
TILE(4, 16)
TILE(2, 16)
TILE(1, 16)
