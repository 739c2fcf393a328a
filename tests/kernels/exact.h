/* SPDX-License-Identifier: Apache-2.0 */
/* Vector kernels and attention in double, with libm: what every level is near to, ref too. The functions of the
 * table in vector.h and attention.h; y may be x where it may there. */
#ifndef IFM_TESTS_KERNELS_EXACT_H
#define IFM_TESTS_KERNELS_EXACT_H

#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/kernels/attention.h"
#include "engines/tensor/quant.h"

static inline void exact_rope(float *x, const float *turn, int n_heads, int head_dim, int n_rot)
{
	for (int h = 0; h < n_heads; h++, x += head_dim)
		for (int i = 0; i < n_rot; i += 2) {
			double a = x[i], b = x[i + 1];
			x[i] = (float)(a * turn[i] - b * turn[i + 1]);
			x[i + 1] = (float)(b * turn[i] + a * turn[i + 1]);
		}
}

static inline void exact_silu_mul(float *y, const float *gate, const float *up, int n)
{
	for (int i = 0; i < n; i++)
		y[i] = (float)(gate[i] / (1 + exp(-(double)gate[i])) * up[i]);
}

static inline void exact_gelu(float *y, const float *x, int n)
{
	const double root = 0.79788456080286536; /* sqrt(2 / pi) */
	for (int i = 0; i < n; i++) {
		double v = x[i], u = root * (v + 0.044715 * v * v * v);
		/* (1 + tanh(u)) / 2, without the cancellation for negative u. */
		y[i] = (float)(v / (1 + exp(-2 * u)));
	}
}

/* x - max is rounded to f32, as the levels do: it is beside 200 that far off, whatever follows. */
static inline void exact_softmax(float *x, int n)
{
	float max = -INFINITY;
	double sum = 0;
	for (int i = 0; i < n; i++)
		max = x[i] > max ? x[i] : max;
	for (int i = 0; i < n; i++) {
		x[i] -= max;
		sum += exp((double)x[i]);
	}
	for (int i = 0; i < n; i++)
		x[i] = (float)(exp((double)x[i]) / sum);
}

static inline void exact_query(const struct attention_query *x, const struct attention_args *a,
			       enum dtype type)
{
	size_t dim = (size_t)a->head_dim;
	float *row = mem_alloc(dim * sizeof *row);
	double *sums = mem_alloc(dim * sizeof *sums);
	for (size_t i = 0; i < dim; i++)
		sums[i] = 0;
	for (int j = 0; j < x->n_cells; j++) {
		double sum = 0;
		dtype_to_f32(type, (const char *)a->k + (size_t)a->cells[j] * a->stride, row, dim);
		for (size_t i = 0; i < dim; i++)
			sum += (double)x->q[i] * row[i];
		x->scores[j] = (float)(sum * a->scale);
	}
	exact_softmax(x->scores, x->n_cells);
	for (int j = 0; j < x->n_cells; j++) {
		dtype_to_f32(type, (const char *)a->v + (size_t)a->cells[j] * a->stride, row, dim);
		for (size_t i = 0; i < dim; i++)
			sums[i] += (double)x->scores[j] * row[i];
	}
	for (size_t i = 0; i < dim; i++)
		x->out[i] = (float)sums[i];
	free(row);
	free(sums);
}

static inline void exact_attention(const struct attention_args *a, enum dtype type)
{
	struct attention_query x[ATTENTION_QUERIES];
	int n;
	for (int first = 0; (n = attention_queries(a, first, x)) > 0; first += n)
		for (int i = 0; i < n; i++)
			exact_query(&x[i], a, type);
}

#endif
