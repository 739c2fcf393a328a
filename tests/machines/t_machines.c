/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of machines that are not here: make.sh makes their trees, the tables say what is right. */
#include "config.h"

#include "harness/host/host.h"

#include <limits.h>

#include "engines/base/json.h"
#include "tests/unit/temp_folder.h"

struct want {
	const char *key, *value; /* a number as its digits */
};

/* clang-format off */
static const struct want intel[] = {
	{"cpu.architecture", "x86_64"}, {"cpu.vendor", "GenuineIntel"}, {"cpu.family", "6"},
	{"cpu.model", "143"}, {"cpu.stepping", "8"}, {"cpu.microcode", "0x2b0004d0"},
	{"cpu.processor", "Intel(R) Xeon(R) Gold 6430"}, {"cpu.kinds", "16 x Intel(R) Xeon(R) Gold 6430"},
	{"cpu.variant", "absent: not told of a processor of this kind"},
	{"cpu.sockets", "2"}, {"cpu.cores", "8"}, {"cpu.threads", "16"}, {"cpu.threads_per_core", "2"},
	{"cpu.smt", "on"}, {"cpu.online", "0-15"}, {"cpu.offline", "none"}, {"cpu.numa_nodes", "2"},
	{"cpu.numa_cpus", "0: 0-3,8-11; 1: 4-7,12-15"},
	{"cpu.l1d", "8 x 48 KiB, 12 ways, of 2 threads each"},
	{"cpu.l1i", "8 x 32 KiB, 8 ways, of 2 threads each"},
	{"cpu.l2", "8 x 2 MiB, 16 ways, of 2 threads each"},
	{"cpu.l3", "2 x 60 MiB, 15 ways, of 8 threads each"}, {"cpu.l4", "absent: no cache of this level"},
	{"cpu.isa_present", "ref, avx2, avx512, vnni, bf16"}, {"cpu.isa_dispatch", "bf16"},
	{"memory.total_bytes", "269509197824"},
	{"memory.numa_bytes", "0: 134217728000; 1: 135291469824"}, {"memory.numa_distances", "10 21; 21 10"},
	{"memory.modules", "4 x 32 GiB DDR5 4800 MT/s"}, {"memory.module_count", "4"}, {"memory.slots", "5"},
	{"memory.speed_mts", "4400"}, {"memory.channels", "4"},
	{"memory.error_correction", "multiple bits"}, {"memory.thp", "madvise"},
	{"memory.hugetlb", "0 of 2 MiB"}, {"memory.swap_bytes", "0"},
	{"clocks.governor", "powersave"}, {"clocks.driver", "intel_pstate"}, {"clocks.boost", "on"},
	{"clocks.min_khz", "800000"}, {"clocks.max_khz", "3400000"}, {"clocks.base_khz", "2100000"},
	{"clocks.source", "tsc"}, {"clocks.idle_driver", "intel_idle"},
	{"clocks.mitigations", "mitigated: spectre_v2; vulnerable: gather_data_sampling; not affected: 1"},
	{"host.kernel", "6.1.0-18-amd64"}, {"host.distribution", "Example Linux 12"},
	{"host.hypervisor", "none"}, {"host.container", "none"}, {"host.product", "Example R750"},
	{"host.energy_counters", "intel-rapl:0 package-0, intel-rapl:0:0 dram"},
	{"host.sensors", "hwmon0 nvme, hwmon1 coretemp"}, {"host.affinity", "0-15"},
	{"host.cpu_limit", "unknown: no group of this process is shown in /sys/fs/cgroup"},
	{"run.start_temperature_celsius", "47"}, {"run.start_clocks_mhz", "2000.0 to 2150.0"},
	{"run.start_steal_ticks", "6"}, {"run.start_pressure_cpu_us", "123456"},
	{NULL, NULL},
};

