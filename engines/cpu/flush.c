/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/flush.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/cpu/level.h"

/* Where the system does not tell the size of caches: more than most processors have, half of it. */
#define CACHE_BYTES_UNKNOWN ((uint64_t)64 << 20)
#define LINE_BYTES	    64
/* Sums of the threads stand in lines of their own. */
#define SUM_STRIDE (LINE_BYTES / sizeof(uint64_t))

/* The most that the CPU of one of the threads sees. */
static uint64_t cache_bytes(struct pool *pool)
{
	struct cpu_caches *of = threads_caches(pool);
	uint64_t most = 0;
	for (int t = 0; t < pool_threads(pool); t++) {
		uint64_t bytes = cpu_caches_outer(&of[t]);
		most = bytes > most ? bytes : most;
	}
	free(of);
	return most ? most : CACHE_BYTES_UNKNOWN;
}

static void block_write(void *arg, int thread, int n_threads)
{
	struct flush *f = arg;
	long begin, end;
	pool_share((long)(f->bytes / LINE_BYTES), thread, n_threads, &begin, &end);
	memset(f->block + (size_t)begin * LINE_BYTES, 1, (size_t)(end - begin) * LINE_BYTES);
}

/* All of it, by each: how threads share caches need not be known. */
static void block_read(void *arg, int thread, int n_threads)
{
	struct flush *f = arg;
	uint64_t sum = 0;
	(void)n_threads;
	for (size_t i = 0; i < f->bytes; i += LINE_BYTES)
		sum += *(const uint64_t *)(const void *)(f->block + i);
	f->sums[(size_t)thread * SUM_STRIDE] = sum;
}

uint64_t flush_bytes(const struct flush *f, struct pool *pool)
{
	return f->block ? 0 : (2 * cache_bytes(pool) + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

static int block_make(struct flush *f, struct pool *pool, struct diag *d)
{
	size_t bytes = (size_t)flush_bytes(f, pool);
	size_t available = mem_available();
	char *block = bytes <= available ? mem_map(bytes) : NULL;
	if (!block)
		return diag_set(d, ERR_OOM, "emptying caches takes a block of %zu bytes, %zu are available",
				bytes, available);
	f->block = block;
	f->bytes = bytes;
	f->sums = mem_alloc((size_t)pool_threads(pool) * LINE_BYTES);
	pool_run(pool, block_write, f);
	return 0;
}

int flush_run(struct flush *f, struct pool *pool, uint64_t *bytes, struct diag *d)
{
	int rc = f->block ? 0 : block_make(f, pool, d);
	if (rc)
		return rc;
	pool_run(pool, block_read, f);
	*bytes = f->bytes;
	return 0;
}

void flush_free(struct flush *f)
{
	if (f->block)
		mem_unmap(f->block, f->bytes);
	free(f->sums);
	*f = (struct flush){0};
}
