/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/session.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/job/arch.h"
#include "engines/job/job.h"
#include "engines/job/parts.h"
#include "engines/job/turns.h"

/* The kernels' limit: a thread has a fixed part of a head. */
#define HEAD_MAX HEAD_DIM_MAX

size_t cell_bytes(const struct session *s)
{
	return dtype_bytes(s->job.kv, (size_t)s->hp.n_kv_heads * (size_t)s->hp.head_dim);
}

/* ---- sizes ---- */

/* Bytes of struct dev_buffers' members, in its order. */
struct buffer_sizes {
	size_t bytes[DEV_BUFFERS];
	size_t kv;    /* of keys and values */
	size_t taken; /* of all, as the driver cuts memory */
	bool overflow;
};

static void size_set(struct buffer_sizes *b, size_t which, size_t n, size_t size)
{
	if (!mem_mul(n, size, &b->bytes[which]) || !mem_add(b->taken, dev_taken(b->bytes[which]), &b->taken))
		b->overflow = true;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Rows of partial sums that attention stores: of each bucket with its splits, or of one split a token. */
static size_t partial_rows(const struct engine *e, const struct hparams *hp, int max_tokens, int n_positions)
{
	size_t most = (size_t)bucket_of(max_tokens);
	for (int n = 1; n <= bucket_of(max_tokens) && n <= BUCKET_MAX; n *= 2)
		most = larger(most, (size_t)n * (size_t)splits_of(e, hp, n, n_positions));
	return most;
}

#define WHICH(member) (offsetof(struct dev_buffers, member) / sizeof(CUdeviceptr))

static void sizes_count(const struct engine *e, const struct model *m, const struct job_config *job,
			struct buffer_sizes *b)
{
	const struct hparams *hp = &m->hp;
	const struct kv_config kv = job_kv(m, job);
	size_t n = (size_t)bucket_of(job->max_tokens), rows = (size_t)bucket_of(job->max_rows);
	size_t embd = (size_t)hp->n_embd, ff = (size_t)hp->n_ff, head = (size_t)hp->head_dim;
	size_t heads = (size_t)hp->n_heads * head, all = heads + 2 * (size_t)hp->n_kv_heads * head;
	size_t cells, one = sizeof(float), row = dtype_bytes(job->kv, (size_t)hp->n_kv_heads * head);
	*b = (struct buffer_sizes){0};
	size_set(b, WHICH(x), n, embd * one);
	size_set(b, WHICH(in), larger(n, rows), larger(embd, larger(heads, ff)) * one);
	size_set(b, WHICH(delta), n, embd * one);
	size_set(b, WHICH(qkv), n, all * one);
	size_set(b, WHICH(gate_up), n, 2 * ff * one);
	size_set(b, WHICH(partial), partial_rows(e, hp, job->max_tokens, kv.n_positions),
		 (size_t)hp->n_heads * (head + 2) * one);
	size_set(b, WHICH(logits), rows, (size_t)hp->n_vocab * one);
	size_set(b, WHICH(best), rows, ARGMAX_PARTS * sizeof(struct argmax_best));
	size_set(b, WHICH(turns), (size_t)kv.n_positions, (size_t)hp->n_rot * one);
	size_set(b, WHICH(cells), (size_t)kv.n_positions, (size_t)kv.n_seqs * sizeof(int32_t));
	if (!mem_mul((size_t)kv.n_layers, (size_t)kv.n_cells, &cells))
		b->overflow = true;
	size_set(b, WHICH(keys), cells, row);
	size_set(b, WHICH(values), cells, row);
	size_set(b, WHICH(step), step_room(job), sizeof(int32_t));
	b->kv = b->bytes[WHICH(keys)] + b->bytes[WHICH(values)];
}

static struct products_config products_of(const struct job_config *job, const struct weights_sizes *w)
{
	return (struct products_config){
		.provider = job->provider ? job->provider : "own",
		.blocking = job->blocking ? job->blocking : "auto",
		.m = (int)larger((size_t)bucket_of(job->max_tokens), (size_t)bucket_of(job->max_rows)),
		.k = w->k_rounded,
		.widened = w->widened,
	};
}

static int sizes_plan(struct engine *e, const struct model *m, const struct job_config *job,
		      const struct arch *a, struct buffer_sizes *b, struct weights_sizes *w,
		      struct memory_plan *plan, struct diag *d)
{
	*plan = (struct memory_plan){.limit = cuda_memory_free(e)};
	sizes_count(e, m, job, b);
	if (!dev_weights_count(a, m, job, w) || b->overflow)
		return diag_set(
			d, ERR_OOM,
			"%d cells, %d sequences and steps of %d tokens: more memory than can be counted",
			job->n_cells, job->n_seqs, job->max_tokens);
	const struct products_config products = products_of(job, w);
	plan->weights = w->n_bytes;
	plan->kv = b->kv;
	plan->scratch = b->taken - b->kv + w->n_taken - w->n_bytes + products_bytes(&products);
	plan->total = plan->weights + plan->kv + plan->scratch;
	return plan->total <= plan->limit ? 0 : job_too_large(plan, job, d);
}

/* ---- check ---- */

static int provider_check(struct engine *e, const struct job_config *job, struct diag *d)
{
	struct products unused;
	/* Nothing is taken: only that there is such a provider and blocking. */
	const struct products_config c = {.provider = job->provider ? job->provider : "own",
					  .blocking = job->blocking ? job->blocking : "auto"};
	int rc = products_open(&unused, e, &c, d);
	if (rc == 0)
		products_close(&unused);
	return rc;
}

static int job_fits(struct engine *e, const struct model *m, const struct job_config *job,
		    const struct arch **a, struct buffer_sizes *b, struct weights_sizes *w,
		    struct memory_plan *plan, struct diag *d)
{
	int rc = job_check(m, job, a, d);
	if (rc == 0 && m->hp.head_dim > HEAD_MAX)
		rc = diag_set(d, ERR_UNSUPPORTED,
			      "heads of %d elements: engine cuda has kernels for up to %d", m->hp.head_dim,
			      HEAD_MAX);
	if (rc == 0)
		rc = provider_check(e, job, d);
	return rc ? rc : sizes_plan(e, m, job, *a, b, w, plan, d);
}

int cuda_check_job(struct engine *e, const struct model *m, const struct job_config *job,
		   struct memory_plan *plan, struct diag *d)
{
	const struct arch *a;
	struct buffer_sizes b;
	struct weights_sizes w;
	return job_fits(e, m, job, &a, &b, &w, plan, d);
}

/* ---- load ---- */

static int buffers_open(struct session *s, const struct buffer_sizes *b, struct diag *d)
{
	CUdeviceptr *to = &s->dev.x;
	int rc = 0;
	for (size_t i = 0; i < DEV_BUFFERS && rc == 0; i++)
		if (b->bytes[i])
			rc = dev_alloc(s->engine, b->bytes[i], i == WHICH(keys) ? "the KV cache" : "a step",
				       &to[i], d);
	return rc;
}

static void buffers_close(struct session *s)
{
	CUdeviceptr *of = &s->dev.x;
	for (size_t i = 0; i < DEV_BUFFERS; i++)
		dev_free(s->engine, &of[i]);
}

static int turns_load(struct session *s, const struct model *m, struct diag *d)
{
	size_t n = (size_t)s->kv.config.n_positions * (size_t)s->hp.n_rot;
	if (n == 0)
		return 0;
	float *turns = mem_try_array(n, sizeof *turns);
	if (!turns)
		return diag_set(d, ERR_OOM, "no memory for the positions");
	turns_fill(m, s->kv.config.n_positions, turns);
	int rc = dev_upload(s->engine, s->dev.turns, turns, n * sizeof *turns, d);
	free(turns);
	return rc;
}

static int host_open(struct session *s, const struct model *m, struct diag *d)
{
	const struct cuda_driver *cu = s->engine->cu;
	struct kv_config kv = job_kv(m, &s->job);
	void *pinned;
	kv.row = 0; /* the cells are on the device */
	int rc = kv_open(&s->kv, &kv, d);
	if (rc)
		return rc;
	s->row_token = mem_try_array((size_t)s->job.max_rows + 1, sizeof *s->row_token);
	if (!s->row_token)
		return diag_set(d, ERR_OOM, "no memory for %d rows", s->job.max_rows);
	size_t step = step_room(&s->job), ids = (size_t)bucket_of(s->job.max_rows);
	rc = cuda_check(cu, cu->cuMemAllocHost(&pinned, (step + ids) * sizeof(int32_t)), "pinning memory", d);
	if (rc)
		return rc;
	s->step_host = pinned;
	s->ids = s->step_host + step;
	return 0;
}

static int product_settle(struct session *s, const struct dev_matrix *w, int m, CUdeviceptr y, struct diag *d)
{
	if (product_settled(&s->products, w, m))
		return 0;
	return product_run(&s->products, w, s->dev.in, m, y, d);
}

/* What they are made of does not matter. Layers may differ in what they are held in. */
int cuda_step_settle(struct session *s, int n, int rows, struct diag *d)
{
	const CUdeviceptr to[MATRIX_COUNT] = {
		[MATRIX_QKV] = s->dev.qkv,
		[MATRIX_ATTN_OUT] = s->dev.delta,
		[MATRIX_GATE_UP] = s->dev.gate_up,
		[MATRIX_DOWN] = s->dev.delta,
	};
	int rc = 0;
	if (n == s->settled_n && rows == s->settled_rows)
		return 0;
	for (int l = 0; l < s->weights.n_layers && n > 0; l++)
		for (int i = 0; i < MATRIX_COUNT && rc == 0; i++)
			rc = product_settle(s, &s->weights.layers[l].matrix[i], n, to[i], d);
	if (rc == 0 && rows > 0)
		rc = product_settle(s, &s->weights.output, rows, s->dev.logits, d);
	s->settled_n = rc ? 0 : n;
	s->settled_rows = rc ? 0 : rows;
	return rc;
}

/*
 * How the products of the usual steps are done is settled now: one token a sequence, and as many tokens as there may be.
 * describe says it before the first step, and blocking "tune" waits here; other shapes, as of a prompt's tail, are settled
 * before their first step begins. Inputs are no zeros: chips run faster on those. Then
 * the first of these steps is rehearsed, so that its graph is there, or is known not to be.
 */
static int settle(struct session *s, size_t in_bytes, struct diag *d)
{
	struct engine *e = s->engine;
	const struct job_config *job = &s->job;
	int one_each = job->n_seqs < job->max_tokens ? job->n_seqs : job->max_tokens;
	int one_row = one_each < job->max_rows ? one_each : job->max_rows;
	stream_other(e);
	int rc = cuda_check(e->cu, e->cu->cuMemsetD32Async(s->dev.in, 0x3a9d3b1fu, in_bytes / 4, e->stream),
			    "filling a block", d);
	if (rc == 0)
		rc = cuda_step_settle(s, bucket_of(one_each), bucket_of(one_row), d);
	if (rc == 0)
		rc = cuda_step_settle(s, bucket_of(job->max_tokens), bucket_of(job->max_rows), d);
	for (int i = 0; i < 2 && rc == 0; i++)
		rc = cuda_step_rehearse(s, one_each, one_row, d);
	return rc ? rc : stream_wait(e, NULL, d);
}

static int session_fill(struct session *s, const struct model *m, const struct buffer_sizes *b,
			const struct weights_sizes *w, struct diag *d)
{
	const struct products_config products = products_of(&s->job, w);
	int rc = host_open(s, m, d);
	if (rc == 0)
		rc = buffers_open(s, b, d);
	if (rc == 0)
		rc = turns_load(s, m, d);
	if (rc == 0)
		rc = products_open(&s->products, s->engine, &products, d);
	if (rc == 0)
		rc = dev_weights_load(&s->weights, s->engine, s->arch, m, &s->job, d);
	return rc ? rc : settle(s, b->bytes[WHICH(in)], d);
}

int cuda_load(struct engine *e, const struct model *m, const struct job_config *job, struct session **out,
	      struct diag *d)
{
	struct memory_plan plan;
	struct buffer_sizes b;
	struct weights_sizes w;
	struct session *s = mem_alloc(sizeof *s);
	s->engine = e;
	s->hp = m->hp;
	s->job = *job;
	int rc = job_fits(e, m, job, &s->arch, &b, &w, &plan, d);
	if (rc == 0)
		rc = session_fill(s, m, &b, &w, d);
	if (rc) {
		cuda_unload(s);
		return rc;
	}
	/* The caller's texts may go; they have done their work. */
	s->job.blocking = s->job.provider = NULL;
	weights_describe_exceptions(s->arch, m, job, &s->exceptions);
	*out = s;
	return 0;
}

void cuda_unload(struct session *s)
{
	if (!s)
		return;
	stream_settle(s->engine);
	graphs_free(s);
	dev_weights_free(&s->weights, s->engine);
	products_close(&s->products);
	buffers_close(s);
	if (s->step_host)
		(void)s->engine->cu->cuMemFreeHost(s->step_host);
	kv_close(&s->kv);
	free(s->row_token);
	strbuf_free(&s->exceptions);
	free(s);
}

/* ---- describe ---- */

static void graphs_describe(const struct session *s, struct strbuf *out)
{
	if (s->no_graphs)
		strbuf_printf(out, "graphs: none, steps start kernel by kernel: %s\n", s->no_graphs_why.text);
	else
		strbuf_printf(out, "graphs: steps of up to %d tokens, from their second time on\n",
			      BUCKET_MAX);
	if (s->engine->overlap)
		strbuf_puts(out, "launches: a kernel of ours behind another while that one runs\n");
	else
		strbuf_printf(out, "launches: one kernel after the other: %s\n", s->engine->no_overlap);
}

void cuda_session_describe(const struct session *s, struct strbuf *out)
{
	strbuf_printf(out, "precision: %s%s\n", dtype_name(s->job.precision),
		      s->job.as_in_file ? ", each matrix as in the file" : "");
	strbuf_printf(out, "kv: %s\n", dtype_name(s->job.kv));
	products_describe(&s->products, out);
	strbuf_puts(out, "attention: own kernels, accumulated in f32\n");
	graphs_describe(s, out);
	strbuf_puts(out, strbuf_text(&s->exceptions));
	strbuf_printf(out, "device: cuda:%d, %s\n", s->engine->ordinal, s->engine->chip.name);
	strbuf_printf(out, "weights: %.1f MiB\n", (double)s->weights.n_bytes / (1 << 20));
}
