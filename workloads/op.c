/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/op.h"

#include <stdlib.h>

#include "engines/base/mem.h"

int op_run_check(const struct engine_ops *ops, struct engine *e, const struct op_config *config,
		 struct workload_work *work, struct memory_plan *plan, struct diag *d)
{
	struct step_work step = {0};
	int rc = ops->op_plan(e, config, &step, plan, d);
	if (rc)
		return rc;
	*work = (struct workload_work){.flops = step.flops,
				       .bytes = step.bytes,
				       .calls = step.calls,
				       .working_set = step.working_set,
				       .steps = 1};
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
	struct step_info info = {0};
	int rc = r->ops->op_submit(r->job, d);
	if (rc == 0)
		rc = r->ops->op_wait(r->job, &info, d);
	r->device_ns = rc ? 0 : info.device_ns;
	r->late = rc == 0 && info.late;
	return rc;
}

bool op_run_late(const struct workload_run *r)
{
	return r->late;
}

int64_t op_run_device_ns(const struct workload_run *r)
{
	return r->device_ns;
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
