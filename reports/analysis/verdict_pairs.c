/* SPDX-License-Identifier: Apache-2.0 */
/* The pairs of a cell, from its visits: a value a process, matched by round. */
#include "config.h"

#include "reports/analysis/verdict_pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/stat/warmup.h"
#include "reports/analysis/rows.h"

/* One visit of a side. */
struct side_visit {
	int round, position;
	double value; /* NaN: it failed */
	bool contended, throttled, drifting;
	int n_reps;
};
struct side_visits {
	int n;
	struct side_visit *visit; /* by round; of several in one the first */
};

/* Contended and throttled are marked on all samples of a visit. */
static bool is_marked(const struct stored_series *s, int64_t mark)
{
	for (int i = 0; i < s->n; i++)
		if (s->marks[i] & mark)
			return true;
	return false;
}

/* Whether what is left after warm-up still goes somewhere. */
static bool is_drifting(const struct stored_series *s)
{
	double *x = mem_alloc(((size_t)s->n + 1) * sizeof *x);
	int n = 0;

	for (int i = 0; i < s->n; i++)
		if (!(s->marks[i] & MARK_WARMUP) && s->values[i] > 0)
			x[n++] = log((double)s->values[i]);
	bool drifting = warmup_slope(x, n).trend == WARMUP_DRIFTING;
	free(x);
	return drifting;
}

static void visit_read(struct side_visit *out, const struct stored_visit *v, enum estimator e, bool alike)
{
	const struct stored_series *s = v->failed ? NULL : series_step(v);

	*out = (struct side_visit){.round = v->round, .position = v->position, .value = NAN};
	if (!s)
		return;
	out->value = estimator_value(e, s->values, s->marks, s->reps, s->n, MARK_WARMUP, &out->n_reps);
	out->contended = is_marked(s, MARK_CONTENDED);
	out->throttled = is_marked(s, MARK_THROTTLED);
	out->drifting = alike && is_drifting(s);
}

static int compare_rounds(const void *a, const void *b)
{
	const struct side_visit *x = a, *y = b;

	if (x->round != y->round)
		return x->round < y->round ? -1 : 1;
	return (x->position > y->position) - (x->position < y->position);
}

static void side_read(struct side_visits *out, const struct stored_point *p, const char *arm,
		      enum visit_kind kind, enum estimator e, bool alike)
{
	int kept = 0;

	out->visit = mem_alloc(((size_t)p->n_visits + 1) * sizeof *out->visit);
	for (int i = 0; i < p->n_visits; i++)
		if (p->visits[i].kind == kind && strcmp(p->visits[i].arm, arm) == 0)
			visit_read(&out->visit[out->n++], &p->visits[i], e, alike);
	qsort(out->visit, (size_t)out->n, sizeof *out->visit, compare_rounds);
	for (int i = 0; i < out->n; i++)
		if (kept == 0 || out->visit[i].round != out->visit[kept - 1].round)
			out->visit[kept++] = out->visit[i];
	out->n = kept;
}

static void pair_make(struct verdict_pair *out, const struct side_visit *a, const struct side_visit *b)
{
	*out = (struct verdict_pair){
		.round = a->round,
		.first = b->position < a->position,
		.value = {a->value, b->value},
		.contended = {a->contended, b->contended},
		.throttled = {a->throttled, b->throttled},
		.n_reps = {a->n_reps, b->n_reps},
	};
	pairs_log_ratios(&out->r, &out->value[0], &out->value[1], 1, false);
}

/* Rounds that both sides have. A round of which one side failed, or was never made, is lost. */
static void match(struct matched_pairs *out, const struct side_visits side[TRIAL_ARMS])
{
	const struct side_visits *a = &side[0], *b = &side[1];
	int i = 0, j = 0;

	out->pair = mem_alloc(((size_t)(a->n < b->n ? a->n : b->n) + 1) * sizeof *out->pair);
	while (i < a->n || j < b->n) {
		int ra = i < a->n ? a->visit[i].round : INT32_MAX,
		    rb = j < b->n ? b->visit[j].round : INT32_MAX;
		bool both = i < a->n && j < b->n && ra == rb;

		if (both) {
			pair_make(&out->pair[out->n], &a->visit[i], &b->visit[j]);
			both = isfinite(out->pair[out->n].r);
		}
		out->n += both;
		out->n_lost += !both;
		i += ra <= rb && i < a->n;
		j += rb <= ra && j < b->n;
	}
}

void matched_make(struct matched_pairs *out, const struct stored_point *const point[TRIAL_ARMS],
		  const char *const arm[TRIAL_ARMS], enum visit_kind kind, enum estimator e, bool alike)
{
	struct side_visits side[TRIAL_ARMS] = {{0}};

	*out = (struct matched_pairs){0};
	for (int i = 0; i < TRIAL_ARMS; i++)
		side_read(&side[i], point[i], arm[i], kind, e, alike);
	match(out, side);
	for (int i = 0; i < TRIAL_ARMS; i++) {
		for (int k = 0; k < side[i].n; k++)
			out->drifting[i] += side[i].visit[k].drifting;
		free(side[i].visit);
	}
}
