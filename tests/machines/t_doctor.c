/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on machines that are not here, and on trees that are broken by hand. */
#include "config.h"

#include "engines/base/strbuf.h"
#include "harness/host/doctor.h"

#include <errno.h>
#include <limits.h>

#include "harness/host/doctor_check.h"
#include "harness/host/host.h"
#include "tests/unit/temp_folder.h"

/* What a finding must be; has: a part of value, why, source or fix, NULL for nothing. */
struct want {
	const char *name;
	enum verdict verdict;
	const char *has;
};

static char root[PATH_MAX];

static void make(const char *machine, const char *folder)
{
	const char *top = getenv("top_srcdir");
	char command[PATH_MAX * 3];

	snprintf(root, sizeof root, "%s/%s", temp_path, folder);
	snprintf(command, sizeof command, "sh '%s/tests/machines/make.sh' '%s' '%s'", top ? top : ".",
		 machine, root);
	if (system(command) != 0)
		bail("a tree cannot be made");
}

static void put(const char *path, const char *text)
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
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		bail("cannot write into the temporary folder");
}

static struct findings examine(void)
{
	struct findings list = {0};
	json_t *facts = host_facts(root, false);

	doctor_examine(&list, root, facts);
	json_decref(facts);
	return list;
}

static const struct finding *find(const struct findings *list, const char *name)
{
	for (int i = 0; i < list->n; i++)
		if (strcmp(list->item[i].name, name) == 0)
			return &list->item[i];
	return NULL;
}

static bool says(const struct finding *f, const char *part)
{
	return strstr(f->value, part) || strstr(f->why, part) || strstr(f->source, part) ||
	       strstr(f->fix, part);
}

static void check(const char *what, const struct want *want)
{
	struct findings list = examine();

	for (; want->name; want++) {
		const struct finding *f = find(&list, want->name);
		bool right = f && f->verdict == want->verdict && (!want->has || says(f, want->has));
		ok(right, "%s: %s is %s%s%s", what, want->name, finding_verdict_name(want->verdict),
		   want->has ? ", " : "", want->has ? want->has : "");
		if (f && !right)
			printf("# %s: %s | %s | %s | %s\n", finding_verdict_name(f->verdict), f->value,
			       f->why, f->source, f->fix);
	}
	free(list.item);
}

/* Each says how it is known; one that is not fine says why. */
static void check_form(const char *what)
{
	struct findings list = examine();
	int bad = 0;

	for (int i = 0; i < list.n; i++) {
		const struct finding *f = &list.item[i];
		bool seen = f->verdict == VERDICT_UNKNOWN || *f->value;
		if (seen && *f->source && (f->verdict == VERDICT_OK || *f->why))
			continue;
		printf("# %s: %s\n", f->name, finding_verdict_name(f->verdict));
		bad++;
	}
	ok(bad == 0, "%s: every finding says how it is known, and why", what);
	free(list.item);
}

