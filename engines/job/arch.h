/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an architecture is to every engine: which tensors make the matrices of a layer, and which norm and activation
 * stand between them. A new one is one short file beside llama.c and a row in arch.c; engines/README.md has the whole list.
 *
 * A step is, for each layer: norm, MATRIX_QKV, attention, MATRIX_ATTN_OUT, added; norm, MATRIX_GATE_UP, activation,
 * MATRIX_DOWN, added. After the last one the output norm and the output matrix.
 */
#ifndef IFM_JOB_ARCH_H
#define IFM_JOB_ARCH_H

/* Matrices of a layer. Those that take the same input are one product: fewer joins of the threads. */
enum layer_matrix {
	MATRIX_QKV = 0, /* queries, keys, values, one after the other */
	MATRIX_ATTN_OUT,
	MATRIX_GATE_UP, /* or what goes up alone */
	MATRIX_DOWN,
	MATRIX_COUNT
};

/* How a model's norms are computed. */
enum norm_kind {
	NORM_KIND_RMS = 0, /* a weight an element */
	NORM_KIND_LAYER,   /* a weight and a bias */
};

/* What stands between MATRIX_GATE_UP and MATRIX_DOWN. */
enum act_kind {
	ACT_KIND_SILU_MUL = 0, /* SwiGLU: silu(gate) * up */
	ACT_KIND_GELU,	       /* of what goes up alone */
};

enum layer_norm { NORM_ATTN = 0, NORM_FFN, NORM_COUNT };

#define MATRIX_PARTS_MAX 3

struct arch {
	const char *name; /* as in general.architecture */
	enum norm_kind norm_kind;
	enum act_kind act_kind;
	/* Suffixes of blk.N: the tensors whose rows make up each matrix, NULL after the last. Where there
	 * is a tensor NAME.bias beside NAME.weight, it is added to the product, or to the norm. */
	const char *matrices[MATRIX_COUNT][MATRIX_PARTS_MAX];
	const char *norms[NORM_COUNT];
};

/* NULL when there is no such architecture here. */
const struct arch *arch_find(const char *name);

#endif
