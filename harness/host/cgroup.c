/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of the control groups this process is in. Each level from the group up to the top binds. Names of groups
 * stay out: they can hold a container's id.
 */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/group.h"
#include "harness/host/files.h"

/* Version 1 says "no limit" as the largest multiple of a page; nothing real comes near half of it. */
#define NO_LIMIT (INT64_MAX / 2)

struct limits {
	double cpus;	/* infinity: none */
	int64_t memory; /* NO_LIMIT: none */
	char set[FACT_MAX], nodes[FACT_MAX];
	bool seen, denied; /* a folder of this process' groups; a file in one */
};

static void look_at(struct limits *l, const char *dir)
{
	l->seen = l->seen || access(dir, X_OK) == 0;
}

/* A file that is not there sets no limit; one that may not be read could. */
static bool limit_line(struct limits *l, const char *dir, const char *name, char *buf, int size)
{
	errno = 0;
	if (group_line(dir, name, buf, size))
		return true;
	l->denied = l->denied || errno == EACCES || errno == EPERM;
	return false;
}

static bool group_number(struct limits *l, const char *dir, const char *name, int64_t *out)
{
	char line[64], *end;

	if (!limit_line(l, dir, name, line, sizeof line))
		return false;
	*out = strtoll(line, &end, 10);
	return end != line;
}

static void take_memory(const char *dir, void *arg)
{
	static const char *const names[] = {"memory.max", "memory.limit_in_bytes"};
	struct limits *l = arg;

	look_at(l, dir);
	for (int i = 0; i < 2; i++) {
		int64_t v;
		if (group_number(l, dir, names[i], &v) && v >= 0 && v < l->memory)
			l->memory = v;
	}
}

/* Version 2: "150000 100000" or "max 100000"; version 1 has a file for each. */
static void take_cpu(const char *dir, void *arg)
{
	struct limits *l = arg;
	char line[128], *end;
	double quota = 0, period = 0;
	int64_t us[2];

	look_at(l, dir);
	if (limit_line(l, dir, "cpu.max", line, sizeof line)) {
		quota = strtod(line, &end);
		period = strtod(end, NULL);
	} else if (group_number(l, dir, "cpu.cfs_quota_us", &us[0]) &&
		   group_number(l, dir, "cpu.cfs_period_us", &us[1])) {
		quota = (double)us[0];
		period = (double)us[1];
	}
	if (quota > 0 && period > 0)
		l->cpus = fmin(l->cpus, quota / period);
}

/* What is in force is told by the innermost group that has the file. */
static void take_list(const char *dir, const char *const names[2], char out[FACT_MAX])
{
	char line[FACT_MAX];

	for (int i = 0; i < 2 && !*out; i++)
		if (group_line(dir, names[i], line, sizeof line) && *line >= '0' && *line <= '9')
			memcpy(out, line, sizeof line);
}

static void take_set(const char *dir, void *arg)
{
	static const char *const cpus[] = {"cpuset.cpus.effective", "cpuset.effective_cpus"};
	static const char *const nodes[] = {"cpuset.mems.effective", "cpuset.effective_mems"};
	struct limits *l = arg;

	take_list(dir, cpus, l->set);
	take_list(dir, nodes, l->nodes);
}

static const char *version_name(int versions)
{
	if (versions == (GROUP_V1 | GROUP_V2))
		return "1 and 2";
	return versions == GROUP_V1 ? "1" : "2";
}

static json_t *fact_list(const char *list)
{
	return *list ? fact_text(list) : fact_unknown("no group of this process tells its cpuset");
}

/* That no file sets a limit says something only where there are files. */
static json_t *no_limit(const struct limits *l)
{
	if (l->denied)
		return fact_unknown("a group of this process may not be read");
	return l->seen ? fact_text("none")
		       : fact_unknown("no group of this process is shown in /sys/fs/cgroup");
}

static void put_limits(json_t *o, const struct limits *l)
{
	json_object_set_new(o, "host.cpu_limit", isinf(l->cpus) ? no_limit(l) : json_real(l->cpus));
	json_object_set_new(o, "host.memory_limit_bytes",
			    l->memory == NO_LIMIT ? no_limit(l) : json_integer(l->memory));
	json_object_set_new(o, "host.cpuset", fact_list(l->set));
	json_object_set_new(o, "host.cpuset_nodes", fact_list(l->nodes));
}

static void put_unread(json_t *o, const char *root)
{
	static const char *const keys[] = {"host.cgroup_version", "host.cpu_limit", "host.memory_limit_bytes",
					   "host.cpuset", "host.cpuset_nodes"};
	char text[FACT_MAX];
	bool read = file_head(root, "/proc/self/cgroup", text, sizeof text) >= 0;
	json_t *why =
		read ? fact_unknown("/proc/self/cgroup is not understood") : fact_unread("/proc/self/cgroup");

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_object_set(o, keys[i], why);
	json_decref(why);
}

void put_control_group(json_t *o, const char *root)
{
	struct limits l = {.cpus = INFINITY, .memory = NO_LIMIT};
	int versions = group_each(root, "cpu", take_cpu, &l);

	if (versions == GROUP_NONE) {
		put_unread(o, root);
		return;
	}
	group_each(root, "memory", take_memory, &l);
	group_each(root, "cpuset", take_set, &l);
	json_object_set_new(o, "host.cgroup_version", fact_text(version_name(versions)));
	put_limits(o, &l);
}
