/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/weights.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/cuda/upload.h"
#include "engines/engine.h"
#include "engines/job/parts.h"
#include "engines/model/model.h"

/* ---- counting ---- */

struct count {
	struct weights_sizes *out;
	bool overflow;
};

static void bytes_count(struct count *c, size_t bytes)
{
	if (!mem_add(c->out->n_bytes, bytes, &c->out->n_bytes) ||
	    !mem_add(c->out->n_taken, dev_taken(bytes), &c->out->n_taken))
		c->overflow = true;
}

static void matrix_count(struct count *c, enum dtype t, int n, int k)
{
	struct weights_sizes *s = c->out;
	size_t elements = (size_t)n * (size_t)k;
	bytes_count(c, matrix_bytes(t, (size_t)n, (size_t)k));
	bytes_count(c, matrix_scale_bytes(t, (size_t)n, (size_t)k));
	s->k_max = k > s->k_max ? k : s->k_max;
	if (t == DTYPE_WI8AI8 && k > s->k_rounded)
		s->k_rounded = k;
	if ((t == DTYPE_Q8_0 || t == DTYPE_Q4_0) && elements > s->widened)
		s->widened = elements;
}

/* Norms and biases: a vector of each is no longer than that. */
static void vectors_count(struct count *c, const struct hparams *hp, const struct model *m)
{
	size_t rows = (size_t)hp->n_embd + 2 * (size_t)hp->n_ff +
		      ((size_t)hp->n_heads + 2 * (size_t)hp->n_kv_heads) * (size_t)hp->head_dim;
	for (int l = 0; l < hp->n_layers; l++)
		bytes_count(c, (4 * (size_t)hp->n_embd + rows) * sizeof(float));
	bytes_count(c, 2 * (size_t)hp->n_embd * sizeof(float));
	if (model_tensor(m, "position_embd.weight"))
		bytes_count(c, (size_t)hp->n_context * (size_t)hp->n_embd * sizeof(float));
}

bool dev_weights_count(const struct arch *a, const struct model *m, const struct job_config *job,
		       struct weights_sizes *out)
{
	enum dtype held = weights_held(job);
	struct count c = {.out = out};
	*out = (struct weights_sizes){0};
	for (int l = 0; l < m->hp.n_layers && !c.overflow; l++)
		for (int i = 0; i < MATRIX_COUNT; i++) {
			int n, k;
			weights_shape(a, m, l, (enum layer_matrix)i, &n, &k);
			matrix_count(&c, weights_matrix_dtype(a, m, l, (enum layer_matrix)i, held), n, k);
		}
	matrix_count(&c, weights_output_dtype(m, held), m->hp.n_vocab, m->hp.n_embd);
	if (!m->tied)
		matrix_count(&c, weights_embedding_dtype(m, held), m->hp.n_vocab, m->hp.n_embd);
	vectors_count(&c, &m->hp, m);
	return !c.overflow;
}

/* ---- loading ---- */

struct loading {
	struct dev_weights *w;
	struct engine *e;
	const struct arch *arch;
	const struct model *m;
	enum dtype held;
	struct uploader up;
};

/* Memory that goes with the weights. */
static int take(struct loading *l, size_t bytes, CUdeviceptr *out, struct diag *d)
{
	struct dev_weights *w = l->w;
	int rc = dev_alloc(l->e, bytes, "weights", out, d);
	if (rc)
		return rc;
	w->block = mem_realloc(w->block, ((size_t)w->n_blocks + 1) * sizeof *w->block);
	w->block[w->n_blocks++] = *out;
	w->n_bytes += bytes;
	return 0;
}

static int vector_load(struct loading *l, const float *x, size_t n, CUdeviceptr *out, struct diag *d)
{
	int rc = take(l, n * sizeof *x, out, d);
	return rc ? rc : dev_upload(l->e, *out, x, n * sizeof *x, d);
}

/* NULL: there is none. */
static int tensor_load(struct loading *l, const struct tensor *t, CUdeviceptr *out, struct diag *d)
{
	if (!t)
		return 0;
	float *x = mem_try_array((size_t)t->rows, (size_t)t->cols * sizeof *x);
	if (!x)
		return diag_set(d, ERR_OOM, "no memory to read %s", t->name);
	tensor_read_rows(t, 0, t->rows, x);
	int rc = vector_load(l, x, (size_t)t->rows * (size_t)t->cols, out, d);
	free(x);
	return rc;
}

