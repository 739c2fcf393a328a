/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory ceilings of engine "cpu": read, write, copy, triad, latency. Each thread has its own part of every block,
 * touched first by it, so that it lies on its node; blocks begin at pages and, where they can be had, lie in huge ones,
 * from which no load walks a page table.
 */
#ifndef IFM_CPU_OP_MEMORY_H
#define IFM_CPU_OP_MEMORY_H

#include "engines/engine.h"
#include "engines/kernels/stream.h"

struct pool;

/* What it needs and does, counted before anything is taken. */
struct memory_sizes {
	int n_blocks;  /* of a thread */
	size_t block;  /* bytes of one, a multiple of STREAM_STEP */
	size_t stride; /* from block to block: whole pages */
	size_t used;   /* bytes of all blocks */
	size_t mapped; /* bytes taken */
	long n_passes; /* of a submit */
	bool streaming; /* stores go past the caches: they would be full of what is read too late to be found again */
	uint64_t last;	     /* bytes of the last caches, 0: not told */
	enum op_level level; /* asked for */
};

bool op_is_memory(enum op_kind kind);
const char *op_memory_name(enum op_kind kind); /* "triad"; static */

/* Sizes and work; memory: what is available. ERR_USAGE for less than a step a thread. */
MUST_CHECK int memory_count(struct engine *e, const struct op_config *c, uint64_t memory,
			    struct memory_sizes *out, struct step_work *work, struct diag *d);

struct memory_op;
MUST_CHECK int memory_open(struct memory_op **out, struct engine *e, const struct op_config *c,
			   const struct memory_sizes *sizes, struct diag *d);
void memory_run(struct memory_op *m);
void memory_describe(const struct memory_op *m, struct strbuf *out);
void memory_free(struct memory_op *m); /* NULL is fine */

#endif
