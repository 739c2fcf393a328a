/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CPUs the threads of an engine get: the values of the key "affinity". Pure but for the reading of the
 * topology; who is pinned how is up to the caller (pool.h).
 *
 *   compact   near one another: the cores of a cache, a NUMA node, a package are filled before the next one's
 *   scatter   far from one another: packages take turns, in them nodes, in these caches, in these cores
 *   nodeN     CPUs of that NUMA node alone, compact among them
 *   0-3+8     these, thread i on the i-th
 *
 * compact and scatter give each core one thread before any core gets a second: two threads of a core share its
 * multipliers. That is granularity=fine,compact,1,0 and granularity=fine,scatter of Intel's OpenMP (its guide's
 * "Thread Affinity Interface"), with caches and nodes as levels of their own.
 */
#ifndef IFM_BASE_PLACE_H
#define IFM_BASE_PLACE_H

#include "engines/base/cpu_list.h"
#include "engines/base/err.h"

struct place_request {
	const char *affinity; /* all but "auto" */
	int n_threads;	      /* at least 1 */
	const char *root;     /* "" for the real machine */
	const struct cpu_list *allowed;
};
struct place {
	int *cpus; /* n_threads of them, thread i on the i-th; free() it */
	int node;  /* whose memory is to be preferred; -1: none */
};

/*
 * ERR_UNSUPPORTED: no such value. ERR_UNAVAILABLE: a node or CPU that is not here or not allowed. ERR_USAGE: fewer
 * CPUs than threads.
 */
MUST_CHECK int place_choose(struct place *out, const struct place_request *q, struct diag *d);

#endif
