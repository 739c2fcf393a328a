/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products of engine "cpu": C[m,n] = A[m,k] W[n,k]^T with the weights
 * W packed once, activations A and results C in f32. Providers: "own"
 * (packed panels for the micro-kernels, five-loop blocking after Goto and van
 * de Geijn, TOMS 2008), and libraries of others for f32 (provider.h).
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
	const char *provider; /* "own", or the name of another (provider.h) */
	const char *blocking; /* "auto", "MCxKCxNC" (cache blocks) or "MRxNR" (micro-tile) */
	int n_threads;
};

/* Checks the configuration (provider present, blocking well-formed and possible for
 * this ISA, precision supported by the provider). Owned by the caller. */
MUST_CHECK int gemm_context_open(struct gemm_context **out, const struct gemm_config *config,
				 enum dtype precision, struct diag *d);
void gemm_context_close(struct gemm_context *g); /* after all its weights are freed */

/*
 * The number of the packed forms (engines/kernels/gemm.h), of how f32 becomes each type, and of how panels follow one
 * another: packed weights are kept on disk (packed_cache.h). Whoever changes a byte of them makes it one more;
 * tests/unit/t_packed_cache.c notices.
 */
#define GEMM_LAYOUT 1

/* Reads one row of a weight matrix, all its n elements (k of the matrix), as f32: thread-safe. */
typedef void gemm_row_reader(const void *source, int64_t row, int64_t n, float *dst);
/* These n rows will not be read again soon: what holds them may go. Thread-safe. */
typedef void gemm_rows_done(const void *source, int64_t row, int64_t n);

/* Where the elements of W come from. */
struct gemm_source {
	gemm_row_reader *read;
	gemm_rows_done *done; /* NULL: nobody asks */
	const void *source;
};

/*
 * W, n rows of k in dtype, whose packed form stands at memory: gemm_weight_bytes of the caller's, MEM_ALIGN-aligned,
 * kept until gemm_weight_free, and zero when gemm_weight_fill packs into it. Or it holds already what
 * gemm_weight_fill wrote into memory of the same size in a context of the same gemm_layout.
 */
MUST_CHECK int gemm_weight_attach(struct gemm_weight **out, const struct gemm_context *g, enum dtype dtype,
				  int n, int k, void *memory, struct diag *d);
/* Packs W in all threads of the pool. ERR_OOM when gemm_packing_bytes are not to be had. */
MUST_CHECK int gemm_weight_fill(struct gemm_weight *w, const struct gemm_source *source, struct pool *pool,
				struct diag *d);
/* Both in one, in memory of the weight's own. ERR_OOM when memory is short. */
MUST_CHECK int gemm_weight_pack(struct gemm_weight **out, struct gemm_context *g, enum dtype dtype, int n,
				int k, gemm_row_reader *read, const void *source, struct pool *pool,
				struct diag *d);
void gemm_weight_free(struct gemm_weight *w); /* NULL is fine */

/* Appends lines that say all of a context that decides the bytes of its packed weights. */
void gemm_layout(const struct gemm_context *g, struct strbuf *out);

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

/* NULL when products can be computed at the precision; else why not. Static. */
const char *gemm_precision_why_not(enum dtype precision);
/* NULL when the provider can be used here; else why not. Loads it. */
const char *gemm_provider_why_not(const char *provider);
/* The names of all, "own" first; NULL behind the last. */
const char *gemm_provider_name(int i);

#endif
