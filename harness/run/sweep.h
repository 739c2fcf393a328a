/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run at work: run.c goes through the plan, verify.c and visit.c make one row of the store
 * each. Within harness/run.
 */
#ifndef IFM_RUN_SWEEP_H
#define IFM_RUN_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/plan/plan.h"
#include "harness/run/jump.h"
#include "harness/run/listen.h"
#include "harness/run/process.h"
#include "harness/spec/spec.h"
#include "harness/store/store.h"

struct references;
struct run_options;
struct visit;

struct sweep {
	const struct spec *spec;
	struct plan *plan; /* its points' states and reasons are what the store has */
	const struct wire_hello *hello;
	struct store *store;
	const char *worker; /* what is measured */
	const char *arm;    /* of a trial; NULL: "own" */
	struct held *held;  /* a worker that serves several visits of one point; NULL: each has its own */
	const struct layout *layout; /* of the next process; NULL: as it falls */
	const char *reference;	     /* our own worker, which says what is right; NULL: there is none */
	char no_reference[400];	     /* why */
	char machine_id[33];	     /* of this machine */
	json_t *environment;	     /* as it was at the begin; its end is added */
	int64_t run;
	int n_visited;			       /* by this process */
	int position;			       /* of the next visit in the order of the run */
	const struct stored_progress *resumed; /* what was done before; NULL: a new run */
	const struct run_options *options;
	struct listener listener;
	struct jump jump;
	int n_jumps;
	json_t *first_moment; /* before the first visit; NULL when no gate is asked for */
	struct references *references;
};

/* A spec's seconds as nanoseconds, at most about a century. */
int64_t seconds_ns(double seconds);
/* Of one request, without the window. */
int64_t spec_timeout_ns(const struct spec *spec);

/* All facts of the environment of this run: the machine as it is now, the worker, the inputs. New reference. */
json_t *sweep_environment(const struct sweep *s);

/* Who measures a point. Belongs to the sweep. */
struct measurer {
	const char *program;
	const struct wire_hello *hello;
};
struct measurer sweep_measurer(const struct sweep *s, const struct point *point);

/* The common columns of a visit: arm, worker, build, process, and the next position. */
void sweep_describe(struct sweep *s, const struct point *point, const struct process *process,
		    struct store_visit *v);

/*
 * A worker that stays between visits, prepared for their point. All zero: none does yet. held_stop ends it; what it
 * printed stays with the visit that ended it.
 */
struct held {
	struct process process;
};
void held_stop(struct held *h);

/* How a visit went. */
struct visit_end {
	bool failed;
	bool killed;	  /* by the second Ctrl-C: nothing is stored */
	char reason[600]; /* one line, "" when done */
	bool has_log;
	char *describe;	  /* what ran, owned by the caller; NULL: not known */
	char said[64];	  /* "residual 2e-07", "" when failed */
	double rate;	  /* of a timing visit; 0: none */
	const char *unit; /* "t/s"; static */
};

/*
 * One timing or counter visit in a fresh process: what came of it is in *end, what is to be stored in *out (owned by
 * the caller, visit_free). visit_keep makes its row. number: in the plan, from 1.
 */
void visit_make(struct sweep *s, const struct plan_visit *planned, int number, struct visit **out,
		struct visit_end *end);
MUST_CHECK int visit_keep(struct visit *v, const struct visit_end *end, struct diag *d);
void visit_free(struct visit *v);
/* What it gave; NULL when it failed. Belongs to the visit. */
const struct wire_run_result *visit_result(const struct visit *v);
/* Nanoseconds until the worker was ready; 0: it was. */
int64_t visit_load_ns(const struct visit *v);

/* A point as the plan has it now. describe: what ran, NULL leaves it as it is. */
MUST_CHECK int sweep_put_point(struct sweep *s, int i, const char *describe, struct diag *d);
/* The run's row, with machine and environment, the plan and its labels: all or nothing. Fills run, machine_id, environment. */
MUST_CHECK int sweep_begin(struct sweep *s, const struct run_options *options, struct diag *d);
/* The run has ended; rc: why it could not go on. Returns the first error. */
MUST_CHECK int sweep_end(struct sweep *s, bool interrupted, int rc, struct diag *d);
/* Outputs are judged by our own worker, not by the one that made them. Sets reference, which is *path, owned by the caller,
 * or no_reference. */
void sweep_reference(struct sweep *s, char **path);
/* Between visits: a clock that jumped is recorded each time, and said once. */
MUST_CHECK int sweep_clock(struct sweep *s, struct diag *d);
/* All points, and the visits in their order. */
MUST_CHECK int sweep_put_plan(struct sweep *s, struct diag *d);

/*
 * One quality visit: the outputs of point i against those of the reference, which is our own worker's (whoever is
 * measured) ref
 * kernels on one device with all threads, own products and blocking: at the point's precision and KV type
 * (residual_same), and at f32 (residual_f32); and of the first reference against the second, what the precision
 * costs where nothing is wrong (residual_reference). What cannot be compared is an unusable reading that says why, never
 * a failed visit. Ceilings have no outputs: nothing is stored of them. An error is the store's.
 */
MUST_CHECK int verify_put(struct sweep *s, int i, struct visit_end *end, struct diag *d);
/* True when verify_put has something to do. */
bool verify_wants(const struct sweep *s, int i);

#endif
