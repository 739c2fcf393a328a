/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The llama architecture written down plainly, in double, one token after the
 * other: what engines are compared with. Shares nothing with them but
 * tensor_read_rows(). Also a tiny random model in memory to run it on.
 */
#ifndef IFM_TESTS_NAIVE_LLAMA_H
#define IFM_TESTS_NAIVE_LLAMA_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/model/model.h"

/* y[rows] = W x */
static void naive_product(const struct tensor *t, const double *x, double *y)
{
	float *row = mem_alloc((size_t)t->cols * sizeof *row);
	for (int64_t r = 0; r < t->rows; r++) {
		tensor_read_rows(t, r, 1, row);
		y[r] = 0;
		for (int64_t i = 0; i < t->cols; i++)
			y[r] += row[i] * x[i];
	}
	free(row);
}

static void naive_norm(const struct tensor *t, double eps, const double *x, double *y)
{
	double sum = 0;
	float *w = mem_alloc((size_t)t->cols * sizeof *w);
	tensor_read_rows(t, 0, 1, w);
	for (int64_t i = 0; i < t->cols; i++)
		sum += x[i] * x[i];
	for (int64_t i = 0; i < t->cols; i++)
		y[i] = x[i] / sqrt(sum / (double)t->cols + eps) * w[i];
	free(w);
}

static void naive_rotate(const struct hparams *hp, double *x, int n_heads, int pos)
{
	for (int h = 0; h < n_heads; h++, x += hp->head_dim) {
		for (int i = 0; i < hp->n_rot; i += 2) {
			double angle =
				pos * (double)hp->rope_scale * pow(hp->rope_base, -(double)i / hp->n_rot);
			double a = x[i], b = x[i + 1];
			x[i] = a * cos(angle) - b * sin(angle);
			x[i + 1] = a * sin(angle) + b * cos(angle);
		}
	}
}

/* One head over positions 0 .. pos; k and v: the head's part of position 0, stride apart. */
static void naive_attend(const double *q, const double *k, const double *v, size_t stride, int pos, int dim,
			 double *out)
{
	double *p = mem_alloc(((size_t)pos + 1) * sizeof *p), most = -INFINITY, sum = 0;
	for (int j = 0; j <= pos; j++) {
		for (int i = 0; i < dim; i++)
			p[j] += q[i] * k[(size_t)j * stride + (size_t)i] / sqrt(dim);
		most = fmax(most, p[j]);
	}
	for (int j = 0; j <= pos; j++)
		sum += p[j] = exp(p[j] - most);
	for (int i = 0; i < dim; i++) {
		out[i] = 0;
		for (int j = 0; j <= pos; j++)
			out[i] += p[j] / sum * v[(size_t)j * stride + (size_t)i];
	}
	free(p);
}

/* One layer of one token: x is changed, k and v of position pos are stored in the layer's cache. */
static void naive_layer(const struct model *m, int layer, int pos, double *x, double *keys, double *values)
{
	const struct hparams *hp = &m->hp;
	size_t dim = (size_t)hp->head_dim, nq = (size_t)hp->n_heads * dim, nkv = (size_t)hp->n_kv_heads * dim;
	size_t width = (size_t)hp->n_embd + 2 * nq + 2 * (size_t)hp->n_ff;
	double *buf = mem_alloc(width * sizeof *buf), *h = buf, *q = h + hp->n_embd, *out = q + nq;
	double *gate = out + nq, *up = gate + hp->n_ff;
	double *k = keys + (size_t)pos * nkv, *v = values + (size_t)pos * nkv;
	naive_norm(model_layer_tensor(m, layer, "attn_norm.weight"), hp->norm_eps, x, h);
	naive_product(model_layer_tensor(m, layer, "attn_q.weight"), h, q);
	naive_product(model_layer_tensor(m, layer, "attn_k.weight"), h, k);
	naive_product(model_layer_tensor(m, layer, "attn_v.weight"), h, v);
	naive_rotate(hp, q, hp->n_heads, pos);
	naive_rotate(hp, k, hp->n_kv_heads, pos);
	for (int i = 0; i < hp->n_heads; i++) {
		size_t at = (size_t)i * (size_t)hp->n_kv_heads / (size_t)hp->n_heads * dim;
		naive_attend(q + i * hp->head_dim, keys + at, values + at, nkv, pos, hp->head_dim,
			     out + i * hp->head_dim);
	}
	naive_product(model_layer_tensor(m, layer, "attn_output.weight"), out, h);
	for (int i = 0; i < hp->n_embd; i++)
		x[i] += h[i];
	naive_norm(model_layer_tensor(m, layer, "ffn_norm.weight"), hp->norm_eps, x, h);
	naive_product(model_layer_tensor(m, layer, "ffn_gate.weight"), h, gate);
	naive_product(model_layer_tensor(m, layer, "ffn_up.weight"), h, up);
	for (int i = 0; i < hp->n_ff; i++)
		gate[i] = gate[i] / (1 + exp(-gate[i])) * up[i];
	naive_product(model_layer_tensor(m, layer, "ffn_down.weight"), gate, h);
	for (int i = 0; i < hp->n_embd; i++)
		x[i] += h[i];
	free(buf);
}

