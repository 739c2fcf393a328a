/* SPDX-License-Identifier: Apache-2.0 */
/* Single operations of engine "cuda": a product, and the ceilings that it has. */
#ifndef IFM_CUDA_OP_H
#define IFM_CUDA_OP_H

#include "engines/cuda/cuda.h"
#include "engines/cuda/product.h"
#include "engines/engine.h"

struct op_job {
	struct engine *engine;
	struct op_config config; /* texts are not kept */
	/* OP_GEMM, and OP_FMA by cuBLASLt */
	struct products products;
	struct dev_matrix w;
	CUdeviceptr x, y;
	/* Ceilings */
	CUdeviceptr block, to, sink;
	uint64_t bytes; /* of one block */
	uint32_t passes;
	char type[8]; /* OP_FMA, once it is open */
	bool ran;     /* its kernels are loaded: the first launch may wait for what runs */
};

/* ---- op.c: engine_ops ---- */
int cuda_op_plan(struct engine *e, const struct op_config *config, struct step_work *work,
		 struct memory_plan *plan, struct diag *d);
int cuda_op(struct engine *e, const struct op_config *config, struct op_job **out, struct diag *d);
int cuda_op_submit(struct op_job *j, struct diag *d);
int cuda_op_submit_rows(struct op_job *j, int row, int n, struct diag *d);
int cuda_op_wait(struct op_job *j, struct step_info *info, struct diag *d);
int cuda_op_fetch(struct op_job *j, int row, int n, float *dst, struct diag *d);
void cuda_op_describe(const struct op_job *j, struct strbuf *out);
void cuda_op_free(struct op_job *j);

/* ---- op_gemm.c ---- */
MUST_CHECK int gemm_op_plan(struct engine *e, const struct op_config *c, struct step_work *work,
			    struct memory_plan *plan, struct diag *d);
MUST_CHECK int gemm_op_open(struct op_job *j, const struct op_config *c, struct diag *d);
MUST_CHECK int gemm_op_run(struct op_job *j, struct diag *d);

/* The tensor cores' peak is what a large product reaches: OP_FMA of every type but f32. */
MUST_CHECK int peak_op_config(const struct engine *e, const struct op_config *c, struct op_config *gemm,
			      struct diag *d);

/* ---- op_ceiling.c ---- */
bool op_is_stream(enum op_kind kind); /* read, write, copy or latency */
MUST_CHECK int ceiling_op_plan(struct engine *e, const struct op_config *c, struct step_work *work,
			       struct memory_plan *plan, struct diag *d);
MUST_CHECK int ceiling_op_open(struct op_job *j, const struct op_config *c, struct diag *d);
MUST_CHECK int ceiling_op_run(struct op_job *j, struct diag *d);
void ceiling_op_describe(const struct op_job *j, struct strbuf *out);

#endif
