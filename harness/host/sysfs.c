/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/host/sysfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host/files.h"

/* The list in the CPU's file begins with the CPU itself. */
static bool cpu_is_first(const char *root, int cpu, const char *name)
{
	char path[128], line[SYSFS_MAX], *end;

	snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/%s", cpu, name);
	return file_line(root, path, line, sizeof line) && strtol(line, &end, 10) == cpu && end != line;
}

int sysfs_firsts(const char *root, const bool *cpus, const char *name)
{
	int n = 0;

	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		n += cpus[cpu] && cpu_is_first(root, cpu, name);
	return n;
}

int cpuinfo_processors(const char *cpuinfo)
{
	int n = 0;

	for (const char *at = cpuinfo; (at = strstr(at, "processor")) != NULL; at++)
		n += (at == cpuinfo || at[-1] == '\n') && at[9 + strspn(at + 9, " \t")] == ':';
	return n;
}

static bool cache_line(const char *root, int cpu, int index, const char *name, char *buf, size_t size)
{
	char path[128];

	snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/cache/index%d/%s", cpu, index, name);
	return file_line(root, path, buf, size);
}

/* "512K" */
static int64_t size_parse(const char *text)
{
	char *end;
	long long v = strtoll(text, &end, 10);
	int shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;

	return v > 0 && v < ((int64_t)1 << 32) ? (int64_t)v << shift : 0;
}

/* What only this module tells of a cache that is there. */
static void cache_more(const char *root, int cpu, int index, struct cache *c)
{
	char line[SYSFS_MAX];
	bool set[CPUS_MAX];
	long ways = 0;

	if (cache_line(root, cpu, index, "ways_of_associativity", line, sizeof line))
		ways = strtol(line, NULL, 10);
	c->ways = ways > 0 && ways < 1 << 16 ? (int)ways : 0;
	c->threads = cache_line(root, cpu, index, "shared_cpu_list", line, sizeof line)
			     ? list_parse(line, set)
			     : 0;
}

bool cache_read(const char *root, int cpu, int index, struct cache *out)
{
	char path[64], level[16], type[32], size[32];

	snprintf(path, sizeof path, "cache/index%d/shared_cpu_list", index);
	if (!cache_line(root, cpu, index, "level", level, sizeof level) ||
	    !cache_line(root, cpu, index, "type", type, sizeof type) ||
	    !cache_line(root, cpu, index, "size", size, sizeof size) || !cpu_is_first(root, cpu, path))
		return false;
	*out = (struct cache){.level = (int)strtol(level, NULL, 10), .n = 1, .bytes = size_parse(size)};
	out->type = type[0] == 'D' ? "d" : type[0] == 'I' ? "i" : "";
	cache_more(root, cpu, index, out);
	return out->level >= 1 && out->level <= 9 && out->bytes > 0;
}
