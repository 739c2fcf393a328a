/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <immintrin.h>

#if !defined __AVX512F__ || !defined __AVX512BW__
#error "this file needs -mavx512f -mavx512bw"
#endif

/* Makes the compiler forget what it knows of a value, at no cost. */
#define OPAQUE(x) __asm__ volatile("" : "+v"(x))

void fma_f32_avx512(long n)
{
	__m512 acc[24], x = _mm512_set1_ps(1.0f), y = _mm512_set1_ps(1e-3f);
	OPAQUE(x);
	OPAQUE(y);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++) {
		acc[i] = _mm512_setzero_ps();
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 24
		for (int i = 0; i < 24; i++)
			acc[i] = _mm512_fmadd_ps(x, y, acc[i]);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++)
		OPAQUE(acc[i]);
}

/* The sequence of the matrix kernel at this level (gemm_bf16.c): the even weights shifted up or the odd ones
 * masked, then a multiply-add for each row of the tile. */
void fma_bf16_avx512(long n)
{
	__m512 acc[24], x = _mm512_set1_ps(1.0f);
	__m512i w = _mm512_set1_epi32(0x3f803f80), high = _mm512_set1_epi32((int)0xffff0000);
	OPAQUE(x);
	OPAQUE(high);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++) {
		acc[i] = _mm512_setzero_ps();
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++) {
			OPAQUE(w); /* a new pair of weights each time */
			__m512 b = _mm512_castsi512_ps(j < 2 ? _mm512_slli_epi32(w, 16)
							     : _mm512_and_si512(w, high));
#pragma GCC unroll 12
			for (int i = 0; i < 12; i++)
				acc[j % 2 * 12 + i] = _mm512_fmadd_ps(x, b, acc[j % 2 * 12 + i]);
		}
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++)
		OPAQUE(acc[i]);
}

/* The sequence of the matrix kernel at this level (gemm_q8_0.c): masked negation, vpmaddubsw,
 * vpmaddwd, add; its 64 multiply-adds are what is counted, not the four instructions. */
void fma_int8_avx512(long n)
{
	__m512i acc[12], w_abs = _mm512_set1_epi8(3), a = _mm512_set1_epi8(5);
	__m512i ones = _mm512_set1_epi16(1), zero = _mm512_setzero_si512();
	__mmask64 neg = _cvtu64_mask64(0x5555555555555555u);
	OPAQUE(w_abs);
	OPAQUE(ones);
#pragma GCC unroll 12
	for (int i = 0; i < 12; i++) {
		acc[i] = zero;
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 12
		for (int i = 0; i < 12; i++) {
			OPAQUE(a); /* a new activation each time */
			__m512i pairs = _mm512_maddubs_epi16(w_abs, _mm512_mask_sub_epi8(a, neg, zero, a));
			acc[i] = _mm512_add_epi32(acc[i], _mm512_madd_epi16(pairs, ones));
		}
#pragma GCC unroll 12
	for (int i = 0; i < 12; i++)
		OPAQUE(acc[i]);
}
