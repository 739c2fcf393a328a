/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded random numbers, the same on every machine: SplitMix64 (Steele, Lea,
 * Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
 * Counter-based, so that threads can start anywhere. Not for secrets.
 */
#ifndef IFM_BASE_RNG_H
#define IFM_BASE_RNG_H

#include <stdint.h>

/* The i-th number of the stream `seed`. */
static inline uint64_t rng_at(uint64_t seed, uint64_t i)
{
	uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

struct rng {
	uint64_t seed;
	uint64_t i;
};

static inline uint64_t rng_next(struct rng *r)
{
	return rng_at(r->seed, r->i++);
}

/* Uniform in [0, n), n > 0, without bias worth speaking of (n << 2^64). */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)rng_next(r) * n) >> 64);
}

/* Uniform in [-1, 1), multiples of 2^-23: exact in float. */
static inline float rng_symmetric(uint64_t bits)
{
	return (float)((int32_t)(bits >> 40) - (1 << 23)) * (1.0f / (1 << 23));
}

#endif