static const struct want amd[] = {
	{"cpu.vendor", "AuthenticAMD"}, {"cpu.family", "25"}, {"cpu.model", "17"},
	{"cpu.sockets", "1"}, {"cpu.cores", "8"}, {"cpu.threads", "16"}, {"cpu.numa_nodes", "1"},
	{"cpu.l2", "8 x 1 MiB, 8 ways, of 2 threads each"},
	{"cpu.l3", "4 x 32 MiB, 16 ways, of 4 threads each"}, {"cpu.isa_dispatch", "avx2"},
	{"memory.numa_distances", "absent: one node"}, {"memory.hwloc_bytes", "66571993088"},
	{"memory.modules", "absent: no /sys/firmware/dmi/tables/DMI"},
	{"clocks.boost", "on"}, {"clocks.governor", "performance"}, {"clocks.source", "hpet"},
	{"run.start_temperature_celsius", "51.25"}, {"host.energy_counters", "absent: no /sys/class/powercap"},
	{"gpu.count", "1"}, {"gpu.driver", "535.104.05"}, {"gpu.0.name", "NVIDIA A100 80GB PCIe"},
	{"gpu.0.vbios", "92.00.68.00.01"}, {"gpu.0.pcie_speed", "16.0 GT/s PCIe"}, {"gpu.0.pcie_width", "8"},
	{"gpu.0.pcie_width_max", "16"}, {"gpu.0.pci_id", "NVIDIA 0x10de 0x20b5"},
	{"gpu.0.ecc", "unknown: told by the driver's library alone"},
	{NULL, NULL},
};

static const struct want biglittle[] = {
	{"cpu.architecture", "aarch64"}, {"cpu.processor", "Arm Cortex-A55"}, {"cpu.vendor", "0x41"},
	{"cpu.kinds", "4 x Arm Cortex-A55 + 2 x Arm Cortex-A76"}, {"cpu.capacity", "414, 1024"},
	{"cpu.sockets", "1"}, {"cpu.cores", "6"}, {"cpu.threads", "6"}, {"cpu.threads_per_core", "1"},
	{"cpu.smt", "notimplemented"}, {"cpu.microcode", "absent: arm has none that is told"},
	{"cpu.numa_nodes", "unknown: no /sys/devices/system/node/online"},
	{"cpu.l1d", "4 x 32 KiB, 4 ways, of 1 thread each + 2 x 64 KiB, 4 ways, of 1 thread each"},
	{"cpu.l2", "4 x 128 KiB, 4 ways, of 1 thread each + 2 x 512 KiB, 4 ways, of 1 thread each"},
	{"cpu.l3", "1 x 3 MiB, 12 ways, of 6 threads"},
	{"cpu.isa_present", "ref, neon"}, {"cpu.isa_dispatch", "neon"},
	{"clocks.max_khz", "1800000, 2400000"}, {"clocks.min_khz", "408000"}, {"clocks.tsc", "absent: no x86"},
	{"clocks.boost", "absent: no /sys/devices/system/cpu/intel_pstate/no_turbo and cpufreq/boost"},
	{"host.product", "Example Board"}, {"host.thermal_zones", "thermal_zone0 soc-thermal"},
	{"host.hypervisor", "unknown: this architecture does not say"},
	{"run.start_temperature_celsius", "41.538"},
	{NULL, NULL},
};

static const struct want server[] = {
	{"cpu.processor", "Arm Neoverse-N1"}, {"cpu.kinds", "8 x Arm Neoverse-N1"}, {"cpu.model", "0xd0c"},
	{"cpu.variant", "0x3"}, {"cpu.stepping", "1"}, {"cpu.sockets", "1"}, {"cpu.cores", "8"},
	{"cpu.l1d", "8 x 64 KiB, 4 ways, of 1 thread each"}, {"cpu.l3", "1 x 32 MiB, 16 ways, of 8 threads"},
	{"clocks.source", "arch_sys_counter"},
	{"clocks.governor", "absent: no /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"},
	{"host.hypervisor", "amazon"}, {"host.maker", "Amazon EC2"},
	{"memory.modules", "unknown: what the firmware lists can be read by root alone: "
			   "/sys/firmware/dmi/tables/DMI"},
	{NULL, NULL},
};

