/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/op.h"

#include <stdlib.h>

#include "engines/base/mem.h"

int op_run_admit(struct memory_plan *plan, const char *workload, struct diag *d)
{
	plan->total = plan->weights + plan->kv + plan->scratch;
	plan->limit = mem_available();
	if (plan->total > plan->limit)
		return diag_set(d, ERR_OOM, "%s: needs %llu bytes, %llu are available", workload,
				(unsigned long long)plan->total, (unsigned long long)plan->limit);
	return 0;
}

int op_run_work(const struct engine_ops *ops, struct engine *e, const struct op_config *config,
		struct workload_work *work, struct diag *d)
{
	struct op_job *job;
	struct step_work step = {0};
	int rc = ops->op(e, config, &job, d);
	if (rc)
		return rc;
	ops->op_work(job, &step);
	ops->op_free(job);
	work->flops = step.flops;
	work->bytes = step.bytes;
	work->steps = 1;
	return 0;
}

int op_run_build(const struct engine_ops *ops, struct engine *e, const struct op_config *config,
		 struct workload_run **out, struct diag *d)
{
	struct op_job *job;
	int rc = ops->op(e, config, &job, d);
	if (rc)
		return rc;
	struct workload_run *r = mem_alloc(sizeof *r);
	r->ops = ops;
	r->job = job;
	r->config = *config;
	*out = r;
	return 0;
}

int op_run_no_argument(const char *name, const char *argument, struct diag *d)
{
	if (*argument)
		return diag_set(d, ERR_UNSUPPORTED, "workload \"%s%.40s\": expected %s alone", name, argument,
				name);
	return 0;
}

/* An operation has no state to go back from. */
int op_run_reset(struct workload_run *r, struct diag *d)
{
	(void)r;
	(void)d;
	return 0;
}

int op_run_step(struct workload_run *r, struct diag *d)
{
	struct step_info info;
	int rc = r->ops->op_submit(r->job, d);
	return rc ? rc : r->ops->op_wait(r->job, &info, d);
}

int op_run_verify_none(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d)
{
	(void)r;
	(void)out;
	(void)rows;
	(void)cols;
	return diag_set(d, ERR_UNSUPPORTED, "a ceiling has no outputs to verify");
}

void op_run_describe(const struct workload_run *r, struct strbuf *out)
{
	r->ops->op_describe(r->job, out);
}

void op_run_free(struct workload_run *r)
{
	if (!r)
		return;
	r->ops->op_free(r->job);
	free(r);
}
