/* SPDX-License-Identifier: Apache-2.0 */
/* How many CPUs this process may use: pool_usable_cpus. */
#include "config.h"

#include "engines/base/pool.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engines/base/group.h"

#define CPUS_MAX 8192

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

/* The quota of one control group, as CPUs rounded up; UINT64_MAX when it has none. */
static uint64_t group_cpus(const char *dir)
{
	char line[128];
	long long quota = -1, period = 0;
	if (group_line(dir, "cpu.max", line, sizeof line)) {
		if (sscanf(line, "%lld %lld", &quota, &period) != 2) /* "max 100000" */
			return UINT64_MAX;
	} else if (group_line(dir, "cpu.cfs_quota_us", line, sizeof line)) {
		quota = strtoll(line, NULL, 10);
		if (group_line(dir, "cpu.cfs_period_us", line, sizeof line))
			period = strtoll(line, NULL, 10);
	}
	if (quota <= 0 || period <= 0 || quota / period >= CPUS_MAX)
		return UINT64_MAX;
	return (uint64_t)((quota + period - 1) / period);
}

int pool_usable_cpus(void)
{
	static int usable;
	if (usable == 0) {
		int n = affinity_cpus();
		uint64_t quota = group_least("", "cpu", group_cpus);
		usable = quota < (uint64_t)n ? (int)quota : n;
	}
	return usable;
}
