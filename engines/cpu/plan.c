/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/plan.h"

#include "engines/base/mem.h"
#include "engines/job/arch.h"
#include "engines/cpu/gemm.h"
#include "engines/job/kv.h"
#include "engines/cpu/scratch.h"
#include "engines/cpu/weights.h"
#include "engines/job/job.h"
#include "engines/model/model.h"

static void shape_note(struct plan_sums *s, enum dtype dtype, int n, int k)
{
	for (int i = 0; i < s->n_shapes && i < PLAN_SHAPES_MAX; i++)
		if (s->shape[i].dtype == dtype && s->shape[i].n == n && s->shape[i].k == k)
			return;
	if (s->n_shapes < PLAN_SHAPES_MAX)
		s->shape[s->n_shapes] = (struct plan_shape){dtype, n, k};
	if (s->n_shapes <= PLAN_SHAPES_MAX)
		s->n_shapes++;
}

/* Has s hold what a model needs at that type. */
static void sums_make(struct plan_sums *s, const struct arch *a, const struct model *m,
		      const struct gemm_context *g, enum dtype held)
{
	if (m->serial && s->serial == m->serial && s->held == held)
		return;
	*s = (struct plan_sums){.serial = m->serial, .held = held};
	s->counted = weights_bytes(a, m, g, held, &s->weights);
	for (int l = 0; l < m->hp.n_layers; l++)
		for (int i = 0; i < MATRIX_COUNT; i++) {
			int n, k;
			weights_shape(a, m, l, i, &n, &k);
			shape_note(s, weights_matrix_dtype(a, m, l, i, held), n, k);
		}
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Of layers with more kinds of matrices than the sums have room for. */
static size_t layers_scratch(const struct arch *a, const struct model *m, const struct job_config *job,
			     const struct gemm_context *g)
{
	size_t most = 0;
	for (int l = 0; l < m->hp.n_layers; l++)
		for (int i = 0; i < MATRIX_COUNT; i++) {
			int n, k;
			enum dtype dtype = weights_matrix_dtype(a, m, l, i, weights_held(job));
			weights_shape(a, m, l, i, &n, &k);
			most = larger(most, gemm_scratch_bytes(g, dtype, job->max_tokens, n, k));
		}
	return most;
}

static bool gemm_scratch_most(const struct arch *a, const struct model *m, const struct job_config *job,
			      const struct gemm_context *g, const struct plan_sums *sums, size_t *most)
{
	*most = gemm_scratch_bytes(g, weights_output_dtype(m, weights_held(job)), job->max_rows,
				   m->hp.n_vocab, m->hp.n_embd);
	if (sums->n_shapes > PLAN_SHAPES_MAX)
		*most = larger(*most, layers_scratch(a, m, job, g));
	for (int i = 0; i < sums->n_shapes && i < PLAN_SHAPES_MAX; i++) {
		const struct plan_shape *s = &sums->shape[i];
		*most = larger(*most, gemm_scratch_bytes(g, s->dtype, job->max_tokens, s->n, s->k));
	}
	return *most < SIZE_MAX;
}

static bool sizes_count(const struct arch *a, const struct model *m, const struct job_config *job,
			const struct gemm_context *g, struct plan_sums *sums, int n_threads,
			struct job_sizes *s, size_t *total)
{
	struct kv_config kv = job_kv(m, job);
	struct scratch unused;
	sums_make(sums, a, m, g, weights_held(job));
	s->weights = sums->weights;
	return sums->counted && kv_bytes(&kv, &s->kv) && gemm_scratch_most(a, m, job, g, sums, &s->gemm) &&
	       scratch_lay_out(&unused, &m->hp, job, kv.n_positions, n_threads, s->gemm, NULL, &s->scratch) &&
	       mem_add(s->weights, s->kv, total) && mem_add(*total, s->scratch, total);
}

int plan_make(const struct arch *a, const struct model *m, const struct job_config *job,
	      const struct gemm_context *g, struct plan_sums *sums, int n_threads, struct job_sizes *sizes,
	      struct memory_plan *plan, struct diag *d)
{
	size_t total;
	*plan = (struct memory_plan){.limit = mem_available_held()};
	if (!sizes_count(a, m, job, g, sums, n_threads, sizes, &total))
		return diag_set(d, ERR_OOM,
				"%d cells, %d sequences and steps of %d tokens: more memory than "
				"can be counted",
				job->n_cells, job->n_seqs, job->max_tokens);
	plan->weights = sizes->weights;
	plan->kv = sizes->kv;
	plan->scratch = sizes->scratch;
	plan->total = total;
	return plan->total <= plan->limit ? 0 : job_too_large(plan, job, d);
}
