/* SPDX-License-Identifier: Apache-2.0 */
/* What a session is loaded for, as far as every engine sees it alike: whether it makes sense, its cells, its work. */
#ifndef IFM_JOB_JOB_H
#define IFM_JOB_JOB_H

#include "engines/base/err.h"
#include "engines/engine.h"

struct arch;
struct kv_config;
struct model;

/* A job that makes sense for the model, else ERR_USAGE or ERR_UNSUPPORTED; gives its architecture. */
MUST_CHECK int job_check(const struct model *m, const struct job_config *job, const struct arch **arch,
			 struct diag *d);

/* The cache of a job. */
struct kv_config job_kv(const struct model *m, const struct job_config *job);

/* ERR_OOM, saying what of the plan takes how much. */
int job_too_large(const struct memory_plan *plan, const struct job_config *job, struct diag *d);

/* engine_ops.work */
MUST_CHECK int job_work(const struct model *m, const struct job_config *job, int n_seqs, int n_past,
			int n_new, int n_rows, struct step_work *work, struct diag *d);

#endif
