/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention with AVX2, once for each type of cell: the including file brings
 *   element           the type of an element of a cell
 *   load8(p)          eight elements as f32
 *   load_tail(p, n)   the first n < 8, zeros after them; reads no further
 */
#ifndef IFM_KERNELS_AVX2_ATTENTION_H
#define IFM_KERNELS_AVX2_ATTENTION_H

#include "engines/kernels/vector.h"

static float dot(const float *q, const element *k, int n)
{
	__m256 s0 = _mm256_setzero_ps(), s1 = s0;
	int i = 0;
	for (; i + 16 <= n; i += 16) {
		s0 = _mm256_fmadd_ps(_mm256_loadu_ps(q + i), load8(k + i), s0);
		s1 = _mm256_fmadd_ps(_mm256_loadu_ps(q + i + 8), load8(k + i + 8), s1);
	}
	if (i + 8 <= n) {
		s0 = _mm256_fmadd_ps(_mm256_loadu_ps(q + i), load8(k + i), s0);
		i += 8;
	}
	if (i < n)
		s1 = _mm256_fmadd_ps(_mm256_maskload_ps(q + i, mask_avx2(n - i)), load_tail(k + i, n - i),
				     s1);
	return sum_avx2(_mm256_add_ps(s0, s1));
}

/* 32 elements of the head at a time stay in registers over all cells. */
static void weigh32(float *out, const element *v, const struct attention_args *a)
{
	__m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
	for (int j = 0; j < a->n_cells; j++) {
		const element *row = v + (size_t)a->cells[j] * a->stride;
		__m256 p = _mm256_broadcast_ss(a->scores + j);
		s0 = _mm256_fmadd_ps(p, load8(row), s0);
		s1 = _mm256_fmadd_ps(p, load8(row + 8), s1);
		s2 = _mm256_fmadd_ps(p, load8(row + 16), s2);
		s3 = _mm256_fmadd_ps(p, load8(row + 24), s3);
	}
	_mm256_storeu_ps(out, s0);
	_mm256_storeu_ps(out + 8, s1);
	_mm256_storeu_ps(out + 16, s2);
	_mm256_storeu_ps(out + 24, s3);
}

static void weigh8(float *out, const element *v, const struct attention_args *a)
{
	__m256 s = _mm256_setzero_ps();
	for (int j = 0; j < a->n_cells; j++)
		s = _mm256_fmadd_ps(_mm256_broadcast_ss(a->scores + j),
				    load8(v + (size_t)a->cells[j] * a->stride), s);
	_mm256_storeu_ps(out, s);
}

static void weigh_tail(float *out, const element *v, int n, const struct attention_args *a)
{
	__m256 s = _mm256_setzero_ps();
	for (int j = 0; j < a->n_cells; j++)
		s = _mm256_fmadd_ps(_mm256_broadcast_ss(a->scores + j),
				    load_tail(v + (size_t)a->cells[j] * a->stride, n), s);
	_mm256_maskstore_ps(out, mask_avx2(n), s);
}

static void attend(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	const element *k = a->k, *v = a->v;
	for (int h = 0; h < n_heads; h++, out += a->head_dim, q += a->head_dim) {
		int i = 0;
		for (int j = 0; j < a->n_cells; j++)
			a->scores[j] = a->scale * dot(q, k + (size_t)a->cells[j] * a->stride, a->head_dim);
		softmax_f32_avx2(a->scores, a->n_cells);
		for (; i + 32 <= a->head_dim; i += 32)
			weigh32(out + i, v + i, a);
		for (; i + 8 <= a->head_dim; i += 8)
			weigh8(out + i, v + i, a);
		if (i < a->head_dim)
			weigh_tail(out + i, v + i, a->head_dim - i, a);
	}
}

#endif
