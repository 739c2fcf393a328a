/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantiles, and their intervals from order statistics: of n values, B ~ Bin(n, p) lie below the
 * quantile p, whatever their distribution, so that x_(l) <= quantile < x_(u) has the probability
 * P(l <= B < u) (David and Nagaraja, Order Statistics, section 7.1).
 */
#include "config.h"

#include "harness/stat/stat.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stat/select.h"

/* A tail that equals what is allowed but for rounding is allowed. */
#define ROUNDING 1e-12
/* P(B < np - t) <= exp(-t^2 / 2np) (Chernoff): at t = 40 sqrt(np) nothing is left in a double. */
#define NEGLIGIBLE 40

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* free() it; NULL when there is nothing to sort or no memory. */
static double *sorted_copy(const double *x, int n)
{
	double *copy = n > 0 ? malloc(sizeof *copy * (size_t)n) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, x, sizeof *copy * (size_t)n);
	qsort(copy, (size_t)n, sizeof *copy, compare);
	return copy;
}

static double quantile_of_sorted(const double *x, int n, double p)
{
	double h = (n - 1) * p;
	int i = (int)h;

	/* Also keeps an infinite neighbour out of a quantile that falls on an element. */
	if (h == i)
		return x[i];
	return x[i] + (h - i) * (x[i + 1] - x[i]);
}

/* Sorting all of a large run's samples for one quantile each would take most of a report's time. */
double stat_quantile(const double *x, int n, double p)
{
	double *copy, h, q, next = INFINITY;
	int i;

	if (!(p >= 0 && p <= 1) || n <= 0)
		return NAN;
	h = (n - 1) * p;
	i = (int)h;
	copy = malloc(sizeof *copy * (size_t)n);
	if (!copy)
		return NAN;
	memcpy(copy, x, sizeof *copy * (size_t)n);
	stat_select(copy, n, i);
	q = copy[i];
	/* As quantile_of_sorted: the neighbour counts only between two elements. */
	for (int j = i + 1; h != i && j < n; j++)
		next = fmin(next, copy[j]);
	free(copy);
	return h == i ? q : q + (h - i) * (next - q);
}

double stat_mad(const double *x, int n)
{
	double *copy = sorted_copy(x, n), median;

	if (!copy)
		return NAN;
	median = quantile_of_sorted(copy, n, 0.5);
	for (int i = 0; i < n; i++)
		copy[i] = fabs(copy[i] - median);
	qsort(copy, (size_t)n, sizeof *copy, compare);
	median = quantile_of_sorted(copy, n, 0.5);
	free(copy);
	return MAD_SCALE * median;
}

static double log_binomial(int n, int k, double p)
{
	return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) + (n - k) * log1p(-p);
}

/*
 * The largest l with P(B < l) <= most, and that probability; 0 when not even P(B < 1) is so small. The sum
 * begins at its smallest terms, and in logarithms: p^n alone would underflow.
 */
static int lower_rank(int n, double p, double most, double *tail)
{
	double start = n * p - NEGLIGIBLE * sqrt(n * p), term;
	int k = start > 0 ? (int)start : 0;

	*tail = 0;
	if (!(p > 0 && p < 1))
		return 0;
	term = log_binomial(n, k, p);
	while (k < n && *tail + exp(term) <= most * (1 + ROUNDING)) {
		*tail += exp(term);
		term += log((double)(n - k) / (k + 1.0)) + log(p) - log1p(-p);
		k++;
	}
	return k;
}

static void extremes(const double *x, int n, struct stat_interval *out)
{
	out->lo = out->hi = x[0];
	for (int i = 1; i < n; i++) {
		out->lo = fmin(out->lo, x[i]);
		out->hi = fmax(out->hi, x[i]);
	}
}

struct stat_interval stat_quantile_interval(const double *x, int n, double p, double level)
{
	struct stat_interval r = {.lo = NAN, .hi = NAN};
	double most = (1 - level) / 2, below, above, *copy;
	int l, u;

	if (n <= 0 || !(p >= 0 && p <= 1))
		return r;
	/* From above, n - B ~ Bin(n, 1 - p) is counted the same way. */
	l = lower_rank(n, p, most, &below);
	u = n + 1 - lower_rank(n, 1 - p, most, &above);
	extremes(x, n, &r);
	r.coverage = fmax(0, 1 - pow(1 - p, n) - pow(p, n));
	copy = l > 0 && u <= n ? sorted_copy(x, n) : NULL;
	if (!copy)
		return r;
	r = (struct stat_interval){copy[l - 1], copy[u - 1], 1 - below - above, true};
	free(copy);
	return r;
}

int stat_quantile_min_n(double p, double level)
{
	double most = (1 - level) / 2, side = fmax(p, 1 - p), n;

	if (!(p > 0 && p < 1) || !(most > 0))
		return INT_MAX;
	/* The extremes are the widest pair; the tail beyond the scarcer one is side^n. */
	n = fmax(1, floor(log(most) / log(side)) - 1);
	if (n >= INT_MAX)
		return INT_MAX;
	while (n < INT_MAX && pow(side, n) > most * (1 + ROUNDING))
		n++;
	return (int)n;
}
