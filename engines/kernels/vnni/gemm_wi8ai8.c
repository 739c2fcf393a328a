/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#include "engines/kernels/avx512/tile.h"

#ifndef __AVX512VNNI__
#error "this file needs -mavx512vnni"
#endif

/* W comes from memory once, panel after panel: bytes it is asked for ahead, as at level avx2. */
#define AHEAD 1024

/*
 * vpdpbusd multiplies unsigned by signed bytes: the weights are made unsigned (q ^ 0x80 is q + 128), and the
 * integer sum starts at A's offset, -128 times the sum of its row. Sums may pass 32 bits on the way and come back.
 */
static inline __attribute__((always_inline)) __m512i w_load(const uint8_t *w)
{
	return _mm512_xor_si512(_mm512_loadu_si512(w), _mm512_set1_epi8((char)0x80));
}

static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	const float *scale_a = (const void *)a, *scale_w = (const void *)w;
	const int32_t *offset = (const void *)(a + 4 * mr);
	__m512i sum[12][2];
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++)
		sum[i][0] = sum[i][1] = _mm512_set1_epi32(offset[i]);
	a += GEMM_WI8AI8_HEAD * mr;
	w += 32 * sizeof *scale_w;
	for (; k > 0; k -= 4, a += 4 * mr, w += 128) {
		_mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
		_mm_prefetch((const char *)w + AHEAD + 64, _MM_HINT_T0);
		__m512i b0 = w_load(w), b1 = w_load(w + 64);
#pragma GCC unroll 12
		for (int i = 0; i < mr; i++) {
			__m512i x = a_load(a + 4 * i);
			sum[i][0] = _mm512_dpbusd_epi32(sum[i][0], b0, x);
			KEEP(sum[i][0]);
			sum[i][1] = _mm512_dpbusd_epi32(sum[i][1], b1, x);
			KEEP(sum[i][1]);
		}
	}
	rows_store(mr, sum, scale_a, scale_w, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_wi8ai8_##mr##x##nr##_vnni(int k, const void *a, const void *w, float *c, size_t ldc,       \
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
