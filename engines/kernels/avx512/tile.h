/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inline pieces of the matrix kernels of two 512-bit vectors of columns. mr, the rows of a tile, is a constant:
 * all loops over it vanish and the tile lives in registers.
 */
#ifndef IFM_KERNELS_AVX512_TILE_H
#define IFM_KERNELS_AVX512_TILE_H

#ifndef __AVX512F__
#error "this file needs -mavx512f"
#endif

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Sums stay in the order they are written in: gcc would make trees of them and spill every leaf. */
#ifndef KEEP
#define KEEP(x) __asm__("" : "+v"(x))
#endif

/* Four bytes of a row of A for all columns. */
static inline __attribute__((always_inline)) __m512i a_load(const uint8_t *a)
{
	int32_t four;
	memcpy(&four, a, sizeof four);
	return _mm512_set1_epi32(four);
}

/* Integer sums of a block times scales, A's f32 and W's binary16, added to acc. */
static inline __attribute__((always_inline)) void block_add(const int mr, __m512i sum[][2],
							    const float *scale, const uint8_t *scale_w,
							    __m512 acc[][2])
{
#pragma GCC unroll 2
	for (int j = 0; j < 2; j++) {
		__m512 s = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(scale_w + 32 * j)));
#pragma GCC unroll 12
		for (int i = 0; i < mr; i++)
			acc[i][j] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[i][j]),
						    _mm512_mul_ps(s, _mm512_set1_ps(scale[i])), acc[i][j]);
	}
}

static inline __attribute__((always_inline)) void tile_store(const int mr, __m512 acc[][2], float *c,
							     size_t ldc, bool add)
{
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			float *to = c + (size_t)i * ldc + 16 * j;
			if (add)
				acc[i][j] = _mm512_add_ps(acc[i][j], _mm512_loadu_ps(to));
			_mm512_storeu_ps(to, acc[i][j]);
		}
}

/* Integer sums of whole rows times f32 scales; one at a time, else gcc spills. */
static inline __attribute__((always_inline)) void rows_store(const int mr, __m512i sum[][2],
							     const float *scale_a, const float *scale_w,
							     float *c, size_t ldc, bool add)
{
#pragma GCC unroll 12
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 2
		for (int j = 0; j < 2; j++) {
			float *to = c + (size_t)i * ldc + 16 * j;
			__m512 scale =
				_mm512_mul_ps(_mm512_loadu_ps(scale_w + 16 * j), _mm512_set1_ps(scale_a[i]));
			__m512 all = _mm512_mul_ps(_mm512_cvtepi32_ps(sum[i][j]), scale);
			_mm512_storeu_ps(to, add ? _mm512_add_ps(all, _mm512_loadu_ps(to)) : all);
		}
}

#endif
