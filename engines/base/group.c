/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/group.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GROUPS	   "/proc/self/cgroup"
#define MOUNTS	   "/proc/self/mountinfo"
#define GROUPS_TOP "/sys/fs/cgroup"

/* More than a machine full of containers mounts; a file without end is not read to it. */
enum { LINES_MAX = 8192 };

/* What a walk is about; hierarchy is the list of controllers in the line it is at, "" for version 2. */
struct walk {
	const char *root, *controller, *hierarchy;
	group_visit_fn *fn;
	void *arg;
};

/* A pipe that somebody put into a tree is not waited for. */
static FILE *open_text(const char *root, const char *path)
{
	char full[PATH_MAX];
	int n = snprintf(full, sizeof full, "%s%s", root, path);
	if (n < 0 || n >= (int)sizeof full)
		return NULL;
	int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	if (fd >= 0 && !f)
		close(fd);
	return f;
}

bool group_line(const char *dir, const char *name, char *buf, int size)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "/%s", name);
	FILE *f = n > 0 && n < (int)sizeof path ? open_text(dir, path) : NULL;
	if (!f)
		return false;
	bool got = fgets(buf, size, f) != NULL;
	fclose(f);
	return got;
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

/* ---- where the hierarchy is mounted ---- */

/*
 * "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS... - TYPE SOURCE SUPER_OPTIONS": the line is of the walk's hierarchy. Cuts
 * it into *below (which part of the hierarchy is seen) and *point.
 */
static bool mount_parse(const struct walk *w, char *line, const char **below, const char **point)
{
	char *save = NULL, *field = strtok_r(line, " \n", &save);
	*below = *point = NULL;
	for (int i = 0; field && strcmp(field, "-") != 0; i++, field = strtok_r(NULL, " \n", &save)) {
		if (i == 3)
			*below = field;
		if (i == 4)
			*point = field;
	}
	const char *type = field ? strtok_r(NULL, " \n", &save) : NULL;
	const char *source = type ? strtok_r(NULL, " \n", &save) : NULL;
	const char *super = source ? strtok_r(NULL, " \n", &save) : NULL;
	if (!super || !*point || !*below)
		return false;
	if (*w->hierarchy == '\0')
		return strcmp(type, "cgroup2") == 0;
	return strcmp(type, "cgroup") == 0 && list_has(super, w->controller);
}

/* The folder of the mount into top, and what of the group's path leads to it; false when it is not told. */
static bool mount_find(const struct walk *w, const char **path, char top[PATH_MAX])
{
	char line[PATH_MAX];
	const char *below = NULL, *point = NULL;
	bool found = false;
	FILE *f = open_text(w->root, MOUNTS);
	for (int i = 0; f && !found && i < LINES_MAX && fgets(line, sizeof line, f); i++)
		found = mount_parse(w, line, &below, &point);
	if (f)
		fclose(f);
	if (!found)
		return false;
	size_t n = strlen(below);
	if (n > 1 && strncmp(*path, below, n) == 0 && ((*path)[n] == '/' || (*path)[n] == '\0'))
		*path += n;
	int len = snprintf(top, PATH_MAX, "%s%s", w->root, point);
	return len > 0 && len < PATH_MAX;
}

static bool folder_is(char dir[PATH_MAX], const char *root, const char *name)
{
	int n = snprintf(dir, PATH_MAX, "%s" GROUPS_TOP "/%s", root, name);
	return n > 0 && n < PATH_MAX && access(dir, F_OK) == 0;
}

/* Where such folders are on every machine that does as systemd does. */
static bool usual_find(const struct walk *w, char top[PATH_MAX])
{
	if (*w->hierarchy &&
	    (folder_is(top, w->root, w->controller) || folder_is(top, w->root, w->hierarchy)))
		return true;
	if (*w->hierarchy == '\0' && folder_is(top, w->root, "unified"))
		return true;
	int n = snprintf(top, PATH_MAX, "%s" GROUPS_TOP, w->root);
	return n > 0 && n < PATH_MAX && *w->hierarchy == '\0';
}

/* ---- the walk ---- */

/* From the group at top/path up to top. */
static void path_walk(const struct walk *w, const char *top, const char *path)
{
	char dir[PATH_MAX];
	int n = snprintf(dir, sizeof dir, "%s%s", top, path);
	if (n < 0 || n >= (int)sizeof dir)
		return;
	for (size_t top_len = strlen(top); strlen(dir) >= top_len;) {
		w->fn(dir, w->arg);
		char *slash = strrchr(dir, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
}

/* A line "hierarchy:controllers:path"; version 2 has no controllers. Returns its version. */
static int line_walk(struct walk *w, char *line)
{
	char top[PATH_MAX];
	char *list = strchr(line, ':');
	char *colon = list ? strchr(list + 1, ':') : NULL;
	if (!colon)
		return GROUP_NONE;
	line[strcspn(line, "\n")] = '\0';
	*colon = '\0';
	w->hierarchy = list + 1;
	const char *path = colon + 1;
	int version = *w->hierarchy ? GROUP_V1 : GROUP_V2;
	if (version == GROUP_V1 && !list_has(w->hierarchy, w->controller))
		return version;
	/* Outside of this process' name space: what is shown begins at the top. */
	if (strstr(path, "/.."))
		path = "";
	if (mount_find(w, &path, top) || usual_find(w, top))
		path_walk(w, top, strcmp(path, "/") == 0 ? "" : path);
	return version;
}

int group_each(const char *root, const char *controller, group_visit_fn *fn, void *arg)
{
	struct walk w = {.root = root, .controller = controller, .fn = fn, .arg = arg};
	char line[PATH_MAX];
	int versions = GROUP_NONE;
	FILE *f = open_text(root, GROUPS);
	for (int i = 0; f && i < LINES_MAX && fgets(line, sizeof line, f); i++)
		versions |= line_walk(&w, line);
	if (f)
		fclose(f);
	return versions;
}

struct least {
	group_fn *fn;
	uint64_t value;
};

static void least_take(const char *dir, void *arg)
{
	struct least *l = arg;
	uint64_t v = l->fn(dir);
	if (v < l->value)
		l->value = v;
}

uint64_t group_least(const char *root, const char *controller, group_fn *fn)
{
	struct least l = {fn, UINT64_MAX};
	group_each(root, controller, least_take, &l);
	return l.value;
}
