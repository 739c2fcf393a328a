/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of machines from small trees of /proc and /sys, whole and broken, and of this machine. */
#include "config.h"

#include "harness/host/host.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>

#include "engines/base/json.h"
#include "engines/base/rng.h"
#include "tests/tap.h"
#include "tests/unit/temp_folder.h"

static char root[PATH_MAX];

static void put_bytes(const char *path, const void *data, size_t n)
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

static void cut(const char *path)
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

static const char *text(const json_t *o, const char *key)
{
	return json_opt_string(o, key, "(no text)");
}

static long long number(const json_t *o, const char *key)
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
	    "flags\t\t: fpu vme hypervisor avx2\n\nprocessor\t: 1\nmodel name\t: another\n");
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

static void test_machine(void)
{
	char id[33], class_[33];
	json_t *m = host_machine(root, id, class_), *caches = json_object_get(m, "caches");

	is_text(text(m, "processor"), "Example CPU 9000", "processor");
	is_text(text(m, "vendor"), "ExampleVendor", "vendor");
	is_text(text(m, "family"), "25", "family");
	is_text(text(m, "model"), "97", "model is not \"model name\"");
	is_text(text(m, "architecture"), "x86_64", "architecture");
	is_int(number(m, "cpus"), 4, "CPUs");
	is_int(number(m, "cores"), 2, "cores");
	is_int(number(m, "sockets"), 1, "sockets");
	is_int(number(m, "numa_nodes"), 1, "NUMA nodes");
	is_int(number(m, "memory_bytes"), 16206208LL * 1024, "memory");
	is_text(text(m, "hypervisor"), "kvm", "hypervisor");
	is_text(text(caches, "l1d"), "2 x 32 KiB", "level 1 data cache");
	is_text(text(caches, "l1i"), "2 x 64 KiB", "level 1 instruction cache");
	is_text(text(caches, "l2"), "1 x 512 KiB + 1 x 2 MiB", "level 2 of two kinds");
	is_text(text(caches, "l3"), "1 x 32 MiB", "level 3");
	is_int(strlen(id), 32, "id");
	is_int(strspn(class_, "0123456789abcdef"), 32, "class");
	char *all = json_text(m);
	ok(!strstr(all, "0123456789abcdef"), "the machine-id does not leave");
	free(all);
	json_decref(m);
}

/* What changes id and class, and what does not. */
static void test_identity(void)
{
	char id[4][33], class_[4][33];

	json_decref(host_machine(root, id[0], class_[0]));
	put("/etc/machine-id", "ffffffffffffffffffffffffffffffff\n");
	put("/proc/meminfo", "MemTotal:       16101000 kB\n");
	json_t *m = host_machine(root, id[1], class_[1]);
	is_text(class_[1], class_[0],
		"another machine of the kind, another kernel's share of memory: same class");
	ok(strcmp(id[1], id[0]) != 0, "but another id");
	json_decref(m);
	put("/etc/machine-id", "uninitialized\n");
	m = host_machine(root, id[2], class_[2]);
	has_text(text(m, "identity"), "unknown: no machine-id", "no machine-id is said");
	is_text(class_[2], class_[0], "and is no matter of class");
	json_decref(m);
	put("/proc/meminfo", "MemTotal:       32412416 kB\n");
	json_decref(host_machine(root, id[3], class_[3]));
	ok(strcmp(class_[3], class_[2]) != 0 && strcmp(id[3], id[2]) != 0, "twice the memory: another class");
	put_x86();
}

