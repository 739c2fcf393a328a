/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/session.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/cache/cache.h"
#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/packed_cache.h"
#include "engines/cpu/plan.h"
#include "engines/job/job.h"
#include "engines/job/turns.h"

static int gemm_open(struct gemm_context **g, const struct engine *e, const struct job_config *job,
		     struct diag *d)
{
	const struct gemm_config c = {e->isa, job->provider, job->blocking, pool_threads(e->pool)};
	return gemm_context_open(g, &c, job->precision, d);
}

void session_forget(struct engine *e)
{
	gemm_context_close(e->planned.g);
	free(e->planned.provider);
	free(e->planned.blocking);
	e->planned = (struct planned_gemm){0};
}

/* The products of a job that is planned; they belong to the engine. */
static int gemm_plan(struct engine *e, const struct job_config *job, const struct gemm_context **out,
		     struct diag *d)
{
	struct planned_gemm *p = &e->planned;
	struct gemm_context *g;
	if (p->g && p->precision == job->precision && strcmp(p->provider, job->provider) == 0 &&
	    strcmp(p->blocking, job->blocking) == 0) {
		*out = p->g;
		return 0;
	}
	int rc = gemm_open(&g, e, job, d);
	if (rc)
		return rc;
	session_forget(e);
	*p = (struct planned_gemm){
		.g = g,
		.provider = mem_strdup(job->provider),
		.blocking = mem_strdup(job->blocking),
		.precision = job->precision,
	};
	*out = g;
	return 0;
}

int session_check(struct engine *e, const struct model *m, const struct job_config *job,
		  struct memory_plan *plan, struct diag *d)
{
	const struct arch *a;
	const struct gemm_context *g;
	struct job_sizes sizes;
	int rc = job_check(m, job, &a, d);
	if (rc == 0)
		rc = gemm_plan(e, job, &g, d);
	return rc ? rc : plan_make(a, m, job, g, &e->planned.sums, pool_threads(e->pool), &sizes, plan, d);
}

static int scratch_open(struct session *s, const struct model *m, const struct job_sizes *sizes,
			struct diag *d)
{
	size_t n;
	int n_positions = s->kv.config.n_positions;
	s->scratch_memory = mem_map(sizes->scratch);
	if (!s->scratch_memory)
		return diag_set(d, ERR_OOM, "no memory for the buffers of a step (%zu bytes)",
				sizes->scratch);
	s->scratch_bytes = sizes->scratch;
	scratch_lay_out(&s->scratch, &s->hp, &s->job, n_positions, pool_threads(s->engine->pool), sizes->gemm,
			s->scratch_memory, &n);
	turns_fill(m, n_positions, s->scratch.turns);
	return 0;
}

static int weights_fill(struct session *s, const struct model *m, struct diag *d)
{
	struct cache_folder cache;
	int rc = cache_folder_default(&cache, d);
	if (rc == 0 && s->engine->options.pack_always)
		cache_folder_free(&cache);
	if (rc)
		return rc;
	const struct weights_config c = {s->arch,	 m,	 s->gemm,	   weights_held(&s->job),
					 s->engine->isa, &cache, PACKED_CACHE_FROM};
	rc = weights_load(&s->weights, &c, s->engine->pool, &s->origin, d);
	cache_folder_free(&cache);
	return rc;
}

/* Weights last: they take long, and what is short of memory fails before. */
static int session_fill(struct session *s, const struct model *m, const struct job_sizes *sizes,
			struct diag *d)
{
	struct kv_config kv = job_kv(m, &s->job);
	int rc = kv_open(&s->kv, &kv, d);
	if (!rc)
		rc = scratch_open(s, m, sizes, d);
	if (!rc)
		rc = weights_fill(s, m, d);
	return rc;
}

int session_load(struct engine *e, const struct model *m, const struct job_config *job, struct session **out,
		 struct diag *d)
{
	struct memory_plan plan;
	struct job_sizes sizes;
	struct plan_sums sums = {0};
	struct session *s = mem_alloc(sizeof *s);
	s->engine = e;
	s->hp = m->hp;
	s->job = *job;
	int rc = job_check(m, job, &s->arch, d);
	if (!rc)
		rc = gemm_open(&s->gemm, e, job, d);
	if (!rc)
		rc = plan_make(s->arch, m, job, s->gemm, &sums, pool_threads(e->pool), &sizes, &plan, d);
	if (!rc)
		rc = session_fill(s, m, &sizes, d);
	if (rc) {
		session_unload(s);
		return rc;
	}
	/* The caller's texts may go; they have done their work. */
	s->job.blocking = s->job.provider = NULL;
	weights_describe_exceptions(s->arch, m, job, &s->exceptions);
	*out = s;
	return 0;
}

void session_unload(struct session *s)
{
	if (!s)
		return;
	weights_free(&s->weights);
	if (s->gemm)
		gemm_context_close(s->gemm);
	kv_close(&s->kv);
	mem_unmap(s->scratch_memory, s->scratch_bytes);
	strbuf_free(&s->exceptions);
	strbuf_free(&s->origin);
	free(s);
}

void session_describe(const struct session *s, struct strbuf *out)
{
	strbuf_printf(out, "isa: %s\n", isa_name(s->engine->isa));
	strbuf_printf(out, "threads: %d\n", pool_threads(s->engine->pool));
	strbuf_printf(out, "precision: %s%s\n", dtype_name(s->job.precision),
		      s->job.as_in_file ? ", each matrix as in the file" : "");
	strbuf_printf(out, "kv: %s\n", dtype_name(s->job.kv));
	gemm_describe(s->gemm, out);
	strbuf_printf(out, "attention: %s, accumulated in f32\n",
		      s->engine->kernels.attention_name[s->job.kv]);
	strbuf_puts(out, strbuf_text(&s->exceptions));
	size_t bytes = s->weights.block_bytes, huge = mem_huge_bytes(s->weights.block, bytes);
	strbuf_printf(out, "weights: %.1f MiB, %.1f MiB of them in transparent huge pages\n",
		      (double)bytes / (1 << 20), (double)huge / (1 << 20));
	strbuf_puts(out, strbuf_text(&s->origin));
}
