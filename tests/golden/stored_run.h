/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stored run made by hand, for tests of analysis and reports: no worker, no
 * database, the same numbers every time. Everything belongs to the maker.
 */
#ifndef IFM_TESTS_GOLDEN_STORED_RUN_H
#define IFM_TESTS_GOLDEN_STORED_RUN_H

#include <stdarg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/store/store.h"

#define MADE_POINTS 512
#define MADE_VISITS 32

struct maker {
	struct stored_run run;
	struct stored_point points[MADE_POINTS];
	int n_owned;
	void *owned[16384];
	int64_t next_visit;
};

__attribute__((unused)) static void *made_own(struct maker *m, void *p)
{
	m->owned[m->n_owned++] = p;
	return p;
}

__attribute__((unused)) static char *made_text(struct maker *m, const char *text)
{
	return made_own(m, mem_strdup(text));
}

/* More facts may be set afterwards. */
__attribute__((unused)) static struct maker *made_start(void)
{
	struct maker *m = mem_alloc(sizeof *m);
	static char empty[] = "", done[] = "done";

	m->run = (struct stored_run){.id = 7,
				     .label = empty,
				     .notes = empty,
				     .command = empty,
				     .state = done,
				     .spec_name = empty,
				     .spec_text = empty,
				     .machine_id = empty,
				     .machine_class = empty,
				     .build_program = empty,
				     .build_version = empty,
				     .rounds = 6,
				     .seed = 42,
				     .start_wall_ns = 1787580300000000000,
				     .end_wall_ns = 1787580552000000000,
				     .points = m->points};
	return m;
}

/* A point with keys given as text: "workload=tg32 precision=f32 threads=4". A '~' in a value is a blank. */
__attribute__((unused)) static struct stored_point *made_point(struct maker *m, enum point_role role,
							       enum point_state state, const char *reason,
							       const char *keys)
{
	struct stored_point *p = &m->points[m->run.n_points];
	char *copy = mem_strdup(keys), *save = NULL;

	p->position = m->run.n_points++;
	snprintf(p->id, sizeof p->id, "%032d", p->position);
	p->role = role;
	p->state = state;
	p->reason = made_text(m, reason);
	p->describe = made_text(m, "");
	p->visits = made_own(m, mem_alloc(sizeof *p->visits * MADE_VISITS));
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *equals = strchr(word, '=');

		*equals = '\0';
		for (char *c = equals + 1; *c; c++)
			*c = *c == '~' ? ' ' : *c;
		point_set(&p->point, point_key_find(word), equals + 1);
	}
	free(copy);
	return p;
}

static struct stored_visit *made_visit(struct maker *m, struct stored_point *p, enum visit_kind kind,
				       int round)
{
	struct stored_visit *v = &p->visits[p->n_visits++];
	static char own[] = "own", ended[] = "exit 0", empty[] = "";

	*v = (struct stored_visit){.id = ++m->next_visit,
				   .round = round,
				   .kind = kind,
				   .reason = empty,
				   .arm = own,
				   .ended = ended,
				   .log = empty};
	return v;
}

/* A timing visit: one warm-up repetition of twice the time, then n_reps of steps_per_rep steps each. */
__attribute__((unused)) static struct stored_visit *made_timing(struct maker *m, struct stored_point *p,
								int round, int64_t step_ns, int n_reps,
								int steps, const double work[3])
{
	struct stored_visit *v = made_visit(m, p, VISIT_TIMING, round);
	struct stored_series *s = made_own(m, mem_alloc(sizeof *s));
	static char name[] = "step", unit[] = "ns", clock[] = "monotonic";
	int n = (n_reps + 1) * steps;

	*s = (struct stored_series){.name = name, .unit = unit, .clock = clock, .n = n};
	s->values = made_own(m, mem_alloc(sizeof *s->values * (size_t)n));
	s->offsets = made_own(m, mem_alloc(sizeof *s->offsets * (size_t)n));
	s->marks = made_own(m, mem_alloc(sizeof *s->marks * (size_t)n));
	s->reps = made_own(m, mem_alloc(sizeof *s->reps * (size_t)n));
	for (int i = 0; i < n; i++) {
		s->reps[i] = i / steps;
		s->values[i] = i < steps ? 2 * step_ns : step_ns;
		s->marks[i] = i < steps ? MARK_WARMUP : 0;
		s->offsets[i] = i * step_ns;
	}
	v->n_series = 1;
	v->series = s;
	v->tokens = work[0];
	v->flops = work[1];
	v->bytes = work[2];
	v->load_ns = 50000000;
	v->peak_bytes = 64 << 20;
	return v;
}

/* The steps go by a device's clock now, and what the host's said of each, step_ns, stands beside it. */
__attribute__((unused)) static void made_by_device(struct maker *m, struct stored_visit *v, int64_t step_ns)
{
	static char name[] = "host", clock[] = "device events";
	struct stored_series *both = made_own(m, mem_alloc(2 * sizeof *both));

	both[0] = both[1] = v->series[0];
	both[0].clock = clock;
	both[1].name = name;
	both[1].values = made_own(m, mem_alloc(sizeof *both->values * (size_t)both->n));
	for (int i = 0; i < both->n; i++)
		both[1].values[i] = step_ns;
	v->n_series = 2;
	v->series = both;
}

/* What the worker's window told to add to a step. */
__attribute__((unused)) static void made_step_cost(struct maker *m, struct stored_visit *v, double ns)
{
	static char name[] = "step_cost", unit[] = "ns", source[] = "window", empty[] = "";

	v->n_readings = 1;
	v->readings = made_own(m, mem_alloc(sizeof *v->readings));
	v->readings[0] = (struct stored_reading){.counter = name,
						 .unit = unit,
						 .source = source,
						 .op = empty,
						 .thread = -1,
						 .usable = true,
						 .why = empty,
						 .value = ns};
}

/* cost: of the reference itself against f32; NaN: not measured */
__attribute__((unused)) static void made_residuals_beside(struct maker *m, struct stored_point *p,
							  double same, double f32, double cost)
{
	struct stored_visit *v = made_visit(m, p, VISIT_QUALITY, 0);
	static char names[3][20] = {"residual_same", "residual_f32", "residual_reference"}, empty[] = "",
		    source[] = "verify";
	const double values[3] = {same, f32, cost};

	v->n_readings = isnan(cost) ? 2 : 3;
	v->readings = made_own(m, mem_alloc(sizeof *v->readings * 3));
	for (int i = 0; i < v->n_readings; i++)
		v->readings[i] = (struct stored_reading){.counter = names[i],
							 .unit = empty,
							 .source = source,
							 .op = empty,
							 .thread = -1,
							 .usable = true,
							 .why = empty,
							 .value = values[i]};
}

__attribute__((unused)) static void made_residuals(struct maker *m, struct stored_point *p, double same,
						   double f32)
{
	made_residuals_beside(m, p, same, f32, NAN);
}

__attribute__((unused)) static void made_free(struct maker *m)
{
	for (int i = 0; i < m->run.n_points; i++) {
		point_free(&m->points[i].point);
		json_decref(m->points[i].check_answer);
	}
	json_decref(m->run.machine);
	json_decref(m->run.environment);
	json_decref(m->run.build);
	for (int i = 0; i < m->n_owned; i++)
		free(m->owned[i]);
	free(m);
}

#endif
