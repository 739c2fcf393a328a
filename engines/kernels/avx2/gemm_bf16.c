/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>

#if !defined __AVX2__ || !defined __FMA__
#error "this file needs -mavx2 -mfma"
#endif

/* A dword of W holds two of k: the even one in its low half, the odd one in its high half. Either is an f32 with the
 * other half cleared. */
static inline __attribute__((always_inline)) __m256 even(__m256i pair)
{
	return _mm256_castsi256_ps(_mm256_slli_epi32(pair, 16));
}

static inline __attribute__((always_inline)) __m256 odd(__m256i pair)
{
	return _mm256_castsi256_ps(_mm256_and_si256(pair, _mm256_set1_epi32((int)0xffff0000)));
}

/* Adds a row of A at one k to all accumulators. */
static inline __attribute__((always_inline)) void rank1(const int mr, const int nv, const float *a,
							const __m256 b[2], __m256 acc[6][2])
{
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++) {
		__m256 x = _mm256_broadcast_ss(a + i);
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++)
			acc[i][j] = _mm256_fmadd_ps(x, b[j], acc[i][j]);
	}
}

/* mr and nv (vectors of 8 columns) are constants: all loops over them vanish and the tile
 * lives in registers. 6x16 takes 12 accumulators of the 16. */
static inline __attribute__((always_inline)) void tile(const int mr, const int nv, int k, const float *a,
						       const uint16_t *w, float *c, size_t ldc, bool add)
{
	__m256 acc[6][2], b[2];
	__m256i pair[2];
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++)
			acc[i][j] = _mm256_setzero_ps();
	for (; k > 0; k -= 2, a += 2 * mr, w += 16 * nv) {
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++) {
			pair[j] = _mm256_loadu_si256((const __m256i *)(w + 16 * j));
			b[j] = even(pair[j]);
		}
		rank1(mr, nv, a, b, acc);
		if (k == 1) /* the last of an odd depth stands alone */
			break;
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++)
			b[j] = odd(pair[j]);
		rank1(mr, nv, a + mr, b, acc);
	}
#pragma GCC unroll 6
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < nv; j++) {
			float *to = c + (size_t)i * ldc + 8 * j;
			if (add)
				acc[i][j] = _mm256_add_ps(acc[i][j], _mm256_loadu_ps(to));
			_mm256_storeu_ps(to, acc[i][j]);
		}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_bf16_##mr##x##nr##_avx2(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, nr / 8, k, a, w, c, ldc, add);                                                      \
	}

TILE(6, 16)
TILE(4, 16)
TILE(2, 16)
TILE(1, 16)

/* Rounds n floats to bf16, in place, to nearest even; NaN becomes quiet. The bits of bf16_from_f32. */
static void round_bf16(float *x, size_t n)
{
	const __m256i one = _mm256_set1_epi32(1), half = _mm256_set1_epi32(0x7fff);
	const __m256i upper = _mm256_set1_epi32((int)0xffff0000), quiet = _mm256_set1_epi32(0x00400000);
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		__m256 v = _mm256_loadu_ps(x + i);
		__m256i u = _mm256_castps_si256(v), odd_bit = _mm256_and_si256(_mm256_srli_epi32(u, 16), one);
		__m256i r = _mm256_and_si256(_mm256_add_epi32(u, _mm256_add_epi32(half, odd_bit)), upper);
		__m256i nan = _mm256_and_si256(_mm256_or_si256(u, quiet), upper);
		__m256 is_nan = _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
		_mm256_storeu_ps(x + i,
				 _mm256_blendv_ps(_mm256_castsi256_ps(r), _mm256_castsi256_ps(nan), is_nan));
	}
	if (i < n) {
		float rest[8] = {0};
		for (size_t k = i; k < n; k++)
			rest[k - i] = x[k];
		round_bf16(rest, 8);
		for (size_t k = i; k < n; k++)
			x[k] = rest[k - i];
	}
}

void gemm_pack_bf16_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	gemm_pack_f32_avx2(mr, k, a, lda, panel);
	round_bf16(panel, (size_t)mr * (size_t)k);
}
