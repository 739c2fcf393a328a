/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of gemm share. Not for others: they see engines/cpu/gemm.h. */
#ifndef IFM_CPU_GEMM_PRIVATE_H
#define IFM_CPU_GEMM_PRIVATE_H

#include "engines/cpu/gemm.h"
#include "engines/cpu/gemm_blocking.h"
#include "engines/cpu/provider.h"
#include "engines/kernels/gemm.h"

struct gemm_context {
	const struct provider_ops *foreign; /* NULL: own */
	int n_threads;
	enum dtype precision;
	/* own, of every dtype: exceptions to the precision are multiplied here too */
	struct gemm_kernel_set kernels[DTYPE_COUNT];
	struct blocking blocks[DTYPE_COUNT];
	const char *source[DTYPE_COUNT]; /* .blk file or "point" */
};

struct gemm_weight {
	const struct gemm_context *g;
	enum dtype dtype;
	int n, k;
	size_t size;
	char *data;	  /* own: panels of nr columns; else rows */
	bool owns_memory; /* data is its own, of mem_map */
};

/* own: panels are packed, unpacked and multiplied. The buffer of a thread holds nr rows. */
MUST_CHECK int gemm_own_pack(struct gemm_weight *w, const struct gemm_source *source, struct pool *pool,
			     struct diag *d);
void gemm_own_row(const struct gemm_weight *w, int row, float *dst);
void gemm_own_run(const struct gemm_weight *w, const float *a, int m, size_t lda, float *c, size_t ldc,
		  void *scratch, struct pool *pool);

#endif
