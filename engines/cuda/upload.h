/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of f32 to matrices on the device: converted by all CPUs into memory that the device can copy from, a part at a time.
 */
#ifndef IFM_CUDA_UPLOAD_H
#define IFM_CUDA_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/cuda/product.h"

struct pool;

/* Where rows come from; read and done as in engines/job/parts.h. read is called by several threads at once. */
struct row_source {
	void (*read)(const void *source, int64_t row, int64_t n, float *dst);
	void (*done)(const void *source, int64_t row, int64_t n); /* NULL: nobody asks */
	const void *source;
};

struct uploader {
	struct engine *e;
	struct pool *pool;
	void *staging; /* pinned */
	float *rows;   /* one a thread */
};

/* k_max: the longest row that will come. Belongs to the caller. */
MUST_CHECK int uploader_open(struct uploader *u, struct engine *e, int k_max, struct diag *d);
void uploader_close(struct uploader *u); /* all zero is fine */

/* Fills a matrix whose memory is there. */
MUST_CHECK int upload_matrix(struct uploader *u, const struct dev_matrix *to, const struct row_source *from,
			     struct diag *d);

/* Rows of f32 as they are, or narrowed: the input of a product, in product_input's type. */
MUST_CHECK int upload_rows(struct uploader *u, CUdeviceptr to, enum dtype type, int n, int k,
			   const struct row_source *from, struct diag *d);

#endif
