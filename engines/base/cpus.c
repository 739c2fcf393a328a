/* SPDX-License-Identifier: Apache-2.0 */
/* How many CPUs this process may use: pool_usable_cpus. */
#include "config.h"

#include "engines/base/pool.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPUS_MAX   8192
#define CGROUP_TOP "/sys/fs/cgroup"

static int affinity_cpus(void)
{
	cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
	size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
	int n = 0;
	if (set && sched_getaffinity(0, size, set) == 0)
		n = CPU_COUNT_S(size, set);
	CPU_FREE(set);
	if (n == 0)
		n = (int)sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n;
}

/* The first line of dir/name has been read to buf. */
static bool line_read(const char *dir, const char *name, char *buf, int size)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", dir, name);
	if (n < 0 || n >= (int)sizeof path)
		return false;
	FILE *f = fopen(path, "re");
	if (!f)
		return false;
	bool got = fgets(buf, size, f) != NULL;
	fclose(f);
	return got;
}

/* The quota of one control group, as CPUs rounded up; INT_MAX when it has none. */
static int group_cpus(const char *dir)
{
	char line[128];
	long long quota = -1, period = 0;
	if (line_read(dir, "cpu.max", line, sizeof line)) {
		if (sscanf(line, "%lld %lld", &quota, &period) != 2) /* "max 100000" */
			return INT_MAX;
	} else if (line_read(dir, "cpu.cfs_quota_us", line, sizeof line)) {
		quota = strtoll(line, NULL, 10);
		if (line_read(dir, "cpu.cfs_period_us", line, sizeof line))
			period = strtoll(line, NULL, 10);
	}
	if (quota <= 0 || period <= 0 || quota / period >= CPUS_MAX)
		return INT_MAX;
	return (int)((quota + period - 1) / period);
}

/* The least quota from the group at top/path up to top: each level binds. */
static int path_cpus(const char *top, const char *path)
{
	char dir[PATH_MAX];
	int n = snprintf(dir, sizeof dir, "%s%s", top, path);
	if (n < 0 || n >= (int)sizeof dir)
		return INT_MAX;
	int least = INT_MAX;
	for (size_t top_len = strlen(top); strlen(dir) >= top_len;) {
		int cpus = group_cpus(dir);
		if (cpus < least)
			least = cpus;
		char *slash = strrchr(dir, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	return least;
}

/* A list "cpu,cpuacct" names the controller. */
static bool list_has(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = list; (at = strstr(at, name)) != NULL; at += n)
		if ((at == list || at[-1] == ',') && (at[n] == ',' || at[n] == '\0'))
			return true;
	return false;
}

static int quota_cpus(void)
{
	char line[PATH_MAX];
	int least = INT_MAX;
	FILE *f = fopen("/proc/self/cgroup", "re");
	while (f && fgets(line, sizeof line, f)) {
		/* "hierarchy:controllers:path"; version 2 has no controllers. */
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
		if (!path)
			continue;
		line[strcspn(line, "\n")] = '\0';
		*path++ = '\0';
		list++;
		const char *top = *list == '\0' ? CGROUP_TOP : CGROUP_TOP "/cpu";
		if (*list != '\0' && !list_has(list, "cpu"))
			continue;
		int cpus = path_cpus(top, strcmp(path, "/") == 0 ? "" : path);
		if (cpus < least)
			least = cpus;
	}
	if (f)
		fclose(f);
	return least;
}

int pool_usable_cpus(void)
{
	static int usable;
	if (usable == 0) {
		int n = affinity_cpus(), quota = quota_cpus();
		usable = quota < n ? quota : n;
	}
	return usable;
}
