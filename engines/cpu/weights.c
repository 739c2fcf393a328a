/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/weights.h"

#include <assert.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/carve.h"
#include "engines/cpu/gemm.h"
#include "engines/model/model.h"
#include "engines/tensor/quant.h"

/* The tensors whose rows, one after the other, make a matrix. */
struct parts {
	int n;
	const struct tensor *tensor[MATRIX_PARTS_MAX];
};

static struct parts layer_parts(const struct arch *a, const struct model *m, int layer,
				enum layer_matrix which)
{
	struct parts p = {0};
	const char *const *names = a->matrices[which];
	do {
		p.tensor[p.n] = model_layer_tensor(m, layer, names[p.n]);
		assert(p.tensor[p.n]); /* model_open looked for all of them */
	} while (++p.n < MATRIX_PARTS_MAX && names[p.n]);
	return p;
}

/* A row of the parts one below the other; all have rows of n elements. */
static void parts_read(const void *source, int64_t row, int64_t n, float *dst)
{
	const struct parts *p = source;
	int i = 0;
	for (; row >= p->tensor[i]->rows; i++)
		row -= p->tensor[i]->rows;
	assert(i < p->n && n == p->tensor[i]->cols);
	tensor_read_rows(p->tensor[i], row, 1, dst);
}

static void parts_shape(const struct parts *p, int *rows, int *cols)
{
	*rows = 0;
	*cols = (int)p->tensor[0]->cols;
	for (int i = 0; i < p->n; i++)
		*rows += (int)p->tensor[i]->rows;
}

void weights_shape(const struct arch *a, const struct model *m, int layer, enum layer_matrix which, int *rows,
		   int *cols)
{
	struct parts p = layer_parts(a, m, layer, which);
	parts_shape(&p, rows, cols);
}

static const struct tensor *output_tensor(const struct model *m)
{
	return model_tensor(m, m->tied ? "token_embd.weight" : "output.weight");
}

/* Norms and embedding in one block; base NULL to count only. */
static bool plain_lay_out(struct weights *w, const struct model *m, enum dtype precision, void *base,
			  size_t *bytes)
{
	struct carve c = {base, 0, false};
	size_t n_embd = (size_t)m->hp.n_embd;
	w->n_embd = m->hp.n_embd;
	w->embedding_dtype = dtype_for_row(precision, n_embd);
	w->embedding_row = dtype_bytes(w->embedding_dtype, n_embd);
	w->output_norm = carve_take(&c, n_embd, sizeof(float));
	for (int l = 0; l < m->hp.n_layers && !c.overflow; l++) {
		for (int i = 0; i < NORM_COUNT; i++) {
			float *norm = carve_take(&c, n_embd, sizeof *norm);
			if (base)
				w->layers[l].norm[i] = norm;
		}
	}
	w->embedding = m->tied ? NULL : carve_take(&c, (size_t)m->hp.n_vocab, w->embedding_row);
	*bytes = c.used;
	return !c.overflow;
}

bool weights_bytes(const struct arch *a, const struct model *m, const struct gemm_context *g,
		   enum dtype precision, size_t *bytes)
{
	struct weights unused = {0};
	size_t sum;
	if (!plain_lay_out(&unused, m, precision, NULL, &sum))
		return false;
	for (int l = 0; l < m->hp.n_layers; l++) {
		for (int i = 0; i < MATRIX_COUNT; i++) {
			int n, k;
			weights_shape(a, m, l, i, &n, &k);
			enum dtype t = dtype_for_row(precision, (size_t)k);
			if (!mem_add(sum, gemm_weight_bytes(g, t, n, k), &sum))
				return false;
		}
	}
	enum dtype t = dtype_for_row(precision, (size_t)m->hp.n_embd);
	return mem_add(sum, gemm_weight_bytes(g, t, m->hp.n_vocab, m->hp.n_embd), bytes);
}

struct embed_job {
	struct weights *w;
	const struct tensor *t;
	float *rows; /* one f32 row a thread */
};

static void embed_convert(void *arg, int thread, int n_threads)
{
	struct embed_job *job = arg;
	struct weights *w = job->w;
	size_t cols = (size_t)job->t->cols;
	float *row = job->rows + (size_t)thread * cols;
	long begin, end;
	pool_share((long)job->t->rows, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++) {
		tensor_read_rows(job->t, i, 1, row);
		dtype_from_f32(w->embedding_dtype, row, w->embedding + (size_t)i * w->embedding_row, cols);
	}
}

