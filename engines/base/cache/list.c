/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engines/base/cache/cache.h"
#include "engines/base/mem.h"

#define HEX 32 /* digits of a key's hash */

/* Is it HEX digits and this ending, '?' standing for any character? */
static bool name_is(const char *name, const char *ending)
{
	if (strspn(name, "0123456789abcdef") < HEX || strlen(name) != HEX + strlen(ending))
		return false;
	for (name += HEX; *ending; name++, ending++)
		if (*ending != '?' && *name != *ending)
			return false;
	return true;
}

static bool is_kept(const char *name)
{
	return name_is(name, ".packed");
}

static bool is_half_written(const char *name)
{
	return name_is(name, ".??????.tmp");
}

/* Calls fn(path, arg) for each file that is wanted. ERR_IO. */
static int walk(const struct cache_folder *f, bool (*wanted)(const char *), void (*fn)(const char *, void *),
		void *arg, struct diag *d)
{
	struct dirent *e;
	DIR *dir = opendir(f->path);
	if (!dir)
		return errno == ENOENT
			       ? 0
			       : diag_set_at(d, ERR_IO, f->path, 0, "cannot be listed: %s", strerror(errno));
	while ((e = readdir(dir))) {
		char *path = wanted(e->d_name) ? mem_printf("%s/%s", f->path, e->d_name) : NULL;
		if (path)
			fn(path, arg);
		free(path);
	}
	closedir(dir);
	return 0;
}

/* The key text of an open file, NULL when it has none; free() it. */
static char *key_read(int fd, uint64_t file_bytes)
{
	unsigned char head[CACHE_HEAD + CACHE_KEY_MAX];
	struct cache_header h;
	ssize_t n = pread(fd, head, sizeof head, 0);
	if (n < 0 || cache_header_parse(head, (size_t)n, file_bytes, &h, NULL))
		return NULL;
	return mem_strdup(h.key);
}

struct listing {
	struct cache_entry *item;
	int n;
};

static void entry_add(const char *path, void *arg)
{
	struct listing *l = arg;
	struct stat st;
	/* O_NONBLOCK: a pipe of that name must not keep us waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && lstat(path, &st))
		return; /* gone meanwhile */
	if (fd >= 0 && fstat(fd, &st)) {
		close(fd);
		return;
	}
	l->item = mem_realloc(l->item, ((size_t)l->n + 1) * sizeof *l->item);
	l->item[l->n++] = (struct cache_entry){
		.path = mem_strdup(path),
		.bytes = (uint64_t)st.st_size,
		.used_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
		.key = fd >= 0 ? key_read(fd, (uint64_t)st.st_size) : NULL,
	};
	if (fd >= 0)
		close(fd);
}

static int later_first(const void *a, const void *b)
{
	const struct cache_entry *x = a, *y = b;
	if (x->used_ns != y->used_ns)
		return x->used_ns < y->used_ns ? 1 : -1;
	return strcmp(x->path, y->path);
}

int cache_list(const struct cache_folder *f, struct cache_entry **out, int *n, struct diag *d)
{
	struct listing l = {0};
	int rc = walk(f, is_kept, entry_add, &l, d);
	if (rc)
		return rc;
	if (l.n > 1)
		qsort(l.item, (size_t)l.n, sizeof *l.item, later_first);
	*out = l.item;
	*n = l.n;
	return 0;
}

void cache_list_free(struct cache_entry *list, int n)
{
	for (int i = 0; i < n; i++) {
		free(list[i].path);
		free(list[i].key);
	}
	free(list);
}

void cache_touch(int fd)
{
	/* The time of writing, which nothing else changes: that of access is off on many machines. */
	(void)futimens(fd, NULL);
}

static void bytes_add(const char *path, void *arg)
{
	struct stat st;
	if (lstat(path, &st) == 0 && st.st_size > 0)
		*(uint64_t *)arg += (uint64_t)st.st_size;
}

uint64_t cache_limit(const struct cache_folder *f)
{
	struct statvfs v;
	uint64_t held = 0, room;
	if (statvfs(f->path, &v))
		return f->max_bytes;
	if (walk(f, is_kept, bytes_add, &held, NULL))
		held = 0;
	room = ((uint64_t)v.f_bavail * v.f_frsize + held) / 2;
	return room < f->max_bytes ? room : f->max_bytes;
}

struct sweeping {
	struct cache_pruned *out;
	int error; /* of the first that could not be removed */
	char *path;
};

static void remove_one(struct sweeping *s, const char *path, uint64_t bytes)
{
	if (unlink(path) == 0) {
		s->out->n_files++;
		s->out->bytes += bytes;
	} else if (errno != ENOENT && !s->error) { /* gone is gone */
		s->error = errno;
		s->path = mem_strdup(path);
	}
}

/* A writer holds the lock of its file as long as it lives. */
static void orphan_remove(const char *path, void *arg)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0)
		remove_one(arg, path, (uint64_t)st.st_size);
	close(fd);
}

static int kept_remove(const struct cache_folder *f, uint64_t keep_bytes, struct sweeping *s, struct diag *d)
{
	struct cache_entry *list;
	int n, rc = cache_list(f, &list, &n, d);
	if (rc)
		return rc;
	for (int i = 0; i < n; i++) {
		if (keep_bytes > 0 && list[i].bytes <= keep_bytes) {
			keep_bytes -= list[i].bytes;
			continue;
		}
		/* Whatever is older goes, too, small as it may be: the last used stay. */
		keep_bytes = 0;
		remove_one(s, list[i].path, list[i].bytes);
	}
	cache_list_free(list, n);
	return 0;
}

int cache_prune(const struct cache_folder *f, uint64_t keep_bytes, struct cache_pruned *out, struct diag *d)
{
	struct sweeping s = {.out = out};
	*out = (struct cache_pruned){0};
	int rc = walk(f, is_half_written, orphan_remove, &s, d);
	if (!rc)
		rc = kept_remove(f, keep_bytes, &s, d);
	if (!rc && s.error)
		rc = diag_set_at(d, ERR_IO, s.path, 0, "cannot be removed: %s", strerror(s.error));
	free(s.path);
	return rc;
}
