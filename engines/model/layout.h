/* SPDX-License-Identifier: Apache-2.0 */
/* Which tensors a model has and of what shape, as llama.cpp names them. Within engines/model. */
#ifndef IFM_MODEL_LAYOUT_H
#define IFM_MODEL_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/model/model.h"

struct family;

enum layout_kind {
	LAYOUT_MATRIX = 0, /* of a layer */
	LAYOUT_NORM,	   /* a vector: one row */
	LAYOUT_BIAS,	   /* the same, of a matrix or a norm */
	LAYOUT_EMBEDDING,
	LAYOUT_POSITIONS, /* a learned vector a position */
	LAYOUT_OUTPUT,	  /* absent where the embedding is the output matrix */
	LAYOUT_TURNS,	  /* what the rotation's frequencies are divided by */
};

/* Lengths of rows and columns, each a product of hyperparameters. */
enum layout_side {
	SIDE_ONE = 0,
	SIDE_EMBD,
	SIDE_Q,
	SIDE_KV,
	SIDE_QKV, /* one of queries, one of keys, one of values */
	SIDE_FF,
	SIDE_VOCAB,
	SIDE_CONTEXT,
	SIDE_PAIRS, /* that are rotated in a head */
	SIDE_COUNT
};

/* A row of a family's tables (family/family.h). */
struct layout_row {
	const char *name;
	enum layout_kind kind;
	enum layout_side rows, cols;
	bool optional; /* in a file; a synthetic model has none of these but, untied, the output matrix */
};

struct layout_tensor {
	char name[MODEL_TENSOR_NAME_MAX];
	enum layout_kind kind;
	bool optional;
	int64_t rows, cols;
};

/* How many a model may have, optional ones among them. */
int layout_count(const struct family *f, const struct hparams *hp);

/* The i-th of them, i below layout_count(). */
void layout_at(struct layout_tensor *out, const struct family *f, const struct hparams *hp, int i);

#endif
