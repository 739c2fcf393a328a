/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <immintrin.h>

#ifndef __AVX512VNNI__
#error "this file needs -mavx512vnni"
#endif

/* Makes the compiler forget what it knows of a value, at no cost. */
#define OPAQUE(x) __asm__ volatile("" : "+v"(x))

void fma_int8_vnni(long n)
{
	__m512i acc[24], w = _mm512_set1_epi8(3), a = _mm512_set1_epi8(5);
	OPAQUE(w);
	OPAQUE(a);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++) {
		acc[i] = _mm512_setzero_si512();
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 24
		for (int i = 0; i < 24; i++)
			acc[i] = _mm512_dpbusd_epi32(acc[i], w, a);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++)
		OPAQUE(acc[i]);
}
