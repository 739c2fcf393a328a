/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an architecture is to this engine: which tensors make the matrices of a
 * layer, and the order of the blocks (block.h) in a step. A new one is one short file
 * beside llama.c and a row in arch.c; engines/README.md has the whole list.
 */
#ifndef IFM_CPU_ARCH_ARCH_H
#define IFM_CPU_ARCH_ARCH_H

struct session;

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

enum layer_norm { NORM_ATTN = 0, NORM_FFN, NORM_COUNT };

#define MATRIX_PARTS_MAX 3

struct arch {
	const char *name; /* as in general.architecture */
	enum norm_kind norm_kind;
	/* Suffixes of blk.N: the tensors whose rows make up each matrix, NULL after the last. Where there
	 * is a tensor NAME.bias beside NAME.weight, it is added to the product, or to the norm. */
	const char *matrices[MATRIX_COUNT][MATRIX_PARTS_MAX];
	const char *norms[NORM_COUNT];
	/* One step over s->batch: from tokens to s->scratch.logits. */
	void (*forward)(struct session *s);
};

/* NULL when there is no such architecture here. */
const struct arch *arch_find(const char *name);

#endif