static void test_environment(void)
{
	json_t *e = host_environment(root), *group = json_object_get(e, "control_group");

	is_text(text(e, "kernel"), "6.1.0-example", "kernel");
	is_text(text(e, "distribution"), "Example Linux 1", "distribution");
	is_text(text(e, "governor"), "powersave, performance", "governors that differ");
	is_text(text(e, "energy_preference"), "balance_performance, performance",
		"a value inside another is one of its own");
	is_text(text(e, "boost"), "off", "boost, told the other way round");
	is_text(text(e, "smt"), "on", "SMT");
	is_text(text(e, "transparent_huge_pages"), "madvise", "transparent huge pages");
	is_text(text(e, "clocksource"), "tsc", "clock source");
	is_text(text(e, "microcode"), "0xa601206", "microcode");
	is_text(text(e, "affinity"), "0-2", "affinity");
	is_int(number(e, "swap_bytes"), 2097148LL * 1024, "swap");
	is_text(text(e, "mitigations"), "mitigated: bb, dd; vulnerable: cc; not affected: 1", "mitigations");
	is_text(text(json_object_get(e, "limits"), "locked_memory"), "65536", "limit of locked memory");
	has_text(text(json_object_get(e, "limits"), "address_space"), "unknown: no \"Max address space\"",
		 "a limit that is not told");
	is_text(text(group, "version"), "2", "control group");
	is_near(json_opt_real(group, "cpu_limit", 0), 1.5, 0, "the outer group binds CPUs");
	is_int(number(group, "memory_limit_bytes"), 1073741824, "and memory");
	has_text(text(e, "huge_pages"), "unknown: no /proc/sys/vm/nr_hugepages", "an absent file");
	has_text(text(e, "libc"), "unknown: ", "the C library of a captured tree");
	char *all = json_text(e);
	ok(!strstr(all, "secret-name"), "names of groups do not leave");
	free(all);
	json_decref(e);
}

