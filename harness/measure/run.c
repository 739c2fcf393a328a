/* SPDX-License-Identifier: Apache-2.0 */
/* run: the prepared point in the window, plain or with counters. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/hooks.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/device_time.h"
#include "harness/measure/settle.h"
#include "harness/measure/state.h"
#include "harness/measure/step_cost.h"
#include "harness/measure/throttle.h"
#include "harness/measure/window.h"

struct source {
	const struct counter_ops *ops;
	struct counter *counter;
	const char *name; /* as asked: "papi:base". Belongs to the request */
};

/* The counters of one visit; where there are none, what is asked at the sides of the window. */
struct counters {
	struct server *server;
	struct source *source; /* n that are open */
	int n;
	int pass;
	int64_t idle_ns;
	bool hooked;			/* some of them have to be there before the engine is */
	struct throttle *throttle;	/* NULL: nothing is asked */
	struct wire_run_result *result; /* readings go here */
};

/* ---- threads ---- */

static void thread_born(void *arg, int thread, int n_threads)
{
	struct counters *c = arg;
	(void)n_threads;
	for (int i = 0; i < c->n; i++)
		if (c->source[i].ops->born)
			c->source[i].ops->born(c->source[i].counter, thread);
}

static void thread_gone(void *arg, int thread)
{
	struct counters *c = arg;
	for (int i = 0; i < c->n; i++)
		if (c->source[i].ops->gone)
			c->source[i].ops->gone(c->source[i].counter, thread);
}

/* ---- life ---- */

static void counters_close(struct counters *c)
{
	for (int i = 0; i < c->n; i++)
		c->source[i].ops->close(c->source[i].counter);
	hooks_set(NULL);
	free(c->source);
}

static void readings_move(struct counters *c, const char *source, const struct readings *from)
{
	struct wire_run_result *r = c->result;
	size_t n = (size_t)r->n_readings + (size_t)from->n + 1;
	r->readings = mem_realloc(r->readings, n * sizeof *r->readings);
	for (int k = 0; k < from->n; k++) {
		struct wire_reading *to = &r->readings[r->n_readings++];
		*to = from->item[k];
		to->pass = c->pass;
		snprintf(to->source, sizeof to->source, "%s", source);
	}
}

/* A source that is not read, and why. */
static void refuse(struct counters *c, const char *name, const char *why)
{
	struct wire_reading none = {.thread = -1};
	const struct readings one = {.n = 1, .item = &none};
	snprintf(none.counter, sizeof none.counter, "%s", name);
	snprintf(none.why, sizeof none.why, "%s", why);
	readings_move(c, name, &one);
}

/* Do threads that are none of ours do some of the work? */
static bool is_foreign(const struct server *s)
{
	const struct point *p = &s->prepared.point;
	return strcmp(point_get(p, KEY_PROVIDER), point_key_default(KEY_PROVIDER)) != 0 &&
	       strcmp(point_get(p, KEY_THREADS), "1") != 0;
}

static bool asked_to_stop(void *arg)
{
	return server_cancelled(((struct counters *)arg)->server);
}

static int source_open(struct counters *c, const char *name, struct diag *d)
{
	char why[WIRE_WHY] = "";
	struct counter_config config = {
		.pass = c->pass,
		.device = c->server->engine.device,
		.idle_ns = c->idle_ns,
		.stopped = asked_to_stop,
		.arg = c,
	};
	struct source *s = &c->source[c->n];
	const struct counter_ops *ops = counter_find(name, &config.group, d);
	if (!ops)
		return d->code;
	if (!ops->probe(why, sizeof why))
		return diag_set(d, ERR_UNAVAILABLE, "counter source %s: %s", ops->name, why);
	/* All that is read at once was read in the first visit. */
	if (c->pass > 0 && !ops->has_groups)
		return 0;
	if (ops->born && is_foreign(c->server)) {
		refuse(c, name, "the provider has threads of its own, which would not be counted");
		return 0;
	}
	if (ops->of_gpu && device_is_cpu(config.device)) {
		refuse(c, name, "the point runs on cpu, which is no NVIDIA GPU");
		return 0;
	}
	int rc = ops->open(&s->counter, &config, d);
	if (rc)
		return rc;
	s->ops = ops;
	s->name = name;
	c->hooked = c->hooked || ops->born || ops->alone;
	c->n++;
	return 0;
}

static int counters_open(struct counters *c, const struct wire_run_request *q, struct diag *d)
{
	const struct thread_hooks hooks = {c, thread_born, thread_gone};
	int rc = 0;
	c->source = mem_alloc(((size_t)q->n_counters + 1) * sizeof *c->source);
	for (int i = 0; i < q->n_counters && rc == 0; i++)
		rc = source_open(c, q->counters[i], d);
	if (rc == 0 && c->hooked)
		hooks_set(&hooks);
	return rc;
}