static const struct want container[] = {
	{"host.container", "podman"}, {"host.container_image", "docker.io/library/debian:12 sha256:0123abcd"},
	{"host.cgroup_version", "2"}, {"host.cpu_limit", "1"}, {"host.memory_limit_bytes", "2147483648"},
	{"host.cpuset", "2-3"}, {"host.cpuset_nodes", "0"}, {"host.affinity", "2-3"},
	{"host.hypervisor", "kvm"}, {"cpu.threads", "8"}, {"cpu.isa_dispatch", "vnni"},
	{NULL, NULL},
};

static const struct want pod[] = {
	{"host.container", "kubernetes"}, {"host.container_image", "unknown: the container is not told its image"},
	{"host.cgroup_version", "1 and 2"}, {"host.cpu_limit", "2.5"},
	{"host.memory_limit_bytes", "1073741824"}, {"host.cpuset", "0,2"}, {"host.cpuset_nodes", "0"},
	{"cpu.processor", "unknown: no /proc/cpuinfo"}, {"cpu.threads", "4"},
	{NULL, NULL},
};
/* clang-format on */

static char root[PATH_MAX];

static void make(const char *machine)
{
	const char *top = getenv("top_srcdir");
	char command[PATH_MAX * 3];

	snprintf(root, sizeof root, "%s/%s", temp_path, machine);
	snprintf(command, sizeof command, "sh '%s/tests/machines/make.sh' '%s' '%s'", top ? top : ".",
		 machine, root);
	if (system(command) != 0)
		bail("a tree cannot be made");
}

static void check(const char *machine, const struct want *want)
{
	make(machine);
	json_t *facts = host_environment(root);
	for (; want->key; want++) {
		char name[200], digits[64];
		const json_t *v = json_object_get(facts, want->key);
		snprintf(name, sizeof name, "%s: %s", machine, want->key);
		snprintf(digits, sizeof digits, "%.15g", json_number_value(v));
		is_text(json_is_string(v) ? json_string_value(v) : v ? digits : NULL, want->value, name);
	}
	json_decref(facts);
}

/* Facts that need no file, or are said of the absence of one. */
static bool is_of_us(const char *key, const char *value)
{
	static const char *const own[] = {"run.timer", "cpu.topology_source"};

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (strcmp(own[i], key) == 0)
			return true;
	return strncmp(value, "absent: ", 8) == 0;
}

/* Nothing is known, and nothing guessed: each fact says why. */
static void check_unknown(const char *what, bool absent)
{
	json_t *facts = host_environment(root), *v;
	const char *key;
	int n = 0;

	json_object_foreach(facts, key, v)
	{
		const char *text = json_string_value(v);
		bool says = text && strncmp(text, "unknown: ", 9) == 0 && text[9];
		bool other = text && is_of_us(key, text) && (absent || strncmp(text, "absent", 6) != 0);
		if (!says && !other)
			ok(false, "%s: %s is told: %s", what, key, text ? text : "a number");
		n++;
	}
	ok(n > 90, "%s: all facts say why they are unknown", what);
	json_decref(facts);
}

/* Whoever may read everything is somebody else for this. */
static void test_denied(void)
{
	char id[33], class_[33];
	bool is_root = geteuid() == 0;

	make("denied");
	chmod(temp_path, 0755);
	if (is_root && seteuid(65534) != 0) {
		skip("cannot be another user");
		return;
	}
	check_unknown("no permission", true);
	json_t *facts = host_environment(root);
	has_text(json_opt_string(facts, "cpu.vendor", ""), "unknown: ", "why is told");
	has_text(json_opt_string(facts, "host.kernel", ""), "Permission denied", "and what was in the way");
	json_decref(facts);
	json_decref(host_machine(root, id, class_));
	is_int(strlen(id), 32, "an id all the same");
	if (is_root && seteuid(0) != 0)
		bail("cannot be root again");
}

int main(void)
{
	temp_folder();
	setenv("XDG_CONFIG_HOME", temp_path, 1);
	check("intel", intel);
	check("amd", amd);
	check("arm-biglittle", biglittle);
	check("arm-server", server);
	check("container", container);
	check("pod", pod);
	make("empty");
	check_unknown("an empty tree", false);
	test_denied();
	return tap_done();
}
