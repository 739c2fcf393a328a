/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#include "engines/kernels/avx512/tile.h"

#if !defined __AVX512F__ || !defined __AVX512BW__
#error "this file needs -mavx512f -mavx512bw"
#endif

/* W comes from memory once, panel after panel: bytes it is asked for ahead, as at level avx2. */
#define AHEAD 1024

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

static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	const float *scale_a = (const void *)a, *scale_w = (const void *)w;
	__m512i sum[8][2];
#pragma GCC unroll 8
	for (int i = 0; i < mr; i++)
		sum[i][0] = sum[i][1] = _mm512_setzero_si512();
	a += GEMM_WI8AI8_HEAD * mr;
	w += 32 * sizeof *scale_w;
	for (; k > 0; k -= 4, a += 4 * mr, w += 128) {
		_mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
		_mm_prefetch((const char *)w + AHEAD + 64, _MM_HINT_T0);
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			__m512i b = _mm512_loadu_si512(w + 64 * j), b_abs = _mm512_abs_epi8(b);
			__mmask64 neg = _mm512_movepi8_mask(b);
#pragma GCC unroll 8
			for (int i = 0; i < mr; i++) {
				sum[i][j] = dot4(sum[i][j], b_abs, neg, a_load(a + 4 * i));
				KEEP(sum[i][j]);
			}
		}
	}
	rows_store(mr, sum, scale_a, scale_w, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_wi8ai8_##mr##x##nr##_avx512(int k, const void *a, const void *w, float *c, size_t ldc,     \
					      bool add)                                                      \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(8, 32)
TILE(6, 32)
TILE(4, 32)
TILE(2, 32)
TILE(1, 32)
