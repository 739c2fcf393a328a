/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products of engine "cuda": Y[m][n] = X[m][k] W[n][k]^T, f32 out. Few rows go through own kernels, which are bound
 * by reading W; many through cuBLASLt. W of q8_0 and q4_0 stays in blocks: the own kernels take it apart on the way, for
 * cuBLASLt it is widened to f16 just before.
 */
#ifndef IFM_CUDA_PRODUCT_H
#define IFM_CUDA_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/cuda/cuda.h"
#include "engines/cuda/lt.h"
#include "engines/tensor/dtype.h"

struct strbuf;

/* A matrix of n rows of k on the device. */
struct dev_matrix {
	enum dtype dtype;
	int n, k;
	CUdeviceptr w;	    /* elements, or quants */
	CUdeviceptr scales; /* binary16 a block of 32, f32 a row of wi8ai8; 0: none */
	CUdeviceptr bias;   /* f32, 0: none; whoever takes the result adds it */
};

/* Bytes of its two parts. */
size_t matrix_bytes(enum dtype t, size_t n, size_t k);
size_t matrix_scale_bytes(enum dtype t, size_t n, size_t k);

/* What X is stored as by who makes it: f32 (also for wi8ai8, whose rows are rounded here), f16 or bf16. */
enum dtype product_input(enum dtype held);

/*
 * Rows that own kernels compute for m: they come for 1, 2, 4 and 8 rows, so up to BUCKET_MAX that is a power of two, and
 * beyond a multiple of 8. What is multiplied, and what comes out, has room for so many.
 */
#define BUCKET_MAX 64
int bucket_of(int m);

/* Own kernels do up to so many rows; blocks are cheaper to read twice than to widen. */
#define PRODUCT_OWN_ROWS	8
#define PRODUCT_OWN_ROWS_BLOCKS 16

struct products_config {
	const char *provider; /* "own" or "cublaslt": all through cuBLASLt */
	const char *blocking; /* of cuBLASLt: see lt.h */
	bool strict; /* a blocking that cuBLASLt does not have for a shape is an error; else it is done as it thinks best */
	int m;		/* most rows of X */
	int k;		/* longest row of those that wi8ai8 rounds; 0: none */
	size_t widened; /* most elements of a W in blocks; 0: none */
};

/* A shape that was multiplied, and how. */
struct product_way {
	enum dtype dtype;
	int m, n, k;
	bool lt;
	bool fell_back; /* cuBLASLt has none with that blocking: done as it thinks best */
	bool lacking;	/* cuBLASLt has none at all */
	bool refused;	/* it has one, which it would not run */
	bool tuned;
	bool ran;
	struct lt_plan plan;
};

struct products {
	struct engine *e;
	char *blocking;
	bool all_lt, strict;
	bool no_lt; /* asked for and not had: so it stays, as how a shape is done does not change on the way */
	CUdeviceptr i8, i8_scales, wide;
	struct product_way *way;
	int n_ways, n_tuned;
};

/* ERR_UNAVAILABLE: the provider or blocking needs cuBLASLt, and it is not here; ERR_OOM: it finds no memory to start now. Belongs
 * to the caller. */
MUST_CHECK int products_open(struct products *p, struct engine *e, const struct products_config *c,
			     struct diag *d);
void products_close(struct products *p); /* all zero is fine */

/* Bytes that products_open takes from the device, cuBLASLt's workspace included. */
size_t products_bytes(const struct products_config *c);

/*
 * Starts the product in the stream. x: m rows in product_input(w->dtype), with room for bucket_of(m) as y has; what stands
 * in those beyond does not matter. The first time that a shape comes, how it is done
 * is settled, which may wait for the device (blocking "tune"): never first while a graph is captured.
 */
MUST_CHECK int product_run(struct products *p, const struct dev_matrix *w, CUdeviceptr x, int m,
			   CUdeviceptr y, struct diag *d);

/* Has a product of this shape been settled? */
bool product_settled(struct products *p, const struct dev_matrix *w, int m);

/* The same by cuBLASLt's product alone, which product_run has settled and rounded X for: what stands for a peak has no other
 * kernels in it. The result is not scaled. */
MUST_CHECK int product_run_alone(struct products *p, const struct dev_matrix *w, CUdeviceptr x, int m,
				 CUdeviceptr y, struct diag *d);

/* "key: value" lines of what ran. */
void products_describe(const struct products *p, struct strbuf *out);

#endif
