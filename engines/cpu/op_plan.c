/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/op_plan.h"

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/op_calls.h"
#include "engines/kernels/peak.h"

/* More than any matrix has; sums of products of two stay far from overflow. */
#define DIMENSION_MAX (1 << 24)

/* C and the scratch take the place of the buffer that W was packed through. */
static size_t gemm_scratch_most(const struct op_sizes *s)
{
	size_t later = s->c + s->scratch;
	return s->a + (later > s->packing ? later : s->packing);
}

/* 2 m n k operations; A, W as it is held and C once each. */
static int gemm_count(struct engine *e, const struct op_config *c, struct op_sizes *s,
		      struct gemm_context **gemm, struct step_work *work, struct memory_plan *plan,
		      struct diag *d)
{
	int n_threads = pool_threads(e->pool);
	const struct gemm_config g = {e->isa, c->provider ? c->provider : "own",
				      c->blocking ? c->blocking : "auto", n_threads};
	if (c->m < 1 || c->n < 1 || c->k < 1 || c->m > DIMENSION_MAX || c->n > DIMENSION_MAX ||
	    c->k > DIMENSION_MAX)
		return diag_set(d, ERR_USAGE, "gemm of m=%d n=%d k=%d: each must be in 1 to %d", c->m, c->n,
				c->k, DIMENSION_MAX);
	int rc = gemm_context_open(gemm, &g, c->precision, d);
	if (rc)
		return rc;
	size_t m = (size_t)c->m, n = (size_t)c->n, k = (size_t)c->k;
	s->held = dtype_for_row(c->precision, k);
	s->a = m * k * sizeof(float);
	s->c = m * n * sizeof(float);
	s->weight = gemm_weight_bytes(*gemm, s->held, c->n, c->k);
	s->packing = gemm_packing_bytes(*gemm, s->held, c->k, n_threads);
	s->scratch = gemm_scratch_bytes(*gemm, s->held, c->m, c->n, c->k);
	work->flops = 2.0 * c->m * c->n * c->k;
	work->bytes = (double)s->a + (double)n * (double)dtype_bytes(s->held, k) + (double)s->c;
	plan->weights = s->weight;
	plan->scratch = gemm_scratch_most(s);
	return 0;
}

/* A multiply-add is two operations, in int8 too. */
static int fma_count(struct engine *e, const struct op_config *c, struct step_work *work, struct diag *d)
{
	const struct peak_fma_info *fma = peak_fma_find(c->type ? c->type : "", e->isa);
	if (!fma)
		return diag_set(d, ERR_UNSUPPORTED, "fma of type \"%.20s\": expected f32, bf16 or int8",
				c->type ? c->type : "");
	work->flops = (double)fma->ops * OP_FMA_LOOPS * pool_threads(e->pool);
	return 0;
}

/* The threads' sums are not worth a line. */
static int ceiling_count(struct engine *e, const struct op_config *c, struct op_sizes *s,
			 struct step_work *work, struct memory_plan *plan, struct diag *d)
{
	int rc = memory_count(e, c, plan->limit, &s->memory, work, d);
	plan->scratch = s->memory.mapped;
	return rc;
}

static int calls_count(struct engine *e, const struct op_config *c, struct step_work *work)
{
	work->calls = (double)calls_of(c->kind, pool_threads(e->pool));
	return 0;
}

static int fits(const struct op_config *c, const struct memory_plan *plan, struct diag *d)
{
	unsigned long long needed = plan->total, available = plan->limit;
	if (needed <= available)
		return 0;
	if (op_is_memory(c->kind))
		return diag_set(d, ERR_OOM, "%s of %llu bytes: %llu are available", op_memory_name(c->kind),
				needed, available);
	return diag_set(d, ERR_OOM, "gemm of m=%d n=%d k=%d needs %llu bytes, %llu are available", c->m, c->n,
			c->k, needed, available);
}

int op_sizes_count(struct engine *e, const struct op_config *c, struct op_sizes *sizes,
		   struct gemm_context **gemm, struct step_work *work, struct memory_plan *plan,
		   struct diag *d)
{
	int rc;
	*sizes = (struct op_sizes){0};
	*gemm = NULL;
	*work = (struct step_work){0};
	*plan = (struct memory_plan){.limit = mem_available_held()};
	if (c->kind == OP_GEMM)
		rc = gemm_count(e, c, sizes, gemm, work, plan, d);
	else if (op_is_memory(c->kind))
		rc = ceiling_count(e, c, sizes, work, plan, d);
	else if (c->kind == OP_FMA)
		rc = fma_count(e, c, work, d);
	else if (c->kind == OP_FORKJOIN || c->kind == OP_TIMER)
		rc = calls_count(e, c, work);
	else
		rc = diag_set(d, ERR_UNSUPPORTED, "no such operation: %d", (int)c->kind);
	plan->total = plan->weights + plan->scratch;
	return rc ? rc : fits(c, plan, d);
}

int op_plan(struct engine *e, const struct op_config *c, struct step_work *work, struct memory_plan *plan,
	    struct diag *d)
{
	struct op_sizes sizes;
	struct gemm_context *gemm;
	int rc = op_sizes_count(e, c, &sizes, &gemm, work, plan, d);
	gemm_context_close(gemm);
	return rc;
}
