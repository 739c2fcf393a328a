/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#include "engines/kernels/avx512/tile.h"

#if !defined __AVX512F__ || !defined __AVX512BW__
#error "this file needs -mavx512f -mavx512bw"
#endif

/*
 * Four products a lane, exact: vpmaddubsw needs one unsigned side, so |w| (a weight of -128
 * becomes 128) multiplies a with the sign of w. Activations are within +-127, so a pair is
 * at most 2 * 128 * 127 = 32512 and does not saturate.
 */
static inline __attribute__((always_inline)) __m512i dot4(__m512i sum, __m512i w_abs, __mmask64 w_neg,
							  __m512i a)
{
	__m512i x = _mm512_mask_sub_epi8(a, w_neg, _mm512_setzero_si512(), a);
	__m512i pairs = _mm512_maddubs_epi16(w_abs, x);
	return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

static inline __attribute__((always_inline)) void block_sums(const int mr, const uint8_t *q, const uint8_t *w,
							     __m512i sum[6][2])
{
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
		sum[i][0] = sum[i][1] = _mm512_setzero_si512();
	for (int g = 0; g < 8; g++) {
		__m512i b[2];
		__mmask64 neg[2];
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			b[j] = _mm512_loadu_si512(w + (g * 2 + j) * 64);
			neg[j] = _mm512_movepi8_mask(b[j]);
			b[j] = _mm512_abs_epi8(b[j]);
		}
#pragma GCC unroll 6
		for (int i = 0; i < mr; i++) {
			__m512i x = a_load(q + (g * mr + i) * 4);
			sum[i][0] = dot4(sum[i][0], b[0], neg[0], x);
			KEEP(sum[i][0]);
			sum[i][1] = dot4(sum[i][1], b[1], neg[1], x);
			KEEP(sum[i][1]);
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
	for (; k > 0; k -= Q8_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += 32 * 34) {
		const float *scale = (const void *)a;
		__m512i sum[6][2];
		block_sums(mr, a + 8 * mr, w + 64, sum);
		block_add(mr, sum, scale, w, acc);
	}
	tile_store(mr, acc, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_q8_0_##mr##x##nr##_avx512(int k, const void *a, const void *w, float *c, size_t ldc,       \
					    bool add)                                                        \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(6, 32)
TILE(4, 32)
TILE(2, 32)
TILE(1, 32)
