/* SPDX-License-Identifier: Apache-2.0 */
/*
 * (spec, recorded answers of the worker) -> ordered points. Pure: no process
 * is started here. What cannot run stays as a point with its state and reason.
 */
#ifndef IFM_PLAN_PLAN_H
#define IFM_PLAN_PLAN_H

#include "engines/base/err.h"
#include "harness/spec/spec.h"
#include "harness/store/store.h"
#include "harness/wire/wire.h"

struct plan_point {
	struct point point;
	char id[POINT_ID_SIZE]; /* "" until its model is known */
	enum point_role role;
	enum point_state state;
	char *reason;	  /* "" while planned */
	char *model_hash; /* NULL: no model */
	bool checked;
	struct wire_check check;       /* valid when checked */
	int ceiling_read, ceiling_fma; /* indices of the ceilings beside it, -1: none */
};
struct plan_visit {
	int point; /* index */
	int round;
	enum visit_kind kind; /* timing or counter */
};
struct plan {
	int n_points;
	struct plan_point *points;
	int n_visits;
	struct plan_visit *visits; /* in the order to run */
	int n_models;
	struct wire_model *models; /* those that could be read, owned; filled by run_plan */
};

/* What the worker answered about a model (ask model), by the name in the spec. */
struct plan_model {
	const char *name;
	struct wire_model answer; /* valid when error is "" */
	char error[400];
	enum err code; /* of error: ERR_UNAVAILABLE makes its points unavailable, others skipped */
};

/*
 * Cross product of each section's axes, "all" and "file" resolved, keys a workload does
 * not heed left out, duplicates merged. Points with an unknown value are "skipped", with something absent here
 * "unavailable". ERR_USAGE when a section has no workload, or one needs a model and none is given.
 */
MUST_CHECK int plan_expand(struct plan *out, const struct spec *spec, const struct wire_hello *hello,
			   const struct plan_model *models, int n_models, struct diag *d);

/* Records a check answer: a point that does not fit becomes skipped, with the numbers. */
void plan_admit(struct plan *p, int i, const struct wire_check *answer);

/* Adds the read and fma points that stand beside the planned ones (working set to the nearest power of
 * two, 32 KiB to 1 GiB; fma of the type its precision multiplies in; same isa and threads). */
void plan_add_ceilings(struct plan *p, const struct wire_hello *hello);

/* Randomised complete blocks: each round holds every planned point once, shuffled by
 * seed and round; after the last round, one counter visit a point (when with_counters). */
void plan_order(struct plan *p, int64_t seed, int rounds, bool with_counters);

void plan_free(struct plan *p);

#endif
