/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/weights.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The tensor NAME.bias that belongs to NAME.weight, NULL when there is none. layer: below 0 for one
 * outside of layers. */
static const struct tensor *bias_tensor(const struct model *m, int layer, const char *weight)
{
	char name[MODEL_TENSOR_NAME_MAX];
	int n = (int)(strrchr(weight, '.') - weight);
	snprintf(name, sizeof name, "%.*s.bias", n, weight);
	return layer < 0 ? model_tensor(m, name) : model_layer_tensor(m, layer, name);
}

/* Takes the vector t, reads it in when there is memory, and says where it is. NULL: there is none. */
static const float *vector_take(struct carve *c, const struct tensor *t)
{
	if (!t)
		return NULL;
	float *x = carve_take(c, (size_t)t->rows, (size_t)t->cols * sizeof *x);
	if (x)
		tensor_read_rows(t, 0, t->rows, x);
	return x;
}

static struct norm norm_take(struct carve *c, const struct model *m, int layer, const char *name)
{
	const struct tensor *t = layer < 0 ? model_tensor(m, name) : model_layer_tensor(m, layer, name);
	return (struct norm){vector_take(c, t), vector_take(c, bias_tensor(m, layer, name))};
}

/* The biases of a matrix's parts one after the other, 0 for a part that has none; NULL when none has. */
static const float *biases_take(struct carve *c, const struct arch *a, const struct model *m, int layer,
				enum layer_matrix which)
{
	const struct tensor *bias[MATRIX_PARTS_MAX];
	struct parts p = layer_parts(a, m, layer, which);
	int rows, cols, n = 0;
	parts_shape(&p, &rows, &cols);
	for (int i = 0; i < p.n; i++) {
		bias[i] = bias_tensor(m, layer, a->matrices[which][i]);
		n += bias[i] != NULL;
	}
	float *out = n ? carve_take(c, (size_t)rows, sizeof *out) : NULL, *x = out;
	for (int i = 0; i < p.n && out; x += p.tensor[i++]->rows)
		if (bias[i])
			tensor_read_rows(bias[i], 0, 1, x);
	return out;
}

/* All but the matrices in one block; base, zeroed, NULL to count only. The embedding is filled in later. */
static bool plain_lay_out(struct weights *w, const struct arch *a, const struct model *m,
			  enum dtype precision, void *base, size_t *bytes)
{
	struct carve c = {base, 0, false};
	size_t n_embd = (size_t)m->hp.n_embd;
	struct layer unused, *layer = base ? w->layers : &unused;
	w->n_embd = m->hp.n_embd;
	w->embedding_dtype = dtype_for_row(precision, n_embd);
	w->embedding_row = dtype_bytes(w->embedding_dtype, n_embd);
	w->output_norm = norm_take(&c, m, -1, "output_norm.weight");
	w->positions = vector_take(&c, model_tensor(m, "position_embd.weight"));
	for (int l = 0; l < m->hp.n_layers && !c.overflow; l++, layer += base ? 1 : 0) {
		for (int i = 0; i < NORM_COUNT; i++)
			layer->norm[i] = norm_take(&c, m, l, a->norms[i]);
		for (int i = 0; i < MATRIX_COUNT; i++)
			layer->matrix[i].bias = biases_take(&c, a, m, l, i);
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
	if (!plain_lay_out(&unused, a, m, precision, NULL, &sum))
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
	if (!plain_lay_out(w, a, m, precision, NULL, &n))
		return diag_set(d, ERR_OOM, "norms and embedding: size cannot be counted");
	w->plain = mem_map(n);
	if (!w->plain)
		return diag_set(d, ERR_OOM, "no memory for norms and embedding (%zu bytes)", n);
	w->plain_bytes = n;
	plain_lay_out(w, a, m, precision, w->plain, &n);
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
