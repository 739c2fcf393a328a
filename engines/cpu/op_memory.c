/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/op_memory.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/level.h"

/* A thread moves at least this much in a submit, so that a working set that fits a cache still lasts far longer (half a
 * millisecond) than the fork and join around it (some microseconds). */
#define PART_BYTES_MIN ((uint64_t)128 << 20)
/* Loads of a submit of OP_LATENCY: a fifth of a millisecond from a first cache, some 10 ms from memory. */
#define CHASE_LOADS 131072
#define LINE_BYTES  64
#define PAGE_BYTES  4096
#define HUGE_BYTES  ((size_t)2 << 20)
/* From here on mem_map gives huge pages. */
#define MAPPED_MIN ((size_t)4 << 20)

static const struct {
	const char *name;
	enum op_kind kind;
	int n_blocks;
} kinds[] = {
	{"read", OP_READ, 1},	{"write", OP_WRITE, 1},	    {"copy", OP_COPY, 2},
	{"triad", OP_TRIAD, 3}, {"latency", OP_LATENCY, 1},
};

struct memory_op {
	enum op_kind kind;
	struct memory_sizes sizes;
	struct pool *pool;
	int n_threads;
	const struct stream_read_info *read;
	const struct stream_info *stream;
	uint64_t seed;
	char *memory;
	uint64_t *sums;	 /* one a thread: what was read cannot be left out */
	const void **at; /* one a thread: where the next load goes */
};

/* ---- what it takes ---- */

static int kind_find(enum op_kind kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return (int)i;
	return -1;
}

bool op_is_memory(enum op_kind kind)
{
	return kind_find(kind) >= 0;
}

const char *op_memory_name(enum op_kind kind)
{
	return kinds[kind_find(kind)].name;
}

/* Bytes of the working set, and of the last caches where that is asked for. */
static int bytes_of(struct engine *e, const struct op_config *c, uint64_t memory, uint64_t *bytes,
		    uint64_t *last, struct diag *d)
{
	int n_threads = pool_threads(e->pool), rc = 0;
	bool stores = c->kind == OP_WRITE || c->kind == OP_COPY || c->kind == OP_TRIAD;
	*bytes = c->bytes;
	*last = 0;
	if (c->level == OP_BYTES && !stores)
		return 0;
	struct cpu_caches *of = threads_caches(e->pool);
	*last = level_last_bytes(of, n_threads);
	if (c->level != OP_BYTES)
		rc = level_bytes(c->level, of, n_threads, memory, bytes, d);
	free(of);
	return rc;
}

static size_t whole(size_t n, size_t step)
{
	return (n + step - 1) / step * step;
}

static void work_count(const struct op_config *c, int n_threads, struct memory_sizes *s,
		       struct step_work *work)
{
	uint64_t part = (uint64_t)s->block * (uint64_t)s->n_blocks;
	work->working_set = part * (uint64_t)n_threads;
	s->n_passes = (long)((PART_BYTES_MIN - 1) / part + 1);
	if (c->kind == OP_LATENCY)
		work->calls = CHASE_LOADS;
	else
		work->bytes = (double)work->working_set * (double)s->n_passes;
}

int memory_count(struct engine *e, const struct op_config *c, uint64_t memory, struct memory_sizes *out,
		 struct step_work *work, struct diag *d)
{
	size_t n_threads = (size_t)pool_threads(e->pool), parts;
	struct memory_sizes s = {.n_blocks = kinds[kind_find(c->kind)].n_blocks, .level = c->level};
	uint64_t bytes, step = (uint64_t)STREAM_STEP * n_threads * (uint64_t)s.n_blocks;
	int rc = bytes_of(e, c, memory, &bytes, &s.last, d);
	if (rc)
		return rc;
	if (bytes < step)
		return diag_set(d, ERR_USAGE, "%s of %llu bytes: expected at least %llu, %d for each thread",
				op_memory_name(c->kind), (unsigned long long)bytes, (unsigned long long)step,
				STREAM_STEP * s.n_blocks);
	parts = n_threads * (size_t)s.n_blocks;
	s.block = (size_t)(bytes / step) * STREAM_STEP;
	s.stride = whole(s.block, PAGE_BYTES);
	if (!mem_mul(s.stride, parts, &s.used))
		s.used = SIZE_MAX;
	s.mapped = s.used < MAPPED_MIN ? MAPPED_MIN : s.used;
	s.streaming = s.last > 0 && bytes > s.last;
	work_count(c, (int)n_threads, &s, work);
	*out = s;
	return 0;
}

/* ---- what it does ---- */

static char *block_at(const struct memory_op *m, int thread, int block)
{
	return m->memory + ((size_t)thread * (size_t)m->sizes.n_blocks + (size_t)block) * m->sizes.stride;
}

/*
 * Each line points to the next one of a random cycle through all: no prefetcher knows it. Sattolo's algorithm (Information
 * Processing Letters 22, 1986), on the pointers where they stand.
 */
static void chain(char *block, size_t n, struct rng *r)
{
	for (size_t i = 0; i < n; i++)
		*(void **)(void *)(block + i * LINE_BYTES) = block + i * LINE_BYTES;
	for (size_t i = n - 1; i > 0; i--) {
		void **a = (void *)(block + i * LINE_BYTES);
		void **b = (void *)(block + rng_below(r, i) * LINE_BYTES);
		void *held = *a;
		*a = *b;
		*b = held;
	}
}

