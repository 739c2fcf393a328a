/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/op.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/gemm.h"
#include "engines/kernels/peak.h"

/* A submit reads at least this much, so that a working set that fits a cache still lasts far
 * longer than the fork and join around it (some microseconds). */
#define READ_BYTES_MIN ((uint64_t)256 << 20)
/* Loop bodies of a submit: some milliseconds. */
#define FMA_LOOPS 1000000L
/* More than any matrix has; products of two stay far from overflow. */
#define DIMENSION_MAX (1 << 24)
/* A and W of one seed are two streams of numbers; so are their rows. */
#define STREAM_A 0x41
#define STREAM_W 0x57

struct op_job {
	struct op_config config; /* texts are not kept */
	struct pool *pool;
	int n_threads;
	/* OP_GEMM */
	struct gemm_context *gemm;
	struct gemm_weight *weight;
	enum dtype held; /* what W is held in */
	float *a, *c;
	void *scratch;
	size_t a_size, c_size, scratch_size;
	/* OP_READ */
	const struct peak_read_info *read;
	char *memory;
	size_t size;
	long n_repeats;
	uint64_t *sums; /* one a thread: what was read cannot be left out */
	/* OP_FMA */
	const struct peak_fma_info *fma;
};

/* Element (row, column) depends on (seed, row, column) alone, whatever the matrix's size. */
static void row_fill(uint64_t seed, uint64_t stream, int64_t row, int64_t n, float *dst)
{
	uint64_t row_seed = rng_at(rng_at(seed, stream), (uint64_t)row);
	for (int64_t i = 0; i < n; i++)
		dst[i] = rng_symmetric(rng_at(row_seed, (uint64_t)i));
}

static void weight_read(const void *source, int64_t row, int64_t n, float *dst)
{
	const struct op_job *j = source;
	row_fill(j->config.seed, STREAM_W, row, n, dst);
}

static void a_fill(void *arg, int thread, int n_threads)
{
	struct op_job *j = arg;
	long row, end;
	pool_share(j->config.m, thread, n_threads, &row, &end);
	for (; row < end; row++)
		row_fill(j->config.seed, STREAM_A, row, j->config.k,
			 j->a + (size_t)row * (size_t)j->config.k);
}

/* All that the product needs must fit before anything is filled. */
static int gemm_fits(const struct op_job *j, const struct op_config *c, struct diag *d)
{
	if (c->m < 1 || c->n < 1 || c->k < 1 || c->m > DIMENSION_MAX || c->n > DIMENSION_MAX ||
	    c->k > DIMENSION_MAX)
		return diag_set(d, ERR_USAGE, "gemm of m=%d n=%d k=%d: each must be in 1 to %d", c->m, c->n,
				c->k, DIMENSION_MAX);
	size_t needed =
		j->a_size + j->c_size + j->scratch_size + gemm_weight_bytes(j->gemm, j->held, c->n, c->k);
	size_t available = mem_available();
	if (needed > available)
		return diag_set(d, ERR_OOM, "gemm of m=%d n=%d k=%d needs %zu bytes, %zu are available", c->m,
				c->n, c->k, needed, available);
	return 0;
}

static int gemm_open(struct op_job *j, enum isa isa, const struct op_config *c, struct diag *d)
{
	struct gemm_config g = {isa, c->provider ? c->provider : "own", c->blocking ? c->blocking : "auto",
				j->n_threads};
	int rc = gemm_context_open(&j->gemm, &g, c->precision, d);
	if (rc)
		return rc;
	j->held = dtype_for_row(c->precision, (size_t)c->k);
	j->a_size = (size_t)c->m * (size_t)c->k * sizeof *j->a;
	j->c_size = (size_t)c->m * (size_t)c->n * sizeof *j->c;
	j->scratch_size = gemm_scratch_bytes(j->gemm, j->held, c->m, c->n, c->k);
	rc = gemm_fits(j, c, d);
	if (rc)
		return rc;
	j->a = mem_map(j->a_size);
	j->c = mem_map(j->c_size);
	j->scratch = j->scratch_size ? mem_map(j->scratch_size) : NULL;
	if (!j->a || !j->c || (j->scratch_size && !j->scratch))
		return diag_set(d, ERR_OOM, "gemm of m=%d n=%d k=%d: its memory could not be mapped", c->m,
				c->n, c->k);
	pool_run(j->pool, a_fill, j);
	return gemm_weight_pack(&j->weight, j->gemm, j->held, c->n, c->k, weight_read, j, j->pool, d);
}

/* The part of a thread: whole steps of the kernel. */
static void read_part(const struct op_job *j, int thread, int n_threads, char **at, size_t *n)
{
	long begin, end;
	pool_share((long)(j->size / PEAK_READ_STEP), thread, n_threads, &begin, &end);
	*at = j->memory + (size_t)begin * PEAK_READ_STEP;
	*n = (size_t)(end - begin) * PEAK_READ_STEP;
}

static void read_touch(void *arg, int thread, int n_threads)
{
	char *at;
	size_t n;
	read_part(arg, thread, n_threads, &at, &n);
	memset(at, 1, n);
}

static void read_run(void *arg, int thread, int n_threads)
{
	struct op_job *j = arg;
	char *at;
	size_t n;
	uint64_t sum = 0;
	read_part(j, thread, n_threads, &at, &n);
	for (long i = 0; i < j->n_repeats; i++)
		sum += j->read->run(at, n);
	j->sums[thread] = sum;
}

