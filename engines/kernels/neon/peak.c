/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <arm_neon.h>

#ifndef __aarch64__
#error "this file needs arm64"
#endif

/* Makes the compiler forget what it knows of a value, at no cost. */
#define OPAQUE(x) __asm__ volatile("" : "+w"(x))

void fma_f32_neon(long n)
{
	float32x4_t acc[24], x = vdupq_n_f32(1.0f), y = vdupq_n_f32(1e-3f);
	OPAQUE(x);
	OPAQUE(y);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++) {
		acc[i] = vdupq_n_f32(0);
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 24
		for (int i = 0; i < 24; i++)
			acc[i] = vfmaq_f32(acc[i], x, y);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++)
		OPAQUE(acc[i]);
}

/* The sequence of the matrix kernels at this level (dot.h): two widening products and an addition in
 * pairs; its 16 multiply-adds are what is counted, not the three instructions. */
void fma_int8_neon(long n)
{
	int32x4_t acc[16];
	int8x8_t w = vdup_n_s8(-3), a = vdup_n_s8(5);
	OPAQUE(w);
#pragma GCC unroll 16
	for (int i = 0; i < 16; i++) {
		acc[i] = vdupq_n_s32(0);
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			OPAQUE(a); /* a new activation each time */
			acc[i] = vpadalq_s16(acc[i], vmlal_s8(vmull_s8(w, a), w, a));
		}
#pragma GCC unroll 16
	for (int i = 0; i < 16; i++)
		OPAQUE(acc[i]);
}

/* The sequence of the matrix kernel at this level (gemm_bf16.c): the earlier weights of pairs shifted up or the later
 * ones masked, then a multiply-add for each row of the tile. */
void fma_bf16_neon(long n)
{
	float32x4_t acc[24], x = vdupq_n_f32(1.0f);
	uint32x4_t w = vdupq_n_u32(0x3a833a83), high = vdupq_n_u32(0xffff0000);
	OPAQUE(x);
	OPAQUE(high);
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++) {
		acc[i] = vdupq_n_f32(0);
		OPAQUE(acc[i]); /* equal chains would become one */
	}
	for (; n > 0; n--)
#pragma GCC unroll 6
		for (int j = 0; j < 6; j++) {
			OPAQUE(w); /* a new pair of weights each time */
			float32x4_t b =
				vreinterpretq_f32_u32(j < 3 ? vshlq_n_u32(w, 16) : vandq_u32(w, high));
#pragma GCC unroll 8
			for (int i = 0; i < 8; i++)
				acc[j % 3 * 8 + i] = vfmaq_f32(acc[j % 3 * 8 + i], x, b);
		}
#pragma GCC unroll 24
	for (int i = 0; i < 24; i++)
		OPAQUE(acc[i]);
}
