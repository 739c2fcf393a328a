/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <immintrin.h>

#ifndef __AVX512BF16__
#error "this file needs -mavx512bf16"
#endif

/* Makes the compiler forget what it knows of a value, at no cost. */
#define OPAQUE(x) __asm__ volatile("" : "+v"(x))

void fma_bf16_bf16(long n)
{
	__m512i ones = _mm512_set1_epi16(0x3f80);
	__m512 acc[24];
	OPAQUE(ones);
	__m512bh x = (__m512bh)ones;
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++) {
		acc[i] = _mm512_setzero_ps();
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 24
		for (int i = 0; i < 24; i++)
			acc[i] = _mm512_dpbf16_ps(acc[i], x, x);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++)
		OPAQUE(acc[i]);
}
