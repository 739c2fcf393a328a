/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a point wants to be measured: its keys cache, duration and inject. What caches are and how an engine empties them is
 * the engine's affair; this says when. Within harness/measure.
 */
#ifndef IFM_MEASURE_MANNER_H
#define IFM_MEASURE_MANNER_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/measure/inject.h"

struct engine;
struct engine_ops;
struct memory_plan;
struct point;
struct strbuf;
struct workload_ops;

struct manner {
	bool device;	/* what computes has a clock of its own, and caches for all threads */
	bool by_device; /* steps are timed by that clock */
	bool cold;	/* caches are emptied before each step */
	bool sustained; /* measured once it has settled under load */
	struct inject inject;
	int64_t prepare_ns;   /* what the first emptying took: no part of loading */
	uint64_t flush_bytes; /* of an emptying; 0 while hot */
};

/* ERR_UNSUPPORTED for an unknown value, for cold caches where the engine cannot empty any, and for slowness where the
 * clock would not see it. */
MUST_CHECK int manner_of(struct manner *out, const struct point *p, const struct engine_ops *ops,
			 const struct workload_ops *w, struct diag *d);
/* Adds what emptying takes to the plan of a point that fits without it. ERR_OOM: not with it. */
MUST_CHECK int manner_plan(const struct manner *m, const struct engine_ops *ops, const struct engine *e,
			   struct memory_plan *plan, struct diag *d);
/* The first emptying takes the memory for all later ones: before the window. */
MUST_CHECK int manner_prepare(struct manner *m, const struct engine_ops *ops, struct engine *e,
			      struct diag *d);
/* "key: value" lines; none while hot and burst with nothing injected. */
void manner_describe(const struct manner *m, struct strbuf *out);

#endif
