/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The definition of attention, once for each type of cell: the including file
 * says what element i of a row is by ELEMENT(row, i), row a pointer to bytes. Sums are in double: a
 * bound for the other versions, not their equal.
 */
#ifndef IFM_KERNELS_REF_ATTENTION_H
#define IFM_KERNELS_REF_ATTENTION_H

#include "engines/kernels/attention.h"
#include "engines/kernels/vector.h"

static void attend_query(const struct attention_query *x, const struct attention_args *a)
{
	for (int j = 0; j < x->n_cells; j++) {
		const char *key = (const char *)a->k + (size_t)a->cells[j] * a->stride;
		double sum = 0;
		for (int i = 0; i < a->head_dim; i++)
			sum += (double)x->q[i] * ELEMENT(key, i);
		x->scores[j] = (float)(sum * a->scale);
	}
	softmax_f32_ref(x->scores, x->n_cells);
	for (int i = 0; i < a->head_dim; i++) {
		double sum = 0;
		for (int j = 0; j < x->n_cells; j++) {
			const char *value = (const char *)a->v + (size_t)a->cells[j] * a->stride;
			sum += (double)x->scores[j] * ELEMENT(value, i);
		}
		x->out[i] = (float)sum;
	}
}

static void attend(const struct attention_args *a)
{
	struct attention_query x[ATTENTION_QUERIES];
	int n;
	for (int first = 0; (n = attention_queries(a, first, x)) > 0; first += n)
		for (int i = 0; i < n; i++)
			attend_query(&x[i], a);
}

#endif
