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

struct fresh {
	char *path, *temporary;
	FILE *file;
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
	int fd = open_unnamed(f->path);
	if (fd < 0) {
		fd = open(f->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
		if (fd < 0)
			return io_error(errno == EEXIST ? f->temporary : f->path, d);
		f->named = true;
	}
	f->file = fdopen(fd, "wb");
	if (f->file)
		return 0;
	int rc = io_error(f->path, d);
	close(fd);
	return rc;
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
	struct rlimit limit;
	struct statvfs fs;
	/* Writing beyond this limit is a signal, not an error. */
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	    n_bytes > limit.rlim_cur)
		return space_error(f, n_bytes, limit.rlim_cur, "the limit of this process is", d);
	if (n_bytes > INT64_MAX)
		return space_error(f, n_bytes, INT64_MAX, "the most is", d);
	if (n_bytes == 0 || fallocate(fileno(f->file), 0, 0, (off_t)n_bytes) == 0)
		return 0;
	int saved = errno;
	uint64_t room = fstatvfs(fileno(f->file), &fs) ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
	if (saved == ENOSPC || room < n_bytes)
		return space_error(f, n_bytes, room, "the file system has room for", d);
	errno = saved;
	/* Not every file system can reserve; then writing will tell. */
	return saved == EOPNOTSUPP || saved == ENOSYS || saved == EINTR ? 0 : io_error(f->path, d);
}

int fresh_write(struct fresh *f, const void *data, size_t n, struct diag *d)
{
	errno = 0;
	return fwrite(data, 1, n, f->file) == n ? 0 : io_error(f->path, d);
}

/* Gives the file without a name one: -1 with errno. */
static int link_to(const struct fresh *f, const char *path)
{
	char self[64];
	snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(f->file));
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* The file is complete and flushed. */
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
	errno = 0;
	/* A network file system may tell only now that it has no room; it has no files without a name either. */
	int failed = f->named ? fclose(f->file) : fflush(f->file);
	if (f->named)
		f->file = NULL;
	int rc = failed ? io_error(f->path, d) : name_give(f, d);
	fresh_discard(f);
	return rc;
}

void fresh_discard(struct fresh *f)
{
	if (!f)
		return;
	if (f->file)
		fclose(f->file);
	if (f->named)
		unlink(f->temporary);
	free(f->temporary);
	free(f->path);
	free(f);
}