static int counters_start(void *arg, struct diag *d)
{
	struct counters *c = arg;
	int rc = 0;
	for (int i = 0; i < c->n && rc == 0; i++)
		rc = c->source[i].ops->start(c->source[i].counter, d);
	return rc;
}

/* What empties the caches runs between the first step and the last, where counters cannot tell it apart. */
static int counters_refuse(struct counters *c, const struct wire_run_request *q, struct diag *d)
{
	for (int i = 0; i < q->n_counters; i++) {
		const char *group;
		if (!counter_find(q->counters[i], &group, d))
			return d->code;
		refuse(c, q->counters[i], "caches are emptied between steps, and that would be counted");
	}
	return 0;
}

typedef int end_fn(struct counter *counter, struct readings *out, struct diag *d);

static int source_end(struct counters *c, const struct source *s, end_fn *end, struct diag *d)
{
	struct readings readings = {0};
	int rc = end(s->counter, &readings, d);
	if (rc == 0)
		readings_move(c, s->name, &readings);
	free(readings.item);
	return rc;
}

/* In the reverse order of the start: the first one spans the others. */
static int counters_stop(void *arg, struct diag *d)
{
	struct counters *c = arg;
	int rc = 0;
	for (int i = c->n - 1; i >= 0; i--) {
		int stopped = source_end(c, &c->source[i], c->source[i].ops->stop, d);
		rc = rc ? rc : stopped;
	}
	for (int i = 0; i < c->n && rc == 0; i++)
		if (c->source[i].ops->finish)
			rc = source_end(c, &c->source[i], c->source[i].ops->finish, d);
	return rc;
}

/* ---- a timing visit on a GPU ---- */

static int sides_begin(void *arg, struct diag *d)
{
	(void)d;
	throttle_before(((struct counters *)arg)->throttle);
	return 0;
}

static int sides_end(void *arg, struct diag *d)
{
	(void)d;
	throttle_after(((struct counters *)arg)->throttle);
	return 0;
}

static void sides_put(struct counters *c)
{
	struct readings readings = {0};
	if (!c->throttle || c->result->n_series == 0)
		return;
	throttle_put(c->throttle, c->result->series, c->result->n_series, &readings);
	readings_move(c, "window", &readings);
	free(readings.item);
}

/* ---- cold, settled ---- */

static int empty_caches(void *arg, struct diag *d)
{
	struct server *s = ((struct counters *)arg)->server;
	return s->engine.ops->flush(s->engine.engine, &s->prepared.manner.flush_bytes, d);
}

static int64_t now(void *arg)
{
	(void)arg;
	return clock_ns();
}

/* What is measured: the prepared workload as it is, or slowed. */
static void measured_of(const struct server *s, struct slowed *slowed, const struct workload_ops **ops,
			struct workload_run **run)
{
	*ops = s->prepared.workload;
	*run = s->prepared.run;
	if (s->prepared.manner.inject.percent == 0)
		return;
	inject_wrap(slowed, &s->prepared.manner.inject, *ops, *run);
	*ops = &slowed->ops;
	*run = (struct workload_run *)slowed;
}

/* As the window does it, but no sample is kept. */
static int settle_repetition(void *arg, int64_t *dur_ns, struct diag *d)
{
	struct server *s = ((struct counters *)arg)->server;
	struct slowed slowed;
	const struct workload_ops *w;
	struct workload_run *run;
	measured_of(s, &slowed, &w, &run);
	int rc = w->reset(run, d);
	for (int i = 0; i < s->prepared.work.steps && rc == 0; i++) {
		if (s->prepared.manner.cold)
			rc = empty_caches(arg, d);
		int64_t t0 = clock_ns();
		if (rc == 0)
			rc = w->step(run, d);
		*dur_ns += clock_ns() - t0;
	}
	if (rc == 0 && server_cancelled(s))
		rc = diag_set(d, ERR_CANCELLED, "run: cancelled while it settled");
	return rc;
}

static int settle(struct counters *c, struct diag *d)
{
	struct settled settled;
	struct strbuf text = {0};
	int rc = settle_run(&settled, &(struct settle_hooks){c, now, settle_repetition}, d);
	if (rc)
		return rc;
	settled_describe(&settled, &text);
	c->result->describe = strbuf_take(&text);
	return 0;
}

/* Steps that the device's clock times are queued before it begins them, unless counters would count what holds it. */
static bool is_held(const struct server *s)
{
	return s->prepared.manner.by_device && s->engine.ops->hold;
}

