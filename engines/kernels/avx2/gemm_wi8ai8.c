/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "engines/kernels/avx2/quantise.h"

#if !defined __AVX2__ || !defined __FMA__
#error "this file needs -mavx2 -mfma"
#endif

static inline __attribute__((always_inline)) __m256i a_load(const uint8_t *a)
{
	int32_t four;
	memcpy(&four, a, sizeof four);
	return _mm256_set1_epi32(four);
}

/* Four products a lane, exact: |w| times a with the sign of w, as in gemm_q8_0.c. Both are within +-127, so a pair is
 * at most 2 * 127 * 127 = 32258 and does not saturate. */
static inline __attribute__((always_inline)) __m256i dot4(__m256i sum, __m256i w, __m256i w_abs, __m256i a)
{
	__m256i pairs = _mm256_maddubs_epi16(w_abs, _mm256_sign_epi8(a, w));
	return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/* 4x16: 8 sums, two of W and their magnitudes, one of A. */
static inline __attribute__((always_inline)) void tile(const int mr, const int nv, int k, const uint8_t *a,
						       const uint8_t *w, float *c, size_t ldc, bool add)
{
	const float *scale_a = (const void *)a, *scale_w = (const void *)w;
	const uint8_t *qa = a + GEMM_WI8AI8_HEAD * mr, *qw = w + 32 * nv;
	__m256i sum[4][2];
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++)
			sum[i][j] = _mm256_setzero_si256();
	for (; k > 0; k -= 4, qa += 4 * mr, qw += 32 * nv) {
		__m256i b[2], b_abs[2];
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++) {
			b[j] = _mm256_loadu_si256((const __m256i *)(qw + 32 * j));
			b_abs[j] = _mm256_abs_epi8(b[j]);
		}
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++) {
			__m256i x = a_load(qa + 4 * i);
#pragma GCC unroll 2
			for (int j = 0; j < nv; j++)
				sum[i][j] = dot4(sum[i][j], b[j], b_abs[j], x);
		}
	}
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++) {
			float *to = c + (size_t)i * ldc + 8 * j;
			__m256 s =
				_mm256_mul_ps(_mm256_loadu_ps(scale_w + 8 * j), _mm256_set1_ps(scale_a[i]));
			__m256 v = _mm256_mul_ps(_mm256_cvtepi32_ps(sum[i][j]), s);
			_mm256_storeu_ps(to, add ? _mm256_add_ps(v, _mm256_loadu_ps(to)) : v);
		}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_wi8ai8_##mr##x##nr##_avx2(int k, const void *a, const void *w, float *c, size_t ldc,       \
					    bool add)                                                        \
	{                                                                                                    \
		tile(mr, nr / 8, k, a, w, c, ldc, add);                                                      \
	}

TILE(4, 16)
TILE(2, 16)
TILE(1, 16)

static float row_max(const float *x, int k)
{
	float most = 0;
	int p = 0;
	for (; p + 32 <= k; p += 32) {
		__m256 v[4];
		for (int i = 0; i < 4; i++)
			v[i] = _mm256_loadu_ps(x + p + 8 * i);
		float m = max_abs(v);
		most = m > most ? m : most;
	}
	for (; p < k; p++)
		most = fabsf(x[p]) > most ? fabsf(x[p]) : most;
	return most;
}

/* Eight of a row: two groups of four, mr groups apart. Returns their sum. */
static int32_t groups_put(__m256i q, uint8_t *to, int mr)
{
	__m256i bytes = pack_int8(q, _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256());
	uint64_t eight = (uint64_t)_mm256_extract_epi64(bytes, 0);
	__m128i h = _mm_add_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1));
	memcpy(to, &eight, 4);
	eight >>= 32;
	memcpy(to + 4 * mr, &eight, 4);
	h = _mm_hadd_epi32(h, h);
	return _mm_cvtsi128_si32(_mm_hadd_epi32(h, h));
}

void gemm_pack_wi8ai8_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	char *head = panel;
	uint8_t *q = (uint8_t *)panel + (size_t)GEMM_WI8AI8_HEAD * (size_t)mr;
	for (int i = 0; i < mr; i++) {
		const float *row = a + i * lda;
		float d = row_max(row, k) / 127.0f;
		__m256 inverse = _mm256_set1_ps(d > 0.0f ? 1.0f / d : 0.0f);
		int32_t sum = 0;
		int p = 0;
		for (; p + 8 <= k; p += 8)
			sum += groups_put(quantise8(_mm256_loadu_ps(row + p), inverse),
					  q + (size_t)p * (size_t)mr + 4 * i, mr);
		if (p < k) { /* four are left */
			__m128i last = _mm256_castsi256_si128(
				quantise8(_mm256_castps128_ps256(_mm_loadu_ps(row + p)), inverse));
			__m128i h = _mm_hadd_epi32(last, last);
			int32_t four = _mm_cvtsi128_si32(
				_mm_packs_epi16(_mm_packs_epi32(last, last), _mm_setzero_si128()));
			memcpy(q + (size_t)p * (size_t)mr + 4 * i, &four, 4);
			sum += _mm_cvtsi128_si32(_mm_hadd_epi32(h, h));
		}
		sum *= -128;
		memcpy(head + 4 * i, &d, 4);
		memcpy(head + 4 * (mr + i), &sum, 4);
	}
}