static int read_open(struct op_job *j, enum isa isa, const struct op_config *c, struct diag *d)
{
	size_t step = (size_t)PEAK_READ_STEP * (size_t)j->n_threads, available = mem_available();
	if (c->bytes < step)
		return diag_set(d, ERR_USAGE, "read of %llu bytes: expected at least %zu, %d for each thread",
				(unsigned long long)c->bytes, step, PEAK_READ_STEP);
	if (c->bytes > available)
		return diag_set(d, ERR_OOM, "read of %llu bytes: %zu are available",
				(unsigned long long)c->bytes, available);
	j->read = peak_read_find(isa);
	j->size = (size_t)c->bytes / step * step;
	j->n_repeats = (long)((READ_BYTES_MIN + j->size - 1) / j->size);
	j->sums = mem_alloc((size_t)j->n_threads * sizeof *j->sums);
	j->memory = mem_map(j->size);
	if (!j->memory)
		return diag_set(d, ERR_OOM, "read of %zu bytes: the memory could not be mapped", j->size);
	pool_run(j->pool, read_touch, j); /* by its reader: on its node */
	return 0;
}

static void fma_run(void *arg, int thread, int n_threads)
{
	const struct op_job *j = arg;
	(void)thread, (void)n_threads;
	j->fma->run(FMA_LOOPS);
}

static int fma_open(struct op_job *j, enum isa isa, const struct op_config *c, struct diag *d)
{
	j->fma = peak_fma_find(c->type ? c->type : "", isa);
	if (!j->fma)
		return diag_set(d, ERR_UNSUPPORTED, "fma of type \"%.20s\": expected f32 or int8",
				c->type ? c->type : "");
	return 0;
}

int op_open(struct engine *e, const struct op_config *config, struct op_job **out, struct diag *d)
{
	struct op_job *j = mem_alloc(sizeof *j);
	int rc = ERR_UNSUPPORTED;
	j->config = *config;
	j->config.blocking = j->config.provider = j->config.type = NULL;
	j->pool = e->pool;
	j->n_threads = pool_threads(e->pool);
	switch (config->kind) {
	case OP_GEMM:
		rc = gemm_open(j, e->isa, config, d);
		break;
	case OP_READ:
		rc = read_open(j, e->isa, config, d);
		break;
	case OP_FMA:
		rc = fma_open(j, e->isa, config, d);
		break;
	}
	if (rc) {
		op_free(j);
		return diag_set(d, rc, "no such operation: %d", (int)config->kind);
	}
	*out = j;
	return 0;
}

int op_submit(struct op_job *j, struct diag *d)
{
	const struct op_config *c = &j->config;
	(void)d;
	if (c->kind == OP_GEMM)
		gemm_run(j->weight, j->a, c->m, (size_t)c->k, j->c, (size_t)c->n, j->scratch, j->pool);
	else
		pool_run(j->pool, c->kind == OP_READ ? read_run : fma_run, j);
	return 0;
}

int op_wait(struct op_job *j, struct step_info *info, struct diag *d)
{
	(void)d;
	*info = (struct step_info){.n_rows = j->config.kind == OP_GEMM ? j->config.m : 0};
	return 0;
}

/* Of one submit. gemm: 2 m n k; A, W as it is held and C once each. read: every byte of every inner
 * repeat. fma: a multiply-add is two operations, in int8 too. */
void op_work(const struct op_job *j, struct step_work *work)
{
	const struct op_config *c = &j->config;
	double m = c->m, n = c->n, k = c->k;
	if (c->kind == OP_GEMM)
		*work = (struct step_work){
			.flops = 2 * m * n * k,
			.bytes = 4 * m * k + n * (double)dtype_bytes(j->held, (size_t)c->k) + 4 * m * n};
	else if (c->kind == OP_READ)
		*work = (struct step_work){.bytes = (double)j->size * (double)j->n_repeats};
	else
		*work = (struct step_work){.flops = (double)j->fma->ops * FMA_LOOPS * j->n_threads};
}

int op_fetch(struct op_job *j, int row, int n, float *dst, struct diag *d)
{
	const struct op_config *c = &j->config;
	if (c->kind != OP_GEMM)
		return diag_set(d, ERR_UNSUPPORTED, "a ceiling has no result to fetch");
	if (row < 0 || n < 0 || row > c->m - n)
		return diag_set(d, ERR_USAGE, "rows %d to %d of a result with %d rows", row, row + n, c->m);
	memcpy(dst, j->c + (size_t)row * (size_t)c->n, (size_t)n * (size_t)c->n * sizeof *dst);
	return 0;
}

void op_describe(const struct op_job *j, struct strbuf *out)
{
	if (j->config.kind == OP_GEMM) {
		gemm_describe(j->gemm, out);
		if (j->held != j->config.precision)
			strbuf_printf(out, "exception: W is held in %s, its rows are no multiple of %d\n",
				      dtype_name(j->held), dtype_block(j->config.precision));
	} else if (j->config.kind == OP_READ) {
		strbuf_printf(out, "kernels: %s\nworking_set: %zu bytes over %d threads, read %ld times\n",
			      j->read->name, j->size, j->n_threads, j->n_repeats);
	} else {
		strbuf_printf(out, "kernels: %s\ncount: %d operations a loop, a multiply-add is 2\n",
			      j->fma->name, j->fma->ops);
	}
}

void op_free(struct op_job *j)
{
	if (!j)
		return;
	gemm_weight_free(j->weight);
	gemm_context_close(j->gemm);
	if (j->a)
		mem_unmap(j->a, j->a_size);
	if (j->c)
		mem_unmap(j->c, j->c_size);
	if (j->scratch)
		mem_unmap(j->scratch, j->scratch_size);
	if (j->memory)
		mem_unmap(j->memory, j->size);
	free(j->sums);
	free(j);
}
