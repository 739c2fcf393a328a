/* SPDX-License-Identifier: Apache-2.0 */
/* What the workloads over one operation share: gemm, and the ceilings. */
#ifndef IFM_WORKLOADS_OP_H
#define IFM_WORKLOADS_OP_H

#include "workloads/workload.h"

/* A run of one operation. */
struct workload_run {
	const struct engine_ops *ops;
	struct op_job *job;
	struct op_config config;
	bool rows_alone;   /* gemm: verify multiplies the rows that are compared and no others */
	int64_t device_ns; /* of the last step */
	bool late;	   /* it was: step_info */
};

/* Work and memory of one submit. What the engine cannot do (a blocking, a type) is known before it is planned. */
MUST_CHECK int op_run_check(const struct engine_ops *ops, struct engine *e, const struct op_config *config,
			    struct workload_work *work, struct memory_plan *plan, struct diag *d);

MUST_CHECK int op_run_build(const struct engine_ops *ops, struct engine *e, const struct op_config *config,
			    struct workload_run **out, struct diag *d);
MUST_CHECK int op_run_no_argument(const char *name, const char *argument, struct diag *d);

/* Hooks that are the same for all. */
int op_run_reset(struct workload_run *r, struct diag *d);
int op_run_step(struct workload_run *r, struct diag *d);
int64_t op_run_device_ns(const struct workload_run *r);
bool op_run_late(const struct workload_run *r);
int op_run_verify_none(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d);
void op_run_describe(const struct workload_run *r, struct strbuf *out);
void op_run_free(struct workload_run *r);

/* The hook `accepts` of a workload that takes no number. */
#define CEILING_ACCEPTS(name)                                                                                \
	static int name##_accepts(const char *argument, struct diag *d)                                      \
	{                                                                                                    \
		return op_run_no_argument(#name, argument, d);                                               \
	}

/* A ceiling: its name, its keys, and the hooks that are its own. */
#define CEILING(text, says, heeds, accept, count, make)                                                      \
	{                                                                                                    \
		.name = (text), .help = (says), .ceiling = true, .single = true, .keys = (heeds),            \
		.accepts = (accept), .check = (count), .build = (make), .reset = op_run_reset,               \
		.step = op_run_step, .device_ns = op_run_device_ns, .late = op_run_late,                     \
		.verify = op_run_verify_none, .describe = op_run_describe, .free = op_run_free,              \
	}

#endif