static void hold_begin(const struct server *s)
{
	if (is_held(s))
		s->engine.ops->hold(s->engine.engine, true, NULL);
}

/* Each visit has its numbers; what describes the point is of one of them. */
static void hold_end(struct counters *c)
{
	const struct server *s = c->server;
	struct wire_run_result *r = c->result;
	struct readings readings = {0};
	struct held h = {0};
	if (!is_held(s))
		return;
	s->engine.ops->hold(s->engine.engine, false, &h);
	reading_put(&readings, "steps_held", "count", h.n, 0);
	reading_put(&readings, "steps_late", "count", h.late, 0);
	snprintf(readings.item[0].why, sizeof readings.item[0].why, "%s", h.why);
	readings_move(c, "window", &readings);
	free(readings.item);
	char *lines = mem_printf(
		"%sclock: %s, each step%s%s\n", r->describe ? r->describe : "", s->engine.ops->device_clock,
		h.why[0] ? "'s launch in it, too: " : " in the queue before the device began it", h.why);
	free(r->describe);
	r->describe = lines;
}

static int run_window(struct server *s, const struct wire_run_request *q, struct counters *c, struct diag *d)
{
	struct wire_run_result *r = c->result;
	bool cold = s->prepared.manner.cold, counting = q->n_counters > 0;
	/* By the host's clock and by the device's, where there is one. */
	r->series = mem_alloc(2 * sizeof *r->series);
	const struct window_hooks hooks = {
		.arg = c,
		.device_clock = s->engine.ops->device_clock,
		.second = &r->series[1],
		.by_device = s->prepared.manner.by_device,
		.begin = counting      ? counters_start
			 : c->throttle ? sides_begin
				       : NULL,
		.end = counting	     ? counters_stop
		       : c->throttle ? sides_end
				     : NULL,
		.before_step = cold ? empty_caches : NULL,
		.cancelled = asked_to_stop,
	};
	struct slowed slowed;
	const struct workload_ops *ops;
	struct workload_run *run;
	int rc = s->prepared.manner.sustained ? settle(c, d) : 0;
	if (rc)
		return rc;
	measured_of(s, &slowed, &ops, &run);
	if (!counting)
		hold_begin(s);
	rc = window_run(ops, run, s->prepared.work.steps, q, &hooks, r->series, d);
	if (!counting)
		hold_end(c);
	r->n_series = rc ? 0 : hooks.device_clock ? 2 : 1;
	device_time_judge(r);
	sides_put(c);
	return rc;
}

/* Counters must see work, not spinning: the pool is opened anew so that idle threads sleep, and so that its threads
 * come by those that count threads. */
static int wait_as_asked(struct server *s, bool passive, bool anew, struct diag *d)
{
	struct point p;
	if (engine_waits_as(&s->engine, passive) && !anew)
		return 0;
	uint64_t seed = s->prepared.seed;
	point_copy(&p, &s->prepared.point);
	if (anew)
		state_engine_close(s);
	int rc = state_prepare(s, &p, seed, passive, d);
	point_free(&p);
	return rc;
}

static int run_request(struct server *s, const struct wire_run_request *q, json_t **ok, struct diag *d)
{
	struct wire_run_result r = {.window_version = WINDOW_VERSION};
	struct counters c = {.server = s, .result = &r, .pass = q->pass, .idle_ns = q->idle_ns};
	/* There is nothing to run for. */
	bool refused = s->prepared.manner.cold && q->n_counters > 0;
	int rc = refused ? counters_refuse(&c, q, d) : counters_open(&c, q, d);
	if (rc == 0 && !refused)
		rc = wait_as_asked(s, q->n_counters > 0, c.hooked, d);
	if (rc == 0 && q->n_counters == 0) {
		r.step_cost_ns = step_cost_ns();
		c.throttle = throttle_open(s->engine.device);
	}
	if (rc == 0 && !refused)
		rc = run_window(s, q, &c, d);
	counters_close(&c);
	throttle_close(c.throttle);
	if (rc == 0) {
		const struct workload_work *w = &s->prepared.work;
		r.tokens_per_rep = w->tokens;
		r.flops_per_rep = w->flops;
		r.bytes_per_rep = w->bytes;
		r.peak_bytes = (int64_t)mem_peak();
		*ok = wire_run_result_to_json(&r);
	}
	wire_run_result_free(&r);
	return rc;
}

int request_run(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	struct wire_run_request q;
	if (!s->prepared.workload)
		return diag_set(d, ERR_USAGE, "run: nothing is prepared");
	int rc = wire_run_request_from_json(message, &q, d);
	if (rc)
		return rc;
	rc = run_request(s, &q, ok, d);
	wire_run_request_free(&q);
	return rc;
}
