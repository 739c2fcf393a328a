/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ratio of two medians of unpaired values, by the percentile bootstrap over processes (facts: statistics, section
 * 6). The median of a resample takes few values, each with a probability that can be written down (Efron,
 * "Bootstrap methods: another look at the jackknife", Annals of Statistics 7, 1979, section 3): so nothing is drawn,
 * there is no seed, and swapping the two sides gives the inverse interval.
 */
#include "config.h"

#include "harness/stat/stat.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An even number of values gives n (n + 1) / 2 medians; above this many values the lower of the two in the middle stands
 * for both, which moves a median by less than the step from one value to the next. */
#define PAIRS_MAX 1000
/* Halvings of the interval that holds a quantile: no double lies between its ends any more. */
#define HALVINGS 200

/* A value that the median of a resample can take, and how likely it is. */
struct mass {
	double x, p;
};

struct masses {
	struct mass *item;
	size_t n;
};

static int compare_masses(const void *a, const void *b)
{
	double x = ((const struct mass *)a)->x, y = ((const struct mass *)b)->x;

	return (x > y) - (x < y);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* P(B >= k), B ~ Bin(n, p). Beyond the mean each term is smaller than the one before: what is too small for a double ends
 * the sum. */
static double upper_tail(int n, int k, double p)
{
	double sum = 0, term;

	if (p <= 0 || p >= 1)
		return p >= 1 || k <= 0;
	term = exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) +
		   (n - k) * log1p(-p));
	/* So far from the mean that a double does not hold it. */
	if (term == 0)
		return k <= n * p;
	for (int i = k; i <= n && (i <= n * p || term > sum * DBL_EPSILON / 8); i++) {
		sum += term;
		term *= (double)(n - i) / (i + 1.0) * p / (1 - p);
	}
	return sum;
}

/* P that the k-th smallest of a resample is the i-th smallest value (both from 1). */
static double order_mass(int n, int k, int i)
{
	return upper_tail(n, k, (double)i / n) - upper_tail(n, k, (i - 1.0) / n);
}

static double power_step(double hi, double lo, int h)
{
	return pow(hi, h) - pow(lo, h);
}

/* Ranks further from the middle than ten of its standard deviations (half the root of n) have no mass to speak of. */
static void middle_one(struct masses *m, const double *x, int n, int k)
{
	int far = (int)(5 * sqrt(n)) + 1;

	for (int i = k > far ? k - far : 1; i <= n && i <= k + far; i++)
		m->item[m->n++] = (struct mass){x[i - 1], order_mass(n, k, i)};
}

/*
 * n = 2h: the two in the middle are x_i and x_j, i < j, when h values lie at or below x_i, the largest of
 * them being x_i, and h at or above x_j. What is left of P(the lower one is x_i) is that both are x_i.
 */
static void middle_two(struct masses *m, const double *x, int n)
{
	int h = n / 2;
	double ways = exp(lgamma(n + 1.0) - 2 * lgamma(h + 1.0));

	for (int i = 1; i <= n; i++) {
		double below = power_step((double)i / n, (i - 1.0) / n, h), rest = order_mass(n, h, i);

		for (int j = i + 1; j <= n; j++) {
			double p = ways * below * power_step((n - j + 1.0) / n, (double)(n - j) / n, h);

			m->item[m->n++] = (struct mass){(x[i - 1] + x[j - 1]) / 2, p};
			rest -= p;
		}
		m->item[m->n++] = (struct mass){x[i - 1], fmax(rest, 0)};
	}
}

/* The medians of resamples of x, in order, with their probabilities summed up. False without memory. */
static bool medians_make(struct masses *m, const double *x, int n)
{
	bool pairs = n % 2 == 0 && n <= PAIRS_MAX;
	size_t most = pairs ? (size_t)n * ((size_t)n + 1) / 2 : (size_t)n;
	double *sorted = malloc(sizeof *sorted * (size_t)n), sum = 0;

	m->item = malloc(sizeof *m->item * most);
	if (sorted && m->item) {
		memcpy(sorted, x, sizeof *sorted * (size_t)n);
		qsort(sorted, (size_t)n, sizeof *sorted, compare);
		if (pairs)
			middle_two(m, sorted, n);
		else
			middle_one(m, sorted, n, (n + 1) / 2);
		qsort(m->item, m->n, sizeof *m->item, compare_masses);
		for (size_t i = 0; i < m->n; i++)
			m->item[i].p = sum += m->item[i].p;
	}
	free(sorted);
	return m->n > 0;
}

/* P(a / b <= t): as a grows, so does the least b that is allowed. */
static double ratio_below(const struct masses *a, const struct masses *b, double t)
{
	double sum = 0, before = 0;
	size_t j = 0;

	for (size_t i = 0; i < a->n; i++) {
		while (j < b->n && a->item[i].x > t * b->item[j].x)
			j++;
		sum += (a->item[i].p - before) * (b->item[b->n - 1].p - (j ? b->item[j - 1].p : 0));
		before = a->item[i].p;
	}
	return sum / (a->item[a->n - 1].p * b->item[b->n - 1].p);
}

/* The least ratio at or below which lies the share p. */
static double ratio_quantile(const struct masses *a, const struct masses *b, double p)
{
	double lo = a->item[0].x / b->item[b->n - 1].x, hi = a->item[a->n - 1].x / b->item[0].x;

	for (int i = 0; i < HALVINGS && lo < hi; i++) {
		double middle = sqrt(lo) * sqrt(hi);

		if (!(middle > lo && middle < hi))
			break;
		if (ratio_below(a, b, middle) >= p)
			hi = middle;
		else
			lo = middle;
	}
	return hi;
}

static bool all_positive(const double *x, int n)
{
	for (int i = 0; i < n; i++)
		if (!(x[i] > 0) || !isfinite(x[i]))
			return false;
	return n > 0;
}

struct stat_interval stat_ratio_interval(const double *a, int n_a, const double *b, int n_b, double level)
{
	struct stat_interval r = {.lo = NAN, .hi = NAN};
	struct masses of_a = {0}, of_b = {0};
	double tail = (1 - level) / 2;
	int least = stat_quantile_min_n(0.5, level);

	if (!all_positive(a, n_a) || !all_positive(b, n_b))
		return r;
	if (n_a >= least && n_b >= least && medians_make(&of_a, a, n_a) && medians_make(&of_b, b, n_b)) {
		r.lo = ratio_quantile(&of_a, &of_b, tail);
		/* The upper end from the other side, so that a / b and b / a are treated alike. */
		r.hi = 1 / ratio_quantile(&of_b, &of_a, tail);
		r.coverage = level;
		r.ok = true;
	}
	free(of_a.item);
	free(of_b.item);
	return r;
}
