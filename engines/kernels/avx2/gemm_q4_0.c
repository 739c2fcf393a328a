/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>
#include <string.h>

#if !defined __AVX2__ || !defined __FMA__ || !defined __F16C__
#error "this file needs -mavx2 -mfma -mf16c"
#endif

static inline __attribute__((always_inline)) __m256i a_load(const uint8_t *a)
{
	int32_t four;
	memcpy(&four, a, sizeof four);
	return _mm256_set1_epi32(four);
}

/*
 * Weights stay unsigned, 0 to 15, which is what vpmaddubsw wants of one side; the 8 too many of each are taken
 * back by the row's offset, -8 times the sum of its activations (an A panel has -128 times it). A pair is at most
 * 2 * 15 * 127 = 3810, so that the 8 pairs of a lane fit into 16 bits: one vpmaddwd a block.
 */
static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	const __m256i low = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
	__m256 acc[4];
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
		acc[i] = _mm256_setzero_ps();
	for (; k > 0; k -= Q4_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += 8 * GEMM_Q4_0_COL) {
		const float *scale = (const void *)a;
		const int32_t *offset = (const void *)(a + 4 * mr);
		const uint8_t *q = a + 8 * mr;
		__m256i sum[4];
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++)
			sum[i] = _mm256_setzero_si256();
#pragma GCC unroll 4
		for (int g = 0; g < 4; g++) {
			__m256i both = _mm256_loadu_si256((const __m256i *)(w + 16 + g * 32));
			__m256i b0 = _mm256_and_si256(both, low);
			__m256i b1 = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
#pragma GCC unroll 4
			for (int i = 0; i < mr; i++) {
				__m256i p0 = _mm256_maddubs_epi16(b0, a_load(q + (g * mr + i) * 4));
				__m256i p1 = _mm256_maddubs_epi16(b1, a_load(q + ((g + 4) * mr + i) * 4));
				sum[i] = _mm256_add_epi16(sum[i], _mm256_add_epi16(p0, p1));
			}
		}
		__m256 s = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)w));
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++) {
			/* Exact: -128 times a sum, shifted by 4, is -8 times it. */
			__m256i whole = _mm256_add_epi32(_mm256_madd_epi16(sum[i], ones),
							 _mm256_set1_epi32(offset[i] >> 4));
			acc[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole),
						 _mm256_mul_ps(s, _mm256_set1_ps(scale[i])), acc[i]);
		}
	}
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++) {
		float *to = c + (size_t)i * ldc;
		if (add)
			acc[i] = _mm256_add_ps(acc[i], _mm256_loadu_ps(to));
		_mm256_storeu_ps(to, acc[i]);
	}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_q4_0_##mr##x##nr##_avx2(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(4, 8)
TILE(2, 8)
TILE(1, 8)

void gemm_pack_q4_0_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	gemm_pack_q8_0_avx2(mr, k, a, lda, panel);
}
