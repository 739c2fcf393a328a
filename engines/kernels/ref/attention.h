/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The definition of attention, once for each type of cell: the including file
 * says what element i of a row is by ELEMENT(row, i), row a pointer to bytes. A score is the sum of eight
 * lanes, an element of a result that of the cells in their order: the bits of level avx2, but for the rare
 * roundings that ref/math.h and avx2/math.h name.
 */
#ifndef IFM_KERNELS_REF_ATTENTION_H
#define IFM_KERNELS_REF_ATTENTION_H

#include "engines/kernels/attention.h"
#include "engines/kernels/ref/math.h"
#include "engines/kernels/vector.h"

static float score(const float *q, const char *key, int n)
{
	float s[8] = {0};
	for (int i = 0; i < n; i++)
		s[i % 8] = fma_ref(q[i], ELEMENT(key, i), s[i % 8]);
	return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

static void attend_query(const struct attention_query *x, const struct attention_args *a)
{
	for (int j = 0; j < x->n_cells; j++) {
		const char *key = (const char *)a->k + (size_t)a->cells[j] * a->stride;
		x->scores[j] = score(x->q, key, a->head_dim) * a->scale;
	}
	softmax_f32_ref(x->scores, x->n_cells);
	for (int i = 0; i < a->head_dim; i++) {
		float sum = 0;
		for (int j = 0; j < x->n_cells; j++) {
			const char *value = (const char *)a->v + (size_t)a->cells[j] * a->stride;
			sum = fma_ref(x->scores[j], ELEMENT(value, i), sum);
		}
		x->out[i] = sum;
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
