/* SPDX-License-Identifier: Apache-2.0 */
/* The ceilings of a device: its memories, and multiply-adds of f32 in registers. */
#include "config.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/cuda/op.h"

/* A submit moves at least so much, so that it lasts far longer (half a millisecond) than its launch. */
#define MOVED_MIN ((uint64_t)2 << 30)
/* Loads of a submit of OP_LATENCY: some 5 ms from the L2, 15 ms from memory. */
#define CHASE_LOADS 16384
/* What one transaction brings. */
#define LINE_BYTES 128
/* A cyclic pass over so many times the L2 finds nothing in it again. */
#define DRAM_L2	       8
#define DRAM_BYTES_MIN ((uint64_t)1 << 30)
/* Blocks for each SM: all that it can hold of 256 threads. */
#define BLOCKS_A_SM 8
/* Some 2 ms on chips of 2022. */
#define FMA_LOOPS 32768

static unsigned grid_of(const struct engine *e)
{
	int n = e->chip.n_sms * BLOCKS_A_SM;
	return n > 0 ? (unsigned)n : 1;
}

static const char *name_of(enum op_kind kind)
{
	switch (kind) {
	case OP_READ:
		return "read";
	case OP_WRITE:
		return "write";
	case OP_COPY:
		return "copy";
	default:
		return "latency";
	}
}

bool op_is_stream(enum op_kind kind)
{
	return kind == OP_READ || kind == OP_WRITE || kind == OP_COPY || kind == OP_LATENCY;
}

static int level_bytes_of(const struct engine *e, const struct op_config *c, uint64_t *bytes, struct diag *d)
{
	uint64_t l2 = e->chip.l2_bytes, most = cuda_memory_free(e) / 2;
	switch (c->level) {
	case OP_BYTES:
		*bytes = c->bytes;
		return 0;
	case OP_L2:
		/* Chips keep lines of the far half in the near one, too: half of it may not fit. */
		*bytes = l2 / 4;
		return l2 ? 0 : diag_set(d, ERR_UNAVAILABLE, "L2: the driver does not tell its size");
	case OP_DRAM:
		*bytes = DRAM_L2 * l2 > DRAM_BYTES_MIN ? DRAM_L2 * l2 : DRAM_BYTES_MIN;
		*bytes = *bytes < most ? *bytes : most;
		return 0;
	case OP_L1:
		return diag_set(d, ERR_UNSUPPORTED, "L1: engine cuda measures L2 and DRAM");
	case OP_L3:
		return diag_set(d, ERR_UNAVAILABLE, "L3: the last cache of a GPU is L2");
	}
	return diag_set(d, ERR_UNSUPPORTED, "no such level of memory: %d", (int)c->level);
}

struct stream_sizes {
	uint64_t block;
	int n_blocks;
	uint32_t passes;
};

static int stream_count(const struct engine *e, const struct op_config *c, struct stream_sizes *s,
			struct diag *d)
{
	uint64_t bytes = 0;
	int rc = level_bytes_of(e, c, &bytes, d);
	if (rc)
		return rc;
	s->n_blocks = c->kind == OP_COPY ? 2 : 1;
	s->block = bytes / (uint64_t)s->n_blocks / LINE_BYTES * LINE_BYTES;
	if (s->block == 0)
		return diag_set(d, ERR_USAGE, "%s of %llu bytes: expected at least %d", name_of(c->kind),
				(unsigned long long)bytes, LINE_BYTES * s->n_blocks);
	uint64_t moved = s->block * (uint64_t)s->n_blocks;
	s->passes = (uint32_t)((MOVED_MIN - 1) / moved + 1);
	return 0;
}

int ceiling_op_plan(struct engine *e, const struct op_config *c, struct step_work *work,
		    struct memory_plan *plan, struct diag *d)
{
	struct stream_sizes s;
	if (c->kind == OP_FMA) {
		double threads = 256.0 * grid_of(e);
		work->flops = 2.0 * FMA_CHAINS * FMA_LOOPS * threads;
		plan->scratch = (uint64_t)threads * sizeof(float);
		return 0;
	}
	if (!op_is_stream(c->kind))
		return diag_set(d, ERR_UNSUPPORTED,
				"engine cuda has no such ceiling: read, write, copy, latency and fma");
	int rc = stream_count(e, c, &s, d);
	if (rc)
		return rc;
	work->working_set = s.block * (uint64_t)s.n_blocks;
	if (c->kind == OP_LATENCY)
		work->calls = CHASE_LOADS;
	else
		work->bytes = (double)work->working_set * s.passes;
	plan->scratch = work->working_set + grid_of(e) * sizeof(uint32_t);
	return 0;
}

/* Each line names the next one of a random cycle through all: Sattolo's algorithm (Information Processing Letters 22,
 * 1986), on numbers of lines. */
