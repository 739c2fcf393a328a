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

uint64_t read_neon(const void *p, size_t bytes)
{
	const uint8_t *at = p;
	uint8x16_t acc[8];
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		acc[i] = vdupq_n_u8(0);
	for (const uint8_t *end = at + bytes; at < end; at += 128)
#pragma GCC unroll 8
		for (int i = 0; i < 8; i++)
			acc[i] = vorrq_u8(acc[i], vld1q_u8(at + 16 * i));
#pragma GCC unroll 7
	for (int i = 1; i < 8; i++)
		acc[0] = vorrq_u8(acc[0], acc[i]);
	uint64x2_t all = vreinterpretq_u64_u8(acc[0]);
	return vgetq_lane_u64(all, 0) | vgetq_lane_u64(all, 1);
}
