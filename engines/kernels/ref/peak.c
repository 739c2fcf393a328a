/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <stdint.h>

/* Makes the compiler forget what it knows of a value, at no cost. */
#ifdef __aarch64__
#define OPAQUE_F(x) __asm__ volatile("" : "+w"(x))
#else
#define OPAQUE_F(x) __asm__ volatile("" : "+x"(x))
#endif
#define OPAQUE_I(x) __asm__ volatile("" : "+r"(x))
#define CHAINS	    8

void fma_f32_ref(long n)
{
	float acc[CHAINS] = {0}, x = 1.0f, y = 1e-3f;
	OPAQUE_F(y);
#pragma GCC unroll 8
	for (int i = 0; i < CHAINS; i++)
		OPAQUE_F(acc[i]); /* equal chains would become one */
	for (; n > 0; n--) {
#pragma GCC unroll 8
		for (int i = 0; i < CHAINS; i++) {
			OPAQUE_F(x); /* else the product is taken out of the loop */
			acc[i] += x * y;
		}
	}
#pragma GCC unroll 8
	for (int i = 0; i < CHAINS; i++)
		OPAQUE_F(acc[i]);
}

/* ref multiplies bf16 as floats. */
void fma_bf16_ref(long n)
{
	fma_f32_ref(n);
}

void fma_int8_ref(long n)
{
	uint32_t acc[CHAINS] = {0}, x = 3, y = 5;
	OPAQUE_I(y);
#pragma GCC unroll 8
	for (int i = 0; i < CHAINS; i++)
		OPAQUE_I(acc[i]);
	for (; n > 0; n--) {
#pragma GCC unroll 8
		for (int i = 0; i < CHAINS; i++) {
			OPAQUE_I(x);
			acc[i] += x * y;
		}
	}
#pragma GCC unroll 8
	for (int i = 0; i < CHAINS; i++)
		OPAQUE_I(acc[i]);
}
