/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tensors of a model make an engine's matrices, and what those are held in. Engines hold matrices that take the same
 * input as one: its rows are those of its parts, one tensor after the other.
 */
#ifndef IFM_JOB_PARTS_H
#define IFM_JOB_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/job/arch.h"
#include "engines/tensor/dtype.h"

struct job_config;
struct model;
struct strbuf;
struct tensor;

/* The tensors whose rows, one after the other, make a matrix. */
struct parts {
	const struct model *model;
	int n;
	const struct tensor *tensor[MATRIX_PARTS_MAX];
};

/* Of a model that is open: all of them are there. */
struct parts layer_parts(const struct arch *a, const struct model *m, int layer, enum layer_matrix which);
struct parts output_parts(const struct model *m);
struct parts embedding_parts(const struct model *m);

void parts_shape(const struct parts *p, int *rows, int *cols);

/* source: struct parts. A row of the parts one below the other; all have rows of n elements. */
void parts_read(const void *source, int64_t row, int64_t n, float *dst);
/* Rows [row, row + n) will not be read again soon. */
void parts_done(const void *source, int64_t row, int64_t n);

/* The tensor NAME.bias that belongs to NAME.weight, NULL when there is none. layer: below 0 for one
 * outside of layers. */
const struct tensor *bias_tensor(const struct model *m, int layer, const char *weight);

/* The biases of a matrix's parts one after the other, 0 for a part that has none, to dst (NULL: not asked). False when no
 * part has one. */
bool parts_bias(const struct parts *p, const struct arch *a, int layer, enum layer_matrix which, float *dst);

/* What weights are held in: a precision, or each matrix what its tensors are in the file. */
#define WEIGHTS_AS_IN_FILE DTYPE_COUNT
enum dtype weights_held(const struct job_config *job);

/* What a layer's matrix, the output matrix and the embedding are held in. Tensors of one matrix that differ in the file
 * are held in f16, or f32 where one of them is. */
enum dtype weights_matrix_dtype(const struct arch *a, const struct model *m, int layer,
				enum layer_matrix which, enum dtype held);
enum dtype weights_output_dtype(const struct model *m, enum dtype held);
enum dtype weights_embedding_dtype(const struct model *m, enum dtype held);

/* Rows and columns of a layer's matrix, its parts put together. */
void weights_shape(const struct arch *a, const struct model *m, int layer, enum layer_matrix which, int *rows,
		   int *cols);

/* What the matrix of these parts is held in. */
enum dtype parts_dtype(const struct parts *p, enum dtype held);

/* Appends one line for each kind of matrix that is held in something else than the precision. */
void weights_describe_exceptions(const struct arch *a, const struct model *m, const struct job_config *job,
				 struct strbuf *out);

#endif
