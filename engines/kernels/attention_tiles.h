/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention with vectors, once for each level and type of cell. The level's attention.h brings, before
 * it includes this,
 *   vec, LANES                    a vector of f32 and how many it holds
 *   vec_zero vec_set vec_load vec_store vec_fma
 *   vec_load_part(p, n)           the first n < LANES, zeros after them; reads no further
 *   vec_store_part(p, v, n)       writes no further
 *   vec_sum4(to, s, scale)        the sums of four vectors, each added up in the same order, times scale
 *   softmax
 *   SUMS                          how many sums the registers hold, at most 16
 * and the type's file, before that,
 *   load_cell(row, i)             elements i .. of a row (a pointer to bytes) as f32
 *   load_cell_part(row, i, n)     as vec_load_part
 *
 * A score, or an element of a result, is one sum in one order: of lanes of vectors over the head, of
 * cells over the list. Tiles only say which of them are under way together, so that a loaded cell serves
 * several queries and the multiply-adds need not wait for each other.
 */
#ifndef IFM_KERNELS_ATTENTION_TILES_H
#define IFM_KERNELS_ATTENTION_TILES_H

#include <string.h>

#include "engines/kernels/attention.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Cells whose values are weighed before the next part of the head is: 64 rows of 256 elements in f32 are 64
 * KiB, those of common heads and types stay in any first-level cache. */
#define CELLS_NEAR 64

static const char *row_of(const void *rows, const struct attention_args *a, int j)
{
	return (const char *)rows + (size_t)a->cells[j] * a->stride;
}

/* Scores of cells [j, j + nc) for nq queries, constants both: all loops over them vanish. */
ALWAYS_INLINE void score_tile(const struct attention_query *x, const int nq, const int nc,
			      const struct attention_args *a, int j)
{
	vec s[16], key[8];
	const char *row[8];
	float sums[16];
	int i = 0, rest;
#pragma GCC unroll 8
	for (int c = 0; c < nc; c++)
		row[c] = row_of(a->k, a, j + c);
#pragma GCC unroll 16
	for (int t = 0; t < (nq * nc + 3) / 4 * 4; t++)
		s[t] = vec_zero();
	for (; i + LANES <= a->head_dim; i += LANES) {
#pragma GCC unroll 8
		for (int c = 0; c < nc; c++)
			key[c] = load_cell(row[c], i);
#pragma GCC unroll 4
		for (int q = 0; q < nq; q++)
#pragma GCC unroll 8
			for (int c = 0; c < nc; c++)
				s[q * nc + c] = vec_fma(vec_load(x[q].q + i), key[c], s[q * nc + c]);
	}
	rest = a->head_dim - i;
	if (rest) {
#pragma GCC unroll 8
		for (int c = 0; c < nc; c++)
			key[c] = load_cell_part(row[c], i, rest);
#pragma GCC unroll 4
		for (int q = 0; q < nq; q++)
#pragma GCC unroll 8
			for (int c = 0; c < nc; c++)
				s[q * nc + c] =
					vec_fma(vec_load_part(x[q].q + i, rest), key[c], s[q * nc + c]);
	}
#pragma GCC unroll 4
	for (int t = 0; t < nq * nc; t += 4)
		vec_sum4(sums + t, s + t, a->scale);
#pragma GCC unroll 4
	for (int q = 0; q < nq; q++)
		memcpy(x[q].scores + j, sums + q * nc, (size_t)nc * sizeof *sums);
}

ALWAYS_INLINE void score_cells(const struct attention_query *x, const int nq, const int nc,
			       const struct attention_args *a, int from, int to)
{
	for (; from + nc <= to; from += nc)
		score_tile(x, nq, nc, a, from);
	for (; from < to; from++)
		score_tile(x, nq, 1, a, from);
}

