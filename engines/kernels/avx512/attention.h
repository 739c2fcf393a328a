/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention with AVX-512, once for each type of cell: the including file brings
 *   element          the type of an element of a cell
 *   load16(p)        sixteen elements as f32
 *   load_part(p, m)  those of the mask, zeros elsewhere; reads no others
 */
#ifndef IFM_KERNELS_AVX512_ATTENTION_H
#define IFM_KERNELS_AVX512_ATTENTION_H

#include "engines/kernels/vector.h"

static float dot(const float *q, const element *k, int n)
{
	__m512 s0 = _mm512_setzero_ps(), s1 = s0;
	int i = 0;
	for (; i + 32 <= n; i += 32) {
		s0 = _mm512_fmadd_ps(_mm512_loadu_ps(q + i), load16(k + i), s0);
		s1 = _mm512_fmadd_ps(_mm512_loadu_ps(q + i + 16), load16(k + i + 16), s1);
	}
	for (; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		s0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(m, q + i), load_part(k + i, m), s0);
	}
	return _mm512_reduce_add_ps(_mm512_add_ps(s0, s1));
}

/* 64 elements of the head at a time stay in registers over all cells. */
static void weigh64(float *out, const element *v, const struct attention_args *a)
{
	__m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
	for (int j = 0; j < a->n_cells; j++) {
		const element *row = v + (size_t)a->cells[j] * a->stride;
		__m512 p = _mm512_set1_ps(a->scores[j]);
		s0 = _mm512_fmadd_ps(p, load16(row), s0);
		s1 = _mm512_fmadd_ps(p, load16(row + 16), s1);
		s2 = _mm512_fmadd_ps(p, load16(row + 32), s2);
		s3 = _mm512_fmadd_ps(p, load16(row + 48), s3);
	}
	_mm512_storeu_ps(out, s0);
	_mm512_storeu_ps(out + 16, s1);
	_mm512_storeu_ps(out + 32, s2);
	_mm512_storeu_ps(out + 48, s3);
}

static void weigh_part(float *out, const element *v, __mmask16 m, const struct attention_args *a)
{
	__m512 s = _mm512_setzero_ps();
	for (int j = 0; j < a->n_cells; j++)
		s = _mm512_fmadd_ps(_mm512_set1_ps(a->scores[j]),
				    load_part(v + (size_t)a->cells[j] * a->stride, m), s);
	_mm512_mask_storeu_ps(out, m, s);
}

static void attend(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	const element *k = a->k, *v = a->v;
	for (int h = 0; h < n_heads; h++, out += a->head_dim, q += a->head_dim) {
		int i = 0, n = a->head_dim;
		for (int j = 0; j < a->n_cells; j++)
			a->scores[j] = a->scale * dot(q, k + (size_t)a->cells[j] * a->stride, n);
		softmax_f32_avx512(a->scores, a->n_cells);
		for (; i + 64 <= n; i += 64)
			weigh64(out + i, v + i, a);
		for (; i < n; i += 16)
			weigh_part(out + i, v + i, mask_avx512(n - i < 16 ? n - i : 16), a);
	}
}

#endif
