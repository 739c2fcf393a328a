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
	setenv("XDG_CONFIG_HOME", temp_path, 1);
	test_broken();
	test_here();
	return tap_done();
}
