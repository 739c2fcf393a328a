/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workload: what is asked of an engine, as a loop over a session or an
 * operation. It makes its inputs from a seed, runs one step at a time and
 * states the work of a step. It never reads a clock: harness/measure does.
 */
#ifndef IFM_WORKLOADS_WORKLOAD_H
#define IFM_WORKLOADS_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/engine.h"
#include "harness/wire/point.h"

struct model;
struct strbuf;
struct workload_run;

/* Seeds, as in NumPy's habit, are plain numbers; the default of every command. */
#define WORKLOAD_SEED 20240229u

/* Verify may ask so many operations of the reference: plain C does some 2e9 a second and thread, so it takes
 * some ten seconds on one. What is more than that is compared in part; the rule looks at shapes alone, so that
 * the reference compares the same part. */
#define WORKLOAD_VERIFY_FLOPS 2e10

/* Steps of a repetition that are alike: as many tokens each. */
struct workload_part {
	double flops, bytes; /* of all of them */
	int steps;
};
#define WORKLOAD_PARTS_MAX 3 /* chunks of a prompt, its shorter last one, decode */

struct workload_work {
	double flops;  /* of one whole repetition */
	double bytes;  /* least bytes that must move in one repetition */
	double tokens; /* tokens processed in one repetition; 0: not counted in tokens */
	double calls; /* what each thread does one by one in a repetition (loads, calls); 0: not counted so */
	uint64_t working_set; /* bytes one step reads: what a read ceiling must span */
	int steps;	      /* steps of a repetition */
	int n_parts;	      /* kinds of steps; 0: all are alike */
	struct workload_part part[WORKLOAD_PARTS_MAX];
};

struct workload_ops {
	const char *name; /* "pp", "tg", "gemm", "read", ... */
	const char *help; /* one line */
	bool ceiling;	  /* measures the machine, not an engine's code for a model */
	bool uses_model;
	/* Its step is one operation of the engine's. On a device with a clock of its own that is what it is timed by: waiting
	 * for the device is no part of what it is about, and for short ones would be most of it. */
	bool single;
	/* Required. Keys of a point that it heeds besides those that every workload does (workload_heeds);
	 * NULL-terminated. Others are left out of its points. */
	const char *const *keys;

	/* Required. Parses the workload's argument ("128" of "pp128"), 0 or an error that says
	 * what was expected. */
	int (*accepts)(const char *argument, struct diag *d);

	/* Required. Work and memory from the shapes alone; m is NULL unless uses_model. */
	int (*check)(const struct engine_ops *ops, struct engine *e, const struct model *m,
		     const struct point *p, struct workload_work *work, struct memory_plan *plan,
		     struct diag *d);

	/* Required. Loads the session or op and makes the inputs. */
	int (*build)(const struct engine_ops *ops, struct engine *e, const struct model *m,
		     const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d);

	/* Required. Back to the start of a repetition; not timed. */
	int (*reset)(struct workload_run *r, struct diag *d);

	/* Required. One step: submit and wait. Timed. Allocates nothing. */
	int (*step)(struct workload_run *r, struct diag *d);

	/* Required. What the last step took on the clock of the engine's device; 0 where that has none. */
	int64_t (*device_ns)(const struct workload_run *r);

	/* Optional. Is there more in that than the step's work: its launch? */
	bool (*late)(const struct workload_run *r);

	/* Required. Outputs on the seeded inputs, rows x cols f32, for comparison with another
	 * engine: appends to *out (malloc'd, the caller frees). ERR_UNSUPPORTED for ceilings. */
	int (*verify)(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d);

	/* Required. "key: value" lines of what really runs, and "verify: " with the part that is compared. */
	void (*describe)(const struct workload_run *r, struct strbuf *out);

	void (*free)(struct workload_run *r); /* Required. NULL is fine. */
};

/* NULL-terminated table in registry.c. */
extern const struct workload_ops *const workload_registry[];

/* Does a point of that workload take the key? What the engine and the window heed, all do: engine, device, isa, threads,
 * affinity, options, duration, inject. */
bool workload_heeds(const struct workload_ops *w, enum point_key key);

/*
 * Finds the workload of "pp128" and its argument ("128", within text). NULL and
 * ERR_UNSUPPORTED naming the nearest known one, or all of them, when there is none.
 */
const struct workload_ops *workload_find(const char *text, const char **argument, struct diag *d);

#endif
