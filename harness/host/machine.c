/* SPDX-License-Identifier: Apache-2.0 */
/* What stays the same from boot to boot: processor, topology, caches, memory, hypervisor. */
#include "config.h"

#include "harness/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "harness/host/facts.h"
#include "harness/host/files.h"

#define CPU_FOLDER   "/sys/devices/system/cpu"
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

/* The list in the CPU's file begins with the CPU itself. */
static bool cpu_is_first(const char *root, int cpu, const char *name)
{
	char path[128], line[SYSFS_MAX], *end;

	snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/%s", cpu, name);
	return file_line(root, path, line, sizeof line) && strtol(line, &end, 10) == cpu && end != line;
}

static int count_firsts(const char *root, const bool *cpus, const char *name)
{
	int n = 0;

	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		n += cpus[cpu] && cpu_is_first(root, cpu, name);
	return n;
}

static void put_count(json_t *o, const char *key, int n, const char *path)
{
	json_object_set_new(o, key, n > 0 ? json_integer(n) : fact_unknown("no %s", path));
}

/* Blocks of cpuinfo, where there is no /sys; 0 when it was too long to be read whole. */
static int count_processors(const char *cpuinfo)
{
	int n = 0;

	if (strlen(cpuinfo) == FILE_HEAD - 1)
		return 0;
	for (const char *at = cpuinfo; (at = strstr(at, "processor")) != NULL; at++)
		n += (at == cpuinfo || at[-1] == '\n') && at[9 + strspn(at + 9, " \t")] == ':';
	return n;
}

/* ---- caches ---- */

enum { CACHES_MAX = 16, CACHE_INDEXES = 10 };

struct cache {
	int level, n;
	const char *type; /* "d", "i", or "" for unified */
	int64_t bytes;
};

static bool cache_line(const char *root, int cpu, int index, const char *name, char *buf, size_t size)
{
	char path[128];

	snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/cache/index%d/%s", cpu, index, name);
	return file_line(root, path, buf, size);
}

/* "512K" */
static int64_t size_parse(const char *text)
{
	char *end;
	long long v = strtoll(text, &end, 10);
	int shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;

	return v > 0 && v < ((int64_t)1 << 32) ? (int64_t)v << shift : 0;
}

/* False when the CPU has no such cache, or it is counted at another CPU. */
static bool cache_read(const char *root, int cpu, int index, struct cache *out)
{
	char path[64], level[16], type[32], size[32];

	snprintf(path, sizeof path, "cache/index%d/shared_cpu_list", index);
	if (!cache_line(root, cpu, index, "level", level, sizeof level) ||
	    !cache_line(root, cpu, index, "type", type, sizeof type) ||
	    !cache_line(root, cpu, index, "size", size, sizeof size) || !cpu_is_first(root, cpu, path))
		return false;
	*out = (struct cache){.level = (int)strtol(level, NULL, 10), .n = 1, .bytes = size_parse(size)};
	out->type = type[0] == 'D' ? "d" : type[0] == 'I' ? "i" : "";
	return out->level >= 1 && out->level <= 9 && out->bytes > 0;
}

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

static void put_topology(json_t *o, const char *root, const char *cpuinfo)
{
	static bool none[CPUS_MAX];
	bool cpus[CPUS_MAX], nodes[CPUS_MAX];
	int n = list_read(root, CPU_FOLDER "/present", cpus);

	if (n == 0)
		memcpy(cpus, none, sizeof cpus);
	put_count(o, "cpus", n ? n : count_processors(cpuinfo), CPU_FOLDER "/present");
	put_count(o, "cores", count_firsts(root, cpus, "topology/thread_siblings_list"),
		  CPU_FOLDER "/cpu*/topology");
	put_count(o, "sockets", count_firsts(root, cpus, "topology/core_siblings_list"),
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

json_t *host_machine(const char *root, char id[33], char class_[33])
{
	char cpuinfo[FILE_HEAD];
	json_t *o = json_object();

	(void)file_head(root, CPUINFO, cpuinfo, sizeof cpuinfo);
	put_processor(o, cpuinfo);
	json_object_set_new(o, "architecture", architecture(root));
	put_topology(o, root, cpuinfo);
	json_object_set_new(o, "memory_bytes", fact_memory(root, "MemTotal"));
	json_object_set_new(o, "hypervisor", hypervisor(root, cpuinfo));
	identity(root, o, id, class_);
	return o;
}
