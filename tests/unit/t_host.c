/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a machine from a small tree of /proc and /sys, what its id rests on, and how busy it is. */
#include "config.h"

#include "harness/host/host.h"

#include "tests/unit/host_tree.h"

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

/* Runs in stores are of this machine only as long as it has this id. */
static void test_pinned(void)
{
	char id[33], class_[33];

	json_decref(host_machine(root, id, class_));
	is_text(id, "20d14e1a815bf82d1d1d01006aece506", "the id that this tree had in version 0.1");
	is_text(class_, "d14efa5fc4ad0d522a39bd6427069866", "and its class");
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

int main(void)
{
	temp_folder();
	new_root("x86");
	put_x86_all();
	test_machine();
	test_identity();
	test_pinned();
	test_moment();
	test_arm();
	return tap_done();
}