static void score(const struct attention_query *x, int nq, const struct attention_args *a, int from, int to)
{
	switch (nq) {
	case 1:
		score_cells(x, 1, 8, a, from, to);
		return;
	case 2:
		score_cells(x, 2, SUMS / 2 < 8 ? SUMS / 2 : 8, a, from, to);
		return;
	case 3:
		score_cells(x, 3, SUMS / 4, a, from, to);
		return;
	default:
		score_cells(x, 4, SUMS / 4, a, from, to);
	}
}

/* Adds cells [from, to) to nv vectors of the results of nq queries, from element i on. */
ALWAYS_INLINE void weigh_tile(const struct attention_query *x, const int nq, const int nv,
			      const struct attention_args *a, int i, int from, int to)
{
	vec s[16], value[8];
#pragma GCC unroll 4
	for (int q = 0; q < nq; q++)
#pragma GCC unroll 8
		for (int u = 0; u < nv; u++)
			s[q * nv + u] = vec_load(x[q].out + i + u * LANES);
	for (int j = from; j < to; j++) {
		const char *row = row_of(a->v, a, j);
#pragma GCC unroll 8
		for (int u = 0; u < nv; u++)
			value[u] = load_cell(row, i + u * LANES);
#pragma GCC unroll 4
		for (int q = 0; q < nq; q++)
#pragma GCC unroll 8
			for (int u = 0; u < nv; u++)
				s[q * nv + u] = vec_fma(vec_set(x[q].scores[j]), value[u], s[q * nv + u]);
	}
#pragma GCC unroll 4
	for (int q = 0; q < nq; q++)
#pragma GCC unroll 8
		for (int u = 0; u < nv; u++)
			vec_store(x[q].out + i + u * LANES, s[q * nv + u]);
}

static void weigh_rest(const struct attention_query *x, const struct attention_args *a, int i, int from,
		       int to)
{
	int n = a->head_dim - i;
	vec s = vec_load_part(x->out + i, n);
	for (int j = from; j < to; j++)
		s = vec_fma(vec_set(x->scores[j]), load_cell_part(row_of(a->v, a, j), i, n), s);
	vec_store_part(x->out + i, s, n);
}

ALWAYS_INLINE void weigh_cells(const struct attention_query *x, const int nq, const int nv,
			       const struct attention_args *a, int from, int to)
{
	for (int next; from < to; from = next) {
		int i = 0;
		next = from + CELLS_NEAR < to ? from + CELLS_NEAR : to;
		for (; i + nv * LANES <= a->head_dim; i += nv * LANES)
			weigh_tile(x, nq, nv, a, i, from, next);
		for (; i + LANES <= a->head_dim; i += LANES)
			weigh_tile(x, nq, 1, a, i, from, next);
		for (int q = 0; q < nq && i < a->head_dim; q++)
			weigh_rest(x + q, a, i, from, next);
	}
}

static void weigh(const struct attention_query *x, int nq, const struct attention_args *a, int from, int to)
{
	switch (nq) {
	case 1:
		weigh_cells(x, 1, 8, a, from, to);
		return;
	case 2:
		weigh_cells(x, 2, 4, a, from, to);
		return;
	case 3:
		weigh_cells(x, 3, SUMS / 4, a, from, to);
		return;
	default:
		weigh_cells(x, 4, SUMS / 4, a, from, to);
	}
}

/* Cells that all of the queries see are done together, the few that only later tokens see one by one. */
static void attend_together(const struct attention_query *x, int nq, const struct attention_args *a)
{
	int common = x[0].n_cells;
	score(x, nq, a, 0, common);
	for (int q = 0; q < nq; q++) {
		score(x + q, 1, a, common, x[q].n_cells);
		softmax(x[q].scores, x[q].n_cells);
		memset(x[q].out, 0, (size_t)a->head_dim * sizeof *x[q].out);
	}
	weigh(x, nq, a, 0, common);
	for (int q = 0; q < nq; q++)
		weigh(x + q, 1, a, common, x[q].n_cells);
}

static void attend(const struct attention_args *a)
{
	struct attention_query x[ATTENTION_QUERIES];
	int n;
	for (int first = 0; (n = attention_queries(a, first, x)) > 0; first += n)
		attend_together(x, n, a);
}

#endif
