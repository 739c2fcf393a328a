/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#include "engines/kernels/avx512/tile.h"

#if !defined __AVX512F__ || !defined __AVX512BW__
#error "this file needs -mavx512f -mavx512bw"
#endif

/* W comes from memory once, panel after panel: bytes it is asked for ahead, as at level avx2. */
#define AHEAD 2048

/*
 * Nibbles are unsigned as they stand, each 8 too large: A's offset / 16, -8 times the sum of its row, takes that
 * back. 16-bit sums hold a block: 8 times 2 products of at most 15 * 127 are 30480.
 */
static inline __attribute__((always_inline)) void block_sums(const int mr, const int32_t *offset,
							     const uint8_t *q, const uint8_t *w,
							     __m512i sum[6][2])
{
	const __m512i low = _mm512_set1_epi8(15);
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
		sum[i][0] = sum[i][1] = _mm512_setzero_si512();
#pragma GCC unroll 4
	for (int g = 0; g < 4; g++) {
		__m512i b0[2], b1[2];
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			__m512i b = _mm512_loadu_si512(w + (g * 2 + j) * 64);
			b0[j] = _mm512_and_si512(b, low);
			b1[j] = _mm512_and_si512(_mm512_srli_epi32(b, 4), low);
		}
#pragma GCC unroll 6
		for (int i = 0; i < mr; i++) {
			__m512i x = a_load(q + (g * mr + i) * 4);
#pragma GCC unroll 2
			for (int j = 0; j < 2; j++) {
				sum[i][j] = _mm512_add_epi16(sum[i][j], _mm512_maddubs_epi16(b0[j], x));
				KEEP(sum[i][j]);
			}
			x = a_load(q + ((g + 4) * mr + i) * 4);
#pragma GCC unroll 2
			for (int j = 0; j < 2; j++) {
				sum[i][j] = _mm512_add_epi16(sum[i][j], _mm512_maddubs_epi16(b1[j], x));
				KEEP(sum[i][j]);
			}
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++) {
		__m512i back = _mm512_srai_epi32(_mm512_set1_epi32(offset[i]), 4);
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			sum[i][j] =
				_mm512_add_epi32(_mm512_madd_epi16(sum[i][j], _mm512_set1_epi16(1)), back);
			KEEP(sum[i][j]);
		}
	}
}

static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	__m512 acc[6][2];
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = _mm512_setzero_ps();
	for (; k > 0; k -= Q4_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += 32 * GEMM_Q4_0_COL) {
		const float *scale = (const void *)a;
		__m512i sum[6][2];
#pragma GCC unroll 9
		for (int i = 0; i < 32 * GEMM_Q4_0_COL; i += 64)
			_mm_prefetch((const char *)w + AHEAD + i, _MM_HINT_T0);
		block_sums(mr, (const int32_t *)(const void *)(a + 4 * mr), a + 8 * mr, w + 64, sum);
		block_add(mr, sum, scale, w, acc);
	}
	tile_store(mr, acc, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_q4_0_##mr##x##nr##_avx512(int k, const void *a, const void *w, float *c, size_t ldc,       \
					    bool add)                                                        \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(6, 32)
TILE(4, 32)
TILE(2, 32)
TILE(1, 32)
