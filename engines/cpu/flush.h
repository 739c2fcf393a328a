/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emptied caches: every thread reads a block through that is twice as large as what its CPU's second and last level
 * hold together. Twice, because replacement is no strict order of age: nvbench clears once the size of a GPU's
 * L2 before each cold run, STREAM asks for arrays of four times all caches. Read, not written, so that no dirty lines
 * are left for the next step to write back. Address translations are not emptied on purpose.
 */
#ifndef IFM_CPU_FLUSH_H
#define IFM_CPU_FLUSH_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

struct pool;

struct flush {
	char *block; /* NULL: not made yet */
	size_t bytes;
	uint64_t *sums; /* one a thread: what was read cannot be left out */
};

/* Empties the caches of all threads; the first call makes the block and writes it, so that its pages are there.
 * *bytes: its size. ERR_OOM. */
MUST_CHECK int flush_run(struct flush *f, struct pool *pool, uint64_t *bytes, struct diag *d);
/* What the first call takes; 0 after it. */
uint64_t flush_bytes(const struct flush *f, struct pool *pool);
void flush_free(struct flush *f);

#endif
