/* SPDX-License-Identifier: Apache-2.0 */
/* The picture that /sys gives of a machine: where hwloc is not asked, or does not know. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/sysfs.h"

#define NODE_FOLDER "/sys/devices/system/node"

enum { KINDS_MAX = 16, LEVELS = 4, NODES_MAX = 32, ROW_MAX = 512 };

static json_t *count(int n, const char *path)
{
	return n > 0 ? json_integer(n) : fact_unknown("no %s", path);
}

static void put_strbuf(json_t *o, const char *key, struct strbuf *text, const char *path)
{
	json_object_set_new(o, key, text->len ? fact_long(text->text) : fact_unknown("no %s", path));
	strbuf_free(text);
}

/* The first of the names (a list ended by NULL) that counts anything: kernels rename them. */
static int firsts_of(const char *root, const bool *cpus, const char *const *names)
{
	int n = 0;

	for (; *names && n == 0; names++)
		n = sysfs_firsts(root, cpus, *names);
	return n;
}

static void put_cores(json_t *o, const char *root, const bool *cpus, int n_cpus)
{
	static const char *const cores[] = {"topology/core_cpus_list", "topology/thread_siblings_list", NULL};
	static const char *const sockets[] = {"topology/package_cpus_list", "topology/core_siblings_list",
					      NULL};
	int n_cores = firsts_of(root, cpus, cores);

	json_object_set_new(o, "cpu.threads", count(n_cpus, CPU_FOLDER "/online"));
	json_object_set_new(o, "cpu.cores", count(n_cores, CPU_FOLDER "/cpu*/topology"));
	json_object_set_new(o, "cpu.sockets",
			    count(firsts_of(root, cpus, sockets), CPU_FOLDER "/cpu*/topology"));
	/* Where cores differ no quotient says it; hwloc does. */
	if (n_cores > 0 && n_cpus % n_cores == 0)
		json_object_set_new(o, "cpu.threads_per_core", json_integer(n_cpus / n_cores));
	else
		json_object_set_new(o, "cpu.threads_per_core",
				    fact_unknown("%d threads on %d cores", n_cpus, n_cores));
}

/* ---- caches ---- */

static int kind_add(struct cache *all, int n, const struct cache *c)
{
	for (int i = 0; i < n; i++)
		if (all[i].level == c->level && strcmp(all[i].type, c->type) == 0 &&
		    all[i].bytes == c->bytes && all[i].ways == c->ways && all[i].threads == c->threads) {
			all[i].n++;
			return n;
		}
	if (n < KINDS_MAX)
		all[n++] = *c;
	return n;
}

static void kind_put(struct strbuf *out, const struct cache *c)
{
	char size[32];

	strbuf_printf(out, "%s%d x %s", out->len ? " + " : "", c->n, size_text(c->bytes, size, sizeof size));
	if (c->ways)
		strbuf_printf(out, ", %d ways", c->ways);
	else
		strbuf_puts(out, ", ways unknown");
	strbuf_printf(out, ", of %d thread%s%s", c->threads, c->threads == 1 ? "" : "s",
		      c->n > 1 ? " each" : "");
}

static void put_cache(json_t *o, const char *key, const struct cache *all, int n, int level, const char *type)
{
	struct strbuf text = {0};

	for (int i = 0; i < n; i++)
		if (all[i].level == level && strcmp(all[i].type, type) == 0)
			kind_put(&text, &all[i]);
	if (text.len == 0 && n > 0 && level > 2)
		json_object_set_new(o, key, fact_absent("no cache of this level"));
	else
		put_strbuf(o, key, &text, CPU_FOLDER "/cpu*/cache of this kind");
}

