/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sign-flip permutation test of Hodges and Lehmann's estimate, for data with so many ties that ranks do not have
 * their null distribution. A flip costs O(n): with |r| in order, flipped values are in order by one merge, and pairs with
 * a sum at or above a bound are counted from both ends.
 */
#include "config.h"

#include "harness/stat/pairs.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stat/draw.h"

/* Estimates that are equal but for rounding are equal: sums of other members of a tie differ in their last bits. */
#define ROUNDING 1e-12

struct flips {
	int n;
	double *size;	/* |r|, ascending */
	double *sorted; /* of a flip, ascending */
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Negative ones from the largest size down, then the others up. */
static void flip(struct flips *f, struct draw *d)
{
	int below = 0, above = f->n;

	/* One draw a value: where it goes from either end. The largest come first, so they end outermost. */
	for (int i = f->n - 1; i >= 0; i--)
		if (draw_bits(d) >> 63)
			f->sorted[below++] = -f->size[i];
		else
			f->sorted[--above] = f->size[i];
}

/* How many sums x_i + x_j, i <= j, are at or above the bound; *under: the largest sum below it, *over: the least other. */
static long sums_from(const double *x, int n, double bound, double *under, double *over)
{
	long count = 0;
	int j = n; /* first partner that reaches the bound: falls as i rises */

	*under = -INFINITY;
	*over = INFINITY;
	for (int i = 0; i < n; i++) {
		int from;

		while (j > 0 && x[i] + x[j - 1] >= bound)
			j--;
		from = j > i ? j : i;
		count += n - from;
		if (from < n)
			*over = fmin(*over, x[i] + x[from]);
		if (from > i)
			*under = fmax(*under, x[i] + x[from - 1]);
	}
	return count;
}

/* Whether the median of the Walsh averages is at or above t. */
static bool median_reaches(const double *x, int n, double t)
{
	long m = (long)n * (n + 1) / 2;
	double under, over;
	long count = sums_from(x, n, 2 * t, &under, &over);

	if (m % 2 || count != m / 2)
		return 2 * count > m;
	return (under / 2 + over / 2) / 2 >= t;
}

static bool as_far(struct flips *f, double t)
{
	if (median_reaches(f->sorted, f->n, t))
		return true;
	/* The other side: minus all of them, in order again. */
	for (int i = 0, j = f->n - 1; i <= j; i++, j--) {
		double x = f->sorted[i];
		f->sorted[i] = -f->sorted[j];
		f->sorted[j] = -x;
	}
	return median_reaches(f->sorted, f->n, t);
}

/* How many of so many flips move the estimate as far as theta. */
static int far_count(struct flips *f, double theta, uint64_t seed, int flips)
{
	struct draw d = {.seed = seed};
	double least = fabs(theta) - ROUNDING * f->size[f->n - 1];
	int far = 0;

	for (int i = 0; i < flips; i++) {
		flip(f, &d);
		far += as_far(f, least);
	}
	return far;
}

double pairs_flip_p(const double *r, int n, double theta, uint64_t seed, int flips)
{
	struct flips f = {.n = n};
	double p = NAN;

	if (n < 1)
		return NAN;
	f.size = calloc((size_t)n, sizeof *f.size);
	f.sorted = calloc((size_t)n, sizeof *f.sorted);
	if (f.size && f.sorted) {
		for (int i = 0; i < n; i++)
			f.size[i] = fabs(r[i]);
		qsort(f.size, (size_t)n, sizeof *f.size, compare);
		p = (1.0 + far_count(&f, theta, seed, flips)) / (1.0 + flips);
	}
	free(f.size);
	free(f.sorted);
	return p;
}
