/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/signed_rank.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stat/distribution.h"

/* A tail that equals what is allowed but for rounding is allowed. */
#define ROUNDING 1e-12

static int most(int n)
{
	return n * (n + 1) / 2;
}

/* Rank by rank: T+ has it or not, each with 1/2. */
static void spread_ranks(double *p, int n)
{
	p[0] = 1;
	for (int rank = 1; rank <= n; rank++)
		for (int k = most(rank); k >= 0; k--)
			p[k] = (p[k] + (k >= rank ? p[k - rank] : 0)) / 2;
}

bool signed_rank_make(struct signed_rank *s, int n)
{
	if (s->n == n)
		return true;
	signed_rank_free(s);
	if (n <= SIGNED_RANK_EXACT) {
		s->below = calloc((size_t)most(n) + 1, sizeof *s->below);
		if (!s->below)
			return false;
		spread_ranks(s->below, n);
		for (int k = 1; k <= most(n); k++)
			s->below[k] += s->below[k - 1];
	}
	s->n = n;
	return true;
}

void signed_rank_free(struct signed_rank *s)
{
	free(s->below);
	*s = (struct signed_rank){0};
}

static double mean_of(int n)
{
	return n * (n + 1.0) / 4;
}

static double sd_of(int n)
{
	return sqrt(n * (n + 1.0) * (2 * n + 1.0) / 24);
}

double signed_rank_below(const struct signed_rank *s, int k)
{
	if (k < 0)
		return 0;
	if (!s->below)
		return stat_normal_cdf((k + 0.5 - mean_of(s->n)) / sd_of(s->n));
	return s->below[k < most(s->n) ? k : most(s->n)];
}

int signed_rank_critical(const struct signed_rank *s, double tail)
{
	int k = -1;

	if (!s->below)
		return (int)floor(mean_of(s->n) - 0.5 + stat_normal_quantile(tail) * sd_of(s->n));
	while (k < most(s->n) && s->below[k + 1] <= tail * (1 + ROUNDING))
		k++;
	return k;
}

double signed_rank_p(const struct signed_rank *s, double t)
{
	double smaller = fmin(t, most(s->n) - t);

	return fmin(1, 2 * signed_rank_below(s, (int)ceil(smaller)));
}

int signed_rank_min_n(double level)
{
	int n = 1;

	/* P(T+ = 0) = 2^-n. */
	while (n < 1000 && ldexp(1, -n) > (1 - level) / 2 * (1 + ROUNDING))
		n++;
	return n;
}
