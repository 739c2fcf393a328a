/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/stat/stat.h"
#include "reports/analysis/compare.h"
#include "reports/analysis/rows.h"

/* Fewest processes with a 95 % interval of a median. */
#define PROCESSES_MIN 6

/* What a row is about: the first of these that its work has. */
static double rate_tokens(const struct process_value *v)
{
	return v->tokens / v->rep_s;
}

static double rate_gflops(const struct process_value *v)
{
	return v->flops / v->rep_s * 1e-9;
}

static double rate_gbytes(const struct process_value *v)
{
	return v->bytes / v->rep_s * 1e-9;
}

static const struct {
	const char *unit;
	double (*of)(const struct process_value *v);
} rates[] = {{"tokens/s", rate_tokens}, {"GFLOP/s", rate_gflops}, {"GB/s", rate_gbytes}};
#define N_RATES (sizeof rates / sizeof rates[0])

/* N_RATES when the row has none. */
static size_t rate_index(const struct row *r)
{
	const struct estimate *e[N_RATES] = {&r->tokens_s, &r->gflops_s, &r->gbytes_s};
	size_t i = 0;

	while (i < N_RATES && e[i]->n == 0)
		i++;
	return i;
}

static void why_set(struct compared *x, char *text)
{
	free(x->why);
	x->why = text;
}

static bool has_figures(const struct row *r)
{
	return r->state == POINT_DONE || (r->state == POINT_PLANNED && r->n_values > 0);
}

static bool is_wrong(const struct row *r)
{
	return r->state == POINT_FAILED && strncmp(r->reason, "wrong:", 6) == 0;
}

void compared_rate(struct compared *x)
{
	const struct row *r = x->row;
	size_t i = rate_index(r);
	const struct estimate *e[N_RATES] = {&r->tokens_s, &r->gflops_s, &r->gbytes_s};

	if (!has_figures(r))
		/* A wrong row's reason begins with the word. */
		why_set(x, is_wrong(r) ? mem_strdup(r->reason)
				       : mem_printf("%s: %s", point_state_name(r->state), r->reason));
	else if (i == N_RATES)
		why_set(x, mem_strdup("has no rate"));
	else {
		x->rate = *e[i];
		x->unit = rates[i].unit;
	}
}

/* ---- ratios ---- */

struct timed {
	int round;
	double rate;
};

static int timed_compare(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->round != y->round)
		return x->round < y->round ? -1 : 1;
	return (x->rate > y->rate) - (x->rate < y->rate);
}

/* The rates of a row's processes by round; free() it. */
static struct timed *timed_make(const struct row *r, size_t rate, int *n)
{
	struct timed *t = mem_alloc(sizeof *t * (size_t)(r->n_values + 1));

	*n = 0;
	for (int i = 0; i < r->n_values; i++) {
		double x = rates[rate].of(&r->values[i]);

		if (isfinite(x) && x > 0)
			t[(*n)++] = (struct timed){r->values[i].round, x};
	}
	qsort(t, (size_t)*n, sizeof *t, timed_compare);
	return t;
}

/* Ratios of processes of one round. */
static struct estimate ratio_paired(const struct timed *x, int n_x, const struct timed *base, int n_base)
{
	double *ratio = mem_alloc(sizeof *ratio * (size_t)(n_x + 1));
	struct estimate e;
	int n = 0;

	for (int i = 0, j = 0; i < n_x; i++) {
		while (j < n_base && base[j].round < x[i].round)
			j++;
		if (j < n_base && base[j].round == x[i].round)
			ratio[n++] = x[i].rate / base[j++].rate;
	}
	e = estimate_of(ratio, n);
	free(ratio);
	return e;
}

static double *rates_of(const struct timed *t, int n)
{
	double *x = mem_alloc(sizeof *x * (size_t)(n + 1));

	for (int i = 0; i < n; i++)
		x[i] = t[i].rate;
	return x;
}

/*
 * How far a run moved from one half of its rounds to the other, as the log of a ratio. n is at least 2.
 */
static double drift_of(const double *rate, int n)
{
	int half = n / 2;

	return fabs(log(stat_quantile(rate + n - half, half, 0.5) / stat_quantile(rate, half, 0.5)));
}

