/* SPDX-License-Identifier: Apache-2.0 */
/*
 * (spec, recorded answers of the worker) -> ordered points. Pure: no process
 * is started here. What cannot run stays as a point with its state and reason.
 *
 * How values are resolved:
 *   threads    a number; "all", or not given: as many as the device has CPUs; "1-all*2": up to them;
 *              1 on a device beside the CPU that has no more
 *   precision  "file": the one the model is held in; not given: file, for a product f32
 *   isa        "auto", or not given, stays as it is: an id names no machine, and a ceiling goes by
 *              the same word. "all": every usable level, one point each
 *   device     not given: the usual one of each engine that is named, else cpu. "all": every usable one of those. One that is
 *              not usable, or whose kind is here under other numbers alone, is "unavailable"
 *   engine     not given: the one that has the device. "all": every usable one that has it. Both named and not belonging
 *              together is "skipped"
 *   kv, precision, provider, cache, duration   "all": every usable one
 *   affinity   "all": compact, scatter and each node that can be used, not auto
 * Anything else is taken as written: the worker's check judges it.
 */
#ifndef IFM_PLAN_PLAN_H
#define IFM_PLAN_PLAN_H

#include "engines/base/err.h"
#include "harness/spec/spec.h"
#include "harness/store/store.h"
#include "harness/wire/wire.h"

/* A plan beyond these would run for years. */
#define PLAN_POINTS_MAX 100000
#define PLAN_VISITS_MAX 1000000 /* points x rounds, before ceilings */

struct plan_point {
	struct point point;
	char id[POINT_ID_SIZE]; /* by the model's content; by its name as long as that is unknown */
	enum point_role role;
	enum point_state state;
	char *reason;		 /* "" while planned */
	char *model_hash;	 /* NULL: no model */
	struct wire_check check; /* valid when checked */
	double delta;		 /* as its section says: a ratio less 1; 0: nothing is said */
	bool checked;
	bool required;		       /* a comparison of it must come to a verdict */
	int ceiling_read, ceiling_fma; /* indices of the ceilings beside it, -1: none */
};
struct plan_visit {
	int point; /* index */
	int round;
	enum visit_kind kind; /* timing or counter */
	int pass;	      /* which of the counter visits of its point it is, from 0 */
};
/* What became of a map of `exclude`. */
struct plan_exclude {
	int line;	   /* in the spec's file */
	int64_t n_matched; /* points of the product, before equal ones are merged */
};
/* A worker program beside the one that a plan was made with. */
struct plan_worker {
	char *program; /* owned, like what hello holds */
	struct wire_hello hello;
};
struct plan {
	int n_points;
	struct plan_point *points;
	int n_visits;
	struct plan_visit *visits; /* in the order to run */
	int n_models;
	struct wire_model *models; /* those that could be read, owned; filled by run_plan */
	int n_excludes;
	struct plan_exclude *excludes; /* as in the spec */
	int64_t n_dropped;	       /* by one of them at least */
	int n_workers;
	struct plan_worker
		*workers; /* owned; further ones, filled by run_plan: a point is theirs by its engine */
};

/* What the worker answered about a model (ask model), by the name in the spec. */
struct plan_model {
	const char *name;
	struct wire_model answer; /* valid when error is "" */
	char error[400];
	enum err
		code; /* of error: ERR_UNAVAILABLE makes its points unavailable, ERR_DEVICE (the worker died of
			  the question, or never answered) failed, others skipped */
};

/*
 * Cross product of each section's axes, in the order of sections and, within one, of workload, device,
 * engine, model, m, n, k, size, type, precision, kv, depth, sequences, ubatch, threads, affinity, isa, blocking,
 * provider, options, cache, duration, inject (the
 * last one varies fastest), but those that an exclude of the section matches, after its own values were resolved
 * alike; a workload at a depth there stands for both. A section without a workload that has included ones stands for
 * these alone. Keys that a workload does not heed are left out, points that become the same
 * are merged into the first; its delta is that of the first section that gives one, and it is required when any section says
 * so. Points with an unknown value are "skipped", with something absent here
 * "unavailable"; those of a model with an error, or that is not in models, are "skipped".
 * ERR_USAGE, with the spec's file and line, when a section has no workload, when a workload heeds a key
 * that has no default (model, m, n, k, size, type) and is not given, for numbers that spec_check refuses, when
 * excludes leave nothing, and beyond PLAN_POINTS_MAX or PLAN_VISITS_MAX. out is overwritten, not freed, and left alone on failure.
 */
MUST_CHECK int plan_expand(struct plan *out, const struct spec *spec, const struct wire_hello *hello,
			   const struct plan_model *models, int n_models, struct diag *d);

/* ---- several workers in one plan (worker.c) ---- */

/* Which part of a spec is one worker's, by the values of `engine`. */
struct plan_share {
	const struct wire_hello *const *others; /* whose engines are not this one's */
	int n_others;
	bool further; /* not the plan's first worker: it has no point whose engine is not named */
};
/* plan_expand for that share: sections without an engine of it give nothing, and so may all of them. */
MUST_CHECK int plan_expand_share(struct plan *out, const struct spec *spec, const struct wire_hello *hello,
				 const struct plan_model *models, int n_models,
				 const struct plan_share *share, struct diag *d);
/* Appends the points and models of *from, which is empty afterwards. A point without an engine gets this one. */
void plan_join(struct plan *p, struct plan *from, const char *engine);
/* ERR_USAGE with the spec's file when its points, ceilings aside, would take more than PLAN_VISITS_MAX visits: plan_expand
 * looks at one share alone. */
MUST_CHECK int plan_check_visits(const struct plan *p, const struct spec *spec, struct diag *d);
/* The engine as one of that worker's. */
bool plan_has_engine(const struct wire_hello *hello, const char *engine);
/* The further worker whose point it is; NULL: the plan's first one. Belongs to the plan. */
const struct plan_worker *plan_worker_of(const struct plan *p, const struct point *point);

/* Records a copy of a check answer: a point that does not fit becomes skipped ("needs 13.6 GB, limit
 * 12.0 GB"), or unavailable when the answer's code says so. */
void plan_admit(struct plan *p, int i, const struct wire_check *answer);

/*
 * Adds the read and fma points that stand beside the planned ones: read of the working set its check
 * told (the nearest power of two, 32 KiB to 1 GiB), fma of the type that its precision is multiplied in
 * there (point_fma_type), on the same engine, device, isa, threads and (where both heed it) affinity. A point that a sweep asked for
 * itself is not added again. They are to be checked and admitted like others.
 */
void plan_add_ceilings(struct plan *p, const struct wire_hello *hello);

/*
 * Randomised complete blocks: each round, from 1 on, holds every planned point once (ceilings too, so that
 * they pair with their points), shuffled by seed and round. Then n_counting counter visits for each planned point that is
 * no ceiling, all passes of all points in one order, in rounds after the last: one a pass. Replaces an order made before.
 */
void plan_order(struct plan *p, int64_t seed, int rounds, int n_counting);

void plan_free(struct plan *p);

#endif