static int chain_upload(struct op_job *j, struct diag *d)
{
	size_t n = j->bytes / LINE_BYTES, step = LINE_BYTES / sizeof(uint32_t);
	struct rng r = {j->config.seed, 0};
	if (n * step > UINT32_MAX)
		return diag_set(d, ERR_USAGE, "latency of %llu bytes: expected at most %llu",
				(unsigned long long)j->bytes, (unsigned long long)UINT32_MAX * 4);
	uint32_t *lines = mem_try_array(n * step, sizeof *lines);
	if (!lines)
		return diag_set(d, ERR_OOM, "no memory for a chain of %zu lines", n);
	for (size_t i = 0; i < n; i++)
		lines[i * step] = (uint32_t)(i * step);
	for (size_t i = n - 1; i > 0; i--) {
		size_t other = (size_t)rng_below(&r, i);
		uint32_t t = lines[i * step];
		lines[i * step] = lines[other * step];
		lines[other * step] = t;
	}
	int rc = dev_upload(j->engine, j->block, lines, j->bytes, d);
	free(lines);
	return rc;
}

static int stream_open(struct op_job *j, const struct op_config *c, struct diag *d)
{
	struct engine *e = j->engine;
	struct stream_sizes s;
	int rc = stream_count(e, c, &s, d);
	if (rc)
		return rc;
	j->bytes = s.block;
	j->passes = s.passes;
	rc = dev_alloc(e, s.block, "a ceiling", &j->block, d);
	if (rc == 0 && s.n_blocks > 1)
		rc = dev_alloc(e, s.block, "a ceiling", &j->to, d);
	if (rc == 0)
		rc = dev_alloc(e, grid_of(e) * sizeof(uint32_t), "a ceiling", &j->sink, d);
	stream_other(e);
	/* Not zeros: chips save power on those and run faster. */
	if (rc == 0 && c->kind != OP_LATENCY)
		rc = cuda_check(e->cu, e->cu->cuMemsetD32Async(j->block, 0x9e3779b9u, s.block / 4, e->stream),
				"filling a block", d);
	else if (rc == 0)
		rc = chain_upload(j, d);
	/* Where a chain begins; each submit goes on where the one before ended. */
	if (rc == 0)
		rc = cuda_check(e->cu, e->cu->cuMemsetD32Async(j->sink, 0, grid_of(e), e->stream),
				"filling a block", d);
	return rc ? rc : stream_wait(e, NULL, d);
}

int ceiling_op_open(struct op_job *j, const struct op_config *c, struct diag *d)
{
	if (c->kind == OP_FMA)
		return dev_alloc(j->engine, (size_t)grid_of(j->engine) * 256 * sizeof(float), "a ceiling",
				 &j->sink, d);
	return stream_open(j, c, d);
}

static int stream_run(struct op_job *j, struct diag *d)
{
	enum op_kind kind = j->config.kind;
	const struct stream_args a = {
		.from = dev_ptr(j->block),
		.to = dev_ptr(kind == OP_COPY ? j->to : j->block),
		.sink = dev_ptr(j->sink),
		.n16 = j->bytes / 16,
		.passes = j->passes,
	};
	enum kernel k = kind == OP_READ	   ? KERNEL_stream_read
			: kind == OP_WRITE ? KERNEL_stream_write
					   : KERNEL_stream_copy;
	return LAUNCH(j->engine, k, grid_of(j->engine), 1, 1, &a, d);
}

int ceiling_op_run(struct op_job *j, struct diag *d)
{
	const struct chase_args chase = {dev_ptr(j->block), dev_ptr(j->sink), CHASE_LOADS};
	/* a x + b with |a| < 1: no overflow, no subnormals. */
	const struct fma_args fma = {dev_ptr(j->sink), 0.9990234375f, 0.5f, FMA_LOOPS};
	if (j->config.kind == OP_FMA)
		return LAUNCH(j->engine, KERNEL_fma_f32, grid_of(j->engine), 1, 1, &fma, d);
	if (j->config.kind == OP_LATENCY)
		return LAUNCH(j->engine, KERNEL_chase, 1, 1, 1, &chase, d);
	return stream_run(j, d);
}

void ceiling_op_describe(const struct op_job *j, struct strbuf *out)
{
	if (j->config.kind == OP_FMA) {
		strbuf_printf(
			out,
			"kernels: fma_f32, %u blocks of 256 threads, %d chains each; a multiply-add is 2\n",
			grid_of(j->engine), FMA_CHAINS);
		return;
	}
	strbuf_printf(out, "block: %llu bytes", (unsigned long long)j->bytes);
	if (j->config.kind == OP_LATENCY)
		strbuf_printf(out, ", lines of %d in random order, %d loads by one thread\n", LINE_BYTES,
			      CHASE_LOADS);
	else
		strbuf_printf(out, ", %u passes, past the L1 caches\n", j->passes);
}
