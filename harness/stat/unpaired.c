/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/unpaired.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stat/distribution.h"
#include "harness/stat/stat.h"

/* A value with its ranks: among all, and within its side. */
struct ranked {
	double x, rank;
	int side;
};

static int compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->x != y->x)
		return (x->x > y->x) - (x->x < y->x);
	return x->side - y->side;
}

/* Both sides in order with mid-ranks; *ties: sum of t^3 - t over ties of t. free() it. */
static struct ranked *rank_all(const double *a, int n_a, const double *b, int n_b, double *ties)
{
	int n = n_a + n_b;
	struct ranked *r = malloc(sizeof *r * (size_t)n);

	*ties = 0;
	for (int i = 0; r && i < n; i++)
		r[i] = (struct ranked){i < n_a ? a[i] : b[i - n_a], 0, i >= n_a};
	if (r)
		qsort(r, (size_t)n, sizeof *r, compare);
	for (int i = 0, j; r && i < n; i = j) {
		for (j = i; j < n && r[j].x == r[i].x; j++)
			;
		for (int k = i; k < j; k++)
			r[k].rank = (i + 1 + j) / 2.0;
		*ties += (double)(j - i) * (j - i) * (j - i) - (j - i);
	}
	return r;
}

static double mean_rank(const struct ranked *r, int n, int side)
{
	double sum = 0;
	int m = 0;

	for (int i = 0; i < n; i++)
		if (r[i].side == side) {
			sum += r[i].rank;
			m++;
		}
	return sum / m;
}

/* Sum of squares of (rank among all - rank within its side), about their mean. m: values of the side. */
static double placement_squares(const struct ranked *r, int n, int side, int m)
{
	double mean = mean_rank(r, n, side), sum = 0;
	int before = 0;

	for (int i = 0, j; i < n; i = j) {
		int equal = 0;
		for (j = i; j < n && r[j].x == r[i].x; j++)
			equal += r[j].side == side;
		double within = before + (equal + 1) / 2.0, d = r[i].rank - within - mean + (m + 1) / 2.0;
		sum += equal * d * d;
		before += equal;
	}
	return sum;
}

/* The difference of mean ranks over its standard error, and Satterthwaite's degrees of freedom. */
static double brunner_munzel(const struct ranked *r, int n_a, int n_b)
{
	int n = n_a + n_b;
	double v_a = n_a * placement_squares(r, n, 0, n_a) / (n_a - 1);
	double v_b = n_b * placement_squares(r, n, 1, n_b) / (n_b - 1);
	double difference = mean_rank(r, n, 1) - mean_rank(r, n, 0), df, w;

	if (v_a + v_b == 0)
		return difference == 0;
	df = (v_a + v_b) * (v_a + v_b) / (v_a * v_a / (n_a - 1) + v_b * v_b / (n_b - 1));
	w = (double)n_a * n_b * difference / (n * sqrt(v_a + v_b));
	return stat_t_two_sided(w, df);
}

double unpaired_p(const double *a, int n_a, const double *b, int n_b)
{
	double ties, p;
	struct ranked *r = n_a < 2 || n_b < 2 ? NULL : rank_all(a, n_a, b, n_b, &ties);

	if (!r)
		return NAN;
	p = brunner_munzel(r, n_a, n_b);
	free(r);
	return p;
}

double unpaired_mann_whitney_p(const double *a, int n_a, const double *b, int n_b)
{
	double ties, n = n_a + n_b, u, sd;
	struct ranked *r = n_a < 2 || n_b < 2 ? NULL : rank_all(a, n_a, b, n_b, &ties);

	if (!r)
		return NAN;
	u = n_b * (mean_rank(r, n_a + n_b, 1) - (n_b + 1) / 2.0);
	sd = sqrt((double)n_a * n_b / 12 * (n + 1 - ties / (n * (n - 1))));
	free(r);
	u = fmax(0, fabs(u - (double)n_a * n_b / 2) - 0.5);
	return sd > 0 ? 2 * stat_normal_cdf(-u / sd) : 1;
}

struct unpaired unpaired_compare(const double *a, int n_a, const double *b, int n_b, bool rates, double level,
				 double apart)
{
	const double *slow = rates ? a : b, *fast = rates ? b : a;
	int n_slow = rates ? n_a : n_b, n_fast = rates ? n_b : n_a;
	struct unpaired out = {.n_a = n_a, .n_b = n_b, .theta = NAN, .lo = NAN, .hi = NAN, .p = NAN};
	struct stat_interval there = stat_ratio_interval(slow, n_slow, fast, n_fast, level);
	struct stat_interval back = stat_ratio_interval(fast, n_fast, slow, n_slow, level);
	double by = apart > 0 ? apart : 0;

	out.unverified = isnan(apart);
	if (!there.ok || !back.ok)
		return out;
	out.ok = true;
	out.theta = log(stat_median(slow, n_slow)) - log(stat_median(fast, n_fast));
	/* Each end is a lower one, of one direction: log(1 / x) is not -log x to the last bit. */
	out.lo = log(there.lo) - by;
	out.hi = by - log(back.lo);
	out.p = unpaired_p(a, n_a, b, n_b);
	return out;
}
