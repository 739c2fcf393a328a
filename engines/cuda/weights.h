/* SPDX-License-Identifier: Apache-2.0 */
/* A model's weights on the device. */
#ifndef IFM_CUDA_WEIGHTS_H
#define IFM_CUDA_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "engines/base/err.h"
#include "engines/cuda/product.h"
#include "engines/job/arch.h"

struct job_config;
struct model;

struct dev_norm {
	CUdeviceptr weight, bias; /* bias 0: none */
};

struct dev_layer {
	struct dev_matrix matrix[MATRIX_COUNT];
	struct dev_norm norm[NORM_COUNT];
};

struct dev_weights {
	int n_layers;
	struct dev_layer *layers;
	struct dev_matrix output, embedding; /* the same memory in a tied model */
	struct dev_norm output_norm;
	CUdeviceptr positions; /* f32 rows, 0: none are learned */
	bool tied;
	/* All memory, each once. */
	CUdeviceptr *block;
	int n_blocks;
	size_t n_bytes;
};

/* What weights take, and what products will have to do. */
struct weights_sizes {
	size_t n_bytes;
	size_t n_taken; /* the same as the driver cuts memory */
	int k_max;	/* longest row */
	int k_rounded;	/* longest row of a matrix in wi8ai8, 0: none */
	size_t widened; /* most elements of a matrix in blocks, 0: none */
};

/* False when they cannot be counted. */
bool dev_weights_count(const struct arch *a, const struct model *m, const struct job_config *job,
		       struct weights_sizes *out);

/* Takes the memory and fills it. On failure w holds nothing. */
MUST_CHECK int dev_weights_load(struct dev_weights *w, struct engine *e, const struct arch *a,
				const struct model *m, const struct job_config *job, struct diag *d);
void dev_weights_free(struct dev_weights *w, struct engine *e); /* all zero is fine */

#endif
