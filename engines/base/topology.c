/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/topology.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/caches.h"
#include "engines/base/group.h"
#include "engines/base/mem.h"

#define SYSTEM "/sys/devices/system"
/* The longest list of CPU_LIST_MAX numbers, all of them alone. */
#define LINE_BYTES (CPU_LIST_MAX * 6)

/* The first line of a file below a folder of the system, NULL when there is none. In buf of LINE_BYTES. */
static const char *line_of(const char *dir, const char *name, char *buf)
{
	return group_line(dir, name, buf, LINE_BYTES) ? buf : NULL;
}

static int number_of(const char *dir, const char *name, char *buf)
{
	const char *line = line_of(dir, name, buf);
	char *end;
	long v = line ? strtol(line, &end, 10) : -1;
	return v < 0 || v > INT_MAX ? -1 : (int)v;
}

/* A list in a file; an empty one when it is missing or broken. */
static void list_of(const char *dir, const char *name, char *buf, struct cpu_list *out)
{
	const char *line = line_of(dir, name, buf);
	*out = (struct cpu_list){0};
	if (line && cpu_list_parse(out, line, ',', NULL))
		*out = (struct cpu_list){0};
}

/* Its core by the lowest sibling, and its rank among them. */
static void core_read(struct topology_cpu *c, const char *dir, char *buf)
{
	struct cpu_list siblings;
	list_of(dir, "topology/thread_siblings_list", buf, &siblings);
	c->unit[TOPOLOGY_CORE] = c->cpu;
	for (int i = 0; i < siblings.n; i++) {
		if (siblings.cpu[i] < c->unit[TOPOLOGY_CORE])
			c->unit[TOPOLOGY_CORE] = siblings.cpu[i];
		c->unit[TOPOLOGY_THREAD] += siblings.cpu[i] < c->cpu;
	}
	cpu_list_free(&siblings);
}

/* Its last-level cache by the lowest CPU that shares it. */
static void cache_read(struct topology_cpu *c, const char *root)
{
	struct cpu_caches caches;
	cpu_caches_read(root, c->cpu, &caches);
	if (caches.last)
		c->unit[TOPOLOGY_CACHE] = caches.level[caches.last - 1].first;
}

static void cpu_read(struct topology_cpu *c, const char *root, char *buf)
{
	char dir[PATH_MAX / 2];
	snprintf(dir, sizeof dir, "%s" SYSTEM "/cpu/cpu%d", root, c->cpu);
	int package = number_of(dir, "topology/physical_package_id", buf);
	c->unit[TOPOLOGY_PACKAGE] = package < 0 ? 0 : package;
	core_read(c, dir, buf);
	cache_read(c, root);
}

static void nodes_read(struct topology *t, const char *root)
{
	struct cpu_list nodes, cpus;
	topology_nodes(&nodes, root);
	for (int k = 0; k < nodes.n; k++) {
		if (topology_node_cpus(&cpus, root, nodes.cpu[k], NULL))
			continue;
		for (int i = 0; i < t->n; i++)
			if (cpu_list_has(&cpus, t->cpu[i].cpu))
				t->cpu[i].unit[TOPOLOGY_NODE] = nodes.cpu[k];
		cpu_list_free(&cpus);
	}
	cpu_list_free(&nodes);
}

void topology_read(struct topology *t, const char *root, const struct cpu_list *cpus)
{
	char *buf = mem_alloc(LINE_BYTES);
	*t = (struct topology){.n = cpus->n, .cpu = mem_alloc(((size_t)cpus->n + 1) * sizeof *t->cpu)};
	for (int i = 0; i < t->n; i++) {
		t->cpu[i].cpu = cpus->cpu[i];
		cpu_read(&t->cpu[i], root, buf);
	}
	nodes_read(t, root);
	free(buf);
}

void topology_free(struct topology *t)
{
	free(t->cpu);
	*t = (struct topology){0};
}

void topology_nodes(struct cpu_list *out, const char *root)
{
	char dir[PATH_MAX / 2], *buf = mem_alloc(LINE_BYTES);
	snprintf(dir, sizeof dir, "%s" SYSTEM "/node", root);
	list_of(dir, "online", buf, out);
	free(buf);
}

int topology_node_cpus(struct cpu_list *out, const char *root, int node, struct diag *d)
{
	char dir[PATH_MAX / 2], *buf = mem_alloc(LINE_BYTES);
	int rc = 0;
	snprintf(dir, sizeof dir, "%s" SYSTEM "/node/node%d", root, node);
	if (line_of(dir, "cpulist", buf))
		list_of(dir, "cpulist", buf, out);
	else
		rc = diag_set(d, ERR_UNAVAILABLE, "this machine has no NUMA node %d", node);
	free(buf);
	return rc;
}
