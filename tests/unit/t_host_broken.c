/* SPDX-License-Identifier: Apache-2.0 */
/* Trees that somebody broke, or made to break us; and this machine. */
#include "config.h"

#include "harness/host/host.h"

#include "engines/base/rng.h"
#include "tests/unit/host_tree.h"

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
	"/proc/cmdline",
	"/proc/self/mountinfo",
	"/proc/self/numa_maps",
	"/proc/self/smaps_rollup",
	"/proc/1/environ",
	"/proc/driver/nvidia/version",
	"/proc/driver/nvidia/gpus/0000:01:00.0/information",
	"/run/.containerenv",
	"/sys/bus/pci/devices/0000:01:00.0/class",
	"/sys/devices/system/node/node0/meminfo",
	"/sys/devices/system/node/node0/cpulist",
	"/sys/devices/system/node/node0/distance",
	"/sys/devices/system/cpu/cpu0/topology/core_cpus",
	"/sys/devices/system/cpu/cpu0/cache/index0/ways_of_associativity",
	"/sys/firmware/dmi/tables/DMI",
	"/sys/firmware/dmi/entries/17-0/raw",
	"/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
	"/sys/class/powercap/x/name",
	"/sys/class/dmi/id/product_name",
	"/sys/fs/cgroup/outer.slice/cpuset.cpus.effective",
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

static void put_odd(const char *path, const char *target)
{
	char full[PATH_MAX * 2];

	snprintf(full, sizeof full, "%s%s", root, path);
	(void)unlink(full); /* a pipe would be written to, a link followed */
	put(path, "");
	if (unlink(full) != 0 || (target ? symlink(target, full) : mkfifo(full, 0600)) != 0)
		bail("no pipe or link can be made");
}

static void put_all_odd(const char *target)
{
	for (int i = 0; i < N_VICTIMS; i++)
		put_odd(victims[i], target);
}

/* A file of 1 TiB of zeros, which takes no disk. */
static void put_endless(const char *path)
{
	char full[PATH_MAX * 2];

	snprintf(full, sizeof full, "%s%s", root, path);
	(void)unlink(full);
	put(path, "");
	(void)!truncate(full, (off_t)1 << 40);
}

/* Pipes that nobody writes to, links in circles and out of the tree, files without end. */
static void test_odd(void)
{
	new_root("odd");
	put_x86_all();
	put_all_odd(NULL);
	sane("pipes instead of files");
	put_all_odd("loop");
	sane("links to nothing");
	for (int i = 0; i < N_VICTIMS; i++)
		put_odd(victims[i], strrchr(victims[i], '/') + 1);
	sane("links to themselves");
	put_all_odd("/proc/self/environ");
	setenv("HOST_SECRET", "ZX81", 1);
	sane("links out of the tree");
	json_t *e = host_environment(root);
	char *all = json_text(e);
	ok(!strstr(all, "ZX81"), "stay in it");
	free(all);
	json_decref(e);
	for (int i = 0; i < N_VICTIMS; i++)
		put_endless(victims[i]);
	sane("files of 1 TiB");
	new_root("hang");
	put_x86_all();
	put_odd("/sys/devices/system/cpu/cpu1/topology/physical_package_id", NULL);
	put("/sys/devices/system/cpu/cpu0/topology/core_cpus", "00000005\n");
	put_odd("/sys/devices/system/cpu/cpu0/topology/core_id", NULL);
	sane("a pipe where hwloc waits");
}

static void test_broken(void)
{
	enum { HUGE = 1 << 17 };
	char *junk = malloc(HUGE);

	new_root("empty");
	sane("an empty tree");
	new_root("broken");
	put_x86_all();
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
	test_odd();
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
	setenv("XDG_CONFIG_HOME", temp_path, 1);
	test_broken();
	test_here();
	return tap_done();
}
