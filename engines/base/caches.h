/* SPDX-License-Identifier: Apache-2.0 */
/* The data caches of a CPU and who shares them, as /sys tells. */
#ifndef IFM_BASE_CACHES_H
#define IFM_BASE_CACHES_H

#include <stdint.h>

#define CACHES_LEVELS 4

struct cpu_cache {
	uint64_t bytes; /* 0: there is none, or its size is not told */
	int first;	/* the lowest CPU that shares it: names it among those of its level */
};

struct cpu_caches {
	struct cpu_cache level[CACHES_LEVELS]; /* level[0] is L1 */
	int last; /* highest level of which the size is told, from 1; 0: nothing is told */
};

/* root: "" but in a test, where a captured tree stands. What cannot be read, or makes no sense, is as not told. */
void cpu_caches_read(const char *root, int cpu, struct cpu_caches *out);

/* What second and last level hold together; 0: nothing is told. */
uint64_t cpu_caches_outer(const struct cpu_caches *c);

#endif
