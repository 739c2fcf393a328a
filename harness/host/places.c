/* SPDX-License-Identifier: Apache-2.0 */
/* Topology: hwloc's and /sys' pictures made one. */
#include "config.h"

#include <string.h>

#include "harness/host/facts.h"
#include "harness/host/files.h"
#include "harness/host/sysfs.h"
#include "harness/host/topology.h"

static bool is_known(const json_t *v)
{
	const char *text = json_string_value(v);

	return v && !(text && strncmp(text, "unknown: ", 9) == 0);
}

/* Adds what is not known yet. */
static void fill(json_t *o, json_t *from)
{
	const char *key;
	json_t *v;

	json_object_foreach(from, key, v)
	{
		if (!is_known(json_object_get(o, key)) && (is_known(v) || !json_object_get(o, key)))
			json_object_set(o, key, v);
	}
}

/* With SMT off the kernel may not tell so, but cores have one thread. */
static void put_smt(json_t *o)
{
	const json_t *threads = json_object_get(o, "cpu.threads_per_core");

	if (is_known(json_object_get(o, "cpu.smt")) || !is_known(threads))
		return;
	bool one = json_is_integer(threads) && json_integer_value(threads) == 1;
	json_object_set_new(o, "cpu.smt", fact_text(one ? "one thread a core" : "on"));
}

/* Where a tree has no nodes, hwloc makes one up. */
static void drop_nodes(json_t *hwloc)
{
	static const char *const keys[] = {"cpu.numa_nodes", "cpu.numa_cpus", "memory.numa_bytes",
					   "memory.numa_distances"};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_object_del(hwloc, keys[i]);
}

/*
 * On this machine hwloc knows more: it asks the processor, too. In a tree it reads masks where /sys has lists, and
 * takes a guess for what is not there: the lists are right.
 */
void put_topology_facts(json_t *o, const char *root)
{
	struct diag d = {0};
	char why[FACT_MAX * 3];
	json_t *hwloc = NULL, *sysfs = sysfs_topology(root);
	int rc = topology_read(root, &hwloc, &d);

	if (*root)
		fill(o, sysfs);
	if (*root && rc == 0)
		drop_nodes(hwloc);
	if (rc == 0)
		fill(o, hwloc);
	fill(o, sysfs);
	if (rc) {
		diag_format(&d, why, sizeof why);
		json_object_set_new(o, "cpu.topology_source", fact_text("/sys alone"));
		json_object_set_new(o, "memory.hwloc_bytes", fact_unknown("%s", why));
	}
	put_smt(o);
	json_decref(sysfs);
	json_decref(hwloc);
}
