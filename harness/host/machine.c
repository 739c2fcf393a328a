/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stays the same from boot to boot: processor, topology, caches, memory, hypervisor. The machine's id and class
 * rest on these facts, their names and their texts: a new fact goes into the environment, or all stored machines
 * would be others.
 */
#include "config.h"

#include "harness/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "harness/host/facts.h"
#include "harness/host/files.h"
#include "harness/host/sysfs.h"

#define NODE_ONLINE  "/sys/devices/system/node/online"
#define CPUINFO	     "/proc/cpuinfo"
#define CLOCKSOURCES "/sys/devices/system/clocksource/clocksource0/available_clocksource"

/* ---- processor: the first block of cpuinfo; its keys differ from architecture to architecture ---- */

/* The first of the keys (a list ended by NULL) that cpuinfo has. */
static bool cpuinfo_first(const char *cpuinfo, const char *const *keys, char *buf, size_t size)
{
	for (; *keys; keys++)
		if (text_value(cpuinfo, *keys, buf, size))
			return true;
	return false;
}

static json_t *processor(const char *cpuinfo)
{
	/* x86, LoongArch, MIPS, POWER, RISC-V, 32-bit ARM. 64-bit ARM has numbers alone. */
	static const char *const names[] = {"model name", "Model Name", "cpu model", "cpu",
					    "uarch",	  "Processor",	NULL};
	char brand[FACT_MAX], implementer[64], part[64];

	if (cpuinfo_first(cpuinfo, names, brand, sizeof brand))
		return fact_text(brand);
	if (!text_value(cpuinfo, "CPU implementer", implementer, sizeof implementer) ||
	    !text_value(cpuinfo, "CPU part", part, sizeof part))
		return fact_unknown("%s names no processor", CPUINFO);
	snprintf(brand, sizeof brand, "implementer %s part %s", implementer, part);
	return fact_text(brand);
}

static const struct {
	const char *fact;
	const char *keys[3];
} cpuinfo_facts[] = {
	{"vendor", {"vendor_id", "CPU implementer", NULL}},
	{"family", {"cpu family", "CPU architecture", NULL}},
	{"model", {"model", "CPU part", NULL}},
	{"stepping", {"stepping", "CPU revision", NULL}},
	{"variant", {"CPU variant", NULL}},
};

static void put_processor(json_t *o, const char *cpuinfo)
{
	json_object_set_new(o, "processor", processor(cpuinfo));
	for (size_t i = 0; i < sizeof cpuinfo_facts / sizeof cpuinfo_facts[0]; i++) {
		char value[FACT_MAX];
		/* A key of another architecture is not unknown, it does not exist. */
		if (cpuinfo_first(cpuinfo, cpuinfo_facts[i].keys, value, sizeof value))
			json_object_set_new(o, cpuinfo_facts[i].fact, fact_text(value));
	}
}

static json_t *architecture(const char *root)
{
	struct utsname u;
	char line[FACT_MAX];

	if (file_line(root, "/proc/sys/kernel/arch", line, sizeof line)) /* since Linux 6.1 */
		return fact_text(line);
	if (*root == '\0' && uname(&u) == 0)
		return fact_text(u.machine);
	return fact_unread("/proc/sys/kernel/arch");
}

/* ---- topology: what is shared is counted at the first CPU of those that share it ---- */

static void put_count(json_t *o, const char *key, int n, const char *path)
{
	json_object_set_new(o, key, n > 0 ? json_integer(n) : fact_unknown("no %s", path));
}

/* ---- caches ---- */

enum { CACHES_MAX = 16 };

static int cache_add(struct cache *all, int n, const struct cache *c)
{
	for (int i = 0; i < n; i++)
		if (all[i].level == c->level && strcmp(all[i].type, c->type) == 0 &&
		    all[i].bytes == c->bytes) {
			all[i].n++;
			return n;
		}
	if (n < CACHES_MAX)
		all[n++] = *c;
	return n;
}

