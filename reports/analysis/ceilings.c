/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/rows.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"

/* The working sets that plan_add_ceilings measures: from a core's first cache to far outside the last. */
#define READ_MIN (32.0 * 1024)
#define READ_MAX (1024.0 * 1024 * 1024)
/* log2 of how far a working set may lie from its ceiling's: sizes are rounded to the nearest power of two, and
 * one that is farther away may stand in another cache. */
#define READ_DISTANCE_MAX 0.5

static bool key_equal(const struct row *a, const struct row *b, enum point_key key)
{
	return strcmp(point_get(&a->point->point, key), point_get(&b->point->point, key)) == 0;
}

/*
 * Measured on the same device with the same instructions and threads. Its state does not matter: what an
 * interrupted or failed ceiling did measure is as good as any, and without it the row would be judged by the
 * other ceiling alone.
 */
static bool ceiling_fits(const struct row *c, const struct row *row, const char *workload)
{
	return c->n_values > 0 && strcmp(point_get(&c->point->point, KEY_WORKLOAD), workload) == 0 &&
	       key_equal(c, row, KEY_ISA) && key_equal(c, row, KEY_THREADS) &&
	       key_equal(c, row, KEY_DEVICE) && key_equal(c, row, KEY_ENGINE);
}

/* log2 of the read working set that stands beside the row; NaN when the row's own is unknown. */
static double read_target(const struct row *row)
{
	double bytes = row->point->check_answer
			       ? (double)json_opt_int(row->point->check_answer, "working_set", 0)
			       : 0;

	if (bytes <= 0)
		return NAN;
	return round(log2(fmin(fmax(bytes, READ_MIN), READ_MAX)));
}

struct search {
	const struct row *row, *best;
	double target, distance; /* read: log2 of the size */
	const char *type;	 /* fma */
};

static void search_read(struct search *s, const struct row *c)
{
	double size = strtod(point_get(&c->point->point, KEY_SIZE), NULL), distance;

	if (!ceiling_fits(c, s->row, "read") || !(size > 0))
		return;
	distance = fabs(log2(size) - s->target);
	if (distance > READ_DISTANCE_MAX)
		return;
	if (!s->best || distance < s->distance) {
		s->best = c;
		s->distance = distance;
	}
}

static void search_fma(struct search *s, const struct row *c)
{
	if (!s->best && ceiling_fits(c, s->row, "fma") &&
	    strcmp(point_get(&c->point->point, KEY_TYPE), s->type) == 0)
		s->best = c;
}

/* A sweep may ask for read and fma itself: those rows serve as well. */
static const struct row *search_all(const struct analysis *a, struct search s,
				    void (*step)(struct search *, const struct row *))
{
	for (int i = 0; i < a->n_ceilings; i++)
		step(&s, &a->ceilings[i]);
	for (int i = 0; i < a->n_rows; i++)
		step(&s, &a->rows[i]);
	return s.best;
}

/* Seconds that work takes at this process's rate. */
static double bound_s(const struct process_value *c, enum bound bound, double work)
{
	double done = bound == BOUND_MEMORY ? c->bytes : c->flops;

	return done > 0 ? work * c->rep_s / done : NAN;
}

static const struct process_value *value_of_round(const struct row *row, int round)
{
	for (int i = 0; i < row->n_values; i++)
		if (row->values[i].round == round)
			return &row->values[i];
	return NULL;
}

/* The rate of the ceiling in 10^9 a second. */
static double ceiling_rate(const struct row *ceiling, enum bound bound)
{
	if (!ceiling)
		return NAN;
	return bound == BOUND_MEMORY ? ceiling->gbytes_s.value : ceiling->gflops_s.value;
}

/*
 * Share of the ceiling: what the work takes at the ceiling over what it took. Ceiling and row of one
 * round ran minutes apart at most, so their ratio is free of slow drift; without common rounds the
 * ceiling's median stands for all.
 */
static struct estimate share_estimate(const struct row *row, const struct row *ceiling, enum bound bound,
				      bool paired)
{
	double *x = mem_alloc(sizeof *x * (size_t)(row->n_values + 1));
	double rate = ceiling_rate(ceiling, bound) * 1e9;
	struct estimate e;
	int n = 0;

	for (int i = 0; i < row->n_values; i++) {
		const struct process_value *v = &row->values[i];
		const struct process_value *c = value_of_round(ceiling, v->round);
		double work = bound == BOUND_MEMORY ? v->bytes : v->flops, least = work / rate;

		if (paired)
			least = c ? bound_s(c, bound, work) : NAN;
		if (isfinite(least / v->rep_s))
			x[n++] = least / v->rep_s;
	}
	e = estimate_of(x, n);
	free(x);
	return e;
}

static void row_unlimited(struct row *row)
{
	row->bound = BOUND_NONE;
	row->share = estimate_none();
	row->limit = NULL;
	row->ceiling = row->ceiling_tokens_s = NAN;
}

/* Seconds the work takes at the ceiling: 0 without work, NaN where the ceiling of some work is missing. */
static double least_s(double work, const struct row *ceiling, enum bound bound)
{
	return work > 0 ? work / (ceiling_rate(ceiling, bound) * 1e9) : 0;
}

void row_limit(struct row *row, const struct analysis *a)
{
	struct search s = {.row = row,
			   .target = read_target(row),
			   .type = point_fma_type(point_get(&row->point->point, KEY_PRECISION))};
	const struct row *read = isnan(s.target) ? NULL : search_all(a, s, search_read);
	const struct row *fma = search_all(a, s, search_fma), *ceiling;
	double memory_s, compute_s;

	row_unlimited(row);
	if (row->n_values == 0)
		return;
	memory_s = least_s(row->values[0].bytes, read, BOUND_MEMORY);
	compute_s = least_s(row->values[0].flops, fma, BOUND_COMPUTE);
	/* Which of two ceilings binds cannot be said from one of them. */
	if (isnan(memory_s) || isnan(compute_s) || fmax(memory_s, compute_s) <= 0)
		return;
	ceiling = memory_s >= compute_s ? read : fma;
	/* The larger time is above 0, so its ceiling is there. */
	assert(ceiling);
	row->bound = memory_s >= compute_s ? BOUND_MEMORY : BOUND_COMPUTE;
	row->limit = ceiling;
	row->ceiling = ceiling_rate(ceiling, row->bound);
	if (row->values[0].tokens > 0)
		row->ceiling_tokens_s = row->values[0].tokens / fmax(memory_s, compute_s);
	row->share = share_estimate(row, ceiling, row->bound, true);
	if (row->share.n == 0)
		row->share = share_estimate(row, ceiling, row->bound, false);
}
