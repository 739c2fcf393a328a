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
	const struct gemm_source *from;
	float *rows; /* nr rows of k for each thread */
	int nr;
};

/* Rows of f32 to the panel of a type, n_rows of nr; and one column of it back to f32. */
struct panel_form {
	void (*pack)(void *to, const float *rows, int n_rows, int nr, int k);
	void (*row)(const char *panel, int j, int nr, int k, float *dst);
};

static void f32_pack(void *panel, const float *rows, int n_rows, int nr, int k)
{
	float *to = panel;
	for (int k0 = 0; k0 < k; k0 += STRIP)
		for (int j = 0; j < n_rows; j++)
			for (int p = k0; p < k && p < k0 + STRIP; p++)
				to[(size_t)p * nr + j] = rows[(size_t)j * k + p];
}

static void f32_row(const char *panel, int j, int nr, int k, float *dst)
{
	for (int p = 0; p < k; p++)
		dst[p] = ((const float *)(const void *)panel)[(size_t)p * nr + j];
}

static void f16_pack(void *panel, const float *rows, int n_rows, int nr, int k)
{
	uint16_t *to = panel;
	for (int k0 = 0; k0 < k; k0 += STRIP)
		for (int j = 0; j < n_rows; j++)
			for (int p = k0; p < k && p < k0 + STRIP; p++)
				to[(size_t)p * nr + j] = f16_from_f32(rows[(size_t)j * k + p]);
}

static void f16_row(const char *panel, int j, int nr, int k, float *dst)
{
	for (int p = 0; p < k; p++)
		dst[p] = f16_to_f32(((const uint16_t *)(const void *)panel)[(size_t)p * nr + j]);
}

/* Element p of column j: pairs of k stand together. */
static size_t bf16_at(int p, int j, int nr)
{
	return ((size_t)(p / 2) * (size_t)nr + (size_t)j) * 2 + (size_t)(p % 2);
}

static void bf16_pack(void *panel, const float *rows, int n_rows, int nr, int k)
{
	uint16_t *to = panel;
	for (int k0 = 0; k0 < k; k0 += STRIP)
		for (int j = 0; j < n_rows; j++)
			for (int p = k0; p < k && p < k0 + STRIP; p++)
				to[bf16_at(p, j, nr)] = bf16_from_f32(rows[(size_t)j * k + p]);
}

static void bf16_row(const char *panel, int j, int nr, int k, float *dst)
{
	for (int p = 0; p < k; p++)
		dst[p] = bf16_to_f32(((const uint16_t *)(const void *)panel)[bf16_at(p, j, nr)]);
}

/* Blocks of a scale and groups of four bytes: of n_groups groups. */
static void block_put(char *to, const void *block, int j, int nr, int n_groups)
{
	memcpy(to + 2 * j, block, 2);
	for (int g = 0; g < n_groups; g++)
		memcpy(to + 2 * nr + (g * nr + j) * 4, (const char *)block + 2 + 4 * g, 4);
}

static void block_get(const char *from, void *block, int j, int nr, int n_groups)
{
	memcpy(block, from + 2 * j, 2);
	for (int g = 0; g < n_groups; g++)
		memcpy((char *)block + 2 + 4 * g, from + 2 * nr + (g * nr + j) * 4, 4);
}

static void q8_0_pack(void *panel, const float *rows, int n_rows, int nr, int k)
{
	char *to = panel;
	for (int p = 0; p < k; p += Q8_0_BLOCK, to += (size_t)nr * sizeof(struct q8_0_block))
		for (int j = 0; j < n_rows; j++) {
			struct q8_0_block b;
			q8_0_quantise_block(rows + (size_t)j * k + p, &b);
			block_put(to, &b, j, nr, Q8_0_BLOCK / 4);
		}
}

static void q8_0_row(const char *panel, int j, int nr, int k, float *dst)
{
	for (int p = 0; p < k; p += Q8_0_BLOCK, panel += (size_t)nr * sizeof(struct q8_0_block)) {
		struct q8_0_block b;
		block_get(panel, &b, j, nr, Q8_0_BLOCK / 4);
		dtype_to_f32(DTYPE_Q8_0, &b, dst + p, Q8_0_BLOCK);
	}
}