/*
 * Runs that were not interleaved are further apart in time than the halves of either, and a machine that moved within
 * one has moved between them at least so far: a part of the ratio's variance that processes of one run do not show.
 * Simulated, null runs back to back, 10 and 30 processes a side: a state of the machine with autocorrelation 0.5
 * (5 %, noise 2 %) puts 17 % of intervals beside the truth, 6 to 8 % when they are widened; 0.9: 40 to 52 %, 19 to 24 %.
 * Independent processes pay with a third more width.
 */
static void widen(struct estimate *e, double drift)
{
	double below = log(e->value / e->lo), above = log(e->hi / e->value);

	if (!e->interval || !isfinite(drift))
		return;
	e->lo = e->value * exp(-hypot(below, drift));
	e->hi = e->value * exp(hypot(above, drift));
}

static struct estimate ratio_unpaired(const struct timed *x, int n_x, const struct timed *base, int n_base)
{
	double *a = rates_of(x, n_x), *b = rates_of(base, n_base);
	struct stat_interval interval = stat_ratio_interval(a, n_x, b, n_base, 0.95);
	struct estimate e = {.value = stat_quantile(a, n_x, 0.5) / stat_quantile(b, n_base, 0.5),
			     .lo = interval.lo,
			     .hi = interval.hi,
			     .n = n_x < n_base ? n_x : n_base,
			     .interval = interval.ok};

	if (e.interval)
		widen(&e, fmax(drift_of(a, n_x), drift_of(b, n_base)));
	free(a);
	free(b);
	return e;
}

typedef const struct stored_series *series_fn(const struct stored_visit *v);

/* The clock of its timing samples; "" when there is none. */
static const char *clock_of(const struct row *r, series_fn *series)
{
	for (int i = 0; i < r->point->n_visits; i++) {
		const struct stored_visit *v = &r->point->visits[i];
		const struct stored_series *s = series(v);

		if (v->kind == VISIT_TIMING && v->n_series > 0)
			return s ? s->clock : v->series[0].clock;
	}
	return "";
}

const char *row_clock(const struct row *r)
{
	return clock_of(r, series_step);
}

static bool is_of(const struct row *x, const struct row *base, enum point_key key)
{
	return strcmp(point_get(&x->point->point, key), point_get(&base->point->point, key)) == 0;
}

/* Steps of a device may go by its own clock, with the host's beside it; those of a CPU have no other. */
static bool clocks_compare(const struct row *x, const struct row *base)
{
	if (strcmp(row_clock(x), row_clock(base)) == 0)
		return true;
	return point_is_on_cpu(&x->point->point) != point_is_on_cpu(&base->point->point) &&
	       strcmp(clock_of(x, series_host), clock_of(base, series_host)) == 0;
}

/* What has no common measure, whatever the facts say; NULL: comparable. */
static const char *why_never(const struct row *x, const struct row *base)
{
	if (!clocks_compare(x, base))
		return "timed by another clock than the baseline";
	if (strncmp(row_clock(x), "simulated", 9) == 0 && !is_of(x, base, KEY_ISA))
		return "simulated counts of different instruction sets are not compared";
	return rate_index(x) != rate_index(base) ? "its rate has another unit than the baseline's" : NULL;
}

void compared_ratio(struct compared *x, const struct compared *base, bool same_run)
{
	const char *why = why_never(x->row, base->row);
	size_t rate = rate_index(x->row);
	struct timed *a, *b;
	int n_a, n_b;

	if (why) {
		why_set(x, mem_strdup(why));
		return;
	}
	a = timed_make(x->row, rate, &n_a);
	b = timed_make(base->row, rate, &n_b);
	x->ratio = same_run ? ratio_paired(a, n_a, b, n_b) : estimate_none();
	x->kind = RATIO_PAIRED;
	if (x->ratio.n == 0) {
		x->ratio = ratio_unpaired(a, n_a, b, n_b);
		x->kind = RATIO_UNPAIRED;
	}
	if (!isfinite(x->ratio.value)) {
		x->ratio = estimate_none();
		x->kind = RATIO_NONE;
		why_set(x, mem_strdup("has no ratio to the baseline"));
	} else if (!x->ratio.interval)
		why_set(x, mem_printf("%d %s, too few for an interval (%d)", x->ratio.n,
				      x->ratio.n == 1 ? "process" : "processes", PROCESSES_MIN));
	free(a);
	free(b);
}
