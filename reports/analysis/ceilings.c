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
	       key_equal(c, row, KEY_DEVICE) && key_equal(c, row, KEY_ENGINE) &&
	       key_equal(c, row, KEY_AFFINITY);
}

static double working_set(const struct row *row)
{
	return row->point->check_answer ? (double)json_opt_int(row->point->check_answer, "working_set", 0)
					: 0;
}

/* log2 of the read working set that stands beside the row, with cold caches the largest; NaN when the row's own is
 * unknown. */
static double read_target(const struct row *row)
{
	double bytes = working_set(row);

	if (bytes <= 0)
		return NAN;
	if (strcmp(point_get(&row->point->point, KEY_CACHE), "cold") == 0)
		return log2(READ_MAX);
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

	/* Of a level only the worker knew how large it is. */
	size = size > 0 ? size : working_set(c);
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

/* The two ceilings that a row may stand under; NULL: not measured. */
struct ceilings {
	const struct row *read, *fma;
};

static const struct row *ceiling_of(const struct ceilings *c, enum bound bound)
{
	return bound == BOUND_MEMORY ? c->read : c->fma;
}

static double part_work(const struct row_part *part, enum bound bound, const struct process_value *v)
{
	return bound == BOUND_MEMORY ? part->bytes * v->bytes : part->flops * v->flops;
}

/* Seconds that a process's work takes at the ceilings that bind its parts. */
static double least_s(const struct row *row, const struct ceilings *c, const struct process_value *v,
		      bool paired)
{
	double sum = 0;

	for (int i = 0; i < row->n_parts; i++) {
		const struct row_part *part = &row->part[i];
		const struct row *ceiling = ceiling_of(c, part->bound);
		double work = part_work(part, part->bound, v);
		const struct process_value *of = paired && ceiling ? value_of_round(ceiling, v->round) : NULL;

		if (part->bound == BOUND_NONE)
			continue;
		if (paired)
			sum += of ? bound_s(of, part->bound, work) : NAN;
		else
			sum += work / (ceiling_rate(ceiling, part->bound) * 1e9);
	}
	return sum;
}

/*
 * Share of the ceilings: what the work takes at them over what it took. Ceiling and row of one
 * round ran minutes apart at most, so their ratio is free of slow drift; without common rounds the
 * ceiling's median stands for all.
 */
static struct estimate share_estimate(const struct row *row, const struct ceilings *c, bool paired)
{
	double *x = mem_alloc(sizeof *x * (size_t)(row->n_values + 1));
	struct estimate e;
	int n = 0;

	for (int i = 0; i < row->n_values; i++) {
		const struct process_value *v = &row->values[i];
		double share = least_s(row, c, v, paired) / v->rep_s;

		if (isfinite(share))
			x[n++] = share;
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
static double work_s(double work, const struct row *ceiling, enum bound bound)
{
	return work > 0 ? work / (ceiling_rate(ceiling, bound) * 1e9) : 0;
}

/*
 * What binds each part: prefill and decode in one repetition stand under different ceilings, and the one that
 * would bind their sum is under both. Adds the seconds by what binds; false where it cannot be said, as which of
 * two ceilings binds cannot be from one of them.
 */
static bool parts_bind(struct row *row, const struct ceilings *c, double *memory_s, double *compute_s)
{
	*memory_s = *compute_s = 0;
	for (int i = 0; i < row->n_parts; i++) {
		struct row_part *part = &row->part[i];
		double memory = work_s(part_work(part, BOUND_MEMORY, &row->values[0]), c->read, BOUND_MEMORY);
		double compute =
			work_s(part_work(part, BOUND_COMPUTE, &row->values[0]), c->fma, BOUND_COMPUTE);

		if (isnan(memory) || isnan(compute))
			return false;
		if (fmax(memory, compute) > 0)
			part->bound = memory >= compute ? BOUND_MEMORY : BOUND_COMPUTE;
		*(memory >= compute ? memory_s : compute_s) += fmax(memory, compute);
	}
	return *memory_s + *compute_s > 0;
}

void row_limit(struct row *row, const struct analysis *a)
{
	struct search s = {
		.row = row, .target = read_target(row), .type = point_fma_type(&row->point->point)};
	const struct ceilings c = {.read = isnan(s.target) ? NULL : search_all(a, s, search_read),
				   .fma = search_all(a, s, search_fma)};
	double memory_s, compute_s;

	row_unlimited(row);
	if (row->n_values == 0 || !parts_bind(row, &c, &memory_s, &compute_s))
		return;
	row->bound = memory_s >= compute_s ? BOUND_MEMORY : BOUND_COMPUTE;
	row->limit = ceiling_of(&c, row->bound);
	/* The larger time is above 0, so its ceiling is there. */
	assert(row->limit);
	row->ceiling = ceiling_rate(row->limit, row->bound);
	if (row->values[0].tokens > 0)
		row->ceiling_tokens_s = row->values[0].tokens / (memory_s + compute_s);
	row->share = share_estimate(row, &c, true);
	if (row->share.n == 0)
		row->share = share_estimate(row, &c, false);
}
