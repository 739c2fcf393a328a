/* SPDX-License-Identifier: Apache-2.0 */
/* The environment's facts from a small tree of /proc and /sys. */
#include "config.h"

#include "harness/host/host.h"

#include "engines/base/fact.h"

#include "tests/unit/host_tree.h"

/* Facts of the tree, in full. */
static const struct {
	const char *key, *want;
} expected[] = {
	/* clang-format off */
	{"host.kernel", "6.1.0-example"},
	{"host.distribution", "Example Linux 1"},
	{"clocks.governor", "powersave, performance"},
	{"clocks.energy_preference", "balance_performance, performance"},
	{"clocks.boost", "off"},
	{"clocks.source", "tsc"},
	{"clocks.tsc", "constant_tsc, nonstop_tsc"},
	{"clocks.mitigations", "mitigated: bb, dd; vulnerable: cc; not affected: 1"},
	{"clocks.driver", "absent: no /sys/devices/system/cpu/cpu*/cpufreq/scaling_driver"},
	{"cpu.processor", "Example CPU 9000"},
	{"cpu.vendor", "ExampleVendor"},
	{"cpu.variant", "absent: not told of a processor of this kind"},
	{"cpu.flags", "fpu vme hypervisor avx2 fma f16c constant_tsc nonstop_tsc"},
	{"cpu.isa_present", "ref, avx2"},
	{"cpu.isa_dispatch", "avx2"},
	{"cpu.kinds", "1 x Example CPU 9000 + 1 x another"},
	{"cpu.microcode", "0xa601206"},
	{"cpu.smt", "on"},
	{"cpu.online", "0-3"},
	{"cpu.offline", "none"},
	{"cpu.isolated", "unknown: no /sys/devices/system/cpu/isolated"},
	{"cpu.l1d", "2 x 32 KiB, 8 ways, of 2 threads each"},
	{"cpu.l1i", "2 x 64 KiB, ways unknown, of 2 threads each"},
	{"cpu.l2", "1 x 512 KiB, ways unknown, of 2 threads + 1 x 2 MiB, ways unknown, of 2 threads"},
	{"cpu.l3", "1 x 32 MiB, ways unknown, of 4 threads"},
	{"cpu.l4", "absent: no cache of this level"},
	{"memory.thp", "madvise"},
	{"memory.thp_defrag", "absent: no /sys/kernel/mm/transparent_hugepage/defrag"},
	{"memory.hugetlb", "0 of 2 MiB, 3 of 1 GiB"},
	{"memory.numa_distances", "absent: one node"},
	{"memory.modules", "absent: no /sys/firmware/dmi/tables/DMI"},
	{"host.hypervisor", "kvm"},
	{"host.container", "none"},
	{"host.affinity", "0-2"},
	{"host.cgroup_version", "2"},
	{"host.cpuset", "0-2"},
	{"host.limit_locked_memory", "65536"},
	{"host.limit_address_space", "unknown: no \"Max address space\" in /proc/self/limits"},
	{"host.address_randomisation", "unknown: no /proc/sys/kernel/randomize_va_space"},
	{"host.libc", "unknown: a captured tree does not say"},
	{"host.numa_policy", "interleave:0-1"},
	{"host.energy_counters", "intel-rapl package-0, intel-rapl:0 core"},
	{"host.sensors", "hwmon1 nvme, hwmon3 k10temp"},
	{"host.thermal_zones", "absent: no /sys/class/thermal"},
	{"run.variables", "unknown: a captured tree does not say"},
	{"gpu.driver", "absent: no /sys/bus/pci/devices"},
	/* clang-format on */
};

