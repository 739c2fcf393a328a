/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPUs and the memory that an open engine was given (engines/base/place.h chooses them), so that it can be said
 * and undone. Of the calling thread, whose children inherit both.
 */
#ifndef IFM_CPU_PLACEMENT_H
#define IFM_CPU_PLACEMENT_H

#include <sched.h>
#include <stdbool.h>

#include "engines/base/err.h"

struct cpu_options;
struct engine_config;
struct pool;
struct strbuf;

/* Kernels are built for 1024 nodes at most. */
enum { PLACEMENT_NODES = 1024, PLACEMENT_WORD_BITS = 8 * sizeof(unsigned long) };

struct placement {
	char affinity[64];     /* as asked; a long list is cut short here, never in cpus */
	int *cpus;	       /* one a thread; NULL: auto */
	int n;		       /* of them */
	bool as_set;	       /* every thread may run on all of cpus: not pinned one by one */
	cpu_set_t mask_before; /* of the caller, when as_set */
	char memory[120];      /* what was asked of the system and what it said; "" nothing */
	bool policy_set;       /* policy_before is to be restored */
	int policy_before;
	unsigned long nodes_before[PLACEMENT_NODES / PLACEMENT_WORD_BITS];
};

/* Chooses, and binds the calling thread's memory (and, where threads are not pinned one by one, CPUs). A memory policy
 * that the system refuses is no error: describe says so. Before the pool is opened. */
MUST_CHECK int placement_open(struct placement *p, const struct engine_config *c, const struct cpu_options *o,
			      struct diag *d);
/* As it was before. After the pool is closed. */
void placement_close(struct placement *p);

/* Lines "cpus: " and, where it was asked for, "memory: ". */
void placement_describe(const struct placement *p, const struct pool *pool, struct strbuf *out);

#endif
