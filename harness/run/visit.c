/* SPDX-License-Identifier: Apache-2.0 */
/* A visit: one point in a fresh process, timed or with counters. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/host/host.h"
#include "harness/plan/counting.h"
#include "harness/run/gate.h"
#include "harness/run/interrupt.h"
#include "harness/run/lies.h"
#include "harness/run/sweep.h"

struct visit {
	struct sweep *sweep;
	const struct plan_visit *planned;
	int number; /* in the plan */
	const struct plan_point *point;
	struct gate gate;
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
	counting_make(c, v->sweep->spec, sweep_measurer(v->sweep, &v->point->point).hello, v->planned->pass);
	v->request.counters = c->name;
	v->request.n_counters = c->n;
	v->request.pass = c->pass;
	if (c->idles && !point_is_on_cpu(&v->point->point))
		v->request.idle_ns = seconds_ns(v->sweep->spec->idle_s);
	v->absent = mem_alloc(((size_t)c->n_absent + 1) * sizeof *v->absent);
	for (int i = 0; i < c->n_absent; i++)
		v->absent[i] = (struct store_reading){.counter = c->absent[i].name,
						      .unit = "",
						      .source = c->absent[i].name,
						      .op = "",
						      .thread = -1,
						      .why = c->absent[i].why};
}

static void sustain(struct wire_run_request *q)
{
	int64_t least = seconds_ns(POINT_SUSTAINED_S);
	if (q->min_time_ns < least)
		q->min_time_ns = least;
	if (q->max_time_ns > 0 && q->max_time_ns < least)
		q->max_time_ns = least;
}

static void make_request(struct visit *v)
{
	const struct spec *spec = v->sweep->spec;
	v->request = (struct wire_run_request){
		.warmup = spec->warmup,
		.repeat = spec_repeat(spec, &v->point->point),
		.min_time_ns = seconds_ns(spec->min_time_s),
		.max_time_ns = seconds_ns(spec->max_time_s),
	};
	if (point_is_sustained(&v->point->point))
		sustain(&v->request);
	if (v->planned->kind == VISIT_COUNTER)
		choose_counters(v);
}

