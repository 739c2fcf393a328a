/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a job needs before anything is loaded: its memory, checked against what
 * is there, and the work of its steps.
 */
#ifndef IFM_CPU_PLAN_H
#define IFM_CPU_PLAN_H

#include <stddef.h>

#include "engines/base/err.h"
#include "engines/engine.h"

struct arch;
struct gemm_context;
struct kv_config;

/* The sizes of a session's parts. */
struct job_sizes {
	size_t weights, kv, scratch;
	size_t gemm; /* part of scratch */
};

/* A job that makes sense for the model, else ERR_USAGE or ERR_UNSUPPORTED; gives its architecture. */
MUST_CHECK int plan_check_job(const struct model *m, const struct job_config *job, const struct arch **arch,
			      struct diag *d);

/* The cache of a job. */
struct kv_config plan_kv(const struct model *m, const struct job_config *job);

/* Sizes and plan of a checked job; ERR_OOM, with the plan filled, when it does not fit. */
MUST_CHECK int plan_make(const struct arch *a, const struct model *m, const struct job_config *job,
			 const struct gemm_context *g, int n_threads, struct job_sizes *sizes,
			 struct memory_plan *plan, struct diag *d);

/* engine_ops.work */
MUST_CHECK int plan_work(const struct model *m, const struct job_config *job, int n_seqs, int n_past,
			 int n_new, int n_rows, struct step_work *work, struct diag *d);

#endif
