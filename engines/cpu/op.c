/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/op.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/op_calls.h"
#include "engines/cpu/op_memory.h"
#include "engines/cpu/op_plan.h"
#include "engines/job/inputs.h"
#include "engines/kernels/peak.h"

struct op_job {
	struct op_config config; /* texts are not kept */
	struct pool *pool;
	struct op_sizes sizes;
	/* OP_GEMM */
	struct gemm_context *gemm;
	struct gemm_weight *weight;
	float *a, *c;
	void *scratch;
	struct memory_op *memory; /* a memory ceiling */
	/* OP_FMA */
	const struct peak_fma_info *fma;
};

static void weight_read(const void *source, int64_t row, int64_t n, float *dst)
{
	const struct op_job *j = source;
	gemm_input_row(j->config.seed, GEMM_INPUT_W, row, n, dst);
}

static void a_fill(void *arg, int thread, int n_threads)
{
	struct op_job *j = arg;
	long row, end;
	pool_share(j->config.m, thread, n_threads, &row, &end);
	for (; row < end; row++)
		gemm_input_row(j->config.seed, GEMM_INPUT_A, row, j->config.k,
			       j->a + (size_t)row * (size_t)j->config.k);
}

static int not_mapped(const struct op_config *c, struct diag *d)
{
	return diag_set(d, ERR_OOM, "gemm of m=%d n=%d k=%d: its memory could not be mapped", c->m, c->n,
			c->k);
}

/* C and the scratch come last: their place is counted once with that of packing W. */
static int gemm_open(struct op_job *j, const struct op_config *c, struct diag *d)
{
	const struct op_sizes *s = &j->sizes;
	j->a = mem_map(s->a);
	if (!j->a)
		return not_mapped(c, d);
	pool_run(j->pool, a_fill, j);
	int rc = gemm_weight_pack(&j->weight, j->gemm, s->held, c->n, c->k, weight_read, j, j->pool, d);
	if (rc)
		return rc;
	j->c = mem_map(s->c);
	j->scratch = s->scratch ? mem_map(s->scratch) : NULL;
	return !j->c || (s->scratch && !j->scratch) ? not_mapped(c, d) : 0;
}

static void fma_run(void *arg, int thread, int n_threads)
{
	const struct op_job *j = arg;
	(void)thread, (void)n_threads;
	j->fma->run(OP_FMA_LOOPS);
}

int op_open(struct engine *e, const struct op_config *config, struct op_job **out, struct diag *d)
{
	struct op_job *j = mem_alloc(sizeof *j);
	struct step_work work;
	struct memory_plan plan;
	j->config = *config;
	j->config.blocking = j->config.provider = j->config.type = NULL;
	j->pool = e->pool;
	int rc = op_sizes_count(e, config, &j->sizes, &j->gemm, &work, &plan, d);
	if (rc == 0 && config->kind == OP_GEMM)
		rc = gemm_open(j, config, d);
	else if (rc == 0 && op_is_memory(config->kind))
		rc = memory_open(&j->memory, e, config, &j->sizes.memory, d);
	else if (rc == 0 && config->kind == OP_FMA)
		j->fma = peak_fma_find(config->type, e->isa);
	if (rc) {
		op_free(j);
		return rc;
	}
	*out = j;
	return 0;
}

int op_submit(struct op_job *j, struct diag *d)
{
	const struct op_config *c = &j->config;
	(void)d;
	if (c->kind == OP_GEMM)
		gemm_run(j->weight, j->a, c->m, (size_t)c->k, j->c, (size_t)c->n, j->scratch, j->pool);
	else if (op_is_memory(c->kind))
		memory_run(j->memory);
	else if (c->kind == OP_FMA)
		pool_run(j->pool, fma_run, j);
	else
		calls_run(c->kind, j->pool);
	return 0;
}

static int rows_check(const struct op_job *j, int row, int n, struct diag *d)
{
	const struct op_config *c = &j->config;
	if (c->kind != OP_GEMM)
		return diag_set(d, ERR_UNSUPPORTED, "a ceiling has no rows of a result");
	if (row < 0 || n < 0 || row > c->m - n)
		return diag_set(d, ERR_USAGE, "rows %d to %d of a result with %d rows", row, row + n, c->m);
	return 0;
}

/* Fewer rows need less of the scratch. */
int op_submit_rows(struct op_job *j, int row, int n, struct diag *d)
{
	const struct op_config *c = &j->config;
	int rc = rows_check(j, row, n, d);
	if (!rc)
		gemm_run(j->weight, j->a + (size_t)row * (size_t)c->k, n, (size_t)c->k,
			 j->c + (size_t)row * (size_t)c->n, (size_t)c->n, j->scratch, j->pool);
	return rc;
}

int op_wait(struct op_job *j, struct step_info *info, struct diag *d)
{
	(void)d;
	*info = (struct step_info){.n_rows = j->config.kind == OP_GEMM ? j->config.m : 0};
	return 0;
}

int op_fetch(struct op_job *j, int row, int n, float *dst, struct diag *d)
{
	size_t width = (size_t)j->config.n;
	int rc = rows_check(j, row, n, d);
	if (!rc)
		memcpy(dst, j->c + (size_t)row * width, (size_t)n * width * sizeof *dst);
	return rc;
}

void op_describe(const struct op_job *j, struct strbuf *out)
{
	if (j->config.kind == OP_GEMM) {
		gemm_describe(j->gemm, out);
		if (j->sizes.held != j->config.precision)
			strbuf_printf(out, "exception: W is held in %s, its rows are no multiple of %d\n",
				      dtype_name(j->sizes.held), dtype_block(j->config.precision));
	} else if (op_is_memory(j->config.kind)) {
		memory_describe(j->memory, out);
	} else if (j->config.kind == OP_FMA) {
		strbuf_printf(out, "kernels: %s\ncount: %d operations a loop, a multiply-add is 2\n",
			      j->fma->name, j->fma->ops);
		if (*j->fma->how)
			strbuf_printf(out, "without an instruction of its own: %s\n", j->fma->how);
	} else {
		calls_describe(j->config.kind, j->pool, out);
	}
}

void op_free(struct op_job *j)
{
	if (!j)
		return;
	gemm_weight_free(j->weight);
	gemm_context_close(j->gemm);
	if (j->a)
		mem_unmap(j->a, j->sizes.a);
	if (j->c)
		mem_unmap(j->c, j->sizes.c);
	if (j->scratch)
		mem_unmap(j->scratch, j->sizes.scratch);
	memory_free(j->memory);
	free(j);
}
