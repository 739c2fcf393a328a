/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/window.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"

/* A request to stop is looked for so often: it costs a system call between two steps. */
#define CANCEL_EVERY_NS 50000000

/* Samples that together take no longer than this share one look at what disturbed them: a look is a system call of
 * 0.3 to 1 us, longer with many threads, and would be most of what lies between short steps. */
#define LOOK_EVERY_NS 20000

/* What may disturb a sample. */
struct disturbance {
	long faults, switches;
};

struct window {
	const struct workload_ops *ops;
	struct workload_run *run;
	const struct wire_run_request *request;
	const struct window_hooks *hooks;
	struct wire_series s;
	int64_t *device_ns; /* NULL: the device has no clock of its own */
	int capacity;
	int steps;	     /* of a repetition */
	int64_t begun;	     /* of the repetitions after the warm-up */
	int64_t measured_ns; /* sum of their samples */
	int64_t asked;	     /* when cancelled() was called last */
	/* The samples from `first` on have not been looked at yet. */
	int first;
	struct disturbance before; /* as it was when the first of them began, */
	int64_t looked;		   /* which was then */
	int64_t reset_ns;	   /* how long the last reset took */
};

static struct disturbance disturbance_now(void)
{
	struct rusage u = {0};
	getrusage(RUSAGE_SELF, &u);
	return (struct disturbance){u.ru_minflt + u.ru_majflt, u.ru_nivcsw};
}

static int64_t marks_of(const struct disturbance *a, const struct disturbance *b)
{
	return (b->faults > a->faults ? MARK_FAULTED : 0) | (b->switches > a->switches ? MARK_PREEMPTED : 0);
}

/* Marks the samples since the last look with what happened in the meantime. */
static void look(struct window *w, int64_t now)
{
	struct disturbance after = disturbance_now();
	int64_t marks = marks_of(&w->before, &after);
	for (int i = w->first; i < w->s.n; i++)
		w->s.marks[i] |= marks;
	w->first = w->s.n;
	w->before = after;
	w->looked = now;
}

/* Written to, so that its pages are there before the first sample. */
static int64_t *touched(int n)
{
	int64_t *p = mem_try_array((size_t)n, sizeof *p);
	if (p)
		memset(p, 0xff, (size_t)n * sizeof *p);
	return p;
}

static void series_free(struct wire_series *s)
{
	free(s->values);
	free(s->offsets);
	free(s->marks);
	free(s->reps);
	memset(s, 0, sizeof *s);
}

static int series_open(struct window *w, struct diag *d)
{
	int64_t reps = (int64_t)w->request->warmup + (w->request->repeat > 1 ? w->request->repeat : 1);
	if (w->steps < 1 || reps > WINDOW_SAMPLES_MAX / w->steps)
		return diag_set(d, ERR_USAGE,
				"run: %lld repetitions of %d steps, at most %d samples are kept",
				(long long)reps, w->steps, WINDOW_SAMPLES_MAX);
	int64_t needed = reps * w->steps;
	w->capacity = needed > WINDOW_SAMPLES_MIN ? (int)needed : WINDOW_SAMPLES_MIN;
	w->s.values = touched(w->capacity);
	w->s.offsets = touched(w->capacity);
	w->s.marks = touched(w->capacity);
	w->s.reps = touched(w->capacity);
	if (w->hooks->device_clock)
		w->device_ns = touched(w->capacity);
	if (!w->s.values || !w->s.offsets || !w->s.marks || !w->s.reps ||
	    (w->hooks->device_clock && !w->device_ns))
		return diag_set(d, ERR_OOM, "run: no memory for %d samples", w->capacity);
	snprintf(w->s.name, sizeof w->s.name, "step");
	snprintf(w->s.unit, sizeof w->s.unit, "ns");
	snprintf(w->s.clock, sizeof w->s.clock, "%s", CLOCK_NAME);
	return 0;
}

static int poll_cancel(struct window *w, int64_t now, struct diag *d)
{
	if (!w->hooks->cancelled || now - w->asked < CANCEL_EVERY_NS)
		return 0;
	w->asked = now;
	if (w->hooks->cancelled(w->hooks->arg))
		return diag_set(d, ERR_CANCELLED, "run: cancelled after %d samples", w->s.n);
	return 0;
}

/* What a reset does is no disturbance of samples. Between short steps a short one is not told from them: two looks
 * would cost more than it. */
static int reset(struct window *w, struct diag *d)
{
	bool apart = w->first == w->s.n;
	int64_t begun = clock_ns();
	if (!apart && w->reset_ns >= LOOK_EVERY_NS) {
		look(w, begun);
		apart = true;
	}
	int rc = w->ops->reset(w->run, d);
	int64_t ended = clock_ns();
	w->reset_ns = ended - begun;
	if (apart)
		look(w, ended);
	return rc;
}

