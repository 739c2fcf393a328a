/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/stream.h"

#include <arm_neon.h>

#include "engines/kernels/stream_loops.h"

#ifndef __aarch64__
#error "this file needs arm64"
#endif

/* Two registers at once: there is no streaming store of one, and a pair is stored at the rate of one. */
struct pair {
	float64x2_t x, y;
};

static inline struct pair pair_load(const double *p)
{
	return (struct pair){vld1q_f64(p), vld1q_f64(p + 2)};
}

static inline struct pair pair_splat(double x)
{
	return (struct pair){vdupq_n_f64(x), vdupq_n_f64(x)};
}

static inline struct pair pair_multiply_add(struct pair s, struct pair c, struct pair b)
{
	return (struct pair){vfmaq_f64(b.x, s.x, c.x), vfmaq_f64(b.y, s.y, c.y)};
}

static inline void pair_store(double *p, struct pair v)
{
	vst1q_f64(p, v.x);
	vst1q_f64(p + 2, v.y);
}

/* A hint: a processor may keep such stores in its caches. */
static inline void pair_stream(double *p, struct pair v)
{
	__asm__ volatile("stnp %q1, %q2, [%0]" ::"r"(p), "w"(v.x), "w"(v.y) : "memory");
}

#define LANES	     4
#define VECTOR	     struct pair
#define LOAD	     pair_load
#define SPLAT	     pair_splat
#define MULTIPLY_ADD pair_multiply_add
#define FENCE()	     (void)0 /* other threads see them in the order of any stores */

STREAM_LOOPS(plain, neon, pair_store)
STREAM_LOOPS(nt, neon, pair_stream)

uint64_t read_neon(const void *block, size_t bytes, long passes)
{
	const uint8_t *at = block, *end = at + bytes;
	uint8x16_t acc[8];
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		acc[i] = vdupq_n_u8(0);
	for (long n = stream_turns(bytes, passes, 32 * sizeof *acc); n > 0; n--) {
#pragma GCC unroll 32
		for (int i = 0; i < 32; i++)
			acc[i % 8] = vorrq_u8(acc[i % 8], vld1q_u8(at + 16 * i));
		at += 32 * sizeof *acc;
		at -= stream_back(at, end, bytes);
	}
#pragma GCC unroll 7
	for (int i = 1; i < 8; i++)
		acc[0] = vorrq_u8(acc[0], acc[i]);
	uint64x2_t all = vreinterpretq_u64_u8(acc[0]);
	return vgetq_lane_u64(all, 0) | vgetq_lane_u64(all, 1);
}
