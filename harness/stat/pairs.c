/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/pairs.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stat/select.h"
#include "harness/stat/size.h"
#include "harness/stat/stat.h"

/* Beyond this share the null distribution without ties is not that of the data. */
#define TIES_MAX 0.2

static double log_of(double x)
{
	return x > 0 && isfinite(x) ? log(x) : NAN;
}

void pairs_log_ratios(double *r, const double *a, const double *b, int n, bool rates)
{
	for (int j = 0; j < n; j++) {
		double of_a = log_of(a[j]), of_b = log_of(b[j]);
		r[j] = rates ? of_a - of_b : of_b - of_a;
	}
}

const char *pairs_state_text(enum pairs_state s)
{
	static const char *const text[] = {[PAIRS_NONE] = "no pairs",
					   [PAIRS_DONE] = "",
					   [PAIRS_TOO_FEW] = "too few pairs for an interval",
					   [PAIRS_TOO_MANY] = "more pairs than can be compared",
					   [PAIRS_NOT_FINITE] = "a value is not above 0 or not finite",
					   [PAIRS_NO_MEMORY] = "out of memory"};

	return text[s];
}

void pairs_work_free(struct pairs_work *w)
{
	signed_rank_free(&w->rank);
	free(w->walsh);
	*w = (struct pairs_work){0};
}

static bool work_make(struct pairs_work *w, int n)
{
	int m = n * (n + 1) / 2;

	if (!signed_rank_make(&w->rank, n))
		return false;
	if (w->n_walsh >= m)
		return true;
	free(w->walsh);
	w->walsh = malloc(sizeof *w->walsh * (size_t)m);
	w->n_walsh = w->walsh ? m : 0;
	return w->walsh != NULL;
}

/* (r_i + r_j) / 2, i <= j. The number above 0 is T+ (Tukey, 1949), halves of those at 0 take care of ties. */
static double walsh_make(double *w, const double *r, int n)
{
	double t_plus = 0;
	int m = 0;

	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++) {
			double x = (r[i] + r[j]) / 2;
			t_plus += (x > 0) + 0.5 * (x == 0);
			w[m++] = x;
		}
	return t_plus;
}

/* A zero without a sign, so that 0 mirrors itself. */
static double positive_zero(double x)
{
	return x == 0 ? 0 : x;
}

/* W_(c+1), W_(M-c) and the median of all, each selected among what the one before left. */
static void walsh_ends(struct pairs *out, double *w, int m, int c)
{
	int rest = m - c - 1;

	stat_select(w, m, c);
	out->lo = positive_zero(w[c]);
	if (rest > c) {
		stat_select(w + c + 1, rest, rest - 1 - c);
		out->hi = positive_zero(w[m - 1 - c]);
		if (rest - 1 - c > 0)
			out->theta = positive_zero(stat_select_median(w + c + 1, rest - 1 - c));
		else
			out->theta = positive_zero((out->lo + out->hi) / 2);
		return;
	}
	/* Levels so low that both ends are the median. */
	out->lo = out->hi = out->theta = positive_zero(stat_select_median(w, m));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Whether zeros, and values whose absolute size another one has, are more than a share of n. */
static bool many_ties(double *w, const double *r, int n)
{
	int ties = 0;

	for (int i = 0; i < n; i++)
		w[i] = fabs(r[i]);
	qsort(w, (size_t)n, sizeof *w, compare);
	for (int i = 0; i < n; i++)
		ties += w[i] == 0 || (i > 0 && w[i] == w[i - 1]) || (i + 1 < n && w[i] == w[i + 1]);
	return ties > TIES_MAX * n;
}

static double autocorrelation(const double *r, int n)
{
	double mean = stat_mean(r, n), sum = 0, lag = 0;

	for (int i = 0; i < n; i++) {
		sum += (r[i] - mean) * (r[i] - mean);
		if (i > 0)
			lag += (r[i] - mean) * (r[i - 1] - mean);
	}
	return sum > 0 ? lag / sum : 0;
}

static bool all_finite(const double *r, int n)
{
	for (int i = 0; i < n; i++)
		if (!isfinite(r[i]))
			return false;
	return true;
}

static void dispersion(struct pairs *out, const double *r)
{
	out->spread = stat_spread(r, out->n);
	out->n_outliers = stat_outliers(r, out->n);
	out->rho = autocorrelation(r, out->n);
	out->noise = out->spread * size_inflation(out->rho);
}

static void widen(struct pairs *out, const double *r, const int *group)
{
	double lo, hi, p;
	int g = pairs_group_interval(r, group, out->n, out->level, &lo, &hi, &p);

	if (g < PAIRS_GROUPS_MIN)
		return;
	out->n_groups = g;
	out->lo = positive_zero(fmin(out->lo, lo));
	out->hi = positive_zero(fmax(out->hi, hi));
	out->p = fmax(out->p, p);
}

static void inference(struct pairs *out, const double *r, const struct pairs_ask *ask, struct pairs_work *w)
{
	int m = out->n * (out->n + 1) / 2, c = signed_rank_critical(&w->rank, (1 - out->level) / 2);

	out->flipped = many_ties(w->walsh, r, out->n);
	out->t_plus = walsh_make(w->walsh, r, out->n);
	if (c < 0) {
		out->theta = positive_zero(stat_select_median(w->walsh, m));
		out->state = PAIRS_TOO_FEW;
		return;
	}
	walsh_ends(out, w->walsh, m, c);
	out->coverage = 1 - 2 * signed_rank_below(&w->rank, c);
	out->p = signed_rank_p(&w->rank, out->t_plus);
	if (out->flipped)
		out->p = pairs_flip_p(r, out->n, out->theta, ask->seed, PAIRS_FLIPS);
	out->state = PAIRS_DONE;
	if (ask->group)
		widen(out, r, ask->group);
	out->noise = fmax(out->spread, size_spread_of_width((out->hi - out->lo) / 2, out->n, 1 - out->level));
	/* What neighbours have in common is in the width of groups already. */
	if (out->n_groups == 0)
		out->noise *= size_inflation(out->rho);
}

static double detectable(const struct pairs *p, double power)
{
	double alpha = 1 - p->level;

	return size_mde(p->noise, 0, p->n, alpha, power) * size_of_few(p->n, alpha, power);
}

struct pairs pairs_compare(const double *r, int n, const struct pairs_ask *ask, struct pairs_work *work)
{
	static const struct pairs_ask plain = {0};
	struct pairs out = {.n = n > 0 ? n : 0, .theta = NAN, .lo = NAN, .hi = NAN, .p = NAN, .mde = NAN};
	struct pairs_work own = {0}, *w = work ? work : &own;

	if (!ask)
		ask = &plain;
	out.level = ask->level > 0 ? ask->level : PAIRS_LEVEL;
	out.spread = out.noise = out.rho = out.coverage = out.t_plus = NAN;
	if (n < 1)
		out.state = PAIRS_TOO_FEW;
	else if (n > PAIRS_MAX)
		out.state = PAIRS_TOO_MANY;
	else if (!all_finite(r, n))
		out.state = PAIRS_NOT_FINITE;
	else if (!work_make(w, n))
		out.state = PAIRS_NO_MEMORY;
	if (out.state == PAIRS_NONE) {
		dispersion(&out, r);
		inference(&out, r, ask, w);
		out.mde = detectable(&out, ask->power > 0 ? ask->power : PAIRS_POWER);
	}
	pairs_work_free(&own);
	return out;
}
