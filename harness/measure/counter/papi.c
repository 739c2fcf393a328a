/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source "papi": hardware counters of each thread of the pool, in groups (papi:base). Each thread opens, reads and
 * closes a set of its own. What counts here and in how many passes says papi_plan.h.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/hooks.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"
#include "harness/wire/group.h"

extern const struct counter_ops counter_papi;

#ifdef HAVE_PAPI

#include "harness/measure/counter/papi_lib.h"
#include "harness/measure/counter/papi_plan.h"
#include "harness/measure/counter/papi_set.h"

/* How many times as long as one look a window has to be. */
#define COSTS_LEAST 100

enum { THREADS_MAX = 4096 };

struct thread {
	struct papi_set set;
	char why[WIRE_WHY]; /* "": it counts */
	long long before[PAPI_SET_MAX], after[PAPI_SET_MAX];
	int64_t cpu_before, cpu_after; /* ns */
};

struct counter {
	struct papi_plan *plan;
	int pass, n; /* n events in this pass */
	int number[GROUP_EVENTS_MAX];
	const char *event[GROUP_EVENTS_MAX];
	_Atomic(struct thread *) thread[THREADS_MAX]; /* NULL: not born; each set by its own thread */
	int64_t wall;
};

/* ---- on each thread ---- */

static void papi_born(struct counter *c, int thread)
{
	if (thread >= THREADS_MAX)
		return;
	struct thread *t = mem_alloc(sizeof *t);
	c->plan->lib->register_thread();
	papi_set_open(&t->set, c->plan->lib, c->event, c->n, t->why, sizeof t->why);
	atomic_store(&c->thread[thread], t);
}

static void papi_gone(struct counter *c, int thread)
{
	struct thread *t = thread < THREADS_MAX ? atomic_exchange(&c->thread[thread], NULL) : NULL;
	if (!t)
		return;
	papi_set_close(&t->set);
	/* The window's thread goes on, with other sets. */
	if (thread > 0)
		c->plan->lib->unregister_thread();
	free(t);
}

static void look_before(void *arg, int thread, int n)
{
	struct thread *t = ((struct counter *)arg)->thread[thread];
	(void)n;
	if (!t || t->why[0])
		return;
	t->cpu_before = clock_thread_ns();
	papi_set_read(&t->set, t->before, t->why, sizeof t->why);
}

static void look_after(void *arg, int thread, int n)
{
	struct thread *t = ((struct counter *)arg)->thread[thread];
	(void)n;
	if (!t || t->why[0])
		return;
	papi_set_read(&t->set, t->after, t->why, sizeof t->why);
	t->cpu_after = clock_thread_ns();
}

static void leave(void *arg, int thread, int n)
{
	(void)n;
	papi_gone(arg, thread);
}

/* An engine without a pool works in the thread that calls it. */
static void on_each(struct counter *c, void (*fn)(void *arg, int thread, int n_threads))
{
	if (!hooks_each(fn, c))
		fn(c, 0, 1);
}

/* ---- the source ---- */

static void papi_close(struct counter *c)
{
	if (!c)
		return;
	on_each(c, leave);
	papi_plan_free(c->plan);
	free(c);
}

static int papi_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	struct counter *c = mem_alloc(sizeof *c);
	int rc = papi_plan_make(&c->plan, config->group, d);
	if (rc == 0 && config->pass >= (c->plan->n_passes ? c->plan->n_passes : 1))
		rc = diag_set(d, ERR_USAGE, "papi:%s: pass %d of %d", config->group, config->pass,
			      c->plan->n_passes);
	if (rc) {
		papi_plan_free(c->plan);
		free(c);
		return rc;
	}
	c->pass = config->pass;
	c->n = papi_plan_pass(c->plan, c->pass, c->number, c->event);
	*out = c;
	return 0;
}

static int papi_start(struct counter *c, struct diag *d)
{
	(void)d;
	if (!c->thread[0])
		papi_born(c, 0);
	on_each(c, look_before);
	c->wall = clock_ns();
	return 0;
}

static struct wire_reading *put(struct readings *out, const struct counter *c, int i, int thread,
				int64_t value, int64_t wall)
{
	const char *name = c->plan->group->event[c->number[i]].name;
	reading_put(out, name, "count", value, wall);
	struct wire_reading *r = &out->item[out->n - 1];
	r->thread = thread;
	snprintf(r->why, sizeof r->why, "%s, user", c->event[i]);
	return r;
}

static void fail(struct wire_reading *r, const char *why)
{
	r->usable = false;
	r->value = 0;
	snprintf(r->why, sizeof r->why, "failed pass: %.180s", why);
}

/* Why this window's counts are none, "" when they are: a thread could not be read, or it is too short. */
static void pass_judge(const struct counter *c, int64_t wall, char *why, int size)
{
	*why = '\0';
	for (int t = 0; t < THREADS_MAX; t++)
		if (c->thread[t] && c->thread[t]->why[0]) {
			snprintf(why, (size_t)size, "thread %d: %.140s", t, c->thread[t]->why);
			return;
		}
	if (wall < COSTS_LEAST * c->plan->read_ns)
		snprintf(why, (size_t)size,
			 "the window of %lld ns is shorter than %d times the cost of reading, %lld ns",
			 (long long)wall, COSTS_LEAST, (long long)c->plan->read_ns);
}

