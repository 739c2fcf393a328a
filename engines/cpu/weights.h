/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model's weights as the engine holds them: matrices packed for the products,
 * norms, biases and positions in f32, the embedding as plain rows, or none of its own in a tied model,
 * where the output matrix gives its rows back. All of it is one block of memory, which is
 * packed or read from the cache of packed weights.
 */
#ifndef IFM_CPU_WEIGHTS_H
#define IFM_CPU_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"
#include "engines/base/err.h"
#include "engines/job/arch.h"
#include "engines/job/parts.h"
#include "engines/tensor/dtype.h"

struct cache_folder;
struct gemm_context;
struct gemm_weight;
struct model;
struct pool;
struct strbuf;

/*
 * The number of what stands where in the block: it is kept on disk. Whoever lays it out otherwise, or makes a piece of
 * it otherwise, makes it one more; tests/unit/t_packed_cache.c notices. Packed matrices have their own (gemm.h).
 */
#define WEIGHTS_LAYOUT 1

/* A packed matrix of n rows of k. */
struct matrix {
	struct gemm_weight *packed;
	int n, k;
	enum dtype dtype;
	void *panels;	   /* its place in the block */
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
	void *block;
	size_t block_bytes;
};

/* Bytes of the block; false when that cannot be counted. */
bool weights_bytes(const struct arch *a, const struct model *m, const struct gemm_context *g,
		   enum dtype precision, size_t *bytes);

/* What weights are made of, and where they may be kept. */
struct weights_config {
	const struct arch *arch;
	const struct model *model;
	struct gemm_context *gemm;
	enum dtype precision; /* or WEIGHTS_AS_IN_FILE */
	enum isa isa;	      /* of the engine; kernels of a type may be of a lower one */
	const struct cache_folder *cache;
	size_t cache_from; /* bytes: smaller blocks are packed always */
};

/* Makes the block and lays it out; its vectors are read, all else is zero. On failure w holds nothing. */
MUST_CHECK int weights_open(struct weights *w, const struct weights_config *c, struct diag *d);
/* As it was when it was opened. */
void weights_clear(struct weights *w, const struct weights_config *c);
/* Fills the rest of it from the model. */
MUST_CHECK int weights_pack(struct weights *w, const struct weights_config *c, struct pool *pool,
			    struct diag *d);

/* Both, or else the block as the cache has it (weights_load.c). Appends to `how` a line for describe: where the weights came from and how long that took. On failure w holds
 * nothing. */
MUST_CHECK int weights_load(struct weights *w, const struct weights_config *c, struct pool *pool,
			    struct strbuf *how, struct diag *d);
void weights_free(struct weights *w); /* all zero is fine */

/* The row of the embedding of a token, as f32; without its position. */
void weights_embed(const struct weights *w, int32_t token, float *dst);

#endif