static int norm_load(struct loading *l, int layer, const char *name, struct dev_norm *out, struct diag *d)
{
	const struct tensor *t = layer < 0 ? model_tensor(l->m, name) : model_layer_tensor(l->m, layer, name);
	int rc = tensor_load(l, t, &out->weight, d);
	return rc ? rc : tensor_load(l, bias_tensor(l->m, layer, name), &out->bias, d);
}

static int parts_load(struct loading *l, const struct parts *p, struct dev_matrix *out, struct diag *d)
{
	const struct row_source from = {parts_read, parts_done, p};
	parts_shape(p, &out->n, &out->k);
	out->dtype = parts_dtype(p, l->held);
	size_t n = (size_t)out->n, k = (size_t)out->k, scales = matrix_scale_bytes(out->dtype, n, k);
	int rc = take(l, matrix_bytes(out->dtype, n, k), &out->w, d);
	if (rc == 0 && scales)
		rc = take(l, scales, &out->scales, d);
	return rc ? rc : upload_matrix(&l->up, out, &from, d);
}

static int matrix_load(struct loading *l, int layer, enum layer_matrix which, struct dev_matrix *out,
		       struct diag *d)
{
	struct parts p = layer_parts(l->arch, l->m, layer, which);
	int rc = parts_load(l, &p, out, d);
	if (rc || !parts_bias(&p, l->arch, layer, which, NULL))
		return rc;
	float *bias = mem_try_array((size_t)out->n, sizeof *bias);
	if (!bias)
		return diag_set(d, ERR_OOM, "no memory to read biases");
	(void)parts_bias(&p, l->arch, layer, which, bias);
	rc = vector_load(l, bias, (size_t)out->n, &out->bias, d);
	free(bias);
	return rc;
}

static int layer_load(struct loading *l, int layer, struct diag *d)
{
	struct dev_layer *out = &l->w->layers[layer];
	int rc = 0;
	for (int i = 0; i < NORM_COUNT && rc == 0; i++)
		rc = norm_load(l, layer, l->arch->norms[i], &out->norm[i], d);
	for (int i = 0; i < MATRIX_COUNT && rc == 0; i++)
		rc = matrix_load(l, layer, (enum layer_matrix)i, &out->matrix[i], d);
	return rc;
}

static int ends_load(struct loading *l, struct diag *d)
{
	struct dev_weights *w = l->w;
	struct parts output = output_parts(l->m), embedding = embedding_parts(l->m);
	int rc = norm_load(l, -1, "output_norm.weight", &w->output_norm, d);
	if (rc == 0)
		rc = tensor_load(l, model_tensor(l->m, "position_embd.weight"), &w->positions, d);
	if (rc == 0)
		rc = parts_load(l, &output, &w->output, d);
	if (rc == 0 && l->m->tied)
		w->embedding = w->output;
	else if (rc == 0)
		rc = parts_load(l, &embedding, &w->embedding, d);
	return rc;
}

int dev_weights_load(struct dev_weights *w, struct engine *e, const struct arch *a, const struct model *m,
		     const struct job_config *job, struct diag *d)
{
	struct loading l = {.w = w, .e = e, .arch = a, .m = m, .held = weights_held(job)};
	struct weights_sizes sizes;
	*w = (struct dev_weights){.n_layers = m->hp.n_layers, .tied = m->tied};
	if (!dev_weights_count(a, m, job, &sizes))
		return diag_set(d, ERR_OOM, "weights: their size cannot be counted");
	w->layers = mem_try_array((size_t)w->n_layers, sizeof *w->layers);
	if (!w->layers)
		return diag_set(d, ERR_OOM, "no memory for %d layers", w->n_layers);
	int rc = uploader_open(&l.up, e, sizes.k_max, d);
	for (int i = 0; i < w->n_layers && rc == 0; i++)
		rc = layer_load(&l, i, d);
	if (rc == 0)
		rc = ends_load(&l, d);
	uploader_close(&l.up);
	if (rc)
		dev_weights_free(w, e);
	return rc;
}

void dev_weights_free(struct dev_weights *w, struct engine *e)
{
	for (int i = 0; i < w->n_blocks; i++)
		dev_free(e, &w->block[i]);
	free(w->block);
	free(w->layers);
	*w = (struct dev_weights){0};
}
