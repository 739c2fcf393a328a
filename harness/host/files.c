/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/host/files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#include "engines/base/cpu_list.h"
#include "engines/base/mem.h"

/* Not to wait for a pipe that somebody put into the tree, nor to take a terminal. */
#define FILE_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/* In a captured tree absolute links, and those with too many "..", lead to the tree's own top. */
static int open_below(const char *root, const char *path)
{
	int top, fd = -1;

	top = open(root, O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (top < 0)
		return -1;
	errno = ENOSYS;
#ifdef SYS_openat2
	struct open_how how = {.flags = FILE_FLAGS, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	fd = (int)syscall(SYS_openat2, top, path, &how, sizeof how);
#endif
	/* Linux before 5.6, or a container that does not know the call. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(top, path + strspn(path, "/"), FILE_FLAGS);
	int error = errno;
	close(top);
	errno = error;
	return fd;
}

int file_open(const char *root, const char *path)
{
	return *root ? open_below(root, path) : open(path, FILE_FLAGS);
}

bool file_is(const char *root, const char *path)
{
	int fd = file_open(root, path);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

long file_head(const char *root, const char *path, char *buf, size_t size)
{
	int fd = file_open(root, path);
	size_t len = 0;
	ssize_t got = 0;

	buf[0] = '\0';
	if (fd < 0)
		return -1;
	while (len < size - 1 && (got = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)got;
	int error = errno;
	close(fd);
	buf[len] = '\0';
	errno = error;
	return got < 0 ? -1 : (long)len;
}

char *file_whole(const char *root, const char *path, size_t *n)
{
	size_t size = FILE_HEAD;
	char *buf = NULL;
	long got;

	/* Files of /proc have no size: a buffer that was filled is tried again, larger. */
	do {
		size = size < FILE_MOST / 4 ? size * 4 : FILE_MOST;
		buf = mem_realloc(buf, size);
		got = file_head(root, path, buf, size);
	} while (got == (long)size - 1 && size < FILE_MOST);
	if (got < 0) {
		free(buf);
		return NULL;
	}
	*n = (size_t)got;
	return buf;
}

/* ---- folders ---- */

static int name_compare(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int folder_names(const char *root, const char *path, char ***names)
{
	int fd = file_open(root, path), n = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char **list;

	if (!dir) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		errno = error;
		return -1;
	}
	list = mem_alloc(NAMES_MAX * sizeof *list);
	for (const struct dirent *e; n < NAMES_MAX && (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.')
			list[n++] = mem_strdup(e->d_name);
	closedir(dir);
	qsort(list, (size_t)n, sizeof *list, name_compare);
	*names = list;
	return n;
}

void names_free(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* ---- texts ---- */

/* Without blanks at either end and with '?' for what is not printable. */
static void clean(char *s)
{
	size_t len, skip = strspn(s, " \t");

	memmove(s, s + skip, strlen(s + skip) + 1);
	s[strcspn(s, "\n")] = '\0';
	for (len = strlen(s); len > 0 && isspace((unsigned char)s[len - 1]); len--)
		s[len - 1] = '\0';
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = *s == '\t' ? ' ' : '?';
}

bool file_line(const char *root, const char *path, char *buf, size_t size)
{
	if (file_head(root, path, buf, size) < 0)
		return false;
	clean(buf);
	errno = ENODATA;
	return buf[0] != '\0';
}

static bool integer_parse(const char *text, int64_t *out)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return false;
	*out = v;
	return true;
}

bool file_integer(const char *root, const char *path, int64_t *out)
{
	char line[FACT_MAX];

	if (!file_line(root, path, line, sizeof line))
		return false;
	if (integer_parse(line, out))
		return true;
	errno = EINVAL;
	return false;
}

bool text_value(const char *text, const char *key, char *buf, size_t size)
{
	size_t key_len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_len) != 0)
			continue;
		const char *at = line + key_len + strspn(line + key_len, " \t");
		if (*at != ':')
			continue;
		snprintf(buf, size, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
		clean(buf);
		return buf[0] != '\0';
	}
	return false;
}

int list_parse(const char *text, bool *set)
{
	struct cpu_list list;

	_Static_assert(CPUS_MAX == CPU_LIST_MAX, "a set has room for every list");
	memset(set, 0, CPUS_MAX * sizeof *set);
	if (cpu_list_parse(&list, text, ',', NULL))
		return 0;
	int n = list.n;
	for (int i = 0; i < n; i++)
		set[list.cpu[i]] = true;
	cpu_list_free(&list);
	return n;
}

int list_read(const char *root, const char *path, bool *set)
{
	char line[SYSFS_MAX];

	return file_line(root, path, line, sizeof line) ? list_parse(line, set) : 0;
}

json_t *fact_text(const char *s)
{
	char line[FACT_MAX];

	snprintf(line, sizeof line, "%s", s);
	clean(line);
	return json_string(line);
}

json_t *fact_long(const char *s)
{
	char line[SYSFS_MAX];

	snprintf(line, sizeof line, "%s", s);
	clean(line);
	return json_string(line);
}

static json_t *fact_because(const char *word, const char *fmt, va_list ap)
{
	char line[FACT_MAX];
	int len = snprintf(line, sizeof line, "%s: ", word);

	vsnprintf(line + len, sizeof line - (size_t)len, fmt, ap);
	return fact_text(line);
}

json_t *fact_unknown(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	json_t *fact = fact_because("unknown", fmt, ap);
	va_end(ap);
	return fact;
}

json_t *fact_absent(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	json_t *fact = fact_because("absent", fmt, ap);
	va_end(ap);
	return fact;
}

json_t *fact_unread(const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return fact_unknown("no %s", path);
	if (errno == ENODATA)
		return fact_unknown("%s is empty", path);
	if (errno == EINVAL)
		return fact_unknown("%s is not understood", path);
	return fact_unknown("%s: %s", path, strerror(errno));
}

json_t *fact_missing(const char *root, const char *path)
{
	int error = errno;
	bool seen = file_is(root, "/sys/devices/system/cpu");

	errno = error;
	return error == ENOENT && seen ? fact_absent("no %s", path) : fact_unread(path);
}

json_t *fact_line(const char *root, const char *path)
{
	char line[FACT_MAX];

	return file_line(root, path, line, sizeof line) ? fact_text(line) : fact_unread(path);
}

json_t *fact_integer(const char *root, const char *path)
{
	int64_t v;

	return file_integer(root, path, &v) ? json_integer(v) : fact_unread(path);
}

const char *size_text(int64_t bytes, char *buf, size_t size)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double v = (double)bytes / 1024;
	size_t u = 0;

	while (v >= 1024 && u + 1 < sizeof units / sizeof units[0]) {
		v /= 1024;
		u++;
	}
	snprintf(buf, size, "%.4g %s", v, units[u]);
	return buf;
}
