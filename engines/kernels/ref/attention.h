/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The definition of attention, once for each type of cell: the including file
 * says what an element is by ELEMENT(base, i). Sums are in double: a bound for
 * the other versions, not their equal.
 */
#ifndef IFM_KERNELS_REF_ATTENTION_H
#define IFM_KERNELS_REF_ATTENTION_H

#include "engines/kernels/attention.h"
#include "engines/kernels/vector.h"

static void attend_head(float *out, const float *q, const struct attention_args *a)
{
	for (int j = 0; j < a->n_cells; j++) {
		size_t at = (size_t)a->cells[j] * a->stride;
		double sum = 0;
		for (int i = 0; i < a->head_dim; i++)
			sum += (double)q[i] * ELEMENT(a->k, at + i);
		a->scores[j] = (float)(sum * a->scale);
	}
	softmax_f32_ref(a->scores, a->n_cells);
	for (int i = 0; i < a->head_dim; i++) {
		double sum = 0;
		for (int j = 0; j < a->n_cells; j++)
			sum += (double)a->scores[j] * ELEMENT(a->v, (size_t)a->cells[j] * a->stride + i);
		out[i] = (float)sum;
	}
}

static void attend(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	for (int h = 0; h < n_heads; h++)
		attend_head(out + h * a->head_dim, q + h * a->head_dim, a);
}

#endif
