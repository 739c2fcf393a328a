/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products of engine "cpu": C[m,n] = A[m,k] W[n,k]^T with the weights
 * W packed once, activations A and results C in f32. Two providers: "own"
 * (packed panels for the micro-kernels, five-loop blocking after Goto and van
 * de Geijn, TOMS 2008) and "openblas" (f32, loaded when the build has it).
 *
 * Each output element is summed by one thread in an order that depends on the
 * blocking and the kernel alone: same input, threads and ISA give same bits.
 */
#ifndef IFM_CPU_GEMM_H
#define IFM_CPU_GEMM_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"
#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct gemm_context;
struct gemm_weight;
struct pool;
struct strbuf;

/* How products are done in an engine: kernels chosen once, at open. */
struct gemm_config {
	enum isa isa;
	const char *provider; /* "own" or "openblas" */
	const char *blocking; /* "auto", "MCxKCxNC" (cache blocks) or "MRxNR" (micro-tile) */
	int n_threads;
};

/* Checks the configuration (provider present, blocking well-formed and possible for
 * this ISA, precision supported by the provider). Owned by the caller. */
MUST_CHECK int gemm_context_open(struct gemm_context **out, const struct gemm_config *config,
				 enum dtype precision, struct diag *d);
void gemm_context_close(struct gemm_context *g); /* after all its weights are freed */

/* Reads one row of a weight matrix, all its n elements (k of the matrix), as f32: thread-safe. */
typedef void gemm_row_reader(const void *source, int64_t row, int64_t n, float *dst);

/*
 * Packs W (n rows of k) in dtype, reading its rows through read in all threads
 * of the pool. ERR_OOM when memory is short.
 */
MUST_CHECK int gemm_weight_pack(struct gemm_weight **out, struct gemm_context *g, enum dtype dtype, int n,
				int k, gemm_row_reader *read, const void *source, struct pool *pool,
				struct diag *d);
void gemm_weight_free(struct gemm_weight *w); /* NULL is fine */

/* Bytes that packing takes, and bytes of scratch gemm_run needs for up to m rows. */
size_t gemm_weight_bytes(const struct gemm_context *g, enum dtype dtype, int n, int k);
size_t gemm_scratch_bytes(const struct gemm_context *g, enum dtype dtype, int m, int n, int k);
/* Bytes that n_threads take besides while they pack a matrix of rows of k. */
size_t gemm_packing_bytes(const struct gemm_context *g, enum dtype dtype, int k, int n_threads);

/* Row `row` of W as f32 (dequantised): embedding lookup in a tied model. */
void gemm_weight_row(const struct gemm_weight *w, int row, float *dst);

/*
 * C = A W^T on all threads of the pool. a: m rows of k, lda floats apart; c: m
 * rows of n, ldc apart; scratch: gemm_scratch_bytes, MEM_ALIGN-aligned. m may
 * be 0. Called by one thread (it runs the pool itself).
 */
void gemm_run(const struct gemm_weight *w, const float *a, int m, size_t lda, float *c, size_t ldc,
	      void *scratch, struct pool *pool);

/* Appends what runs: provider, kernel names, tile, blocks, accumulator type. */
void gemm_describe(const struct gemm_context *g, struct strbuf *out);

/* NULL when the provider can be used here; else why not. */
const char *gemm_provider_why_not(const char *provider);

#endif
