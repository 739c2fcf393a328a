/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source "perf": the kernel's software events by perf_event_open, of each thread of the pool and of the process with
 * every thread it has since. They need no PMU. Each was seen to move before it is believed (perf_probe.c).
 */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/perf_event.h"
#include "harness/measure/counter/pmu.h"

enum { THREADS_MAX = 4096, PROCESS = THREADS_MAX };

extern const struct counter_ops counter_perf;

/* What one thread, or the process, has open. */
struct watch {
	int fd[PERF_EVENTS]; /* -1: not open */
	struct perf_value before[PERF_EVENTS], after[PERF_EVENTS];
	bool good[PERF_EVENTS]; /* after was read */
};

struct counter {
	struct perf_choice choice[PERF_EVENTS];
	_Atomic(struct watch *) watch[THREADS_MAX + 1]; /* NULL: not born; each set by its own thread */
};

/* The calling thread is watched; with inherit, those that it starts from now on, too. */
static struct watch *watch_open(const struct counter *c, bool inherit)
{
	struct watch *w = mem_alloc(sizeof *w);
	for (int i = 0; i < PERF_EVENTS; i++)
		w->fd[i] = c->choice[i].why[0] ? -1 : perf_event_start(i, c->choice[i].kernel, inherit);
	return w;
}

static void watch_close(struct watch *w)
{
	for (int i = 0; w && i < PERF_EVENTS; i++)
		if (w->fd[i] >= 0)
			close(w->fd[i]);
	free(w);
}

static void perf_born(struct counter *c, int thread)
{
	if (thread < THREADS_MAX)
		atomic_store(&c->watch[thread], watch_open(c, false));
}

static void perf_gone(struct counter *c, int thread)
{
	if (thread < THREADS_MAX)
		watch_close(atomic_exchange(&c->watch[thread], NULL));
}

static void perf_close(struct counter *c)
{
	for (int i = 0; c && i <= THREADS_MAX; i++)
		watch_close(c->watch[i]);
	free(c);
}

static int perf_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	struct counter *c = mem_alloc(sizeof *c);
	(void)config;
	(void)d;
	perf_probe_all(c->choice);
	c->watch[PROCESS] = watch_open(c, true);
	*out = c;
	return 0;
}

/* Events are tried when they are wanted: that takes a while. */
static bool perf_is_usable(char *why, int size)
{
	int fd = perf_event_start(0, false, false);
	if (fd < 0) {
		pmu_explain(errno, why, size);
		return false;
	}
	close(fd);
	return true;
}

static int perf_start(struct counter *c, struct diag *d)
{
	(void)d;
	/* An engine without a pool works in the thread that calls it. */
	if (!c->watch[0])
		perf_born(c, 0);
	for (int t = 0; t <= THREADS_MAX; t++)
		for (int i = 0; c->watch[t] && i < PERF_EVENTS; i++)
			perf_event_read(c->watch[t]->fd[i], &c->watch[t]->before[i]);
	return 0;
}

/* One that was not counting all the time is a guess, not a count. */
static void put_value(struct readings *out, int event, int thread, const struct perf_value *a,
		      const struct perf_value *b, bool kernel)
{
	const struct perf_event_info *e = &perf_events[event];
	reading_put(out, e->name, e->unit, b->value - a->value, b->enabled_ns - a->enabled_ns);
	struct wire_reading *r = &out->item[out->n - 1];
	r->thread = thread;
	r->running_ns = b->running_ns - a->running_ns;
	snprintf(r->why, sizeof r->why, "%s, %s", e->event, kernel ? "user and kernel" : "user");
	if (r->running_ns >= r->enabled_ns)
		return;
	r->usable = false;
	snprintf(r->why, sizeof r->why, "failed pass: it counted for %lld of %lld ns",
		 (long long)r->running_ns, (long long)r->enabled_ns);
}

static void put_unusable(struct readings *out, int event, int thread, const char *why)
{
	struct wire_reading *r = reading_add(out);
	snprintf(r->counter, sizeof r->counter, "%s", perf_events[event].name);
	snprintf(r->unit, sizeof r->unit, "%s", perf_events[event].unit);
	snprintf(r->why, sizeof r->why, "%s", why);
	r->thread = thread;
}

/* What one thread, or the process (-1), gave. */
static void put_watch(const struct counter *c, const struct watch *w, int thread, struct readings *out)
{
	for (int i = 0; i < PERF_EVENTS; i++) {
		const char *why = c->choice[i].why;
		if (w->good[i])
			put_value(out, i, thread, &w->before[i], &w->after[i], c->choice[i].kernel);
		else if (thread == -1 || !why[0])
			put_unusable(out, i, thread, why[0] ? why : "cannot be opened");
	}
}

/* All are read before anything is made of it: that has page faults of its own. */
static int perf_stop(struct counter *c, struct readings *out, struct diag *d)
{
	(void)d;
	for (int t = 0; t <= THREADS_MAX; t++)
		for (int i = 0; c->watch[t] && i < PERF_EVENTS; i++)
			c->watch[t]->good[i] = perf_event_read(c->watch[t]->fd[i], &c->watch[t]->after[i]);
	for (int t = 0; t <= THREADS_MAX; t++)
		if (c->watch[t])
			put_watch(c, c->watch[t], t == PROCESS ? -1 : t, out);
	return 0;
}

static void perf_list(struct wire_hello *h)
{
	struct perf_choice choice[PERF_EVENTS];
	perf_probe_all(choice);
	for (int i = 0; i < PERF_EVENTS; i++) {
		char event[sizeof h->events->event];
		snprintf(event, sizeof event, "%s, %s", perf_events[i].event,
			 choice[i].kernel ? "user and kernel" : "user");
		list_event(h, counter_perf.name, perf_events[i].name, event, choice[i].why);
	}
}

const struct counter_ops counter_perf = {
	.name = "perf",
	.probe = perf_is_usable,
	.open = perf_open,
	.born = perf_born,
	.gone = perf_gone,
	.start = perf_start,
	.stop = perf_stop,
	.close = perf_close,
	.list = perf_list,
};
