/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded random draws, the same bits on every machine: SplitMix64, the numbers of engines/base/rng.h (which this room
 * may not see), and what is made of them by additions, multiplications, divisions and square roots alone. No function of
 * libm whose last bit differs between machines takes part. Not for secrets.
 */
#ifndef IFM_STAT_DRAW_H
#define IFM_STAT_DRAW_H

#include <stdint.h>

struct draw {
	uint64_t seed;
	uint64_t i; /* how many were drawn */
};

uint64_t draw_bits(struct draw *d);
/* Uniform in [0, n), n > 0. */
uint64_t draw_below(struct draw *d, uint64_t n);
/* Uniform in (0, 1), never an end: multiples of 2^-54, from 1/2 on of 2^-53. */
double draw_uniform(struct draw *d);
/* Standard normal: the quantile of a uniform one, so that a draw is always one number of the stream. */
double draw_normal(struct draw *d);
/* Student's t with 3 degrees of freedom: a normal over the root of a mean of three squares. */
double draw_t3(struct draw *d);
/* A seed for a stream of its own, by number: streams do not depend on how much others drew. */
uint64_t draw_stream(uint64_t seed, uint64_t number);

#endif
