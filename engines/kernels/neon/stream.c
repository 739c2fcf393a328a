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

#define WORDS	       uint8x16_t
#define LOAD_WORDS(at) vld1q_u8((const uint8_t *)(at))
#define OR_WORDS       vorrq_u8
#define NO_WORDS()     vdupq_n_u8(0)
#define WORDS_USED(x)  __asm__ volatile("" : : "w"(x))

static uint64_t fold(uint8x16_t v)
{
	uint64x2_t all = vreinterpretq_u64_u8(v);
	return vgetq_lane_u64(all, 0) | vgetq_lane_u64(all, 1);
}

READ_LOOPS(neon)
