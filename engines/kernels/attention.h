/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention of one token over a list of KV cells, for the query heads that
 * share one KV head. Which cells, and which of them a token may see, is the
 * caller's business.
 */
#ifndef IFM_KERNELS_ATTENTION_H
#define IFM_KERNELS_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"

/*
 * Cell c's key stands at k + c * stride elements (f32 or binary16, as the
 * kernel's name says), its value at v + c * stride; head_dim elements each.
 */
struct attention_args {
	const void *k, *v;
	size_t stride;
	const int32_t *cells;
	int n_cells; /* at least 1 */
	int head_dim;
	float scale;   /* of the scores, 1 / sqrt(head_dim) as a rule */
	float *scores; /* scratch: n_cells floats */
};

/* For each of n_heads queries: out = softmax(scale * q K^T) V. q and out: n_heads x head_dim, out is
 * not q. A head's result does not depend on n_heads. */
typedef void attention_fn(float *out, const float *q, int n_heads, const struct attention_args *a);
typedef attention_fn attention_f32_fn, attention_f16_fn;

#define ATTENTION_KERNEL(op, isa, fn) op##_fn fn;
#include "engines/kernels/attention.inc"
#undef ATTENTION_KERNEL

#endif
