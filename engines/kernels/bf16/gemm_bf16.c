/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>
#include <string.h>

#include "engines/kernels/avx512/tile.h"

#ifndef __AVX512BF16__
#error "this file needs -mavx512bf16"
#endif

/* W comes from memory once, panel after panel: bytes it is asked for ahead, as at level avx2. */
#define AHEAD 2048

static inline __attribute__((always_inline)) __m512bh pairs_load(const uint16_t *w)
{
	__m512bh pairs;
	memcpy(&pairs, w, sizeof pairs);
	return pairs;
}

/* The pair of one row for all columns. */
static inline __attribute__((always_inline)) __m512bh pair_load(const uint16_t *a)
{
	__m512i all = a_load((const uint8_t *)a);
	__m512bh pairs;
	memcpy(&pairs, &all, sizeof pairs);
	return pairs;
}

/* vdpbf16ps: two products a lane, the odd one first, each rounded to f32; denormals count as 0. */
static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint16_t *a,
						       const uint16_t *w, float *c, size_t ldc, bool add)
{
	__m512 acc[12][2];
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = _mm512_setzero_ps();
	for (; k > 0; k -= 2, a += 2 * mr, w += 64) {
		_mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
		_mm_prefetch((const char *)w + AHEAD + 64, _MM_HINT_T0);
		__m512bh b0 = pairs_load(w), b1 = pairs_load(w + 32);
#pragma GCC unroll 12
		for (int i = 0; i < mr; i++) {
			__m512bh x = pair_load(a + 2 * i);
			acc[i][0] = _mm512_dpbf16_ps(acc[i][0], x, b0);
			KEEP(acc[i][0]);
			acc[i][1] = _mm512_dpbf16_ps(acc[i][1], x, b1);
			KEEP(acc[i][1]);
		}
	}
	tile_store(mr, acc, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_bf16_##mr##x##nr##_bf16(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(12, 32)
TILE(8, 32)
TILE(6, 32)
TILE(4, 32)
TILE(2, 32)
TILE(1, 32)
