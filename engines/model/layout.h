/* SPDX-License-Identifier: Apache-2.0 */
/* Which tensors a llama has and of what shape, as llama.cpp names them. Within engines/model. */
#ifndef IFM_MODEL_LAYOUT_H
#define IFM_MODEL_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/model/model.h"

enum layout_kind {
	LAYOUT_MATRIX = 0, /* of a layer */
	LAYOUT_NORM,	   /* a vector: one row */
	LAYOUT_EMBEDDING,
	LAYOUT_OUTPUT,
};

struct layout_tensor {
	char name[MODEL_TENSOR_NAME_MAX];
	enum layout_kind kind;
	int64_t rows, cols;
};

/* How many there are; with tied, the embedding is the output matrix. */
int layout_count(const struct hparams *hp, bool tied);

/* The i-th of them, i below layout_count(). */
void layout_at(struct layout_tensor *out, const struct hparams *hp, bool tied, int i);

#endif
