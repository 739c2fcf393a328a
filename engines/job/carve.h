/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cutting one block of memory into aligned arrays. With base NULL it only
 * counts, so that the plan and the real thing come from the same lines.
 */
#ifndef IFM_JOB_CARVE_H
#define IFM_JOB_CARVE_H

#include <stdbool.h>
#include <stddef.h>

#include "engines/base/mem.h"

struct carve {
	char *base;
	size_t used;
	bool overflow; /* some size could not be counted */
};

/* n elements of size bytes, MEM_ALIGN-aligned; NULL when only counting. */
static inline void *carve_take(struct carve *c, size_t n, size_t size)
{
	char *p = c->base ? c->base + c->used : NULL;
	size_t bytes;
	if (!mem_mul(n, size, &bytes) || !mem_add(bytes, MEM_ALIGN - 1, &bytes) ||
	    !mem_add(c->used, bytes / MEM_ALIGN * MEM_ALIGN, &c->used))
		c->overflow = true;
	return p;
}

#endif
