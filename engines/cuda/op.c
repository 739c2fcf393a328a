/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* The peak of all types but f32 is a product by cuBLASLt. */
static bool is_product(const struct op_config *c)
{
	return c->kind == OP_GEMM || (c->kind == OP_FMA && strcmp(c->type ? c->type : "", "f32") != 0);
}

/* What is really computed: the product that stands for a peak. */
static int config_of(const struct engine *e, const struct op_config *c, struct op_config *out, struct diag *d)
{
	*out = *c;
	return c->kind == OP_FMA && is_product(c) ? peak_op_config(e, c, out, d) : 0;
}

static int fits(const struct memory_plan *plan, struct diag *d)
{
	unsigned long long needed = plan->total, available = plan->limit;
	if (needed <= available)
		return 0;
	return diag_set(d, ERR_OOM, "needs %llu bytes of the device, %llu are available", needed, available);
}

int cuda_op_plan(struct engine *e, const struct op_config *config, struct step_work *work,
		 struct memory_plan *plan, struct diag *d)
{
	struct op_config c;
	int rc = config_of(e, config, &c, d);
	*work = (struct step_work){0};
	*plan = (struct memory_plan){.limit = cuda_memory_free(e)};
	if (rc == 0)
		rc = is_product(config) ? gemm_op_plan(e, &c, work, plan, d)
					: ceiling_op_plan(e, &c, work, plan, d);
	/* A ceiling of arithmetic moves nothing worth counting. */
	if (config->kind == OP_FMA)
		work->bytes = 0;
	plan->total = plan->weights + plan->scratch;
	return rc ? rc : fits(plan, d);
}

int cuda_op(struct engine *e, const struct op_config *config, struct op_job **out, struct diag *d)
{
	struct op_job *j = mem_alloc(sizeof *j);
	struct step_work work;
	struct memory_plan plan;
	j->engine = e;
	int rc = config_of(e, config, &j->config, d);
	if (rc == 0)
		rc = cuda_op_plan(e, config, &work, &plan, d);
	if (rc == 0)
		rc = is_product(config) ? gemm_op_open(j, &j->config, d) : ceiling_op_open(j, &j->config, d);
	if (rc) {
		cuda_op_free(j);
		return rc;
	}
	j->ran = is_product(config);
	snprintf(j->type, sizeof j->type, "%s", config->kind == OP_FMA && config->type ? config->type : "");
	j->config.blocking = j->config.provider = j->config.type = NULL;
	*out = j;
	return 0;
}

static int job_run(struct op_job *j, struct diag *d)
{
	return j->config.kind == OP_GEMM ? gemm_op_run(j, d) : ceiling_op_run(j, d);
}

int cuda_op_submit(struct op_job *j, struct diag *d)
{
	struct engine *e = j->engine;
	int rc = hold_start(e, j->ran, d);
	if (rc == 0)
		rc = stream_mark(e, e->begin, d);
	if (rc == 0)
		rc = job_run(j, d);
	if (rc == 0)
		rc = stream_mark(e, e->end, d);
	hold_release(e);
	j->ran = rc == 0;
	return rc;
}

/* The peak's product is nobody's result. */
static int rows_check(const struct op_job *j, int row, int n, struct diag *d)
{
	const struct op_config *c = &j->config;
	if (c->kind != OP_GEMM || j->type[0])
		return diag_set(d, ERR_UNSUPPORTED, "a ceiling has no rows of a result");
	if (row < 0 || n < 0 || row > c->m - n)
		return diag_set(d, ERR_USAGE, "rows %d to %d of a result with %d rows", row, row + n, c->m);
	return 0;
}

/* All rows are computed: the others come out as they were. */
int cuda_op_submit_rows(struct op_job *j, int row, int n, struct diag *d)
{
	int rc = rows_check(j, row, n, d);
	return rc ? rc : cuda_op_submit(j, d);
}

int cuda_op_wait(struct op_job *j, struct step_info *info, struct diag *d)
{
	int64_t ns;
	int rc = stream_wait(j->engine, &ns, d);
	bool late = hold_was_late(j->engine);
	if (rc == 0)
		*info = (struct step_info){
			.device_ns = ns,
			.late = late,
			.n_rows = j->config.kind == OP_GEMM && !j->type[0] ? j->config.m : 0,
		};
	return rc;
}

int cuda_op_fetch(struct op_job *j, int row, int n, float *dst, struct diag *d)
{
	size_t width = (size_t)j->config.n * sizeof *dst;
	int rc = rows_check(j, row, n, d);
	return rc ? rc : dev_download(j->engine, dst, j->y + (size_t)row * width, (size_t)n * width, d);
}

void cuda_op_describe(const struct op_job *j, struct strbuf *out)
{
	if (j->type[0] && j->config.kind == OP_GEMM)
		strbuf_printf(out, "kernels: the largest product stands for the peak of %s\n", j->type);
	if (j->config.kind == OP_GEMM)
		products_describe(&j->products, out);
	else
		ceiling_op_describe(j, out);
	if (j->config.kind == OP_GEMM && j->w.dtype != j->config.precision)
		strbuf_printf(out, "exception: W is held in %s, its rows are no multiple of %d\n",
			      dtype_name(j->w.dtype), dtype_block(j->config.precision));
	strbuf_printf(out, "device: cuda:%d, %s\n", j->engine->ordinal, j->engine->chip.name);
}

void cuda_op_free(struct op_job *j)
{
	if (!j)
		return;
	CUdeviceptr *const all[] = {&j->w.w, &j->w.scales, &j->x, &j->y, &j->block, &j->to, &j->sink};
	stream_settle(j->engine);
	products_close(&j->products);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		dev_free(j->engine, all[i]);
	free(j);
}
