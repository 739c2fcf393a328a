/* SPDX-License-Identifier: Apache-2.0 */
/* A visit: one point in a fresh process, timed or with counters. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/host/host.h"
#include "harness/run/counting.h"
#include "harness/run/interrupt.h"
#include "harness/run/lies.h"
#include "harness/run/sweep.h"

struct visit {
	struct sweep *sweep;
	const struct plan_visit *planned;
	const struct plan_point *point;
	struct process process;
	struct wire_run_request request; /* its names belong to the spec */
	struct counting counting;
	struct store_reading *absent; /* counters that cannot be asked for */
	bool is_prepared, is_run;
	struct wire_prepared prepared;
	struct wire_run_result result;
	struct measured measured;
	json_t *before, *after;
	int64_t start_wall_ns, wall_ns;
};

/* ---- what is asked ---- */

/* A counter that is not there is a row that says so, never a zero. */
static void choose_counters(struct visit *v)
{
	struct counting *c = &v->counting;
	counting_make(c, v->sweep->spec, v->sweep->hello, v->planned->pass);
	v->request.counters = c->name;
	v->request.n_counters = c->n;
	v->request.pass = c->pass;
	v->absent = mem_alloc(((size_t)c->n_absent + 1) * sizeof *v->absent);
	for (int i = 0; i < c->n_absent; i++)
		v->absent[i] = (struct store_reading){.counter = c->absent[i].name,
						      .unit = "",
						      .source = c->absent[i].name,
						      .op = "",
						      .thread = -1,
						      .why = c->absent[i].why};
}

static void make_request(struct visit *v)
{
	const struct spec *spec = v->sweep->spec;
	v->request = (struct wire_run_request){
		.warmup = spec->warmup,
		.repeat = spec->repeat,
		.min_time_ns = seconds_ns(spec->min_time_s),
		.max_time_ns = seconds_ns(spec->max_time_s),
	};
	if (v->planned->kind == VISIT_COUNTER)
		choose_counters(v);
}

/* The window itself comes on top of what a request may take. */
static int64_t run_timeout_ns(const struct visit *v)
{
	const struct spec *spec = v->sweep->spec;
	double window = spec->max_time_s > spec->min_time_s ? spec->max_time_s : spec->min_time_s;
	return seconds_ns(window + spec->timeout_s);
}

/* ---- the worker's part ---- */

static int prepare(struct visit *v, struct diag *d)
{
	const struct sweep *s = v->sweep;
	json_t *answer = NULL, *body = json_pack("{s:o, s:I}", "point", point_to_json(&v->point->point),
						 "seed", (json_int_t)s->spec->seed);
	int rc = process_ask(&v->process, "prepare", body, spec_timeout_ns(s->spec), &answer, NULL, d);
	json_decref(body);
	if (rc == 0)
		rc = wire_prepared_from_json(answer, &v->prepared, d);
	json_decref(answer);
	v->is_prepared = rc == 0;
	return rc;
}

static int measure(struct visit *v, struct diag *d)
{
	const struct wire_check *check = v->point->checked ? &v->point->check : NULL;
	json_t *answer = NULL, *body = wire_run_request_to_json(&v->request);
	/* The moments stand at the window's sides: starting and loading are no disturbance of it. */
	v->before = host_moment("");
	v->start_wall_ns = clock_wall_ns();
	int rc = process_ask(&v->process, "run", body, run_timeout_ns(v), &answer, &v->wall_ns, d);
	v->after = host_moment("");
	json_decref(body);
	if (rc == 0)
		rc = wire_run_result_from_json(answer, &v->result, d);
	json_decref(answer);
	v->is_run = rc == 0;
	if (rc == 0)
		rc = lies_check(&v->result, &v->request, check, v->wall_ns, &v->measured, d);
	return rc;
}

/* Counter visits without a usable counter have nothing to run for. */
static int work(struct visit *v, struct diag *d)
{
	if (v->planned->kind == VISIT_COUNTER && v->request.n_counters == 0)
		return 0;
	int rc = process_start(&v->process, v->sweep->worker, d);
	if (rc == 0)
		rc = prepare(v, d);
	if (rc == 0)
		rc = measure(v, d);
	process_stop(&v->process);
	return rc;
}

static void mark_contended(struct visit *v)
{
	if (!host_contended(v->before, v->after, (double)v->wall_ns * 1e-9))
		return;
	for (int i = 0; i < v->result.n_series; i++)
		for (int k = 0; k < v->result.series[i].n; k++)
			v->result.series[i].marks[k] |= MARK_CONTENDED;
}

/* ---- the row ---- */

static int put_row(struct visit *v, const struct visit_end *end, struct diag *d)
{
	int64_t id;
	struct store_visit row = {
		.point_id = v->point->id,
		.round = v->planned->round,
		.kind = v->planned->kind,
		.failed = end->failed,
		.reason = end->reason,
		.host_before = v->before,
		.host_after = v->after,
		.start_wall_ns = v->start_wall_ns,
		.wall_ns = v->wall_ns,
		.prepared = v->is_prepared ? &v->prepared : NULL,
		.result = v->is_run && !end->failed ? &v->result : NULL,
		.n_readings = v->counting.n_absent,
		.readings = v->absent,
	};
	sweep_describe(v->sweep, &v->process, &row);
	return store_visit_put(v->sweep->store, v->sweep->run, &row, &id, d);
}

/* The rate that says most: tokens, else arithmetic, else bytes, else the time itself. */
static void say_speed(const struct visit *v, char *out, size_t size)
{
	double rep_s = v->measured.ns * 1e-9 / v->measured.reps;
	if (v->result.tokens_per_rep > 0)
		snprintf(out, size, "%.4g tok/s", v->result.tokens_per_rep / rep_s);
	else if (v->result.flops_per_rep > 0)
		snprintf(out, size, "%.4g GFLOP/s", v->result.flops_per_rep / rep_s * 1e-9);
	else if (v->result.bytes_per_rep > 0)
		snprintf(out, size, "%.4g GB/s", v->result.bytes_per_rep / rep_s * 1e-9);
	else
		snprintf(out, size, "%.4g ms", rep_s * 1e3);
}

static void say_end(const struct visit *v, int rc, const struct diag *why, struct visit_end *end)
{
	*end = (struct visit_end){.failed = rc != 0};
	end->killed = rc != 0 && interrupt_count() > 1;
	end->has_log = v->process.end.log && v->process.end.log[0];
	if (rc)
		diag_format(why, end->reason, sizeof end->reason);
	else if (v->is_run)
		say_speed(v, end->speed, sizeof end->speed);
	if (v->is_prepared && v->prepared.describe)
		end->describe = mem_strdup(v->prepared.describe);
}

static void visit_free(struct visit *v)
{
	process_free(&v->process);
	counting_free(&v->counting);
	free(v->absent);
	json_decref(v->before);
	json_decref(v->after);
	wire_prepared_free(&v->prepared);
	wire_run_result_free(&v->result);
}

int visit_put(struct sweep *s, const struct plan_visit *planned, struct visit_end *end, struct diag *d)
{
	struct visit v = {.sweep = s, .planned = planned, .point = &s->plan->points[planned->point]};
	struct diag why = {0};
	make_request(&v);
	v.start_wall_ns = clock_wall_ns();
	int failed = work(&v, &why), rc = 0;
	mark_contended(&v);
	say_end(&v, failed, &why, end);
	if (!end->killed)
		rc = put_row(&v, end, d);
	visit_free(&v);
	return rc;
}
