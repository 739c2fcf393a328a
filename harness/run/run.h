/* SPDX-License-Identifier: Apache-2.0 */
/*
 * (spec) -> a run in the store: asks the worker what it can, plans, verifies each
 * point once, visits in order, each in a fresh process, and writes every visit as
 * it ends. A visit that fails is a row; the sweep goes on.
 */
#ifndef IFM_RUN_RUN_H
#define IFM_RUN_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engines/base/err.h"
#include "harness/plan/plan.h"
#include "harness/spec/spec.h"
#include "harness/store/runs.h"

/*
 * A run that was interrupted or killed, as the store has it: spec, points and visits are those of then, resolved values
 * too; what the worker can is asked anew.
 */
struct run_resumed {
	struct spec spec;
	struct plan plan;
	struct wire_hello hello;
	struct stored_progress *progress;
};
/* Worker programs that are measured beside the first one, in the points that name an engine of theirs. */
struct run_beside {
	int n;
	const char *const *program; /* paths */
};
#define RUN_BESIDE_MAX 8

/*
 * run 0: the newest interrupted one. asked: a spec that was named, NULL: whatever it was. ERR_USAGE, saying what differs
 * and both values, for another spec, another build of the worker, another machine, a model file that changed since; likewise for the workers beside.
 */
MUST_CHECK int run_resume_load(struct store *store, int64_t run, const struct spec *asked, const char *worker,
			       const struct run_beside *beside, struct run_resumed *out, struct diag *d);
void run_resumed_free(struct run_resumed *r); /* all zero is fine */

struct run_options {
	const char *worker; /* path */
	int n_labels;
	const struct run_label *labels;	       /* put in their order, also to a run that is resumed */
	const char *command;		       /* as typed */
	FILE *progress;			       /* NULL: quiet */
	bool drawn, colour;		       /* progress is a terminal: one line is written over */
	const struct stored_progress *resumed; /* the run to finish; NULL: a new one */
	int delay_s;			       /* to wait before each visit but the first */
	/* Called, NULL: not, between visits when all is stored that will be of a point that was visited: its last visit
	 * is made, or it was given up. */
	void (*known)(void *arg, int64_t run, const struct plan_point *point);
	void *arg;
};

/* Hello, models, expansion, checks, ceilings, order. For `plan` and `run`. */
MUST_CHECK int run_plan(const struct spec *spec, const char *worker, struct plan *out,
			struct wire_hello *hello, struct diag *d);

/* The same with further workers. ERR_USAGE when two of them have an engine of the same name, or one has workloads that do
 * not heed the key. */
MUST_CHECK int run_plan_beside(const struct spec *spec, const char *worker, const struct run_beside *beside,
			       struct plan *out, struct wire_hello *hello, struct diag *d);

/* What a worker says it is and can do. */
MUST_CHECK int run_hello(const char *worker, struct wire_hello *out, struct diag *d);
/* Adds "build.*" of that worker to the facts of an environment. */
void run_put_worker(json_t *facts, const char *worker, const struct wire_hello *hello);

/* How a run ended. */
struct run_summary {
	int64_t run;				/* id in the store */
	int done, failed, skipped, unavailable; /* points; of ceilings only the failed ones count */
	int visits_failed;
	int visits_planned, visits_made; /* timing and counter visits; those of before too */
	bool interrupted;
};

/* A point whose visits fail so many times in a row is not visited again. */
#define RUN_FAILURES_IN_ROW 2

/*
 * Runs the plan: all points go to the store, each is verified once, then the visits in their order. ERR_* only
 * when the run as such cannot go on (the store). States and reasons of plan's points become those in the store:
 *
 * - done: all its visits are done.
 * - failed: a timing or counter visit failed; the reason is the first one's, and says how many visits were not
 *   tried after RUN_FAILURES_IN_ROW failures. Its other visits are rows all the same.
 * - planned: the run was interrupted before its last visit.
 *
 * What cannot be verified is an unusable reading with its reason; the point is measured all the same.
 *
 * The first SIGINT or SIGTERM ends the run after the visit in flight, which is stored; the second kills its worker
 * and stores nothing of it. Either way the run's state is "interrupted" and this returns 0.
 *
 * A run that is resumed gets the visits that it lacks, in the order that was planned; points that were given up stay so,
 * verified ones are not verified again. It is noted when it was interrupted. *out tells how far a run came that could
 * not go on, too.
 */
MUST_CHECK int run_execute(const struct spec *spec, struct plan *plan, const struct wire_hello *hello,
			   struct store *store, const struct run_options *options, struct run_summary *out,
			   struct diag *d);

#endif