/* Logits of all n tokens, [n][n_vocab]; free() them. */
static double *naive_llama(const struct model *m, const int32_t *ids, int n)
{
	const struct hparams *hp = &m->hp;
	size_t layer_size = (size_t)n * (size_t)(hp->n_kv_heads * hp->head_dim);
	double *keys = mem_alloc((size_t)hp->n_layers * layer_size * sizeof *keys);
	double *values = mem_alloc((size_t)hp->n_layers * layer_size * sizeof *values);
	double *logits = mem_alloc((size_t)n * (size_t)hp->n_vocab * sizeof *logits);
	double *x = mem_alloc((size_t)hp->n_embd * sizeof *x);
	float *row = mem_alloc((size_t)hp->n_embd * sizeof *row);
	for (int p = 0; p < n; p++) {
		tensor_read_rows(model_tensor(m, "token_embd.weight"), ids[p], 1, row);
		for (int i = 0; i < hp->n_embd; i++)
			x[i] = row[i];
		for (int l = 0; l < hp->n_layers; l++)
			naive_layer(m, l, p, x, keys + (size_t)l * layer_size,
				    values + (size_t)l * layer_size);
		naive_norm(model_tensor(m, "output_norm.weight"), hp->norm_eps, x, x);
		naive_product(model_tensor(m, m->tied ? "token_embd.weight" : "output.weight"), x,
			      logits + (size_t)p * (size_t)hp->n_vocab);
	}
	free(keys);
	free(values);
	free(x);
	free(row);
	return logits;
}

/* Largest |difference| over the largest |value|. */
__attribute__((unused)) static double naive_residual(const float *got, const double *want, size_t n)
{
	double diff = 0, most = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(got[i]))
			return INFINITY;
		diff = fmax(diff, fabs(got[i] - want[i]));
		most = fmax(most, fabs(want[i]));
	}
	return diff / most;
}

/* A random model in memory. Only what engines read is filled. */
struct tiny_model {
	struct model model;
	struct tensor tensors[64];
	float *data[64];
};

static void tiny_tensor(struct tiny_model *t, const char *name, int rows, int cols, float scale, float mean)
{
	struct model *m = &t->model;
	struct tensor *s = &t->tensors[m->n_tensors];
	size_t n = (size_t)rows * (size_t)cols;
	float *x = mem_alloc(n * sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i] = mean + scale * rng_symmetric(rng_at(99u + (uint64_t)m->n_tensors, i));
	*s = (struct tensor){.dtype = DTYPE_F32, .rows = rows, .cols = cols, .data = x};
	snprintf(s->name, sizeof s->name, "%s", name);
	t->data[m->n_tensors++] = x;
}

static void tiny_layer(struct tiny_model *t, int layer)
{
	const struct hparams *hp = &t->model.hp;
	int e = hp->n_embd, nq = hp->n_heads * hp->head_dim, nkv = hp->n_kv_heads * hp->head_dim;
	const struct {
		const char *suffix;
		int rows, cols;
	} list[] = {
		{"attn_norm", 1, e},	 {"attn_q", nq, e},	    {"attn_k", nkv, e},
		{"attn_v", nkv, e},	 {"attn_output", e, nq},    {"ffn_norm", 1, e},
		{"ffn_up", hp->n_ff, e}, {"ffn_gate", hp->n_ff, e}, {"ffn_down", e, hp->n_ff},
	};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		char name[MODEL_TENSOR_NAME_MAX];
		int vector = list[i].rows == 1;
		snprintf(name, sizeof name, "blk.%d.%s.weight", layer, list[i].suffix);
		tiny_tensor(t, name, list[i].rows, list[i].cols,
			    vector ? 0.3f : sqrtf(4.0f / (float)list[i].cols), vector ? 1 : 0);
	}
}

__attribute__((unused)) static void tiny_model_make(struct tiny_model *t, const struct hparams *hp, bool tied)
{
	static char name[] = "tiny", arch[] = "llama";
	*t = (struct tiny_model){
		.model = {.path = name, .name = name, .arch = arch, .tied = tied, .hp = *hp}};
	t->model.tensors = t->tensors;
	tiny_tensor(t, "token_embd.weight", hp->n_vocab, hp->n_embd, 1, 0);
	tiny_tensor(t, "output_norm.weight", 1, hp->n_embd, 0.3f, 1);
	if (!tied)
		tiny_tensor(t, "output.weight", hp->n_vocab, hp->n_embd, sqrtf(4.0f / (float)hp->n_embd), 0);
	for (int l = 0; l < hp->n_layers; l++)
		tiny_layer(t, l);
}

__attribute__((unused)) static void tiny_model_free(struct tiny_model *t)
{
	for (int i = 0; i < t->model.n_tensors; i++)
		free(t->data[i]);
}

#endif
