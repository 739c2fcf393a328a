/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>
#include <string.h>

#if !defined __AVX2__ || !defined __FMA__ || !defined __F16C__
#error "this file needs -mavx2 -mfma -mf16c"
#endif

/* Sums stay in the order they are written in: gcc would make trees of them and spill every leaf (a fifth of the
 * speed). */
#define KEEP(x) __asm__("" : "+x"(x))
/* W comes from memory once, panel after panel: bytes it is asked for ahead
 * (one row from memory: 17.6 GB/s without, 21.5 with it). */
#define AHEAD 2048

static inline __attribute__((always_inline)) __m256i a_load(const uint8_t *a)
{
	int32_t four;
	memcpy(&four, a, sizeof four);
	return _mm256_set1_epi32(four);
}

/*
 * Nibbles are unsigned as they stand, each 8 too large: A's offset / 16, -8 times the sum of its row, takes that
 * back. 16-bit sums hold a block: 8 times 2 products of at most 15 * 127 are 30480.
 */
static inline __attribute__((always_inline)) void block_sums(const int mr, const uint8_t *q, const uint8_t *w,
							     __m256i sum[4][2])
{
	const __m256i low = _mm256_set1_epi8(15);
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
		sum[i][0] = sum[i][1] = _mm256_setzero_si256();
#pragma GCC unroll 4
	for (int g = 0; g < 4; g++)
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			__m256i b = _mm256_loadu_si256((const __m256i *)(w + (g * 2 + j) * 32));
			__m256i b0 = _mm256_and_si256(b, low);
			__m256i b1 = _mm256_and_si256(_mm256_srli_epi16(b, 4), low);
#pragma GCC unroll 4
			for (int i = 0; i < mr; i++) {
				__m256i x0 = a_load(q + (g * mr + i) * 4),
					x1 = a_load(q + ((g + 4) * mr + i) * 4);
				sum[i][j] = _mm256_add_epi16(sum[i][j], _mm256_maddubs_epi16(b0, x0));
				KEEP(sum[i][j]);
				sum[i][j] = _mm256_add_epi16(sum[i][j], _mm256_maddubs_epi16(b1, x1));
				KEEP(sum[i][j]);
			}
		}
}

static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	__m256 acc[4][2];
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
		acc[i][0] = acc[i][1] = _mm256_setzero_ps();
	for (; k > 0; k -= Q4_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += 16 * GEMM_Q4_0_COL) {
		const float *scale = (const void *)a;
		const int32_t *offset = (const void *)(a + 4 * mr);
		__m256i sum[4][2];
#pragma GCC unroll 9
		for (int i = 0; i < 16 * GEMM_Q4_0_COL; i += 64)
			_mm_prefetch((const char *)w + AHEAD + i, _MM_HINT_T0);
		block_sums(mr, a + 8 * mr, w + 32, sum);
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			__m256 s = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(w + 16 * j)));
#pragma GCC unroll 4
			for (int i = 0; i < mr; i++) {
				__m256i all = _mm256_madd_epi16(sum[i][j], _mm256_set1_epi16(1));
				all = _mm256_add_epi32(all,
						       _mm256_srai_epi32(_mm256_set1_epi32(offset[i]), 4));
				acc[i][j] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(all),
							    _mm256_mul_ps(s, _mm256_set1_ps(scale[i])),
							    acc[i][j]);
			}
		}
	}
#pragma GCC unroll 4
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
	void gemm_q4_0_##mr##x##nr##_avx2(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(4, 16)
TILE(3, 16)
TILE(2, 16)
TILE(1, 16)
