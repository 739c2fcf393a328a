/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model's weights as the engine holds them: matrices packed for the products,
 * norms, biases and positions in f32, the embedding as plain rows, or none of its own in a tied model,
 * where the output matrix gives its rows back.
 */
#ifndef IFM_CPU_WEIGHTS_H
#define IFM_CPU_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/cpu/arch/arch.h"
#include "engines/tensor/dtype.h"

struct gemm_context;
struct gemm_weight;
struct model;
struct pool;
struct strbuf;

/* A packed matrix of n rows of k. */
struct matrix {
	struct gemm_weight *packed;
	int n, k;
	const float *bias; /* n of them, added to each row of the product; NULL: none */
};

struct norm {
	const float *weight;
	const float *bias; /* NULL: none */
};

struct layer {
	struct matrix matrix[MATRIX_COUNT];
	struct norm norm[NORM_COUNT];
};

struct weights {
	int n_layers;
	struct layer *layers;
	struct matrix output;
	struct norm output_norm;
	const float *positions; /* a row of n_embd a position, NULL: none are learned */
	char *embedding;	/* rows in embedding_dtype, NULL when tied */
	enum dtype embedding_dtype;
	size_t embedding_row; /* bytes */
	int n_embd;
	void *plain; /* memory of norms, biases, positions and embedding */
	size_t plain_bytes;
};

/* Rows and columns of a layer's matrix, its parts put together. */
void weights_shape(const struct arch *a, const struct model *m, int layer, enum layer_matrix which, int *rows,
		   int *cols);

/* Bytes weights_load takes; false when that cannot be counted. */
bool weights_bytes(const struct arch *a, const struct model *m, const struct gemm_context *g,
		   enum dtype precision, size_t *bytes);

/* On failure w holds nothing. */
MUST_CHECK int weights_load(struct weights *w, const struct arch *a, const struct model *m,
			    struct gemm_context *g, enum dtype precision, struct pool *pool, struct diag *d);
void weights_free(struct weights *w); /* all zero is fine */

/* The row of the embedding of a token, as f32; without its position. */
void weights_embed(const struct weights *w, int32_t token, float *dst);

/* Appends one line for each kind of matrix that is held in something else than the precision. */
void weights_describe_exceptions(const struct arch *a, const struct model *m, enum dtype precision,
				 struct strbuf *out);

#endif
