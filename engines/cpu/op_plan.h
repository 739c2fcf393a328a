/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a single operation needs and does, counted before anything is taken. op.c takes it.
 */
#ifndef IFM_CPU_OP_PLAN_H
#define IFM_CPU_OP_PLAN_H

#include <stddef.h>

#include "engines/cpu/op_memory.h"
#include "engines/engine.h"

struct gemm_context;

/* The parts of an operation, in bytes. */
struct op_sizes {
	/* OP_GEMM */
	enum dtype held; /* what W is held in */
	size_t a, c;
	size_t weight;	/* W packed, its last panel whole */
	size_t packing; /* the buffer that packing W takes, free again before C and the scratch are taken */
	size_t scratch; /* A packed */
	struct memory_sizes memory; /* of a memory ceiling */
};

/* Loop bodies of a submit of OP_FMA: some milliseconds. */
#define OP_FMA_LOOPS 1000000L

/*
 * Sizes, work and memory of an operation that makes sense and fits; ERR_OOM, with all of them filled, when it
 * does not fit. Of an OP_GEMM also how it is done: *gemm (closed by the caller), also with ERR_OOM.
 */
MUST_CHECK int op_sizes_count(struct engine *e, const struct op_config *c, struct op_sizes *sizes,
			      struct gemm_context **gemm, struct step_work *work, struct memory_plan *plan,
			      struct diag *d);

/* engine_ops.op_plan */
MUST_CHECK int op_plan(struct engine *e, const struct op_config *c, struct step_work *work,
		       struct memory_plan *plan, struct diag *d);

#endif