/* What is done between steps is not theirs. */
static int before_step(struct window *w, struct diag *d)
{
	if (w->first < w->s.n)
		look(w, clock_ns());
	int rc = w->hooks->before_step(w->hooks->arg, d);
	look(w, clock_ns());
	return rc;
}

static int repetition(struct window *w, int rep, bool warmup, struct diag *d)
{
	int rc = reset(w, d), cpu = sched_getcpu();
	for (int i = 0; i < w->steps && rc == 0; i++) {
		if (w->hooks->before_step) {
			rc = before_step(w, d);
			cpu = sched_getcpu();
		}
		if (rc)
			break;
		int64_t t0 = clock_ns();
		rc = w->ops->step(w->run, d);
		int64_t t1 = clock_ns();
		int n = w->s.n++, cpu_before = cpu;
		cpu = sched_getcpu(); /* no system call where there is a vDSO */
		if (n == 0)
			w->s.t0 = t0;
		w->s.values[n] = t1 - t0;
		w->s.offsets[n] = t0 - w->s.t0;
		w->s.marks[n] = (cpu != cpu_before ? MARK_MIGRATED : 0) | (warmup ? MARK_WARMUP : 0);
		w->s.reps[n] = rep;
		if (w->device_ns)
			w->device_ns[n] = rc ? 0 : w->ops->device_ns(w->run);
		if (w->hooks->by_device && w->ops->late && w->ops->late(w->run))
			w->s.marks[n] |= MARK_PREEMPTED;
		w->measured_ns += warmup ? 0 : t1 - t0;
		if (t1 - w->looked >= LOOK_EVERY_NS)
			look(w, t1);
		if (rc == 0)
			rc = poll_cancel(w, t1, d);
	}
	return rc;
}

static bool enough(const struct window *w, int measured)
{
	const struct wire_run_request *q = w->request;
	if (measured < 1)
		return false;
	if (w->s.n > w->capacity - w->steps)
		return true;
	if (q->max_time_ns > 0 && clock_ns() - w->begun >= q->max_time_ns)
		return true;
	int64_t passed = w->hooks->before_step ? clock_ns() - w->begun : w->measured_ns;
	return measured >= q->repeat && passed >= q->min_time_ns;
}

static int repetitions(struct window *w, struct diag *d)
{
	int rc = 0, rep = 0;
	for (; rep < w->request->warmup && rc == 0; rep++)
		rc = repetition(w, rep, true, d);
	look(w, clock_ns());
	if (rc == 0 && w->hooks->begin)
		rc = w->hooks->begin(w->hooks->arg, d);
	if (rc)
		return rc;
	w->begun = clock_ns();
	for (int measured = 0; rc == 0 && !enough(w, measured); measured++)
		rc = repetition(w, rep++, false, d);
	look(w, clock_ns());
	/* Counters are stopped whatever happened, and the first error tells. */
	int stopped = w->hooks->end ? w->hooks->end(w->hooks->arg, d) : 0;
	return rc ? rc : stopped;
}

static int64_t *copied(const int64_t *from, int n)
{
	int64_t *to = mem_try_array((size_t)n + 1, sizeof *to);
	if (to)
		memcpy(to, from, (size_t)n * sizeof *to);
	return to;
}

/* The same samples by the device's clock, beside those of the host or in their place. */
static int device_series(struct window *w, struct wire_series *second, struct diag *d)
{
	struct wire_series s = w->s;
	s.values = w->device_ns;
	s.offsets = copied(w->s.offsets, s.n);
	s.marks = copied(w->s.marks, s.n);
	s.reps = copied(w->s.reps, s.n);
	snprintf(s.clock, sizeof s.clock, "%s", w->hooks->device_clock);
	w->device_ns = NULL;
	if (!s.offsets || !s.marks || !s.reps) {
		series_free(&s);
		return diag_set(d, ERR_OOM, "run: no memory for %d samples", w->s.n);
	}
	if (w->hooks->by_device) {
		*second = w->s;
		w->s = s;
	} else
		*second = s;
	snprintf(second->name, sizeof second->name, "%s", w->hooks->by_device ? "host" : "device");
	return 0;
}

int window_run(const struct workload_ops *ops, struct workload_run *run, int steps,
	       const struct wire_run_request *request, const struct window_hooks *hooks,
	       struct wire_series *series, struct diag *d)
{
	struct window w = {.ops = ops, .run = run, .request = request, .hooks = hooks, .steps = steps};
	int rc = series_open(&w, d);
	if (rc == 0)
		rc = repetitions(&w, d);
	if (rc == 0 && w.device_ns)
		rc = device_series(&w, hooks->second, d);
	if (rc) {
		free(w.device_ns);
		series_free(&w.s);
		return rc;
	}
	*series = w.s;
	return 0;
}