static void q4_0_pack(void *panel, const float *rows, int n_rows, int nr, int k)
{
	char *to = panel;
	for (int p = 0; p < k; p += Q4_0_BLOCK, to += (size_t)nr * sizeof(struct q4_0_block))
		for (int j = 0; j < n_rows; j++) {
			struct q4_0_block b;
			q4_0_quantise_block(rows + (size_t)j * k + p, &b);
			block_put(to, &b, j, nr, Q4_0_BLOCK / 8);
		}
}

static void q4_0_row(const char *panel, int j, int nr, int k, float *dst)
{
	for (int p = 0; p < k; p += Q4_0_BLOCK, panel += (size_t)nr * sizeof(struct q4_0_block)) {
		struct q4_0_block b;
		block_get(panel, &b, j, nr, Q4_0_BLOCK / 8);
		dtype_to_f32(DTYPE_Q4_0, &b, dst + p, Q4_0_BLOCK);
	}
}

static void wi8ai8_pack(void *panel, const float *rows, int n_rows, int nr, int k)
{
	float *scale = panel;
	int8_t *q = (int8_t *)panel + 4 * (size_t)nr;
	for (int j = 0; j < n_rows; j++) {
		const float *row = rows + (size_t)j * k;
		scale[j] = wi8ai8_scale(row, (size_t)k);
		for (int p = 0; p < k; p += 4)
			wi8ai8_quantise(row + p, 4, scale[j], q + (size_t)p * nr + 4 * (size_t)j);
	}
}

static void wi8ai8_row(const char *panel, int j, int nr, int k, float *dst)
{
	float scale = ((const float *)(const void *)panel)[j];
	const int8_t *q = (const int8_t *)panel + 4 * ((size_t)nr + (size_t)j);
	for (int p = 0; p < k; p++)
		dst[p] = (float)q[(size_t)(p / 4) * 4 * (size_t)nr + (size_t)(p % 4)] * scale;
}

static const struct panel_form forms[DTYPE_COUNT] = {
	[DTYPE_F32] = {f32_pack, f32_row},    [DTYPE_F16] = {f16_pack, f16_row},
	[DTYPE_BF16] = {bf16_pack, bf16_row}, [DTYPE_Q8_0] = {q8_0_pack, q8_0_row},
	[DTYPE_Q4_0] = {q4_0_pack, q4_0_row}, [DTYPE_WI8AI8] = {wi8ai8_pack, wi8ai8_row},
};

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
			j->from->read(j->from->source, first + i, w->k, rows + (size_t)i * w->k);
		if (j->from->done)
			j->from->done(j->from->source, first, n_rows);
		forms[w->dtype].pack(to, rows, n_rows, j->nr, w->k);
	}
}

size_t gemm_packing_bytes(const struct gemm_context *g, enum dtype dtype, int k, int n_threads)
{
	size_t nr = g->foreign ? 1 : (size_t)g->kernels[dtype].nr;
	return (size_t)n_threads * nr * (size_t)k * sizeof(float);
}

int gemm_own_pack(struct gemm_weight *w, const struct gemm_source *source, struct pool *pool, struct diag *d)
{
	struct pack_job j = {w, source, NULL, w->g->foreign ? 1 : w->g->kernels[w->dtype].nr};
	size_t size = gemm_packing_bytes(w->g, w->dtype, w->k, pool_threads(pool));
	j.rows = mem_map(size);
	if (!j.rows)
		return diag_set(d, ERR_OOM, "packing weights needs a buffer of %zu bytes", size);
	pool_run(pool, pack_part, &j); /* without kernels of ours: panels of one column are plain rows */
	mem_unmap(j.rows, size);
	/* A page fault brings its neighbours along, those of strips that were done before. */
	if (source->done)
		source->done(source->source, 0, w->n);
	return 0;
}

void gemm_own_row(const struct gemm_weight *w, int row, float *dst)
{
	int nr = w->g->foreign ? 1 : w->g->kernels[w->dtype].nr, j = row % nr;
	const char *panel = w->data + (size_t)(row / nr) * gemm_panel_w_bytes(w->dtype, nr, w->k);
	forms[w->dtype].row(panel, j, nr, w->k, dst);
}