/* clang-format off */
static const struct want intel[] = {
	{"governor", VERDICT_WARNING, "cpupower frequency-set -g performance"},
	{"boost", VERDICT_ADVICE, "intel_pstate/no_turbo"},
	{"clock limit", VERDICT_OK, NULL},
	{"clock source", VERDICT_OK, "tsc"},
	{"temperature", VERDICT_OK, "47 degrees"},
	{"smt", VERDICT_ADVICE, "-t 8"},
	{"kinds of cores", VERDICT_OK, NULL},
	{"cpu quota", VERDICT_UNKNOWN, "no group of this process"},
	{"hardware", VERDICT_UNKNOWN, NULL},
	{"affinity", VERDICT_OK, "0-15 of 0-15"},
	{"hypervisor", VERDICT_OK, "none"},
	{"steal", VERDICT_OK, "0.18 %"},
	{"container", VERDICT_OK, "none"},
	{"load", VERDICT_OK, "16 CPUs"},
	{"processes", VERDICT_UNKNOWN, "a captured tree does not say"},
	{"cpu pressure", VERDICT_OK, "1.25 %"},
	{"huge pages", VERDICT_OK, "madvise"},
	{"timer", VERDICT_UNKNOWN, "a captured tree does not say"},
	{NULL, VERDICT_OK, NULL},
};
static const struct want amd[] = {
	{"governor", VERDICT_OK, "performance"},
	{"boost", VERDICT_ADVICE, "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost"},
	{"clock source", VERDICT_WARNING, "hpet"},
	{"hardware", VERDICT_OK, "1: NVIDIA A100 80GB PCIe, driver 535.104.05"},
	{NULL, VERDICT_OK, NULL},
};
static const struct want biglittle[] = {
	{"kinds of cores", VERDICT_ADVICE, "Cortex-A76"},
	{"tsc", VERDICT_OK, "no x86"},
	{"hypervisor", VERDICT_UNKNOWN, "does not say"},
	{NULL, VERDICT_OK, NULL},
};
static const struct want container[] = {
	{"cpu quota", VERDICT_PROBLEM, "1 CPUs of time on 2 CPUs"},
	{"affinity", VERDICT_ADVICE, "2-3 of 0-7"},
	{"memory limit", VERDICT_ADVICE, "2 GiB"},
	{"container", VERDICT_ADVICE, "podman"},
	{"hypervisor", VERDICT_ADVICE, "kvm"},
	{NULL, VERDICT_OK, NULL},
};
static const struct want pod[] = {
	{"container", VERDICT_ADVICE, "kubernetes"},
	{"memory limit", VERDICT_ADVICE, "1 GiB"},
	{NULL, VERDICT_OK, NULL},
};
static const struct want broken[] = {
	{"governor", VERDICT_WARNING, "powersave, performance"},
	{"clock limit", VERDICT_WARNING, "1200000 kHz of 3400000"},
	{"throttling", VERDICT_WARNING, "up to 5 times at a CPU since boot"},
	{"temperature", VERDICT_WARNING, "97 degrees"},
	{"power", VERDICT_WARNING, "plug the machine in"},
	{"isolation", VERDICT_ADVICE, "taskset -c 14-15"},
	{"affinity", VERDICT_ADVICE, "0-13 of 0-15"},
	{"steal", VERDICT_WARNING, "10.00 %"},
	{"load", VERDICT_WARNING, "--wait-quiet"},
	{"cpu pressure", VERDICT_WARNING, "41.50 %"},
	{"memory pressure", VERDICT_WARNING, "7.00 %"},
	{"io pressure", VERDICT_ADVICE, "12.00 %"},
	{"available", VERDICT_WARNING, "512 MiB"},
	{"swap", VERDICT_ADVICE, "1 GiB used of 2 GiB, swappiness 60"},
	{"huge pages", VERDICT_ADVICE, "echo madvise"},
	{"numa balancing", VERDICT_WARNING, "on, 2 nodes"},
	{"address space", VERDICT_WARNING, "ulimit -v unlimited"},
	{"locked memory", VERDICT_OK, "65536 bytes"},
	{"pmu", VERDICT_ADVICE, "no PMU"},
	{"paranoid", VERDICT_WARNING, "kernel.perf_event_paranoid=2"},
	{"watchdog", VERDICT_ADVICE, "nmi_watchdog=0"},
	{"layout", VERDICT_ADVICE, "fixed addresses"},
	{"hardware", VERDICT_ADVICE, "1: NVIDIA 0x10de 0x2330, driver not loaded"},
	{"hardware", VERDICT_ADVICE, "sudo modprobe nvidia"},
	{NULL, VERDICT_OK, NULL},
};
static const struct want mended[] = {
	{"throttling", VERDICT_OK, "0 times at a CPU"},
	{"power", VERDICT_OK, "mains"},
	{"isolation", VERDICT_OK, "nohz_full: 14-15"},
	{"cpu pressure", VERDICT_ADVICE, "4.00 %"},
	{"swap", VERDICT_OK, "0 KiB used"},
	{"huge pages", VERDICT_OK, "always"},
	{"numa balancing", VERDICT_OK, "off"},
	{"address space", VERDICT_OK, "unlimited"},
	{"pmu", VERDICT_OK, "cpu"},
	{"paranoid", VERDICT_OK, "-1"},
	{"watchdog", VERDICT_OK, "off"},
	{"layout", VERDICT_OK, "random addresses"},
	{"hardware", VERDICT_OK, "none of NVIDIA's"},
	{NULL, VERDICT_OK, NULL},
};
static const struct want nonsense[] = {
	{"throttling", VERDICT_UNKNOWN, "no counter"},
	{"steal", VERDICT_UNKNOWN, "not understood"},
	{"load", VERDICT_UNKNOWN, "not understood"},
	{"cpu pressure", VERDICT_UNKNOWN, "not understood"},
	{"swap", VERDICT_UNKNOWN, NULL},
	{"available", VERDICT_UNKNOWN, NULL},
	{"paranoid", VERDICT_UNKNOWN, "not understood"},
	{"numa balancing", VERDICT_UNKNOWN, "not understood"},
	{"address space", VERDICT_UNKNOWN, "no \"Max address space\""},
	{NULL, VERDICT_OK, NULL},
};
static const char *const broken_files[][2] = {
	{"/sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "performance\n"},
	{"/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n"},
	{"/sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count", "5\n"},
	{"/sys/devices/system/cpu/cpu2/thermal_throttle/core_throttle_count", "-7\n"},
	{"/sys/devices/system/cpu/isolated", "14-15\n"},
	{"/sys/class/hwmon/hwmon1/temp1_input", "97000\n"},
	{"/sys/class/power_supply/AC/type", "Mains\n"},
	{"/sys/class/power_supply/AC/online", "0\n"},
	{"/sys/class/power_supply/BAT0/type", "Battery\n"},
	{"/sys/class/power_supply/BAT0/status", "Discharging\n"},
	{"/proc/self/status", "Cpus_allowed_list:\t0-13\n"},
	{"/proc/stat", "cpu  100 0 300 500 0 0 0 100 0 0\n"},
	{"/proc/loadavg", "17.50 9.00 3.00 20/200 1234\n"},
	{"/proc/pressure/cpu", "some avg10=41.50 avg60=0.00 avg300=0.00 total=1\n"},
	{"/proc/pressure/memory", "some avg10=7.00 avg60=0.00 avg300=0.00 total=1\n"},
	{"/proc/pressure/io", "some avg10=12.00 avg60=0.00 avg300=0.00 total=1\n"},
	{"/proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 524288 kB\nSwapTotal: 2097152 kB\nSwapFree: 1048576 kB\n"},
	{"/proc/sys/vm/swappiness", "60\n"},
	{"/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n"},
	{"/proc/sys/kernel/numa_balancing", "1\n"},
	{"/proc/self/limits", "Max address space  4294967296  unlimited  bytes\nMax locked memory  65536  65536  bytes\n"},
	{"/sys/bus/event_source/devices/software/type", "1\n"},
	{"/proc/sys/kernel/perf_event_paranoid", "3\n"},
	{"/proc/sys/kernel/nmi_watchdog", "1\n"},
	{"/proc/sys/kernel/randomize_va_space", "0\n"},
	{"/sys/bus/pci/devices/0000:21:00.0/class", "0x030200\n"},
	{"/sys/bus/pci/devices/0000:21:00.0/vendor", "0x10de\n"},
	{"/sys/bus/pci/devices/0000:21:00.0/device", "0x2330\n"},
};
static const char *const mended_files[][2] = {
	{"/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "0\n"},
	{"/sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count", "0\n"},
	{"/sys/devices/system/cpu/nohz_full", "14-15\n"},
	{"/proc/self/status", "Cpus_allowed_list:\t0-15\n"},
	{"/sys/class/power_supply/AC/online", "1\n"},
	{"/sys/class/power_supply/BAT0/status", "Full\n"},
	{"/sys/class/power_supply/hidpp_battery_0/type", "Battery\n"},
	{"/sys/class/power_supply/hidpp_battery_0/scope", "Device\n"},
	{"/sys/class/power_supply/hidpp_battery_0/status", "Discharging\n"},
	{"/proc/pressure/cpu", "some avg10=4.00 avg60=0.00 avg300=0.00 total=1\n"},
	{"/proc/meminfo", "MemTotal: 16777216 kB\nSwapTotal: 2097152 kB\nSwapFree: 2097152 kB\n"},
	{"/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n"},
	{"/proc/sys/kernel/numa_balancing", "0\n"},
	{"/proc/self/limits", "Max address space  unlimited  unlimited  bytes\n"},
	{"/sys/bus/event_source/devices/cpu/type", "4\n"},
	{"/proc/sys/kernel/perf_event_paranoid", "-1\n"},
	{"/proc/sys/kernel/nmi_watchdog", "0\n"},
	{"/proc/sys/kernel/randomize_va_space", "2\n"},
	{"/sys/bus/pci/devices/0000:21:00.0/vendor", "0x1002\n"},
};
/* clang-format on */

static void test_machine(const char *machine, const struct want *want)
{
	make(machine, machine);
	check(machine, want);
	check_form(machine);
}

static void test_broken(void)
{
	make("intel", "broken");
	for (int cpu = 0; cpu < 16; cpu++) {
		char path[128];
		snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_max_freq", cpu);
		put(path, "1200000\n");
	}
	for (size_t i = 0; i < sizeof broken_files / sizeof broken_files[0]; i++)
		put(broken_files[i][0], broken_files[i][1]);
	check("broken", broken);
	check_form("broken");
	for (size_t i = 0; i < sizeof mended_files / sizeof mended_files[0]; i++)
		put(mended_files[i][0], mended_files[i][1]);
	check("mended", mended);
	check_form("mended");
	/* Every file that was written is of no use now. */
	for (size_t i = 0; i < sizeof broken_files / sizeof broken_files[0]; i++)
		put(broken_files[i][0], "\377\001 99999999999999999999999 %s -\n");
	check("nonsense", nonsense);
	check_form("nonsense");
}

/* Every other CPU of many: such lists are longer than a line that is shown. */
static void test_many_cpus(void)
{
	static const struct want many[] = {
		{"affinity", VERDICT_ADVICE, "127 of 256 CPUs are not ours"},
		{"affinity", VERDICT_ADVICE, "129 CPUs of 0-255"},
		{"isolation", VERDICT_ADVICE, "$(cat /sys/devices/system/cpu/isolated)"},
		{NULL, VERDICT_OK, NULL},
	};
	struct strbuf even = {0}, odd = {0};

	for (int cpu = 0; cpu < 256; cpu++)
		strbuf_printf(cpu % 2 ? &odd : &even, "%s%d", cpu > 1 ? "," : "", cpu);
	make("intel", "many");
	put("/sys/devices/system/cpu/online", "0-255\n");
	put("/sys/devices/system/cpu/isolated", strbuf_text(&odd));
	strbuf_reset(&odd);
	strbuf_printf(&odd, "Cpus_allowed_list:\t%s,255\n", strbuf_text(&even));
	put("/proc/self/status", strbuf_text(&odd));
	check("many", many);
	check_form("many");
	put("/sys/devices/system/cpu/isolated", "3,2,1-\n");
	static const struct want wrong[] = {{"isolation", VERDICT_UNKNOWN, "no list of CPUs"},
					    {NULL, VERDICT_OK, NULL}};
	check("no list", wrong);
	strbuf_free(&even);
	strbuf_free(&odd);
}

/* Nothing can be read: nothing is said of it. */
static void test_empty(void)
{
	make("empty", "empty");
	struct findings list = examine();
	int n_unknown = 0;

	for (int i = 0; i < list.n; i++)
		n_unknown += list.item[i].verdict == VERDICT_UNKNOWN;
	ok(list.n > 30, "there are checks");
	is_int(n_unknown, list.n, "an empty tree: all is unknown");
	free(list.item);
	check_form("empty");
}

static void test_process_lines(void)
{
	struct process_time t;

	ok(process_time_parse("12 (cc1) R 1 2 3 4 5 6 7 8 9 10 250 50 0 0", &t) && t.ticks == 300,
	   "a process' time is that of user and system");
	ok(process_time_parse("12 (a) b) \033) S 1 2 3 4 5 6 7 8 9 10 1 2 3", &t) &&
		   strcmp(t.name, "a) b) ?") == 0 && t.ticks == 3,
	   "a name may hold anything");
	ok(!process_time_parse("12 (cc1) R 1 2", &t), "too short a line is none");
	ok(!process_time_parse("12 cc1 R 1 2 3 4 5 6 7 8 9 10 250 50", &t), "so is one without a name");
	ok(!process_time_parse(") (", &t) && !process_time_parse("", &t), "and nonsense");
}

int main(void)
{
	temp_folder();
	setenv("XDG_CONFIG_HOME", temp_path, 1);
	test_machine("intel", intel);
	test_machine("amd", amd);
	test_machine("arm-biglittle", biglittle);
	test_machine("container", container);
	test_machine("pod", pod);
	test_broken();
	test_many_cpus();
	test_empty();
	test_process_lines();
	return tap_done();
}