static void test_groups_v1(void)
{
	put("/proc/self/cgroup", "9:name=systemd:/\n4:memory:/a\n2:cpu,cpuacct:/a/b\n0::/\n");
	put("/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us", "-1\n");
	put("/sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us", "100000\n");
	put("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000\n");
	put("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
	put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
	json_t *e = host_environment(root), *group = json_object_get(e, "control_group");
	is_text(text(group, "version"), "1 and 2", "both versions at once");
	is_near(json_opt_real(group, "cpu_limit", 0), 0.5, 0, "quota of version 1");
	is_text(text(group, "memory_limit_bytes"), "none", "no limit of version 1");
	json_decref(e);
}

static json_t *moment(json_int_t pressure_us, json_int_t steal, json_int_t runnable)
{
	json_t *m = json_pack("{s:i, s:I}", "cpus", 4, "runnable", runnable);
	if (pressure_us >= 0)
		json_object_set_new(m, "pressure_cpu_us", json_integer(pressure_us));
	if (steal >= 0)
		json_object_set_new(m, "steal_ticks", json_integer(steal));
	return m;
}

static void test_contended(void)
{
	long second = 4 * sysconf(_SC_CLK_TCK); /* of all four CPUs, in ticks */
	static const char *const unknown = "unknown";
	const struct {
		const char *what;
		json_int_t us[2], ticks[2], runnable;
		int want;
	} cases[] = {
		{"nobody waited", {100, 100}, {5, 5}, 9, 0},
		{"a tenth of the time", {0, 100000}, {5, 5}, 1, 0},
		{"more than that", {0, 100001}, {5, 5}, 1, 1},
		{"a tick of steal", {0, 0}, {5, 6}, 1, 0},
		{"a fifth stolen", {0, 0}, {5, 5 + second / 5}, 1, 1},
		{"a counter that fell", {100, 50}, {-1, -1}, 4, 0},
		{"no counters, as many runnable as CPUs", {-1, -1}, {-1, -1}, 4, 0},
		{"no counters, one more", {-1, -1}, {-1, -1}, 5, 1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *before = moment(cases[i].us[0], cases[i].ticks[0], cases[i].runnable);
		json_t *after = moment(cases[i].us[1], cases[i].ticks[1], cases[i].runnable);
		is_int(host_contended(before, after, 1), cases[i].want, cases[i].what);
		json_decref(before);
		json_decref(after);
	}
	json_t *text = json_pack("{s:s, s:s, s:s}", "cpus", unknown, "runnable", unknown, "pressure_cpu_us",
				 unknown);
	is_int(host_contended(text, text, 1), 0, "unknown: quiet");
	is_int(host_contended(NULL, NULL, 1), 0, "no moments: quiet");
	json_decref(text);
}

static void test_moment(void)
{
	json_t *m = host_moment(root);

	is_near(json_opt_real(m, "load_1", -1), 1.25, 0, "load");
	is_int(number(m, "runnable"), 3, "runnable");
	is_int(number(m, "cpus"), 4, "CPUs");
	is_near(json_opt_real(m, "pressure_cpu_avg10", -1), 2.5, 0, "pressure");
	is_int(number(m, "pressure_cpu_us"), 6834452, "time waited");
	is_int(number(m, "steal_ticks"), 21, "steal");
	is_near(json_opt_real(m, "mhz", -1), 3250, 0, "MHz");
	is_near(json_opt_real(m, "temperature_celsius", -1), 45.125, 0, "temperature of the processor alone");
	has_text(text(m, "pressure_io_avg10"), "unknown: no /proc/pressure/io",
		 "a pressure that is not told");
	json_decref(m);
	test_contended();
	put("/proc/loadavg", "who knows\n");
	put("/proc/pressure/cpu", "some avg10=nan avg60=1 avg300=1 total=1\n");
	cut("/sys/devices/system/cpu/cpu0/cpufreq");
	m = host_moment(root);
	is_text(text(m, "load_1"), "unknown: /proc/loadavg is not understood", "garbage for a load");
	is_text(text(m, "pressure_cpu_avg10"), "unknown: /proc/pressure/cpu is not understood",
		"a pressure that is no number");
	is_near(json_opt_real(m, "mhz", -1), 4500.5, 0, "MHz of cpuinfo where there is no cpufreq");
	json_decref(m);
}

static void test_arm(void)
{
	char id[33], class_[33];

	new_root("arm");
	put("/proc/cpuinfo",
	    "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
	    "CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n"
	    "processor\t: 1\nCPU part\t: 0xd0d\n");
	json_t *m = host_machine(root, id, class_);
	is_text(text(m, "processor"), "implementer 0x41 part 0xd0c", "a processor without a name");
	is_text(text(m, "vendor"), "0x41", "its vendor");
	is_text(text(m, "family"), "8", "its family");
	is_text(text(m, "variant"), "0x3", "its variant");
	is_int(number(m, "cpus"), 2, "CPUs counted without /sys");
	has_text(text(m, "cores"), "unknown: no /sys", "cores");
	has_text(text(m, "caches"), "unknown: no /sys", "caches");
	has_text(text(m, "hypervisor"), "unknown: this architecture does not say", "hypervisor");
	json_decref(m);
}

static bool all_plain(const json_t *o, int depth)
{
	const char *key;
	json_t *v;
	bool plain = json_object_size(o) > 0;

	json_object_foreach((json_t *)o, key, v)
	{
		if (json_is_object(v) && depth > 0)
			plain = plain && all_plain(v, depth - 1);
		else
			plain = plain && (json_is_string(v) || json_is_number(v));
	}
	return plain;
}

/* Whatever is there, an answer of plain values comes. */
static void sane(const char *what)
{
	char id[33], class_[33];
	json_t *m = host_machine(root, id, class_), *e = host_environment(root), *now = host_moment(root);

	ok(all_plain(m, 1) && all_plain(e, 1) && all_plain(now, 0) && strlen(id) == 32 &&
		   strlen(class_) == 32,
	   "%s: facts or why not", what);
	(void)host_contended(now, now, 1);
	json_decref(m);
	json_decref(e);
	json_decref(now);
}

/* Every file of the good tree, whose text is replaced. */
static const char *const victims[] = {
	"/proc/cpuinfo",
	"/proc/meminfo",
	"/proc/loadavg",
	"/proc/stat",
	"/proc/pressure/cpu",
	"/proc/self/cgroup",
	"/proc/self/limits",
	"/proc/self/status",
	"/proc/sys/kernel/arch",
	"/proc/sys/kernel/osrelease",
	"/etc/os-release",
	"/etc/machine-id",
	"/sys/devices/system/cpu/present",
	"/sys/devices/system/cpu/online",
	"/sys/devices/system/node/online",
	"/sys/devices/system/cpu/cpu0/cache/index0/size",
	"/sys/devices/system/cpu/cpu0/cache/index0/level",
	"/sys/devices/system/cpu/cpu0/cache/index0/shared_cpu_list",
	"/sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
	"/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq",
	"/sys/devices/system/cpu/vulnerabilities/bb",
	"/sys/kernel/mm/transparent_hugepage/enabled",
	"/sys/fs/cgroup/outer.slice/cpu.max",
	"/sys/fs/cgroup/outer.slice/memory.max",
	"/sys/class/hwmon/hwmon3/temp1_input",
};
enum { N_VICTIMS = sizeof victims / sizeof victims[0] };

static void put_all(const void *data, size_t n)
{
	for (int i = 0; i < N_VICTIMS; i++)
		put_bytes(victims[i], data, n);
}

static void put_all_text(const char *line)
{
	put_all(line, strlen(line));
}

static void test_broken(void)
{
	enum { HUGE = 1 << 17 };
	char *junk = malloc(HUGE);

	new_root("empty");
	sane("an empty tree");
	new_root("broken");
	put_x86();
	put_x86_environment();
	put_x86_moment();
	put_all_text("");
	sane("empty files");
	put_all_text("99999999999999999999999999 kB\n");
	sane("numbers beyond 64 bits");
	put_all_text("0-4294967295,18446744073709551616-1,-5\n");
	sane("lists beyond reason");
	put_all_text("MemTotal: 9223372036854775807 kB\nPRETTY_NAME=\n0::\n::\n:::\n[");
	sane("sizes that overflow, lines that end early");
	memset(junk, 'x', HUGE);
	put_all(junk, HUGE);
	sane("a line of 128 KiB");
	memset(junk, '1', HUGE);
	put_all(junk, HUGE);
	sane("128 KiB of digits");
	for (int round = 0; round < 20; round++) {
		char name[64];
		for (int i = 0; i < HUGE; i++)
			junk[i] = (char)rng_at((uint64_t)round, (uint64_t)i);
		put_all(junk, (size_t)(HUGE >> round % 17));
		snprintf(name, sizeof name, "random bytes, seed %d", round);
		sane(name);
	}
	for (int i = 0; i < N_VICTIMS; i++)
		cut(victims[i]);
	for (int i = 0; i < N_VICTIMS; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "%s/x", victims[i]);
		put(path, "a folder where a file should be\n");
	}
	sane("folders instead of files");
	memset(junk, 'd', PATH_MAX);
	junk[PATH_MAX - 1] = '\0';
	snprintf(root, sizeof root, "/%s", junk);
	sane("a root longer than a path can be");
	free(junk);
}

static void test_here(void)
{
	char id[33], class_[33], again[33];

	*root = '\0';
	sane("this machine");
	json_t *m = host_machine("", id, class_), *e = host_environment("");
	ok(number(m, "cpus") >= 1, "it has a CPU");
	ok(number(m, "memory_bytes") > 0, "it has memory");
	ok(strncmp(text(e, "kernel"), "unknown", 7) != 0, "it has a kernel");
	json_decref(m);
	json_decref(e);
	json_decref(host_machine("", again, class_));
	is_text(again, id, "it is the same twice");
}

int main(void)
{
	temp_folder();
	new_root("x86");
	put_x86();
	put_x86_environment();
	put_x86_moment();
	test_machine();
	test_identity();
	test_environment();
	test_groups_v1();
	test_moment();
	test_arm();
	test_broken();
	test_here();
	return tap_done();
}