/* Sums over the threads. Anchors that did not move: the processor never counted the set, whatever was read. */
static void put_sums(struct counter *c, struct readings *out, int64_t wall)
{
	int64_t sum[PAPI_SET_MAX] = {0}, cpu = 0;
	char why[160];
	pass_judge(c, wall, why, sizeof why);
	for (int t = 0; t < THREADS_MAX; t++) {
		struct thread *one = c->thread[t];
		for (int i = 0; one && i < c->n; i++)
			sum[i] += one->after[i] - one->before[i];
		cpu += one ? one->cpu_after - one->cpu_before : 0;
	}
	for (int i = 0; i < c->n && !why[0]; i++)
		if (c->number[i] < c->plan->group->n_anchors && sum[i] <= 0)
			snprintf(why, sizeof why, "%s did not move", c->event[i]);
	for (int i = 0; i < c->n; i++) {
		struct wire_reading *r = put(out, c, i, -1, sum[i], wall);
		if (why[0] || sum[i] < 0)
			fail(r, why[0] ? why : "it went backwards");
	}
	reading_put(out, "cpu_time", "ns", cpu, wall);
	if (why[0])
		fail(&out->item[out->n - 1], why);
}

static void put_thread(struct counter *c, struct readings *out, int thread, int64_t wall)
{
	struct thread *t = c->thread[thread];
	for (int i = 0; i < c->n; i++) {
		struct wire_reading *r = put(out, c, i, thread, t->after[i] - t->before[i], wall);
		if (t->why[0] || r->value < 0)
			fail(r, t->why[0] ? t->why : "it went backwards");
	}
}

/* What does not count here is said once: in the first pass. */
static void put_refused(const struct counter *c, struct readings *out)
{
	const struct papi_plan *p = c->plan;
	for (int i = 0; i < p->group->n_events; i++) {
		if (p->event[i].pass >= 0)
			continue;
		struct wire_reading *r = reading_add(out);
		snprintf(r->counter, sizeof r->counter, "%s", p->group->event[i].name);
		snprintf(r->unit, sizeof r->unit, "count");
		snprintf(r->why, sizeof r->why, "%s", p->event[i].why);
	}
}

static int papi_stop(struct counter *c, struct readings *out, struct diag *d)
{
	(void)d;
	int64_t wall = clock_ns() - c->wall;
	on_each(c, look_after);
	put_sums(c, out, wall);
	for (int t = 0; t < THREADS_MAX; t++)
		if (c->thread[t])
			put_thread(c, out, t, wall);
	if (c->pass == 0)
		put_refused(c, out);
	reading_put(out, "read_cost", "ns", c->plan->read_ns, wall);
	reading_put(out, "start_cost", "ns", c->plan->start_ns, wall);
	return 0;
}

static bool papi_probe(char *why, int size)
{
	return papi_lib(why, size) != NULL;
}

/* Why no event of the group counts: that of the first one. */
static void list_group(struct wire_hello *h, const char *group)
{
	struct papi_plan *p = NULL;
	struct diag d = {0};
	char name[WIRE_NAME], why[WIRE_WHY];
	snprintf(name, sizeof name, "papi:%s", group);
	if (papi_plan_make(&p, group, &d)) {
		diag_format(&d, why, sizeof why);
		list_counter(h, name, why, 1);
		return;
	}
	list_counter(h, name, p->n_passes ? "" : p->event[p->group->n_events - 1].why, p->n_passes);
	for (int i = 0; i < p->group->n_events; i++)
		list_event(h, name, p->group->event[i].name,
			   p->event[i].event ? p->event[i].event : p->group->event[i].alternative[0],
			   p->event[i].pass >= 0 ? "" : p->event[i].why);
	papi_plan_free(p);
}

#else

static bool papi_probe(char *why, int size)
{
	snprintf(why, (size_t)size, "this worker was built without PAPI's headers");
	return false;
}

static void list_group(struct wire_hello *h, const char *group)
{
	char name[WIRE_NAME];
	snprintf(name, sizeof name, "papi:%s", group);
	list_counter(h, name, "this worker was built without PAPI's headers", 1);
}

static int papi_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	(void)out;
	(void)config;
	return diag_set(d, ERR_UNAVAILABLE, "this worker was built without PAPI's headers");
}

static int papi_start(struct counter *c, struct diag *d)
{
	(void)c;
	return diag_set(d, ERR_INTERNAL, "papi was never opened");
}

static int papi_stop(struct counter *c, struct readings *out, struct diag *d)
{
	(void)out;
	return papi_start(c, d);
}

static void papi_close(struct counter *c)
{
	(void)c;
}

#endif

static void papi_list(struct wire_hello *h)
{
	char(*names)[GROUP_NAME];
	int n = group_names("papi", &names);
	for (int i = 0; i < n; i++)
		list_group(h, names[i]);
	free(names);
}

const struct counter_ops counter_papi = {
	.name = "papi",
	.has_groups = true,
	.probe = papi_probe,
	.open = papi_open,
#ifdef HAVE_PAPI
	.born = papi_born,
	.gone = papi_gone,
#endif
	.list = papi_list,
	.start = papi_start,
	.stop = papi_stop,
	.close = papi_close,
};
