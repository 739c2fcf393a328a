/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a job needs before anything is loaded: its memory, checked against what
 * is there, and the work of its steps.
 */
#ifndef IFM_CPU_PLAN_H
#define IFM_CPU_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/engine.h"
#include "engines/tensor/dtype.h"

struct arch;
struct gemm_context;
struct kv_config;

/* The sizes of a session's parts. */
struct job_sizes {
	size_t weights, kv, scratch;
	size_t gemm; /* part of scratch */
};

/* So many kinds of matrices have the layers of a model that are kept; the families have 4 to 7. */
#define PLAN_SHAPES_MAX 16

/*
 * What all layers of a model need, of the model that was planned last: a plan asks for thousands of jobs of few models.
 * It holds for products of one context.
 */
struct plan_sums {
	uint64_t serial; /* of the model; 0: nothing is known */
	enum dtype held;
	bool counted;	/* false: more than can be counted */
	size_t weights; /* bytes, packed */
	int n_shapes; /* distinct matrices of the layers; PLAN_SHAPES_MAX + 1: more than there is room for */
	struct plan_shape {
		enum dtype dtype;
		int n, k;
	} shape[PLAN_SHAPES_MAX];
};

/* Sizes and plan of a checked job; ERR_OOM, with the plan filled, when it does not fit. sums: of g. */
MUST_CHECK int plan_make(const struct arch *a, const struct model *m, const struct job_config *job,
			 const struct gemm_context *g, struct plan_sums *sums, int n_threads,
			 struct job_sizes *sizes, struct memory_plan *plan, struct diag *d);

#endif
