/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <immintrin.h>

#if !defined __AVX2__ || !defined __FMA__
#error "this file needs -mavx2 -mfma"
#endif

/* Makes the compiler forget what it knows of a value, at no cost. */
#define OPAQUE(x) __asm__ volatile("" : "+x"(x))

void fma_f32_avx2(long n)
{
	__m256 acc[12], x = _mm256_set1_ps(1.0f), y = _mm256_set1_ps(1e-3f);
	OPAQUE(x);
	OPAQUE(y);
#pragma GCC unroll 12
	for (int i = 0; i < 12; i++) {
		acc[i] = _mm256_setzero_ps();
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 12
		for (int i = 0; i < 12; i++)
			acc[i] = _mm256_fmadd_ps(x, y, acc[i]);
#pragma GCC unroll 12
	for (int i = 0; i < 12; i++)
		OPAQUE(acc[i]);
}

/* The sequence of the matrix kernel at this level (gemm_bf16.c): shift for the even k, mask for the odd one, each
 * for six multiply-adds, as its tile has six rows. */
void fma_bf16_avx2(long n)
{
	__m256 acc[12], x = _mm256_set1_ps(1.0f);
	__m256i w = _mm256_set1_epi32(0x3a833a83), high = _mm256_set1_epi32((int)0xffff0000);
	OPAQUE(x);
	OPAQUE(high);
#pragma GCC unroll 12
	for (int i = 0; i < 12; i++) {
		acc[i] = _mm256_setzero_ps();
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++) {
			OPAQUE(w); /* a new pair of weights each time */
			__m256 b = _mm256_castsi256_ps(j < 2 ? _mm256_slli_epi32(w, 16)
							     : _mm256_and_si256(w, high));
#pragma GCC unroll 6
			for (int i = 0; i < 6; i++)
				acc[j % 2 * 6 + i] = _mm256_fmadd_ps(x, b, acc[j % 2 * 6 + i]);
		}
#pragma GCC unroll 12
	for (int i = 0; i < 12; i++)
		OPAQUE(acc[i]);
}

/* The sequence of the matrix kernel at this level (gemm_q8_0.c): sign, vpmaddubsw, vpmaddwd,
 * add; its 32 multiply-adds are what is counted, not the four instructions. */
void fma_int8_avx2(long n)
{
	__m256i acc[8], w = _mm256_set1_epi8(-3), w_abs = _mm256_abs_epi8(w), a = _mm256_set1_epi8(5);
	__m256i ones = _mm256_set1_epi16(1);
	OPAQUE(w);
	OPAQUE(w_abs);
	OPAQUE(ones);
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++) {
		acc[i] = _mm256_setzero_si256();
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 8
		for (int i = 0; i < 8; i++) {
			OPAQUE(a); /* a new activation each time */
			__m256i pairs = _mm256_maddubs_epi16(w_abs, _mm256_sign_epi8(a, w));
			acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(pairs, ones));
		}
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		OPAQUE(acc[i]);
}
