/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/caches.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "engines/base/group.h"

/* More indexes than any processor has: four levels, data and instructions apart. */
#define INDEXES_MAX 10
/* Of one cache; the largest so far have about 1 GiB. */
#define BYTES_MAX ((uint64_t)1 << 36)

/* "512K" */
static uint64_t size_of(const char *text)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 10);
	int shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
	return v < BYTES_MAX >> shift ? (uint64_t)v << shift : 0;
}

/* The level of a cache that holds data, 0 for others. */
static int level_of(const char *dir)
{
	char type[32], level[32];
	if (!group_line(dir, "type", type, sizeof type) || type[0] == 'I' ||
	    !group_line(dir, "level", level, sizeof level))
		return 0;
	long v = strtol(level, NULL, 10);
	return v >= 1 && v <= CACHES_LEVELS ? (int)v : 0;
}

static void cache_read(const char *dir, int cpu, struct cpu_caches *out)
{
	char size[32], shared[256];
	int level = level_of(dir);
	if (!level || !group_line(dir, "size", size, sizeof size))
		return;
	struct cpu_cache c = {size_of(size), cpu};
	/* A list as 0-3,8: its beginning is the lowest one. */
	if (group_line(dir, "shared_cpu_list", shared, sizeof shared) && shared[0] >= '0' && shared[0] <= '9')
		c.first = (int)strtol(shared, NULL, 10);
	if (c.bytes == 0 || c.first < 0)
		return;
	out->level[level - 1] = c;
	out->last = level > out->last ? level : out->last;
}

void cpu_caches_read(const char *root, int cpu, struct cpu_caches *out)
{
	char dir[PATH_MAX];
	*out = (struct cpu_caches){0};
	for (int i = 0; i < INDEXES_MAX; i++) {
		int n = snprintf(dir, sizeof dir, "%s/sys/devices/system/cpu/cpu%d/cache/index%d", root, cpu,
				 i);
		if (n > 0 && n < (int)sizeof dir)
			cache_read(dir, cpu, out);
	}
}

uint64_t cpu_caches_outer(const struct cpu_caches *c)
{
	if (!c->last)
		return 0;
	return c->level[c->last - 1].bytes + (c->last > 2 ? c->level[1].bytes : 0);
}
