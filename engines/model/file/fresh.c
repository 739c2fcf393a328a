/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/file/fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engines/base/mem.h"

/* The head of a file comes in pieces of some bytes. */
#define BUFFER_BYTES 65536

struct fresh {
	char *path, *temporary;
	int fd; /* -1: none */
	char *buffer;
	size_t n_held;	    /* bytes of the buffer that are not written yet */
	uint64_t n_written; /* before them */
	uint64_t limit; /* bytes a file of this process may have: writing beyond is a signal, not an error */
	bool replace;
	bool named; /* it stands at temporary */
};

static int io_error(const char *path, struct diag *d)
{
	return diag_set_at(d, ERR_IO, path, 0, "cannot be written: %s", strerror(errno ? errno : EIO));
}

static int exists_error(const char *path, struct diag *d)
{
	return diag_set_at(d, ERR_IO, path, 0, "is there already, and is replaced only by --force");
}

/* What stands at the path must be nothing, or a file that may be replaced. */
static int place_check(const char *path, bool replace, struct diag *d)
{
	struct stat st;
	if (lstat(path, &st))
		return errno == ENOENT ? 0 : io_error(path, d);
	/* What a link leads to decides; one that leads nowhere is replaced like a file. */
	if (S_ISLNK(st.st_mode) && stat(path, &st))
		return replace ? 0 : exists_error(path, d);
	if (S_ISDIR(st.st_mode))
		return diag_set_at(d, ERR_IO, path, 0, "is a folder, expected the name of a file");
	if (!S_ISREG(st.st_mode))
		return diag_set_at(d, ERR_IO, path, 0, "is no regular file");
	return replace ? 0 : exists_error(path, d);
}

/* Of the path's folder; -1 where that cannot be. */
static int open_unnamed(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash ? mem_strdup(".") : mem_strndup(path, (size_t)(slash - path) + 1);
	/* The name is given through /proc. */
	int fd = access("/proc/self/fd", X_OK) ? -1 : open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	free(folder);
	return fd;
}

static int file_open(struct fresh *f, struct diag *d)
{
	struct rlimit limit;
	f->limit = getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY ? INT64_MAX
										      : limit.rlim_cur;
	f->fd = open_unnamed(f->path);
	if (f->fd >= 0)
		return 0;
	f->fd = open(f->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
	if (f->fd < 0)
		return io_error(errno == EEXIST ? f->temporary : f->path, d);
	f->named = true;
	return 0;
}

int fresh_open(struct fresh **out, const char *path, bool replace, struct diag *d)
{
	int rc = *path ? place_check(path, replace, d)
		       : diag_set(d, ERR_USAGE, "no name of the file that is to be written");
	if (rc)
		return rc;
	struct fresh *f = mem_alloc(sizeof *f);
	f->path = mem_strdup(path);
	f->temporary = mem_printf("%s.tmp", path);
	f->buffer = mem_alloc(BUFFER_BYTES);
	f->replace = replace;
	rc = file_open(f, d);
	if (rc)
		fresh_discard(f);
	else
		*out = f;
	return rc;
}

static int space_error(const struct fresh *f, uint64_t n_bytes, uint64_t room, const char *where,
		       struct diag *d)
{
	return diag_set_at(d, ERR_IO, f->path, 0, "cannot be written: it will have %llu bytes, %s %llu",
			   (unsigned long long)n_bytes, where, (unsigned long long)room);
}

int fresh_reserve(struct fresh *f, uint64_t n_bytes, struct diag *d)
{
	struct statvfs fs;
	if (n_bytes > f->limit)
		return space_error(f, n_bytes, f->limit, "the limit of this process is", d);
	if (n_bytes == 0 || fallocate(f->fd, 0, 0, (off_t)n_bytes) == 0)
		return 0;
	int saved = errno;
	uint64_t room = fstatvfs(f->fd, &fs) ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
	if (saved == ENOSPC || room < n_bytes)
		return space_error(f, n_bytes, room, "the file system has room for", d);
	errno = saved;
	/* Not every file system can reserve; then writing will tell. */
	return saved == EOPNOTSUPP || saved == ENOSYS || saved == EINTR ? 0 : io_error(f->path, d);
}

static int write_all(struct fresh *f, const char *data, size_t n, struct diag *d)
{
	if (n > f->limit - f->n_written)
		return space_error(f, f->n_written + n, f->limit, "the limit of this process is", d);
	while (n > 0) {
		ssize_t done = write(f->fd, data, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return io_error(f->path, d);
		data += done;
		n -= (size_t)done;
		f->n_written += (uint64_t)done;
	}
	return 0;
}

static int flush(struct fresh *f, struct diag *d)
{
	size_t n = f->n_held;
	f->n_held = 0;
	return write_all(f, f->buffer, n, d);
}

int fresh_write(struct fresh *f, const void *data, size_t n, struct diag *d)
{
	int rc = n > BUFFER_BYTES - f->n_held ? flush(f, d) : 0;
	if (rc || n > BUFFER_BYTES)
		return rc ? rc : write_all(f, data, n, d);
	memcpy(f->buffer + f->n_held, data, n);
	f->n_held += n;
	return 0;
}

/* Gives the file without a name one: -1 with errno. */
static int link_to(const struct fresh *f, const char *path)
{
	char self[64];
	snprintf(self, sizeof self, "/proc/self/fd/%d", f->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* The file is complete. */
static int name_give(struct fresh *f, struct diag *d)
{
	struct stat st;
	if (!f->named && !f->replace) {
		/* Unlike renaming this fails when somebody else was faster. */
		if (link_to(f, f->path) == 0)
			return 0;
		return errno == EEXIST ? exists_error(f->path, d) : io_error(f->path, d);
	}
	if (!f->named && link_to(f, f->temporary))
		return io_error(errno == EEXIST ? f->temporary : f->path, d);
	f->named = true;
	if (!f->replace && lstat(f->path, &st) == 0)
		return exists_error(f->path, d);
	if (rename(f->temporary, f->path))
		return io_error(f->path, d);
	f->named = false;
	return 0;
}

int fresh_finish(struct fresh *f, struct diag *d)
{
	int rc = flush(f, d);
	if (!rc && f->named) {
		/* A network file system may tell only now that it has no room; it has no files without a name. */
		if (close(f->fd))
			rc = io_error(f->path, d);
		f->fd = -1;
	}
	if (!rc)
		rc = name_give(f, d);
	fresh_discard(f);
	return rc;
}

void fresh_discard(struct fresh *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	if (f->named)
		unlink(f->temporary);
	free(f->buffer);
	free(f->temporary);
	free(f->path);
	free(f);
}