static int plain_load(struct weights *w, const struct arch *a, const struct model *m, enum dtype precision,
		      struct pool *pool, struct diag *d)
{
	size_t n;
	if (!plain_lay_out(w, m, precision, NULL, &n))
		return diag_set(d, ERR_OOM, "norms and embedding: size cannot be counted");
	w->plain = mem_map(n);
	if (!w->plain)
		return diag_set(d, ERR_OOM, "no memory for norms and embedding (%zu bytes)", n);
	w->plain_bytes = n;
	plain_lay_out(w, m, precision, w->plain, &n);
	tensor_read_rows(model_tensor(m, "output_norm.weight"), 0, 1, (float *)w->output_norm);
	for (int l = 0; l < w->n_layers; l++)
		for (int i = 0; i < NORM_COUNT; i++)
			tensor_read_rows(model_layer_tensor(m, l, a->norms[i]), 0, 1,
					 (float *)w->layers[l].norm[i]);
	if (m->tied)
		return 0;
	struct embed_job job = {w, model_tensor(m, "token_embd.weight"), NULL};
	job.rows = mem_try_array((size_t)pool_threads(pool) * (size_t)m->hp.n_embd, sizeof(float));
	if (!job.rows)
		return diag_set(d, ERR_OOM, "no memory to convert the embedding");
	pool_run(pool, embed_convert, &job);
	free(job.rows);
	return 0;
}

static int matrix_pack(struct matrix *out, struct gemm_context *g, const struct parts *p,
		       enum dtype precision, struct pool *pool, struct diag *d)
{
	parts_shape(p, &out->n, &out->k);
	return gemm_weight_pack(&out->packed, g, dtype_for_row(precision, (size_t)out->k), out->n, out->k,
				parts_read, p, pool, d);
}

static int matrices_pack(struct weights *w, const struct arch *a, const struct model *m,
			 struct gemm_context *g, enum dtype precision, struct pool *pool, struct diag *d)
{
	for (int l = 0; l < w->n_layers; l++) {
		for (int i = 0; i < MATRIX_COUNT; i++) {
			struct parts p = layer_parts(a, m, l, i);
			int rc = matrix_pack(&w->layers[l].matrix[i], g, &p, precision, pool, d);
			if (rc)
				return rc;
		}
	}
	struct parts p = {1, {output_tensor(m)}};
	return matrix_pack(&w->output, g, &p, precision, pool, d);
}

int weights_load(struct weights *w, const struct arch *a, const struct model *m, struct gemm_context *g,
		 enum dtype precision, struct pool *pool, struct diag *d)
{
	*w = (struct weights){.n_layers = m->hp.n_layers};
	w->layers = mem_try_array((size_t)w->n_layers, sizeof *w->layers);
	if (!w->layers)
		return diag_set(d, ERR_OOM, "no memory for %d layers", w->n_layers);
	int rc = plain_load(w, a, m, precision, pool, d);
	if (!rc)
		rc = matrices_pack(w, a, m, g, precision, pool, d);
	if (rc)
		weights_free(w);
	return rc;
}

void weights_free(struct weights *w)
{
	for (int l = 0; w->layers && l < w->n_layers; l++)
		for (int i = 0; i < MATRIX_COUNT; i++)
			gemm_weight_free(w->layers[l].matrix[i].packed);
	gemm_weight_free(w->output.packed);
	mem_unmap(w->plain, w->plain_bytes);
	free(w->layers);
	*w = (struct weights){0};
}

void weights_embed(const struct weights *w, int32_t token, float *dst)
{
	if (w->embedding)
		dtype_to_f32(w->embedding_dtype, w->embedding + (size_t)token * w->embedding_row, dst,
			     (size_t)w->n_embd);
	else
		gemm_weight_row(w->output.packed, token, dst);
}

static void describe_exception(const char *name, int count, int64_t cols, enum dtype precision,
			       struct strbuf *out)
{
	enum dtype held = dtype_for_row(precision, (size_t)cols);
	if (held != precision)
		strbuf_printf(out, "exception: %s in %s, %d of them (rows of %lld are no multiple of %d)\n",
			      name, dtype_name(held), count, (long long)cols, dtype_block(precision));
}

void weights_describe_exceptions(const struct arch *a, const struct model *m, enum dtype precision,
				 struct strbuf *out)
{
	describe_exception("token_embd.weight", 1, m->hp.n_embd, precision, out);
	if (!m->tied)
		describe_exception("output.weight", 1, m->hp.n_embd, precision, out);
	for (int i = 0; i < MATRIX_COUNT; i++) {
		struct parts p = layer_parts(a, m, 0, i);
		for (int j = 0; j < p.n; j++)
			describe_exception(a->matrices[i][j], m->hp.n_layers, p.tensor[j]->cols, precision,
					   out);
	}
}
