/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/group.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool group_line(const char *dir, const char *name, char *buf, int size)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", dir, name);
	if (n < 0 || n >= (int)sizeof path)
		return false;
	FILE *f = fopen(path, "re");
	if (!f)
		return false;
	bool got = fgets(buf, size, f) != NULL;
	fclose(f);
	return got;
}

/* From the group at top/path up to top. */
static uint64_t path_least(const char *top, const char *path, group_fn *fn)
{
	char dir[PATH_MAX];
	int n = snprintf(dir, sizeof dir, "%s%s", top, path);
	if (n < 0 || n >= (int)sizeof dir)
		return UINT64_MAX;
	uint64_t least = UINT64_MAX;
	for (size_t top_len = strlen(top); strlen(dir) >= top_len;) {
		uint64_t v = fn(dir);
		if (v < least)
			least = v;
		char *slash = strrchr(dir, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	return least;
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

/* A line "hierarchy:controllers:path"; version 2 has no controllers. */
static uint64_t line_least(char *line, const char *top, const char *controller, group_fn *fn)
{
	char dir[PATH_MAX];
	char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
	if (!path)
		return UINT64_MAX;
	line[strcspn(line, "\n")] = '\0';
	*path++ = '\0';
	list++;
	if (*list != '\0' && !list_has(list, controller))
		return UINT64_MAX;
	int n = *list ? snprintf(dir, sizeof dir, "%s/%s", top, controller)
		      : snprintf(dir, sizeof dir, "%s", top);
	if (n < 0 || n >= (int)sizeof dir)
		return UINT64_MAX;
	return path_least(dir, strcmp(path, "/") == 0 ? "" : path, fn);
}

uint64_t group_least(const char *proc, const char *top, const char *controller, group_fn *fn)
{
	char line[PATH_MAX];
	uint64_t least = UINT64_MAX;
	FILE *f = fopen(proc, "re");
	while (f && fgets(line, sizeof line, f)) {
		uint64_t v = line_least(line, top, controller, fn);
		if (v < least)
			least = v;
	}
	if (f)
		fclose(f);
	return least;
}
