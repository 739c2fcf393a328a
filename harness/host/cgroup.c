/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of the control groups this process is in, versions 1 and 2 and both at once (cgroups(7)). Each level
 * from the group up to the top binds. Names of groups stay out: they can hold a container's id.
 */
#include "config.h"

#include "harness/host/facts.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host/files.h"

#define GROUPS	   "/proc/self/cgroup"
#define GROUPS_TOP "/sys/fs/cgroup"
/* Version 1 says "no limit" as the largest multiple of a page; nothing real comes near half of it. */
#define NO_LIMIT (INT64_MAX / 2)

struct limits {
	bool v1, v2;
	double cpus;	/* infinity: none */
	int64_t memory; /* NO_LIMIT: none */
};

static void take_memory(struct limits *l, const char *root, const char *dir, const char *name)
{
	char path[PATH_MAX];
	int64_t v;

	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return;
	if (file_integer(root, path, &v) && v >= 0 && v < l->memory)
		l->memory = v;
}

static void take_quota(struct limits *l, double quota, double period)
{
	if (quota > 0 && period > 0)
		l->cpus = fmin(l->cpus, quota / period);
}

static void take_cpu_v1(struct limits *l, const char *root, const char *dir)
{
	char path[PATH_MAX];
	int64_t quota, period;

	if (snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", dir) >= (int)sizeof path ||
	    !file_integer(root, path, &quota))
		return;
	if (snprintf(path, sizeof path, "%s/cpu.cfs_period_us", dir) >= (int)sizeof path ||
	    !file_integer(root, path, &period))
		return;
	take_quota(l, (double)quota, (double)period);
}

/* "150000 100000" or "max 100000" */
static void take_cpu_v2(struct limits *l, const char *root, const char *dir)
{
	char path[PATH_MAX], line[FACT_MAX], *end;

	if (snprintf(path, sizeof path, "%s/cpu.max", dir) >= (int)sizeof path ||
	    !file_line(root, path, line, sizeof line))
		return;
	double quota = strtod(line, &end);
	if (end != line)
		take_quota(l, quota, strtod(end, NULL));
}

/* A list "cpu,cpuacct" names the controller. */
static bool list_has(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = list; (at = strstr(at, name)) != NULL; at += n)
		if ((at == list || at[-1] == ',') && (at[n] == ',' || at[n] == '\0'))
			return true;
	return false;
}

static void take_group(struct limits *l, const char *root, const char *dir, const char *controllers)
{
	if (*controllers == '\0') {
		take_cpu_v2(l, root, dir);
		take_memory(l, root, dir, "memory.max");
	}
	if (list_has(controllers, "cpu"))
		take_cpu_v1(l, root, dir);
	if (list_has(controllers, "memory"))
		take_memory(l, root, dir, "memory.limit_in_bytes");
}

/* From the group at top + path up to the top. */
static void take_path(struct limits *l, const char *root, const char *top, const char *path,
		      const char *controllers)
{
	char dir[PATH_MAX];
	size_t top_len = strlen(top);

	if (snprintf(dir, sizeof dir, "%s%s", top, strcmp(path, "/") == 0 ? "" : path) >= (int)sizeof dir)
		return;
	while (strlen(dir) >= top_len) {
		take_group(l, root, dir, controllers);
		*strrchr(dir, '/') = '\0';
	}
}

/* "4:memory:/group"; version 2 is "0::/group". */
static void take_line(struct limits *l, const char *root, char *line)
{
	char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
	char top[64];

	if (!path)
		return;
	*path++ = '\0';
	controllers++;
	if (*controllers == '\0') {
		l->v2 = true;
		take_path(l, root, GROUPS_TOP, path, controllers);
		return;
	}
	l->v1 = true;
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "memory" : "cpu";
		if (!list_has(controllers, name))
			continue;
		snprintf(top, sizeof top, GROUPS_TOP "/%s", name);
		take_path(l, root, top, path, name);
	}
}

json_t *fact_control_group(const char *root)
{
	char text[FILE_HEAD], *save = NULL;
	struct limits l = {.cpus = INFINITY, .memory = NO_LIMIT};
	json_t *o;

	if (file_head(root, GROUPS, text, sizeof text) < 0)
		return fact_unread(GROUPS);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(&l, root, line);
	if (!l.v1 && !l.v2)
		return fact_unknown(GROUPS " is not understood");
	o = json_object();
	json_object_set_new(o, "version", fact_text(l.v1 && l.v2 ? "1 and 2" : l.v1 ? "1" : "2"));
	json_object_set_new(o, "cpu_limit", isinf(l.cpus) ? fact_text("none") : json_real(l.cpus));
	json_object_set_new(o, "memory_limit_bytes",
			    l.memory == NO_LIMIT ? fact_text("none") : json_integer(l.memory));
	return o;
}