static void touch(void *arg, int thread, int n_threads)
{
	struct memory_op *m = arg;
	struct rng r = {.seed = rng_at(m->seed, (uint64_t)thread)};
	(void)n_threads;
	for (int b = 0; b < m->sizes.n_blocks; b++)
		memset(block_at(m, thread, b), 1, m->sizes.block);
	if (m->kind == OP_LATENCY)
		chain(block_at(m, thread, 0), m->sizes.block / LINE_BYTES, &r);
	m->at[thread] = block_at(m, thread, 0);
}

static void run_read(void *arg, int thread, int n_threads)
{
	struct memory_op *m = arg;
	(void)n_threads;
	m->sums[thread] = m->read->run(block_at(m, thread, 0), m->sizes.block, m->sizes.n_passes);
}

static void run_chase(void *arg, int thread, int n_threads)
{
	struct memory_op *m = arg;
	(void)n_threads;
	m->at[thread] = stream_chase(m->at[thread], CHASE_LOADS);
}

static void run_stream(void *arg, int thread, int n_threads)
{
	struct memory_op *m = arg;
	void *a = block_at(m, thread, 0);
	void *b = m->sizes.n_blocks > 1 ? block_at(m, thread, 1) : NULL;
	void *c = m->sizes.n_blocks > 2 ? block_at(m, thread, 2) : NULL;
	(void)n_threads;
	m->stream->run(a, b, c, m->sizes.block, m->sizes.n_passes);
}

int memory_open(struct memory_op **out, struct engine *e, const struct op_config *c,
		const struct memory_sizes *sizes, struct diag *d)
{
	struct memory_op *m = mem_alloc(sizeof *m);
	*m = (struct memory_op){.kind = c->kind, .sizes = *sizes, .pool = e->pool, .seed = c->seed};
	m->n_threads = pool_threads(e->pool);
	m->sums = mem_alloc((size_t)m->n_threads * sizeof *m->sums);
	m->at = mem_alloc((size_t)m->n_threads * sizeof *m->at);
	m->read = stream_read_find(e->isa);
	m->stream = stream_find(op_memory_name(c->kind), sizes->streaming, e->isa);
	m->memory = mem_map(sizes->mapped);
	if (!m->memory) {
		memory_free(m);
		return diag_set(d, ERR_OOM, "%s of %zu bytes: the memory could not be mapped",
				op_memory_name(c->kind), sizes->mapped);
	}
	pool_run(m->pool, touch, m);
	*out = m;
	return 0;
}

void memory_run(struct memory_op *m)
{
	pool_run(m->pool, m->kind == OP_READ ? run_read : m->kind == OP_LATENCY ? run_chase : run_stream, m);
}

void memory_free(struct memory_op *m)
{
	if (!m)
		return;
	mem_unmap(m->memory, m->sizes.mapped);
	free(m->sums);
	free(m->at);
	free(m);
}

/* ---- what it says ---- */

static void describe_stores(const struct memory_op *m, struct strbuf *out)
{
	if (!m->sizes.streaming)
		strbuf_puts(out, "stores: plain");
	else if (m->stream->streaming)
		strbuf_puts(out, "stores: streaming, past the caches");
	else
		strbuf_puts(out, "stores: plain, as this instruction set level has no streaming ones");
	if (m->sizes.last)
		strbuf_printf(out, " (the last caches have %llu bytes)\n", (unsigned long long)m->sizes.last);
	else
		strbuf_puts(out, " (how large the caches are is not told)\n");
	strbuf_printf(out,
		      "counted: %d blocks, each byte once a pass; lines that are read because they are "
		      "written to are not\n",
		      m->sizes.n_blocks);
}

static void describe_pages(const struct memory_op *m, struct strbuf *out)
{
	size_t huge = mem_huge_bytes(m->memory, m->sizes.mapped);
	/* The end of a block may be less than a huge page. */
	if (huge >= m->sizes.used / HUGE_BYTES * HUGE_BYTES && huge > 0)
		strbuf_puts(out, "pages: huge\n");
	else
		strbuf_printf(out, "pages: %zu of %zu bytes in huge ones%s\n", huge, m->sizes.used,
			      m->kind == OP_LATENCY ? "; page walks count" : "");
}

void memory_describe(const struct memory_op *m, struct strbuf *out)
{
	const struct memory_sizes *s = &m->sizes;
	size_t all = s->block * (size_t)s->n_blocks * (size_t)m->n_threads;
	if (m->kind == OP_LATENCY)
		strbuf_printf(out,
			      "kernels: chase, one load a line of %d bytes, lines in random order\n"
			      "working_set: %zu bytes over %d threads, %d loads of each in a step\n",
			      LINE_BYTES, all, m->n_threads, CHASE_LOADS);
	else
		strbuf_printf(
			out,
			"kernels: %s\nworking_set: %zu bytes over %d threads, %d blocks of %zu for each, "
			"%ld passes a step\n",
			m->kind == OP_READ ? m->read->name : m->stream->name, all, m->n_threads, s->n_blocks,
			s->block, s->n_passes);
	if (s->level != OP_BYTES)
		strbuf_printf(out, "level: %s, by the caches of the CPUs that the threads run on\n",
			      level_name(s->level));
	if (m->stream)
		describe_stores(m, out);
	describe_pages(m, out);
}
