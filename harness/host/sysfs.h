/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs, caches and memory nodes as /sys and /proc/cpuinfo tell them: for harness/host only. */
#ifndef IFM_HOST_SYSFS_H
#define IFM_HOST_SYSFS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPU_FOLDER "/sys/devices/system/cpu"

/* Indexes that are looked at: no processor has more kinds of caches. */
enum { CACHE_INDEXES = 10 };

struct cache {
	int level, n;
	const char *type; /* "d", "i", or "" for unified */
	int64_t bytes;
	int ways, threads; /* 0: not told */
};

/* False when the CPU has no such cache, or it is counted at another CPU of those that share it. */
bool cache_read(const char *root, int cpu, int index, struct cache *out);

/* CPUs of the set that stand first in their own file of that name below cpuN/, a list of those that share. */
int sysfs_firsts(const char *root, const bool *cpus, const char *name);

/* Blocks of cpuinfo, where there is no /sys. */
int cpuinfo_processors(const char *cpuinfo);

/* Facts cpu.* and memory.*, named and written as topology_read()'s, those that are told and those that are not. */
json_t *sysfs_topology(const char *root);

#endif
