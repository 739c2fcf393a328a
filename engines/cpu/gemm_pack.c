/* SPDX-License-Identifier: Apache-2.0 */
/* Packing of W into panels of nr columns at load, and the way back for one row. */
#include "config.h"

#include "engines/cpu/gemm_private.h"

#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/tensor/quant.h"

/* Columns of a transposed strip: a cache line of each source row. */
#define STRIP 16

struct pack_job {
	struct gemm_weight *w;
	gemm_row_reader *read;
	const void *source;
	float *rows; /* nr rows of k for each thread */
	int nr;
};

static void panel_pack_f32(float *to, const float *rows, int n_rows, int nr, int k)
{
	for (int k0 = 0; k0 < k; k0 += STRIP)
		for (int j = 0; j < n_rows; j++)
			for (int p = k0; p < k && p < k0 + STRIP; p++)
				to[(size_t)p * nr + j] = rows[(size_t)j * k + p];
}

static void panel_pack_f16(uint16_t *to, const float *rows, int n_rows, int nr, int k)
{
	for (int k0 = 0; k0 < k; k0 += STRIP)
		for (int j = 0; j < n_rows; j++)
			for (int p = k0; p < k && p < k0 + STRIP; p++)
				to[(size_t)p * nr + j] = f16_from_f32(rows[(size_t)j * k + p]);
}

static void panel_pack_q8_0(char *to, const float *rows, int n_rows, int nr, int k)
{
	for (int p = 0; p < k; p += Q8_0_BLOCK, to += (size_t)nr * sizeof(struct q8_0_block))
		for (int j = 0; j < n_rows; j++) {
			struct q8_0_block b;
			q8_0_quantise_block(rows + (size_t)j * k + p, &b);
			memcpy(to + 2 * j, &b.scale, 2);
			for (int g = 0; g < Q8_0_BLOCK / 4; g++)
				memcpy(to + 2 * nr + (g * nr + j) * 4, b.q + 4 * g, 4);
		}
}

static void pack_part(void *arg, int thread, int n_threads)
{
	const struct pack_job *j = arg;
	const struct gemm_weight *w = j->w;
	size_t panel_bytes = gemm_panel_w_bytes(w->dtype, j->nr, w->k);
	float *rows = j->rows + (size_t)thread * (size_t)j->nr * (size_t)w->k;
	long p, end;
	pool_share((w->n + j->nr - 1) / j->nr, thread, n_threads, &p, &end);
	for (; p < end; p++) {
		int first = (int)p * j->nr, n_rows = w->n - first < j->nr ? w->n - first : j->nr;
		void *to = w->data + (size_t)p * panel_bytes;
		for (int i = 0; i < n_rows; i++)
			j->read(j->source, first + i, w->k, rows + (size_t)i * w->k);
		if (w->dtype == DTYPE_F32)
			panel_pack_f32(to, rows, n_rows, j->nr, w->k);
		else if (w->dtype == DTYPE_F16)
			panel_pack_f16(to, rows, n_rows, j->nr, w->k);
		else
			panel_pack_q8_0(to, rows, n_rows, j->nr, w->k);
	}
}

size_t gemm_packing_bytes(const struct gemm_context *g, enum dtype dtype, int k, int n_threads)
{
	size_t nr = g->openblas ? 1 : (size_t)g->kernels[dtype].nr;
	return (size_t)n_threads * nr * (size_t)k * sizeof(float);
}

int gemm_own_pack(struct gemm_weight *w, gemm_row_reader *read, const void *source, struct pool *pool,
		  struct diag *d)
{
	struct pack_job j = {w, read, source, NULL, w->g->openblas ? 1 : w->g->kernels[w->dtype].nr};
	size_t size = gemm_packing_bytes(w->g, w->dtype, w->k, pool_threads(pool));
	j.rows = mem_map(size);
	if (!j.rows)
		return diag_set(d, ERR_OOM, "packing weights needs a buffer of %zu bytes", size);
	pool_run(pool, pack_part, &j); /* openblas: panels of one column are plain rows */
	mem_unmap(j.rows, size);
	return 0;
}

void gemm_own_row(const struct gemm_weight *w, int row, float *dst)
{
	int nr = w->g->openblas ? 1 : w->g->kernels[w->dtype].nr, j = row % nr;
	const char *panel = w->data + (size_t)(row / nr) * gemm_panel_w_bytes(w->dtype, nr, w->k);
	if (w->dtype == DTYPE_F32) {
		for (int p = 0; p < w->k; p++)
			dst[p] = ((const float *)(const void *)panel)[(size_t)p * nr + j];
		return;
	}
	if (w->dtype == DTYPE_F16) {
		for (int p = 0; p < w->k; p++)
			dst[p] = f16_to_f32(((const uint16_t *)(const void *)panel)[(size_t)p * nr + j]);
		return;
	}
	for (int p = 0; p < w->k; p += Q8_0_BLOCK, panel += (size_t)nr * sizeof(struct q8_0_block)) {
		struct q8_0_block b;
		memcpy(&b.scale, panel + 2 * j, 2);
		for (int g = 0; g < Q8_0_BLOCK / 4; g++)
			memcpy(b.q + 4 * g, panel + 2 * nr + (g * nr + j) * 4, 4);
		dtype_to_f32(DTYPE_Q8_0, &b, dst + p, Q8_0_BLOCK);
	}
}
