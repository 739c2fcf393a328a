/* SPDX-License-Identifier: Apache-2.0 */
/* How many CPUs this process may use: pool_usable_cpus. */
#include "config.h"

#include "engines/base/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engines/base/cpu_list.h"
#include "engines/base/group.h"

static int affinity_cpus(void)
{
	struct cpu_list allowed;
	cpu_list_allowed(&allowed);
	int n = allowed.n ? allowed.n : (int)sysconf(_SC_NPROCESSORS_ONLN);
	cpu_list_free(&allowed);
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
	if (quota <= 0 || period <= 0 || quota / period >= CPU_LIST_MAX)
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
