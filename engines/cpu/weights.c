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
#include "engines/engine.h"
#include "engines/model/model.h"
#include "engines/tensor/quant.h"

/* Rows of the embedding between two times that the file's pages are given back. */
#define RELEASE_ROWS 64

/* The tensors whose rows, one after the other, make a matrix. */
struct parts {
	const struct model *model;
	int n;
	const struct tensor *tensor[MATRIX_PARTS_MAX];
};

static struct parts layer_parts(const struct arch *a, const struct model *m, int layer,
				enum layer_matrix which)
{
	struct parts p = {.model = m};
	const char *const *names = a->matrices[which];
	do {
		p.tensor[p.n] = model_layer_tensor(m, layer, names[p.n]);
		assert(p.tensor[p.n]); /* model_open looked for all of them */
	} while (++p.n < MATRIX_PARTS_MAX && names[p.n]);
	return p;
}

static struct parts output_parts(const struct model *m)
{
	return (struct parts){m, 1, {model_tensor(m, m->tied ? "token_embd.weight" : "output.weight")}};
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

static void parts_done(const void *source, int64_t row, int64_t n)
{
	const struct parts *p = source;
	for (int i = 0; i < p->n && n > 0; row -= p->tensor[i++]->rows) {
		int64_t here = p->tensor[i]->rows - row;
		if (here <= 0)
			continue;
		here = here < n ? here : n;
		model_release_rows(p->model, p->tensor[i], row, here);
		row += here;
		n -= here;
	}
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

/* ---- the block ---- */

enum dtype weights_held(const struct job_config *job)
{
	return job->as_in_file ? WEIGHTS_AS_IN_FILE : job->precision;
}

static enum dtype parts_dtype(const struct parts *p, enum dtype held)
{
	size_t cols = (size_t)p->tensor[0]->cols;
	enum dtype t = p->tensor[0]->dtype;
	bool wide = t == DTYPE_F32 || t == DTYPE_BF16;
	if (held != WEIGHTS_AS_IN_FILE)
		return dtype_for_row(held, cols);
	for (int i = 1; i < p->n; i++) {
		enum dtype other = p->tensor[i]->dtype;
		wide = wide || other == DTYPE_F32 || other == DTYPE_BF16;
		if (other != t)
			t = DTYPE_COUNT;
	}
	/* bf16 beside another type: only f32 has all values of both. */
	return t != DTYPE_COUNT ? t : wide ? DTYPE_F32 : DTYPE_F16;
}

enum dtype weights_matrix_dtype(const struct arch *a, const struct model *m, int layer,
				enum layer_matrix which, enum dtype held)
{
	struct parts p = layer_parts(a, m, layer, which);
	return parts_dtype(&p, held);
}

enum dtype weights_output_dtype(const struct model *m, enum dtype held)
{
	struct parts p = output_parts(m);
	return parts_dtype(&p, held);
}

enum dtype weights_embedding_dtype(const struct model *m, enum dtype held)
{
	struct parts p = {.n = 1, .tensor = {model_tensor(m, "token_embd.weight")}};
	return parts_dtype(&p, held);
}

static void matrix_place(struct matrix *out, struct carve *c, const struct gemm_context *g,
			 const struct parts *p, enum dtype precision)
{
	parts_shape(p, &out->n, &out->k);
	out->dtype = parts_dtype(p, precision);
	out->panels = carve_take(c, gemm_weight_bytes(g, out->dtype, out->n, out->k), 1);
}

/* The tensor NAME.bias that belongs to NAME.weight, NULL when there is none. layer: below 0 for one
 * outside of layers. */
static const struct tensor *bias_tensor(const struct model *m, int layer, const char *weight)
{
	static const char suffix[] = ".bias";
	char name[MODEL_TENSOR_NAME_MAX];
	size_t n = (size_t)(strrchr(weight, '.') - weight);
	assert(n + sizeof suffix <= sizeof name);
	memcpy(name, weight, n);
	memcpy(name + n, suffix, sizeof suffix);
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

static void describe_exception(const char *name, int count, enum dtype held, enum dtype precision,
			       int64_t cols, struct strbuf *out)
{
	if (held == precision)
		return;
	strbuf_printf(out, "exception: %s in %s, %d of them", name, dtype_name(held), count);
	if (cols % dtype_block(precision))
		strbuf_printf(out, " (rows of %lld are no multiple of %d)", (long long)cols,
			      dtype_block(precision));
	else
		strbuf_puts(out, " (as in the file)");
	strbuf_putc(out, '\n');
}

/* Layers that hold this matrix in something else are counted; the first of them says in what. */
static void describe_layers(const struct arch *a, const struct model *m, const struct job_config *job,
			    enum layer_matrix which, struct strbuf *out)
{
	enum dtype first = job->precision;
	struct parts p = layer_parts(a, m, 0, which);
	int n = 0;
	for (int l = 0; l < m->hp.n_layers; l++) {
		enum dtype t = weights_matrix_dtype(a, m, l, which, weights_held(job));
		if (t != job->precision && n++ == 0)
			first = t;
	}
	for (int j = 0; j < p.n && n; j++)
		describe_exception(a->matrices[which][j], n, first, job->precision, p.tensor[j]->cols, out);
}

void weights_describe_exceptions(const struct arch *a, const struct model *m, const struct job_config *job,
				 struct strbuf *out)
{
	enum dtype held = weights_held(job);
	describe_exception("token_embd.weight", 1, weights_embedding_dtype(m, held), job->precision,
			   m->hp.n_embd, out);
	if (!m->tied)
		describe_exception("output.weight", 1, weights_output_dtype(m, held), job->precision,
				   m->hp.n_embd, out);
	for (int i = 0; i < MATRIX_COUNT; i++)
		if (a->matrices[i][0])
			describe_layers(a, m, job, i, out);
}
