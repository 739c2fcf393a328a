/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/weights.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/job/carve.h"
#include "engines/cpu/gemm.h"
#include "engines/engine.h"
#include "engines/model/model.h"
#include "engines/tensor/quant.h"

/* Rows of the embedding between two times that the file's pages are given back. */
#define RELEASE_ROWS 64

/* ---- the block ---- */

static void matrix_place(struct matrix *out, struct carve *c, const struct gemm_context *g,
			 const struct parts *p, enum dtype precision)
{
	parts_shape(p, &out->n, &out->k);
	out->dtype = parts_dtype(p, precision);
	out->panels = carve_take(c, gemm_weight_bytes(g, out->dtype, out->n, out->k), 1);
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

static const float *biases_take(struct carve *c, const struct arch *a, const struct model *m, int layer,
				enum layer_matrix which)
{
	struct parts p = layer_parts(a, m, layer, which);
	int rows, cols;
	parts_shape(&p, &rows, &cols);
	if (!parts_bias(&p, a, layer, which, NULL))
		return NULL;
	float *out = carve_take(c, (size_t)rows, sizeof *out);
	if (out)
		(void)parts_bias(&p, a, layer, which, out);
	return out;
}

static void layer_place(struct layer *out, struct carve *c, const struct arch *a, const struct model *m,
			int layer, const struct gemm_context *g, enum dtype precision)
{
	for (int i = 0; i < NORM_COUNT; i++)
		out->norm[i] = norm_take(c, m, layer, a->norms[i]);
	for (int i = 0; i < MATRIX_COUNT; i++) {
		struct parts p = layer_parts(a, m, layer, i);
		matrix_place(&out->matrix[i], c, g, &p, precision);
		out->matrix[i].bias = biases_take(c, a, m, layer, i);
	}
}

/* All weights in one block, w->layers being there; base NULL to count only, w->layers may be NULL then. Vectors are
 * small and read in on the way. */
static bool lay_out(struct weights *w, const struct arch *a, const struct model *m,
		    const struct gemm_context *g, enum dtype precision, void *base, size_t *bytes)
{
	struct carve c = {base, 0, false};
	struct parts output = output_parts(m);
	struct layer unused;
	size_t n_embd = (size_t)m->hp.n_embd;
	w->n_embd = m->hp.n_embd;
	w->embedding_dtype = weights_embedding_dtype(m, precision);
	w->embedding_row = dtype_bytes(w->embedding_dtype, n_embd);
	w->embedding = m->tied ? NULL : carve_take(&c, (size_t)m->hp.n_vocab, w->embedding_row);
	for (int l = 0; l < m->hp.n_layers && !c.overflow; l++)
		layer_place(w->layers ? &w->layers[l] : &unused, &c, a, m, l, g, precision);
	w->output_norm = norm_take(&c, m, -1, "output_norm.weight");
	w->positions = vector_take(&c, model_tensor(m, "position_embd.weight"));
	matrix_place(&w->output, &c, g, &output, precision);
	*bytes = c.used;
	return !c.overflow;
}

bool weights_bytes(const struct arch *a, const struct model *m, const struct gemm_context *g,
		   enum dtype precision, size_t *bytes)
{
	struct weights unused = {0};
	return lay_out(&unused, a, m, g, precision, NULL, bytes);
}

static int matrix_attach(struct matrix *x, const struct gemm_context *g, struct diag *d)
{
	return gemm_weight_attach(&x->packed, g, x->dtype, x->n, x->k, x->panels, d);
}

static int matrices_attach(struct weights *w, const struct gemm_context *g, struct diag *d)
{
	int rc = matrix_attach(&w->output, g, d);
	for (int l = 0; l < w->n_layers; l++)
		for (int i = 0; i < MATRIX_COUNT && !rc; i++)
			rc = matrix_attach(&w->layers[l].matrix[i], g, d);
	return rc;
}

static int block_open(struct weights *w, const struct weights_config *c, struct diag *d)
{
	size_t n;
	w->n_layers = c->model->hp.n_layers;
	w->layers = mem_try_array((size_t)w->n_layers, sizeof *w->layers);
	if (!w->layers)
		return diag_set(d, ERR_OOM, "no memory for %d layers", w->n_layers);
	if (!lay_out(w, c->arch, c->model, c->gemm, c->precision, NULL, &n))
		return diag_set(d, ERR_OOM, "weights: their size cannot be counted");
	size_t available = mem_available();
	w->block = n <= available ? mem_map(n) : NULL;
	if (!w->block)
		return diag_set(d, ERR_OOM, "weights need %zu bytes, %zu are available", n, available);
	w->block_bytes = n;
	lay_out(w, c->arch, c->model, c->gemm, c->precision, w->block, &n);
	return matrices_attach(w, c->gemm, d);
}

int weights_open(struct weights *w, const struct weights_config *c, struct diag *d)
{
	*w = (struct weights){0};
	int rc = block_open(w, c, d);
	if (rc)
		weights_free(w);
	return rc;
}

void weights_clear(struct weights *w, const struct weights_config *c)
{
	size_t n;
	mem_discard(w->block, w->block_bytes);
	lay_out(w, c->arch, c->model, c->gemm, c->precision, w->block, &n);
}

/* ---- packing ---- */

struct embed_job {
	struct weights *w;
	const struct model *m;
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
		/* Not after each: it takes as long as a row. */
		if (i % RELEASE_ROWS == RELEASE_ROWS - 1)
			model_release_rows(job->m, job->t, i - (RELEASE_ROWS - 1), RELEASE_ROWS);
	}
}

static int embedding_fill(struct weights *w, const struct model *m, struct pool *pool, struct diag *d)
{
	struct embed_job job = {w, m, model_tensor(m, "token_embd.weight"), NULL};
	job.rows = mem_try_array((size_t)pool_threads(pool) * (size_t)m->hp.n_embd, sizeof(float));
	if (!job.rows)
		return diag_set(d, ERR_OOM, "no memory to convert the embedding");
	pool_run(pool, embed_convert, &job);
	free(job.rows);
	model_release_rows(m, job.t, 0, job.t->rows);
	return 0;
}

static int matrix_fill(struct matrix *x, const struct parts *p, struct pool *pool, struct diag *d)
{
	return gemm_weight_fill(x->packed, &(struct gemm_source){parts_read, parts_done, p}, pool, d);
}

static int matrices_fill(struct weights *w, const struct arch *a, const struct model *m, struct pool *pool,
			 struct diag *d)
{
	for (int l = 0; l < w->n_layers; l++) {
		for (int i = 0; i < MATRIX_COUNT; i++) {
			struct parts p = layer_parts(a, m, l, i);
			int rc = matrix_fill(&w->layers[l].matrix[i], &p, pool, d);
			if (rc)
				return rc;
		}
	}
	struct parts p = output_parts(m);
	return matrix_fill(&w->output, &p, pool, d);
}

int weights_pack(struct weights *w, const struct weights_config *c, struct pool *pool, struct diag *d)
{
	int rc = w->embedding ? embedding_fill(w, c->model, pool, d) : 0;
	return rc ? rc : matrices_fill(w, c->arch, c->model, pool, d);
}

void weights_free(struct weights *w)
{
	for (int l = 0; w->layers && l < w->n_layers; l++)
		for (int i = 0; i < MATRIX_COUNT; i++)
			gemm_weight_free(w->layers[l].matrix[i].packed);
	gemm_weight_free(w->output.packed);
	mem_unmap(w->block, w->block_bytes);
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