/* The window itself comes on top of what a request may take. */
static int64_t run_timeout_ns(const struct visit *v)
{
	const struct spec *spec = v->sweep->spec;
	double window = spec->max_time_s > spec->min_time_s ? spec->max_time_s : spec->min_time_s;
	if (point_is_sustained(&v->point->point))
		window += POINT_SETTLE_MAX_S + POINT_SUSTAINED_S;
	return seconds_ns(window + spec->timeout_s) + 2 * v->request.idle_ns;
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

/* Lines that only the run could tell, behind those of prepare. */
static void describe_more(struct visit *v, const char *lines)
{
	char *all = mem_printf("%s%s", v->prepared.describe ? v->prepared.describe : "", lines);
	free(v->prepared.describe);
	v->prepared.describe = all;
}

static void layout_record(const struct visit *v)
{
	if (!v->process.is_laid_out)
		return;
	json_object_set_new(v->before, "layout.heap_pages", json_integer(v->process.layout.heap_pages));
	json_object_set_new(v->before, "layout.environment_bytes",
			    json_integer(v->process.layout.environment_bytes));
}

static int measure(struct visit *v, struct diag *d)
{
	const struct wire_check *check = v->point->checked ? &v->point->check : NULL;
	json_t *answer = NULL, *body = wire_run_request_to_json(&v->request);
	/* The moments stand at the window's sides: starting and loading are no disturbance of it. */
	v->before = host_moment("");
	gate_record(&v->gate, v->before);
	layout_record(v);
	v->start_wall_ns = clock_wall_ns();
	int rc = process_ask(&v->process, "run", body, run_timeout_ns(v), &answer, &v->wall_ns, d);
	v->after = host_moment("");
	json_decref(body);
	if (rc == 0)
		rc = wire_run_result_from_json(answer, &v->result, d);
	json_decref(answer);
	v->is_run = rc == 0;
	if (rc == 0 && v->result.describe)
		describe_more(v, v->result.describe);
	if (rc == 0)
		rc = lies_check(&v->result, &v->request, check, v->wall_ns, &v->measured, d);
	return rc;
}

/* True when the worker of the visit before is ready for this one. */
static bool take_held(struct visit *v)
{
	struct held *h = v->sweep->held;
	if (!h || !client_alive(h->process.client))
		return false;
	v->process = h->process;
	h->process = (struct process){0};
	interrupt_aim(v->process.pid);
	return true;
}

/* It stays for the next visit; what the store keeps of it stays here. */
static void hold(struct visit *v)
{
	struct process *p = &v->process;
	v->sweep->held->process = *p;
	p->client = NULL;
	p->watch = NULL;
	p->before = NULL;
	p->end = (struct client_end){.ended = "at work"};
	p->end_wall_ns = clock_wall_ns();
	interrupt_aim(0);
}

static int start(struct visit *v, struct diag *d)
{
	struct process *p = &v->process;
	p->is_laid_out = v->sweep->layout != NULL;
	if (p->is_laid_out)
		p->layout = *v->sweep->layout;
	int rc = process_start(p, sweep_measurer(v->sweep, &v->point->point).program, d);
	return rc ? rc : prepare(v, d);
}

/* Counter visits without a usable counter have nothing to run for. */
static int work(struct visit *v, struct diag *d)
{
	if (v->planned->kind == VISIT_COUNTER && v->request.n_counters == 0)
		return 0;
	bool ready = take_held(v);
	const struct spec *spec = v->sweep->spec;
	v->process.limits = process_limits_of(spec->visit_timeout_s, spec->memory_limit, 1);
	int rc = ready ? 0 : start(v, d);
	if (rc == 0)
		rc = measure(v, d);
	if (rc == 0 && v->sweep->held) {
		hold(v);
		return 0;
	}
	process_stop(&v->process);
	return rc ? rc : process_peak_check(&v->process, d);
}

static void mark_contended(struct visit *v)
{
	bool loud = v->gate.asked && !v->gate.quiet;
	if (!loud && !host_contended(v->before, v->after, (double)v->wall_ns * 1e-9))
		return;
	for (int i = 0; i < v->result.n_series; i++)
		for (int k = 0; k < v->result.series[i].n; k++)
			v->result.series[i].marks[k] |= MARK_CONTENDED;
}

/* ---- the row ---- */

int visit_keep(struct visit *v, const struct visit_end *end, struct diag *d)
{
	int64_t id;
	const struct store_reading cost = {
		.counter = "step_cost",
		.unit = "ns",
		.source = "window",
		.op = "",
		.thread = -1,
		.usable = true,
		.why = "",
		.value = v->result.step_cost_ns,
	};
	bool has_cost = v->is_run && !end->failed && v->counting.n_absent == 0 && v->result.step_cost_ns > 0;
	struct store_visit row = {
		.point_id = v->point->id,
		.round = v->planned->round,
		.planned = v->number,
		.kind = v->planned->kind,
		.failed = end->failed,
		.reason = end->reason,
		.host_before = v->before,
		.host_after = v->after,
		.start_wall_ns = v->start_wall_ns,
		.wall_ns = v->wall_ns,
		.prepared = v->is_prepared ? &v->prepared : NULL,
		.result = v->is_run && !end->failed ? &v->result : NULL,
		.n_readings = has_cost ? 1 : v->counting.n_absent,
		.readings = has_cost ? &cost : v->absent,
	};
	sweep_describe(v->sweep, &v->point->point, &v->process, &row);
	return store_visit_put(v->sweep->store, v->sweep->run, &row, &id, d);
}

/* The rate that says most: tokens, else arithmetic, else bytes, else the time itself. */
static void say_speed(const struct visit *v, struct visit_end *end)
{
	const struct {
		double work, scale;
		const char *unit;
	} rates[] = {{v->result.tokens_per_rep, 1, "t/s"},
		     {v->result.flops_per_rep, 1e-9, "GFLOP/s"},
		     {v->result.bytes_per_rep, 1e-9, "GB/s"}};
	double rep_s = v->measured.ns * 1e-9 / v->measured.reps;
	size_t i = 0, n = sizeof rates / sizeof rates[0];
	if (v->planned->kind == VISIT_COUNTER || v->measured.reps == 0) {
		snprintf(end->said, sizeof end->said, v->measured.reps ? "counters" : "nothing to count");
		return;
	}
	while (i < n && !(rates[i].work > 0))
		i++;
	end->rate = i < n ? rates[i].work * rates[i].scale / rep_s : rep_s * 1e3;
	end->unit = i < n ? rates[i].unit : "ms";
}

static void say_end(const struct visit *v, int rc, const struct diag *why, struct visit_end *end)
{
	*end = (struct visit_end){.failed = rc != 0};
	end->killed = rc != 0 && interrupt_count() > 1;
	end->has_log = v->process.end.log && v->process.end.log[0];
	if (rc)
		diag_format(why, end->reason, sizeof end->reason);
	else if (v->is_run)
		say_speed(v, end);
	if (v->is_prepared && v->prepared.describe)
		end->describe = mem_strdup(v->prepared.describe);
}

const struct wire_run_result *visit_result(const struct visit *v)
{
	return v->is_run ? &v->result : NULL;
}

int64_t visit_load_ns(const struct visit *v)
{
	return v->is_prepared ? v->prepared.load_ns : 0;
}

void held_stop(struct held *h)
{
	process_free(&h->process);
}

void visit_free(struct visit *v)
{
	if (!v)
		return;
	process_free(&v->process);
	counting_free(&v->counting);
	free(v->absent);
	json_decref(v->before);
	json_decref(v->after);
	wire_prepared_free(&v->prepared);
	wire_run_result_free(&v->result);
	free(v);
}

void visit_make(struct sweep *s, const struct plan_visit *planned, int number, struct visit **out,
		struct visit_end *end)
{
	struct visit *v = mem_alloc(sizeof *v);
	struct diag why = {0};
	v->sweep = s;
	v->planned = planned;
	v->number = number;
	v->point = &s->plan->points[planned->point];
	make_request(v);
	gate_wait(&v->gate, s->first_moment, seconds_ns(s->spec->wait_quiet_s));
	v->start_wall_ns = clock_wall_ns();
	int failed = work(v, &why);
	mark_contended(v);
	say_end(v, failed, &why, end);
	*out = v;
}