static void put_more(void)
{
	put("/sys/devices/system/cpu/offline", "\n");
	put_cpu(0, "cache/index0/ways_of_associativity", "8\n");
	put_cpu(1, "cache/index0/ways_of_associativity", "8\n");
	put("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "0\n");
	put("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "3\n");
	put("/sys/fs/cgroup/outer.slice/cpuset.cpus.effective", "0-3\n");
	put("/sys/fs/cgroup/outer.slice/secret-name/cpuset.cpus.effective", "0-2\n");
	put("/proc/self/numa_maps", "55d0c0000 interleave:0-1 file=/x\n55d0c1000 default\n");
	put("/sys/class/powercap/intel-rapl/name", "package-0\n");
	put("/sys/class/powercap/intel-rapl:0/name", "core\n");
}

static void test_environment(void)
{
	json_t *e = host_environment(root);

	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
		is_text(text(e, expected[i].key), expected[i].want, expected[i].key);
	is_int(number(e, "cpu.sockets"), 1, "sockets");
	is_int(number(e, "cpu.cores"), 2, "cores");
	is_int(number(e, "cpu.threads"), 4, "threads");
	is_int(number(e, "cpu.threads_per_core"), 2, "threads a core");
	is_int(number(e, "cpu.numa_nodes"), 1, "NUMA nodes");
	is_int(number(e, "memory.total_bytes"), 16206208LL * 1024, "memory");
	is_int(number(e, "memory.swap_bytes"), 2097148LL * 1024, "swap");
	is_near(json_opt_real(e, "host.cpu_limit", 0), 1.5, 0, "the outer group binds CPUs");
	is_int(number(e, "host.memory_limit_bytes"), 1073741824, "and memory");
	is_near(json_opt_real(e, "run.start_load_1", 0), 1.25, 0, "the moment stands in it");
	char *all = json_text(e);
	ok(!strstr(all, "secret-name"), "names of groups do not leave");
	ok(!strstr(all, "0123456789abcdef"), "nor does the machine-id");
	free(all);
	json_decref(e);
}

static void test_groups_v1(void)
{
	put("/proc/self/cgroup", "9:name=systemd:/\n4:memory:/a\n3:cpuset:/a\n2:cpu,cpuacct:/a/b\n0::/\n");
	put("/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us", "-1\n");
	put("/sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us", "100000\n");
	put("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000\n");
	put("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
	put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
	put("/sys/fs/cgroup/cpuset/a/cpuset.effective_cpus", "1,3\n");
	json_t *e = host_environment(root);
	is_text(text(e, "host.cgroup_version"), "1 and 2", "both versions at once");
	is_near(json_opt_real(e, "host.cpu_limit", 0), 0.5, 0, "quota of version 1");
	is_text(text(e, "host.memory_limit_bytes"), "none", "no limit of version 1");
	is_text(text(e, "host.cpuset"), "1,3", "CPUs of version 1");
	json_decref(e);
}

/* What a run is compared by, without what is of the moment. */
static void test_fingerprint(void)
{
	char first[65], second[65];
	json_t *e = host_environment(root);

	host_fingerprint(e, first);
	is_int(strspn(first, "0123456789abcdef"), 64, "a fingerprint");
	ok(fact_is_volatile("run.start_load_1") && fact_is_volatile("run.stop_utc"),
	   "load and time are of the moment");
	ok(!fact_is_volatile("run.variables"), "variables are not");
	ok(fact_is_volatile("memory.numa_bytes") && fact_is_volatile("memory.hwloc_bytes"),
	   "memory that a host lends to the nodes of its guest is");
	ok(!fact_is_volatile("memory.total_bytes") && !fact_is_volatile("cpu.numa_nodes"),
	   "the total and the nodes are not");
	json_object_set_new(e, "run.stop_load_1", json_real(9));
	host_fingerprint(e, second);
	is_text(second, first, "what is of the moment does not change it");
	json_object_set_new(e, "clocks.boost", json_string("on"));
	host_fingerprint(e, second);
	ok(strcmp(first, second) != 0, "another fact does");
	json_decref(e);
}

static void test_worker(void)
{
	json_t *e = json_object(), *build = json_pack("{s:s, s:s, s:s}", "git", "abc-dirty", "flags",
						      "-O2 -flto=auto", "compiler", "cc 1");

	put("/worker", "abc");
	char path[PATH_MAX + 16];
	snprintf(path, sizeof path, "%s/worker", root);
	host_put_worker(e, path, build, "own");
	is_text(text(e, "build.worker_sha256"),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"SHA-256 of \"abc\" (FIPS 180)");
	has_text(text(e, "build.worker_build_id"), "absent: ", "a text has no build id");
	is_text(text(e, "build.dirty"), "yes", "dirty");
	is_text(text(e, "build.lto"), "yes", "optimised when linked");
	is_text(text(e, "build.compiler"), "cc 1", "compiler");
	is_text(text(e, "build.version"), "unknown: the worker does not tell", "what a worker does not tell");
	host_put_worker(e, "/proc/self/exe", NULL, NULL);
	is_int(strlen(text(e, "build.worker_sha256")), 64, "a program's");
	has_text(text(e, "build.dirty"), "unknown: ", "nothing told");
	host_put_worker(e, NULL, NULL, NULL);
	is_text(text(e, "build.worker_sha256"), "unknown: no worker", "no worker");
	json_decref(build);
	json_decref(e);
}

int main(void)
{
	temp_folder();
	setenv("XDG_CONFIG_HOME", temp_path, 1);
	new_root("x86");
	put_x86_all();
	put_more();
	test_environment();
	test_groups_v1();
	test_fingerprint();
	test_worker();
	return tap_done();
}
