/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#include "engines/kernels/avx512/tile.h"

#ifndef __AVX512F__
#error "this file needs -mavx512f"
#endif

/* W comes from memory once, panel after panel: bytes it is asked for ahead, as at level avx2. */
#define AHEAD 2048

/* One k for all of the tile: b holds the columns, as floats. */
static inline __attribute__((always_inline)) void step(const int mr, const float *a, const __m512 b[2],
						       __m512 acc[12][2])
{
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++) {
		__m512 x = _mm512_set1_ps(a[i]);
		acc[i][0] = _mm512_fmadd_ps(x, b[0], acc[i][0]);
		KEEP(acc[i][0]);
		acc[i][1] = _mm512_fmadd_ps(x, b[1], acc[i][1]);
		KEEP(acc[i][1]);
	}
}

/* The even k of two vectors of pairs, and the odd ones. */
static inline __attribute__((always_inline)) void even_load(const uint16_t *w, __m512 b[2])
{
#pragma GCC unroll 2
	for (int j = 0; j < 2; j++)
		b[j] = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(w + 32 * j), 16));
}

static inline __attribute__((always_inline)) void odd_load(const uint16_t *w, __m512 b[2])
{
	const __m512i high = _mm512_set1_epi32((int)0xffff0000);
#pragma GCC unroll 2
	for (int j = 0; j < 2; j++)
		b[j] = _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(w + 32 * j), high));
}

static inline __attribute__((always_inline)) void tile(const int mr, int k, const float *a, const uint16_t *w,
						       float *c, size_t ldc, bool add)
{
	__m512 acc[12][2], b[2];
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = _mm512_setzero_ps();
	for (; k > 1; k -= 2, a += 2 * mr, w += 64) {
		_mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
		_mm_prefetch((const char *)w + AHEAD + 64, _MM_HINT_T0);
		even_load(w, b);
		step(mr, a, b, acc);
		odd_load(w, b);
		step(mr, a + mr, b, acc);
	}
	if (k) {
		even_load(w, b);
		step(mr, a, b, acc);
	}
	tile_store(mr, acc, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_bf16_##mr##x##nr##_avx512(int k, const void *a, const void *w, float *c, size_t ldc,       \
					    bool add)                                                        \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(12, 32)
TILE(8, 32)
TILE(6, 32)
TILE(4, 32)
TILE(2, 32)
TILE(1, 32)
