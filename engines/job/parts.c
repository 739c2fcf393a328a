/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/parts.h"

#include <assert.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "engines/engine.h"
#include "engines/model/model.h"

struct parts layer_parts(const struct arch *a, const struct model *m, int layer, enum layer_matrix which)
{
	struct parts p = {.model = m};
	const char *const *names = a->matrices[which];
	do {
		p.tensor[p.n] = model_layer_tensor(m, layer, names[p.n]);
		assert(p.tensor[p.n]); /* model_open looked for all of them */
	} while (++p.n < MATRIX_PARTS_MAX && names[p.n]);
	return p;
}

struct parts output_parts(const struct model *m)
{
	return (struct parts){m, 1, {model_tensor(m, m->tied ? "token_embd.weight" : "output.weight")}};
}

struct parts embedding_parts(const struct model *m)
{
	return (struct parts){m, 1, {model_tensor(m, "token_embd.weight")}};
}

void parts_read(const void *source, int64_t row, int64_t n, float *dst)
{
	const struct parts *p = source;
	int i = 0;
	for (; row >= p->tensor[i]->rows; i++)
		row -= p->tensor[i]->rows;
	assert(i < p->n && n == p->tensor[i]->cols);
	tensor_read_rows(p->tensor[i], row, 1, dst);
}

void parts_done(const void *source, int64_t row, int64_t n)
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

void parts_shape(const struct parts *p, int *rows, int *cols)
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

enum dtype weights_held(const struct job_config *job)
{
	return job->as_in_file ? WEIGHTS_AS_IN_FILE : job->precision;
}

enum dtype parts_dtype(const struct parts *p, enum dtype held)
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
	struct parts p = embedding_parts(m);
	return parts_dtype(&p, held);
}

const struct tensor *bias_tensor(const struct model *m, int layer, const char *weight)
{
	static const char suffix[] = ".bias";
	char name[MODEL_TENSOR_NAME_MAX];
	size_t n = (size_t)(strrchr(weight, '.') - weight);
	assert(n + sizeof suffix <= sizeof name);
	memcpy(name, weight, n);
	memcpy(name + n, suffix, sizeof suffix);
	return layer < 0 ? model_tensor(m, name) : model_layer_tensor(m, layer, name);
}

bool parts_bias(const struct parts *p, const struct arch *a, int layer, enum layer_matrix which, float *dst)
{
	int n = 0;
	for (int i = 0; i < p->n; i++) {
		const struct tensor *bias = bias_tensor(p->model, layer, a->matrices[which][i]);
		n += bias != NULL;
		if (dst && bias)
			tensor_read_rows(bias, 0, 1, dst);
		else if (dst)
			memset(dst, 0, (size_t)p->tensor[i]->rows * sizeof *dst);
		dst += dst ? p->tensor[i]->rows : 0;
	}
	return n > 0;
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
