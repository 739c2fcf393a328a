/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/draw.h"

#include <math.h>

#include "harness/stat/distribution.h"

/* SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), counter-based. */
static uint64_t bits_at(uint64_t seed, uint64_t i)
{
	uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t draw_bits(struct draw *d)
{
	return bits_at(d->seed, d->i++);
}

uint64_t draw_below(struct draw *d, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)draw_bits(d) * n) >> 64);
}

double draw_uniform(struct draw *d)
{
	double u = ((double)(draw_bits(d) >> 11) + 0.5) / 9007199254740992.0;

	/* From 1/2 on the half is rounded: the largest to 1, which has no normal quantile. */
	return u < 1 ? u : 1 - 0x1p-53;
}

double draw_normal(struct draw *d)
{
	return stat_normal_quantile(draw_uniform(d));
}

double draw_t3(struct draw *d)
{
	double z = draw_normal(d), sum = 0;

	for (int i = 0; i < 3; i++) {
		double x = draw_normal(d);
		sum += x * x;
	}
	return z / sqrt(sum / 3);
}

uint64_t draw_stream(uint64_t seed, uint64_t number)
{
	return bits_at(seed ^ 0x73747265616d7321u, number);
}
