/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>
#include <string.h>

#if !defined __AVX2__ || !defined __FMA__
#error "this file needs -mavx2 -mfma"
#endif

/* Sums stay in the order they are written in: gcc would make trees of them and spill every leaf (a fifth of the
 * speed). */
#define KEEP(x) __asm__("" : "+x"(x))
/* W comes from memory once, panel after panel: bytes it is asked for ahead
 * (as for q8_0). */
#define AHEAD 1024

static inline __attribute__((always_inline)) __m256i a_load(const uint8_t *a)
{
	int32_t four;
	memcpy(&four, a, sizeof four);
	return _mm256_set1_epi32(four);
}

/*
 * Four products a lane, exact: vpmaddubsw needs one unsigned side, so |w| (a weight of -128
 * becomes 128) multiplies a with the sign of w. Activations are within +-127, so a pair is
 * at most 2 * 128 * 127 = 32512 and does not saturate.
 */
static inline __attribute__((always_inline)) __m256i dot4(__m256i sum, __m256i w, __m256i w_abs, __m256i a)
{
	__m256i pairs = _mm256_maddubs_epi16(w_abs, _mm256_sign_epi8(a, w));
	return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

static inline __attribute__((always_inline)) void tile(const int mr, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	const float *scale_a = (const void *)a, *scale_w = (const void *)w;
	__m256i sum[4][2];
	__m256 acc[4][2];
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
		sum[i][0] = sum[i][1] = _mm256_setzero_si256();
	a += GEMM_WI8AI8_HEAD * mr;
	w += 16 * sizeof *scale_w;
	for (; k > 0; k -= 4, a += 4 * mr, w += 64) {
		_mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			__m256i b = _mm256_loadu_si256((const __m256i *)(w + 32 * j)),
				b_abs = _mm256_abs_epi8(b);
#pragma GCC unroll 4
			for (int i = 0; i < mr; i++) {
				sum[i][j] = dot4(sum[i][j], b, b_abs, a_load(a + 4 * i));
				KEEP(sum[i][j]);
			}
		}
	}
#pragma GCC unroll 2
	for (int j = 0; j < 2; j++)
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++)
			acc[i][j] = _mm256_mul_ps(
				_mm256_cvtepi32_ps(sum[i][j]),
				_mm256_mul_ps(_mm256_loadu_ps(scale_w + 8 * j), _mm256_set1_ps(scale_a[i])));
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
	void gemm_wi8ai8_##mr##x##nr##_avx2(int k, const void *a, const void *w, float *c, size_t ldc,       \
					    bool add)                                                        \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(4, 16)
TILE(3, 16)
TILE(2, 16)
TILE(1, 16)
