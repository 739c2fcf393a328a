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
#include "harness/store/store.h"

struct run_options {
	const char *worker;  /* path */
	const char *label;   /* "" for none */
	const char *command; /* as typed */
	FILE *progress;	     /* NULL: quiet */
};

/* Hello, models, expansion, checks, ceilings, order. For `plan` and `run`. */
MUST_CHECK int run_plan(const struct spec *spec, const char *worker, struct plan *out,
			struct wire_hello *hello, struct diag *d);

/* How a run ended. */
struct run_summary {
	int64_t run;				/* id in the store */
	int done, failed, skipped, unavailable; /* points */
	int visits_failed;
	bool interrupted;
};

/* Runs the plan. ERR_* only when the run as such cannot go on (the store, no worker). */
MUST_CHECK int run_execute(const struct spec *spec, struct plan *plan, const struct wire_hello *hello,
			   struct store *store, const struct run_options *options, struct run_summary *out,
			   struct diag *d);

#endif
