/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/latency.h"

#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "reports/analysis/rows.h"

#define LEVEL 0.95
/* Marks that make a sample doubtful; it counts all the same. */
#define MARKS (MARK_FAULTED | MARK_PREEMPTED | MARK_MIGRATED | MARK_CONTENDED | MARK_THROTTLED)

const double latency_share[LATENCY_PERCENTILES] = {0.5, 0.9, 0.95, 0.99, 0.999};

static const struct stored_series *series_timed(const struct stored_visit *v)
{
	return v->kind == VISIT_TIMING && !v->failed ? series_step(v) : NULL;
}

static void samples_add(struct latency *l, const struct stored_series *s)
{
	int before = l->n;

	for (int i = 0; i < s->n; i++) {
		bool marked = (s->marks[i] & MARKS) != 0;

		if (s->marks[i] & MARK_WARMUP)
			continue;
		l->sample[l->n++] = (struct latency_sample){(double)s->values[i] * 1e-6, marked};
		l->n_marked += marked;
	}
	l->n_processes += l->n > before;
}

static int sample_compare(const void *a, const void *b)
{
	const struct latency_sample *x = a, *y = b;

	return x->ms < y->ms ? -1 : x->ms > y->ms;
}

static void percentiles_make(struct latency *l)
{
	double *ms = mem_alloc(sizeof *ms * (size_t)(l->n + 1));

	for (int i = 0; i < l->n; i++)
		ms[i] = l->sample[i].ms;
	for (int i = 0; i < LATENCY_PERCENTILES; i++) {
		struct latency_percentile *p = &l->percentile[i];
		struct stat_interval interval;

		*p = (struct latency_percentile){NAN, NAN, NAN, stat_quantile_min_n(latency_share[i], LEVEL)};
		if (l->n < p->n_min)
			continue;
		interval = stat_quantile_interval(ms, l->n, latency_share[i], LEVEL);
		p->ms = stat_quantile(ms, l->n, latency_share[i]);
		p->lo = interval.lo;
		p->hi = interval.hi;
	}
	free(ms);
}

struct latency latency_make(const struct row *row)
{
	const struct stored_point *p = row->point;
	struct latency l = {0};
	size_t n = 1;

	for (int i = 0; i < p->n_visits; i++)
		if (series_timed(&p->visits[i]))
			n += (size_t)series_timed(&p->visits[i])->n;
	l.sample = mem_alloc(sizeof *l.sample * n);
	for (int i = 0; i < p->n_visits && row->n_parts == 1; i++)
		if (series_timed(&p->visits[i]))
			samples_add(&l, series_timed(&p->visits[i]));
	qsort(l.sample, (size_t)l.n, sizeof *l.sample, sample_compare);
	percentiles_make(&l);
	return l;
}

void latency_free(struct latency *l)
{
	free(l->sample);
	*l = (struct latency){0};
}

double latency_share_of(const struct latency *l, int i)
{
	return (i + 0.5) / l->n;
}

double latency_up(double share)
{
	return -log10(1 - share);
}

int latency_thin(const struct latency *l, int *index, int max)
{
	double top = l->n ? latency_up(latency_share_of(l, l->n - 1)) : 0;
	int n = 0;

	if (l->n == 0 || max < 2)
		return 0;
	for (int k = 0; k < max; k++) {
		double share = 1 - pow(10, -top * k / (max - 1));
		int i = k == max - 1 ? l->n - 1 : (int)(share * l->n);

		i = i < l->n ? i : l->n - 1;
		if (n == 0 || index[n - 1] < i)
			index[n++] = i;
	}
	return n;
}
