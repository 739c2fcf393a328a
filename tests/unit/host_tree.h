/* SPDX-License-Identifier: Apache-2.0 */
/* A small tree of /proc and /sys in the test's temporary folder: one socket, two cores of two threads each. */
#ifndef IFM_TESTS_HOST_TREE_H
#define IFM_TESTS_HOST_TREE_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>

#include "engines/base/json.h"
#include "tests/tap.h"
#include "tests/unit/temp_folder.h"

static char root[PATH_MAX];

__attribute__((unused)) static void put_bytes(const char *path, const void *data, size_t n)
{
	char full[PATH_MAX * 2];

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(full, 0777) != 0 && errno != EEXIST)
			bail("mkdir");
		*slash = '/';
	}
	FILE *f = fopen(full, "w");
	if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
		bail("cannot write into the temporary folder");
}

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static void put_cpu(int cpu, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/%s", cpu, name);
	put(path, text);
}

__attribute__((unused)) static void cut(const char *path)
{
	char full[PATH_MAX * 2];

	snprintf(full, sizeof full, "%s%s", root, path);
	temp_remove(full);
}

static void new_root(const char *name)
{
	snprintf(root, sizeof root, "%s/%s", temp_path, name);
	if (mkdir(root, 0777) != 0)
		bail("mkdir");
}

__attribute__((unused)) static const char *text(const json_t *o, const char *key)
{
	return json_opt_string(o, key, "(no text)");
}

__attribute__((unused)) static long long number(const json_t *o, const char *key)
{
	return json_opt_int(o, key, -1);
}

static void put_cache(int cpu, int index, const char *level, const char *type, const char *size,
		      const char *shared)
{
	const char *const names[] = {"level", "type", "size", "shared_cpu_list"};
	const char *const values[] = {level, type, size, shared};
	char path[64];

	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "cache/index%d/%s", index, names[i]);
		put_cpu(cpu, path, values[i]);
	}
}

/* One socket, two cores of two threads each. */
static void put_x86_topology(void)
{
	const char *const core[] = {"0,2\n", "1,3\n", "0,2\n", "1,3\n"};

	put("/sys/devices/system/cpu/present", "0-3\n");
	put("/sys/devices/system/cpu/online", "0-3\n");
	put("/sys/devices/system/node/online", "0\n");
	for (int cpu = 0; cpu < 4; cpu++) {
		put_cpu(cpu, "topology/thread_siblings_list", core[cpu]);
		put_cpu(cpu, "topology/core_siblings_list", "0-3\n");
		put_cache(cpu, 0, "1\n", "Data\n", "32K\n", core[cpu]);
		put_cache(cpu, 1, "1\n", "Instruction\n", "64K\n", core[cpu]);
		put_cache(cpu, 2, "2\n", "Unified\n", cpu % 2 ? "2048K\n" : "512K\n", core[cpu]);
		put_cache(cpu, 3, "3\n", "Unified\n", "32768K\n", "0-3\n");
		put_cpu(cpu, "cpufreq/scaling_governor", cpu == 3 ? "performance\n" : "powersave\n");
		put_cpu(cpu, "cpufreq/energy_performance_preference",
			cpu % 2 ? "performance\n" : "balance_performance\n");
	}
	put_cpu(0, "cpufreq/scaling_cur_freq", "3250000\n");
}

static void put_x86(void)
{
	put("/proc/cpuinfo",
	    "processor\t: 0\nvendor_id\t: ExampleVendor\ncpu family\t: 25\nmodel\t\t: 97\n"
	    "model name\t: Example CPU 9000  \nstepping\t: 2\nmicrocode\t: 0xa601206\ncpu MHz\t\t: 4500.5\n"
	    "flags\t\t: fpu vme hypervisor avx2 fma f16c constant_tsc nonstop_tsc\n\nprocessor\t: 1\nmodel "
	    "name\t: another\n");
	put("/proc/meminfo", "MemTotal:       16206208 kB\nMemFree: 1 kB\nSwapTotal:       2097148 kB\n");
	put("/proc/sys/kernel/arch", "x86_64\n");
	put("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	put("/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc kvm-clock\n");
	put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
	put_x86_topology();
}

static void put_x86_environment(void)
{
	put("/proc/sys/kernel/osrelease", "6.1.0-example\n");
	put("/etc/os-release", "NAME=x\nPRETTY_NAME=\"Example Linux 1\"\nID=x\n");
	put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	put("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
	put("/sys/devices/system/cpu/smt/control", "on\n");
	put("/sys/devices/system/cpu/vulnerabilities/aa", "Not affected\n");
	put("/sys/devices/system/cpu/vulnerabilities/bb", "Mitigation: something\n");
	put("/sys/devices/system/cpu/vulnerabilities/cc", "Vulnerable: no microcode\n");
	put("/sys/devices/system/cpu/vulnerabilities/dd", "Mitigation; other\n");
	put("/proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-2\n");
	put("/proc/self/limits",
	    "Limit    Soft Limit  Hard Limit Units\n"
	    "Max stack size            8388608              unlimited            bytes\n"
	    "Max locked memory         65536                65536                bytes\n");
	put("/proc/self/cgroup", "0::/outer.slice/secret-name\n");
	put("/sys/fs/cgroup/outer.slice/cpu.max", "150000 100000\n");
	put("/sys/fs/cgroup/outer.slice/memory.max", "1073741824\n");
	put("/sys/fs/cgroup/outer.slice/secret-name/cpu.max", "max 100000\n");
	put("/sys/fs/cgroup/outer.slice/secret-name/memory.max", "2147483648\n");
}

static void put_x86_moment(void)
{
	put("/proc/loadavg", "1.25 0.22 0.08 3/96 19803\n");
	put("/proc/pressure/cpu", "some avg10=2.50 avg60=1.80 avg300=0.69 total=6834452\nfull avg10=0.00\n");
	put("/proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
	put("/proc/stat", "cpu  7266 0 4327 195175 583 0 117 21 0 0\ncpu0 1 1\n");
	put("/sys/class/hwmon/hwmon1/name", "nvme\n");
	put("/sys/class/hwmon/hwmon1/temp1_input", "99000\n");
	put("/sys/class/hwmon/hwmon3/name", "k10temp\n");
	put("/sys/class/hwmon/hwmon3/temp1_input", "45125\n");
}

__attribute__((unused)) static void put_x86_all(void)
{
	put_x86();
	put_x86_environment();
	put_x86_moment();
}

#endif
