/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large a working set is that stands in a level of memory, from the caches of the CPUs that its threads run on. Pure:
 * who runs where is found by threads_caches alone.
 */
#ifndef IFM_CPU_LEVEL_H
#define IFM_CPU_LEVEL_H

#include "engines/base/caches.h"
#include "engines/engine.h"

struct pool;

/* The caches of the CPU of each thread (of those it may run on, where it is not pinned, one for each): an array of
 * as many as the pool has, free() it. */
struct cpu_caches *threads_caches(struct pool *pool);

/* All last caches that these threads reach, in bytes; 0: not told. */
uint64_t level_last_bytes(const struct cpu_caches *of, int n);

/*
 * Bytes over all n threads, each the same part:
 * L1, L2  half of what a thread has of it: a cache of several threads is parted.
 * L3      half of what a thread has of it, less its L2; but where that leaves less than twice the L2, the L2 and half
 *         of the L3: one that is no larger than the caches before it holds what fell out of them, and not copies.
 * DRAM    four times all last caches, at least 256 MiB; as memory allows, but never less than twice the caches.
 * ERR_UNAVAILABLE, with the reason, when these CPUs have no such cache or nobody tells how large it is; ERR_OOM with
 * too little memory.
 */
MUST_CHECK int level_bytes(enum op_level level, const struct cpu_caches *of, int n, uint64_t memory,
			   uint64_t *bytes, struct diag *d);

const char *level_name(enum op_level level); /* "L1"; static */

#endif
