/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where CPUs stand: package, NUMA node, last-level cache, core. From
 * /sys/devices/system behind a root prefix, so that captured machines can be tested; all of it is untrusted.
 * Not for what else a machine is (harness/host), nor for who runs where (place.h).
 */
#ifndef IFM_BASE_TOPOLOGY_H
#define IFM_BASE_TOPOLOGY_H

#include <stdint.h>

#include "engines/base/cpu_list.h"
#include "engines/base/err.h"

/* From the outermost: what is equal in one level and all before it is in one unit. */
enum topology_level {
	TOPOLOGY_PACKAGE = 0,
	TOPOLOGY_NODE,
	TOPOLOGY_CACHE,
	TOPOLOGY_CORE,
	TOPOLOGY_THREAD,
	TOPOLOGY_LEVELS
};

struct topology_cpu {
	int cpu;
	/* Which unit of each level: the number of a package or node, the lowest CPU of a cache or core, the rank
	 * of a thread in its core. What the system does not tell is 0, of a core the CPU itself. */
	int unit[TOPOLOGY_LEVELS];
};
struct topology {
	int n;
	struct topology_cpu *cpu; /* those of the list, in its order */
};

/* Of these CPUs. root: "" for the real machine. */
void topology_read(struct topology *t, const char *root, const struct cpu_list *cpus);
void topology_free(struct topology *t);

/* NUMA nodes that are online, ascending: an empty list where the system has none. */
void topology_nodes(struct cpu_list *out, const char *root);
/* CPUs of a node; ERR_UNAVAILABLE when there is none of that number. */
MUST_CHECK int topology_node_cpus(struct cpu_list *out, const char *root, int node, struct diag *d);

#endif
