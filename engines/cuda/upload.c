/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/upload.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/tensor/quant.h"

/* Large enough for the bus, small enough to be pinned at once. */
#define STAGING_BYTES ((size_t)32 << 20)
/* Conversion is bound by memory with fewer. */
#define THREADS_MAX 32

int uploader_open(struct uploader *u, struct engine *e, int k_max, struct diag *d)
{
	int n = pool_usable_cpus();
	const struct pool_config config = {.n_threads = n < THREADS_MAX ? n : THREADS_MAX, .passive = true};
	*u = (struct uploader){.e = e};
	int rc = pool_open(&u->pool, &config, d);
	if (rc)
		return rc;
	u->rows = mem_try_array((size_t)config.n_threads * (size_t)k_max, sizeof *u->rows);
	if (!u->rows)
		rc = diag_set(d, ERR_OOM, "no memory to convert rows of %d elements", k_max);
	if (rc == 0)
		rc = cuda_check(e->cu, e->cu->cuMemAllocHost(&u->staging, STAGING_BYTES), "pinning memory",
				d);
	if (rc) {
		u->staging = NULL;
		uploader_close(u);
	}
	return rc;
}

void uploader_close(struct uploader *u)
{
	if (u->staging)
		(void)u->e->cu->cuMemFreeHost(u->staging);
	free(u->rows);
	pool_close(u->pool);
	*u = (struct uploader){0};
}

/* Some rows on their way. */
struct part {
	const struct uploader *u;
	const struct row_source *from;
	enum dtype type;
	int64_t first;
	int n, k;
	size_t row, scale_row; /* bytes */
	char *data, *scales;
};

static void split_q8_0(const float *x, int k, char *quants, uint16_t *scales)
{
	for (int i = 0; i < k / Q8_0_BLOCK; i++) {
		struct q8_0_block b;
		q8_0_quantise_block(x + (size_t)i * Q8_0_BLOCK, &b);
		scales[i] = b.scale;
		memcpy(quants + (size_t)i * sizeof b.q, b.q, sizeof b.q);
	}
}

static void split_q4_0(const float *x, int k, char *quants, uint16_t *scales)
{
	for (int i = 0; i < k / Q4_0_BLOCK; i++) {
		struct q4_0_block b;
		q4_0_quantise_block(x + (size_t)i * Q4_0_BLOCK, &b);
		scales[i] = b.scale;
		memcpy(quants + (size_t)i * sizeof b.q, b.q, sizeof b.q);
	}
}

static void row_convert(const struct part *p, const float *x, int i)
{
	char *data = p->data + (size_t)i * p->row, *scales = p->scales + (size_t)i * p->scale_row;
	size_t k = (size_t)p->k;
	float scale;
	switch (p->type) {
	case DTYPE_Q8_0:
		split_q8_0(x, p->k, data, (uint16_t *)(void *)scales);
		break;
	case DTYPE_Q4_0:
		split_q4_0(x, p->k, data, (uint16_t *)(void *)scales);
		break;
	case DTYPE_WI8AI8:
		scale = wi8ai8_scale(x, k);
		wi8ai8_quantise(x, k, scale, (int8_t *)data);
		memcpy(scales, &scale, sizeof scale);
		break;
	default:
		dtype_from_f32(p->type, x, data, k);
	}
}

static void part_convert(void *arg, int thread, int n_threads)
{
	const struct part *p = arg;
	float *x = p->u->rows + (size_t)thread * (size_t)p->k;
	long i, end;
	pool_share(p->n, thread, n_threads, &i, &end);
	for (; i < end; i++) {
		p->from->read(p->from->source, p->first + i, p->k, x);
		row_convert(p, x, (int)i);
	}
}

/* Both parts of the staging begin at 64-byte boundaries. */
static int rows_at_once(const struct part *p, int n)
{
	size_t fit = (STAGING_BYTES - 64) / (p->row + p->scale_row);
	return fit < 1 ? 0 : fit < (size_t)n ? (int)fit : n;
}

static int parts_upload(struct part *p, CUdeviceptr to, CUdeviceptr scales, int n, struct diag *d)
{
	struct engine *e = p->u->e;
	int step = rows_at_once(p, n), rc = 0;
	if (step == 0)
		return diag_set(d, ERR_UNSUPPORTED, "rows of %d elements are too long", p->k);
	p->data = p->u->staging;
	p->scales = p->data + ((size_t)step * p->row + 63) / 64 * 64;
	for (p->first = 0; p->first < n && rc == 0; p->first += step) {
		p->n = n - p->first < step ? (int)(n - p->first) : step;
		pool_run(p->u->pool, part_convert, p);
		rc = dev_upload(e, to + (size_t)p->first * p->row, p->data, (size_t)p->n * p->row, d);
		if (rc == 0 && p->scale_row)
			rc = dev_upload(e, scales + (size_t)p->first * p->scale_row, p->scales,
					(size_t)p->n * p->scale_row, d);
		if (p->from->done)
			p->from->done(p->from->source, p->first, p->n);
	}
	return rc;
}

int upload_matrix(struct uploader *u, const struct dev_matrix *to, const struct row_source *from,
		  struct diag *d)
{
	struct part p = {
		.u = u,
		.from = from,
		.type = to->dtype,
		.k = to->k,
		.row = matrix_bytes(to->dtype, 1, (size_t)to->k),
		.scale_row = matrix_scale_bytes(to->dtype, 1, (size_t)to->k),
	};
	return parts_upload(&p, to->w, to->scales, to->n, d);
}

int upload_rows(struct uploader *u, CUdeviceptr to, enum dtype type, int n, int k,
		const struct row_source *from, struct diag *d)
{
	struct part p = {.u = u, .from = from, .type = type, .k = k, .row = dtype_bytes(type, (size_t)k)};
	return parts_upload(&p, to, 0, n, d);
}
