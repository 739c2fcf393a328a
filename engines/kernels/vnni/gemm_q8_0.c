/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#include "engines/kernels/avx512/tile.h"

#ifndef __AVX512VNNI__
#error "this file needs -mavx512vnni"
#endif

/*
 * vpdpbusd multiplies unsigned by signed bytes. The weights are made unsigned (q ^ 0x80 is
 * q + 128) because the activation then can be the broadcast operand; the 128 too many are
 * taken back by starting the integer sum at A's offset, -128 times the sum of its row.
 */
static inline __attribute__((always_inline)) __m512i w_load(const uint8_t *w)
{
	return _mm512_xor_si512(_mm512_loadu_si512(w), _mm512_set1_epi8((char)0x80));
}

static inline __attribute__((always_inline)) void block_sums(const int mr, const int32_t *offset,
							     const uint8_t *q, const uint8_t *w,
							     __m512i sum[6][2])
{
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
		sum[i][0] = sum[i][1] = _mm512_set1_epi32(offset[i]);
#pragma GCC unroll 8
	for (int g = 0; g < 8; g++) {
		__m512i b0 = w_load(w + g * 128), b1 = w_load(w + g * 128 + 64);
#pragma GCC unroll 6
		for (int i = 0; i < mr; i++) {
			__m512i x = a_load(q + (g * mr + i) * 4);
			sum[i][0] = _mm512_dpbusd_epi32(sum[i][0], b0, x);
			sum[i][1] = _mm512_dpbusd_epi32(sum[i][1], b1, x);
		}
	}
}

/* 6x32 fills the registers: 12 f32 and 12 integer accumulators, two of W, one of A. Eight rows
 * with the integer sums of one half at a time spill. */
static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	__m512 acc[6][2];
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = _mm512_setzero_ps();
	for (; k > 0; k -= Q8_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += 32 * 34) {
		const float *scale = (const void *)a;
		__m512i sum[6][2];
		block_sums(mr, (const int32_t *)(const void *)(a + 4 * mr), a + 8 * mr, w + 64, sum);
		block_add(mr, sum, scale, w, acc);
	}
	tile_store(mr, acc, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_q8_0_##mr##x##nr##_vnni(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(6, 32)
TILE(4, 32)
TILE(2, 32)
TILE(1, 32)
