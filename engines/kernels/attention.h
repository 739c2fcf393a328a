/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention of tokens that follow each other in a sequence over a list of KV cells, for the
 * query heads that share one KV head. Which cells are a sequence's is the caller's business.
 */
#ifndef IFM_KERNELS_ATTENTION_H
#define IFM_KERNELS_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"

/* Queries (a head of a token each) that a kernel does together, each cell loaded once for all of them. */
#define ATTENTION_QUERIES 4

/*
 * Cell c's key stands at k + c * stride bytes, its value at v + c * stride: head_dim elements each, of
 * the type in the kernel's name (q8_0: blocks as in a file, head_dim is a multiple of Q8_0_BLOCK).
 * Head h of token t has its query at q + t * q_stride + h * head_dim, its result goes to
 * out + t * out_stride + h * head_dim; out is not q.
 */
struct attention_args {
	const void *k, *v;
	size_t stride;
	const int32_t *cells;
	int n_cells;	       /* the first token sees, at least 1; each next one sees one more */
	int n_tokens, n_heads; /* at least 1 */
	int head_dim;
	const float *q;
	float *out;
	size_t q_stride, out_stride; /* in floats */
	float scale;		     /* of the scores, 1 / sqrt(head_dim) as a rule */
	float *scores;		     /* scratch: ATTENTION_QUERIES rows of scores_stride floats */
	size_t scores_stride;	     /* at least n_cells + n_tokens - 1 */
};

/* For each token and head: out = softmax(scale * q K^T) V over the cells the token sees. A head's result
 * does not depend on what comes with it. */
typedef void attention_fn(const struct attention_args *a);

#define ATTENTION_KERNEL(type, isa, fn) attention_fn fn;
#include "engines/kernels/attention.inc"
#undef ATTENTION_KERNEL

/* A head of a token. */
struct attention_query {
	const float *q;
	float *out, *scores;
	int n_cells; /* it sees */
};

/* The queries of the call from the first-th on, ATTENTION_QUERIES at most: returns how many. Those of a
 * token come together, so n_cells ascends. */
static inline int attention_queries(const struct attention_args *a, int first,
				    struct attention_query x[ATTENTION_QUERIES])
{
	int n = 0;
	for (; n < ATTENTION_QUERIES && first + n < a->n_tokens * a->n_heads; n++) {
		int token = (first + n) / a->n_heads;
		size_t at = (size_t)((first + n) % a->n_heads) * (size_t)a->head_dim;
		x[n].q = a->q + (size_t)token * a->q_stride + at;
		x[n].out = a->out + (size_t)token * a->out_stride + at;
		x[n].scores = a->scores + (size_t)n * a->scores_stride;
		x[n].n_cells = a->n_cells + token;
	}
	return n;
}

#endif