/* "l2": "2 x 512 KiB"; cores of two kinds give "4 x 2 MiB + 2 x 4 MiB". */
static void put_cache(json_t *o, const struct cache *c)
{
	char key[16], size[32], text[FACT_MAX];
	const char *before;

	snprintf(key, sizeof key, "l%d%s", c->level, c->type);
	before = json_string_value(json_object_get(o, key));
	snprintf(text, sizeof text, "%s%s%d x %s", before ? before : "", before ? " + " : "", c->n,
		 size_text(c->bytes, size, sizeof size));
	json_object_set_new(o, key, fact_text(text));
}

static json_t *caches(const char *root, const bool *cpus)
{
	struct cache all[CACHES_MAX], one;
	int n = 0;
	json_t *o;

	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		for (int i = 0; cpus[cpu] && i < CACHE_INDEXES; i++)
			if (cache_read(root, cpu, i, &one))
				n = cache_add(all, n, &one);
	if (n == 0)
		return fact_unknown("no " CPU_FOLDER "/cpu*/cache");
	o = json_object();
	for (int i = 0; i < n; i++)
		put_cache(o, &all[i]);
	return o;
}

/* 0 when cpuinfo was too long to be read whole: the id rests on it. */
static int processors_of(const char *cpuinfo)
{
	return strlen(cpuinfo) == FILE_HEAD - 1 ? 0 : cpuinfo_processors(cpuinfo);
}

static void put_topology(json_t *o, const char *root, const char *cpuinfo)
{
	static bool none[CPUS_MAX];
	bool cpus[CPUS_MAX], nodes[CPUS_MAX];
	int n = list_read(root, CPU_FOLDER "/present", cpus);

	if (n == 0)
		memcpy(cpus, none, sizeof cpus);
	put_count(o, "cpus", n ? n : processors_of(cpuinfo), CPU_FOLDER "/present");
	put_count(o, "cores", sysfs_firsts(root, cpus, "topology/thread_siblings_list"),
		  CPU_FOLDER "/cpu*/topology");
	put_count(o, "sockets", sysfs_firsts(root, cpus, "topology/core_siblings_list"),
		  CPU_FOLDER "/cpu*/topology");
	json_object_set_new(o, "caches", caches(root, cpus));
	put_count(o, "numa_nodes", list_read(root, NODE_ONLINE, nodes), NODE_ONLINE);
}

/* ---- hypervisor ---- */

/* Xen names itself; others are known by firmware, or by the clock they offer. */
static json_t *hypervisor(const char *root, const char *cpuinfo)
{
	char line[FACT_MAX], flags[SYSFS_MAX], text[FACT_MAX];

	if (file_line(root, "/sys/hypervisor/type", line, sizeof line) ||
	    file_line(root, "/proc/device-tree/hypervisor/compatible", line, sizeof line))
		return fact_text(line);
	if (!text_value(cpuinfo, "flags", flags, sizeof flags))
		return fact_unknown("this architecture does not say");
	if (!strstr(flags, " hypervisor"))
		return fact_text("none");
	if (file_line(root, CLOCKSOURCES, line, sizeof line)) {
		if (strstr(line, "kvm-clock"))
			return fact_text("kvm");
		if (strstr(line, "hyperv"))
			return fact_text("hyper-v");
	}
	if (!file_line(root, "/sys/class/dmi/id/sys_vendor", line, sizeof line))
		return fact_text("a guest of an unnamed hypervisor");
	snprintf(text, sizeof text, "a guest; its maker: %.200s", line);
	return fact_text(text);
}

json_t *stable_facts(const char *root)
{
	char cpuinfo[FILE_HEAD];
	json_t *o = json_object();

	(void)file_head(root, CPUINFO, cpuinfo, sizeof cpuinfo);
	put_processor(o, cpuinfo);
	json_object_set_new(o, "architecture", architecture(root));
	put_topology(o, root, cpuinfo);
	json_object_set_new(o, "memory_bytes", fact_memory(root, "MemTotal"));
	json_object_set_new(o, "hypervisor", hypervisor(root, cpuinfo));
	return o;
}

json_t *host_machine(const char *root, char id[33], char class_[33])
{
	json_t *o = stable_facts(root);

	identity(root, o, id, class_);
	return o;
}