static void put_caches(json_t *o, const char *root, const bool *cpus)
{
	struct cache all[KINDS_MAX], one;
	int n = 0;

	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		for (int i = 0; cpus[cpu] && i < CACHE_INDEXES; i++)
			if (cache_read(root, cpu, i, &one))
				n = kind_add(all, n, &one);
	put_cache(o, "cpu.l1d", all, n, 1, "d");
	put_cache(o, "cpu.l1i", all, n, 1, "i");
	for (int level = 2; level <= LEVELS; level++) {
		char key[16];
		snprintf(key, sizeof key, "cpu.l%d", level);
		put_cache(o, key, all, n, level, "");
	}
}

/* ---- memory nodes ---- */

/* "Node 0 MemTotal:       16206208 kB" */
static long long node_bytes(const char *root, int node)
{
	char path[128], text[SYSFS_MAX], key[64], value[64], *end;

	snprintf(path, sizeof path, NODE_FOLDER "/node%d/meminfo", node);
	snprintf(key, sizeof key, "Node %d MemTotal", node);
	if (file_head(root, path, text, sizeof text) < 0 || !text_value(text, key, value, sizeof value))
		return -1;
	long long kib = strtoll(value, &end, 10);
	return end != value && strcmp(end, " kB") == 0 && kib >= 0 && kib < INT64_MAX / 1024 ? kib * 1024
											     : -1;
}

static void node_put(const char *root, int node, struct strbuf *cpus, struct strbuf *memory,
		     struct strbuf *distances)
{
	char path[128], line[ROW_MAX];
	long long bytes = node_bytes(root, node);

	snprintf(path, sizeof path, NODE_FOLDER "/node%d/cpulist", node);
	if (file_line(root, path, line, sizeof line))
		strbuf_printf(cpus, "%s%d: %s", cpus->len ? "; " : "", node, line);
	else if (file_is(root, path)) /* memory alone, as of a card */
		strbuf_printf(cpus, "%s%d: none", cpus->len ? "; " : "", node);
	if (bytes >= 0)
		strbuf_printf(memory, "%s%d: %lld", memory->len ? "; " : "", node, bytes);
	snprintf(path, sizeof path, NODE_FOLDER "/node%d/distance", node);
	if (file_line(root, path, line, sizeof line))
		strbuf_printf(distances, "%s%s", distances->len ? "; " : "", line);
}

static void put_nodes(json_t *o, const char *root)
{
	bool nodes[CPUS_MAX];
	struct strbuf cpus = {0}, memory = {0}, distances = {0};
	int n = list_read(root, NODE_FOLDER "/online", nodes);

	json_object_set_new(o, "cpu.numa_nodes", count(n, NODE_FOLDER "/online"));
	for (int node = 0, done = 0; node < CPUS_MAX && n > 0 && done < NODES_MAX; node++)
		if (nodes[node]) {
			node_put(root, node, &cpus, &memory, &distances);
			done++;
		}
	put_strbuf(o, "cpu.numa_cpus", &cpus, NODE_FOLDER "/node*/cpulist");
	put_strbuf(o, "memory.numa_bytes", &memory, NODE_FOLDER "/node*/meminfo");
	if (n == 1) {
		json_object_set_new(o, "memory.numa_distances", fact_absent("one node"));
		strbuf_free(&distances);
		return;
	}
	put_strbuf(o, "memory.numa_distances", &distances, NODE_FOLDER "/node*/distance");
}

static int count_cpuinfo(const char *root)
{
	size_t size;
	char *cpuinfo = file_whole(root, "/proc/cpuinfo", &size);
	int n = cpuinfo ? cpuinfo_processors(cpuinfo) : 0;

	free(cpuinfo);
	return n;
}

json_t *sysfs_topology(const char *root)
{
	bool cpus[CPUS_MAX];
	json_t *o = json_object();
	int n = list_read(root, CPU_FOLDER "/online", cpus);

	if (n == 0)
		n = list_read(root, CPU_FOLDER "/present", cpus);
	if (n == 0)
		memset(cpus, 0, sizeof cpus);
	put_cores(o, root, cpus, n ? n : count_cpuinfo(root));
	put_caches(o, root, cpus);
	put_nodes(o, root);
	return o;
}
