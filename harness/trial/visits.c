/* SPDX-License-Identifier: Apache-2.0 */
/* One visit of a trial: a point of one side in a fresh process, stored as it ends. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "harness/run/interrupt.h"
#include "harness/trial/private.h"

/* The arm whose program and values a side has. */
static int arm_of(enum side side)
{
	return side == SIDE_B ? SIDE_B : SIDE_A;
}

/* Kernels are judged by a low quantile, which takes so many of them. */
enum { REPEAT_KERNEL = 20 };

static enum estimator estimator_of(const struct trial_run *t, const struct plan_point *p)
{
	return estimator_for(t->plan->ask.estimator, p->checked && p->check.tokens > 0);
}

static const struct plan_point *point_of(const struct trial_run *t, int cell, enum side side)
{
	const int arm = arm_of(side);
	return &t->plan->arm[arm].plan.points[t->plan->cell[cell].point[arm]];
}

struct trial_visit trial_visit_of(const struct trial_run *t, int cell, enum side side, int round)
{
	const struct cell *c = &t->plan->cell[cell];
	const struct spec *spec = t->plan->ask.spec;
	const struct plan_point *point = point_of(t, cell, side);
	bool quantile = estimator_of(t, point) == ESTIMATOR_P10;
	int repeat = spec_repeat(spec, &point->point);
	return (struct trial_visit){
		.cell = cell,
		.side = side,
		.kind = VISIT_TIMING,
		.round = round,
		.warmup = c->cut > spec->warmup ? c->cut : spec->warmup,
		.repeat = quantile && repeat < REPEAT_KERNEL ? REPEAT_KERNEL : repeat,
		.min_time_s = spec->min_time_s,
		.kept_alive = c->persistent,
	};
}

/* Of a visit alone, whatever came before it: a trial of the same seed has the same. */
static void draw_layout(struct trial_run *t, const struct trial_visit *v)
{
	uint64_t number = ((uint64_t)v->round * SIDE_COUNT + v->side) * TRIAL_CELLS_MAX + (uint64_t)v->cell;
	struct rng r = {.seed = rng_at(t->seed, number)};
	t->layout.heap_pages = (int)rng_below(&r, LAYOUT_HEAP_PAGES + 1);
	t->layout.environment_bytes = (int)rng_below(&r, LAYOUT_ENVIRONMENT_BYTES + 1);
}

/* The logarithms of all repetitions, warm-up too: what a pilot looks at. */
static void take_repetitions(const struct wire_series *s, struct trial_value *out)
{
	out->log_rep = mem_alloc(((size_t)s->n + 1) * sizeof *out->log_rep);
	for (int i = 0; i < s->n;) {
		double sum = 0;
		int from = i;
		while (i < s->n && s->reps[i] == s->reps[from])
			sum += (double)s->values[i++];
		out->log_rep[out->n_reps++] = log(sum);
	}
}

static void take_value(struct trial_run *t, const struct trial_visit *v, const struct visit *made,
		       struct trial_value *out)
{
	const struct wire_run_result *r = visit_result(made);
	const struct wire_series *s = wire_run_result_steps(r);
	if (!s)
		return;
	const enum estimator e = estimator_of(t, point_of(t, v->cell, v->side));
	out->seconds = estimator_value(e, s->values, s->marks, s->reps, s->n, MARK_WARMUP, NULL);
	out->ok = out->seconds > 0;
	for (int i = 0; i < s->n; i++)
		out->window_s += (double)s->values[i] * 1e-9;
	out->load_s = (double)visit_load_ns(made) * 1e-9;
	if (v->kind == VISIT_PILOT)
		take_repetitions(s, out);
}

/* What ran is told once an arm; what differs in it may end the trial. */
static int take_described(struct trial_run *t, const struct trial_visit *v, struct visit_end *end,
			  const struct visit *made, struct diag *d)
{
	struct contest *x = &t->contest[v->cell];
	const int arm = arm_of(v->side);
	if (v->side == SIDE_COPY || end->failed || x->described[arm])
		return 0;
	const struct wire_series *s = wire_run_result_steps(visit_result(made));
	struct ran *ran = &x->ran[arm];
	x->described[arm] = true;
	ran->describe = end->describe;
	end->describe = NULL;
	ran->window_version = visit_result(made) ? visit_result(made)->window_version : 0;
	snprintf(ran->clock, sizeof ran->clock, "%s", s ? s->clock : "");
	int rc = sweep_put_point(&t->sweep[v->side], t->plan->cell[v->cell].point[arm], ran->describe, d);
	if (rc || !x->described[SIDE_A] || !x->described[SIDE_B])
		return rc;
	char label[200];
	differ_described(t->plan, trial_cell_label(t->plan, &t->plan->cell[v->cell], label, sizeof label),
			 x->ran, t->refusal);
	return 0;
}

static void set_numbers(struct trial_run *t, const struct trial_visit *v)
{
	struct spec *s = &t->spec[v->side];
	s->warmup = v->warmup;
	s->repeat = v->repeat;
	s->min_time_s = v->min_time_s;
	s->max_time_s = v->max_time_s > 0 ? v->max_time_s : t->plan->ask.spec->max_time_s;
}

static void make(struct trial_run *t, const struct trial_visit *v, const struct plan_visit *planned,
		 struct visit **made, struct visit_end *end)
{
	struct sweep *s = &t->sweep[v->side];
	set_numbers(t, v);
	draw_layout(t, v);
	s->held = v->kept_alive ? &t->held[v->side] : NULL;
	visit_make(s, planned, 0, made, end);
	t->killed = end->killed;
	t->visits_failed += end->failed && !end->killed;
}

/* The visit and what ran in it: both or neither. */
static int keep(struct trial_run *t, const struct trial_visit *v, struct visit *made, struct visit_end *end,
		struct diag *d)
{
	struct sweep *s = &t->sweep[v->side];
	int rc = store_begin(s->store, d);
	if (rc)
		return rc;
	/* One order of all sides. */
	s->position = t->position;
	rc = visit_keep(made, end, d);
	t->position = s->position;
	if (rc == 0)
		rc = take_described(t, v, end, made, d);
	return store_end(s->store, rc, d);
}

int trial_visit(struct trial_run *t, const struct trial_visit *v, struct trial_value *out, struct diag *d)
{
	struct visit *made = NULL;
	struct visit_end end = {0};
	const struct plan_visit planned = {
		.point = t->plan->cell[v->cell].point[arm_of(v->side)], .round = v->round, .kind = v->kind};
	*out = (struct trial_value){.seconds = NAN};
	make(t, v, &planned, &made, &end);
	int rc = end.killed ? 0 : keep(t, v, made, &end, d);
	if (rc == 0 && !end.failed)
		take_value(t, v, made, out);
	snprintf(out->said, sizeof out->said, "%.60s", end.failed ? end.reason : end.said);
	if (end.failed && !t->contest[v->cell].reason)
		t->contest[v->cell].reason = mem_strdup(end.reason);
	free(end.describe);
	visit_free(made);
	return rc;
}
