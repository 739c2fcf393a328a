/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/file/gguf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/file/cursor.h"
#include "engines/model/file/hint.h"

static int version_check(struct cursor *c)
{
	uint64_t at = c->at;
	uint32_t version;
	int rc = cursor_u32(c, "the version", &version);
	if (rc)
		return rc;
	if (version == 2 || version == 3)
		return 0;
	if (version != 0 && (version & 0xffff) == 0)
		return gguf_error(c->g, c->d, at, "a big-endian file, expected a little-endian one");
	return gguf_error(c->g, c->d, at, "GGUF version %u, expected 2 or 3", version);
}

static int not_gguf(const struct gguf *g, struct diag *d)
{
	struct strbuf hint = {0};
	hint_content(&hint, g->path, g->bytes, g->n_bytes);
	int rc = gguf_error(g, d, 0, "not a GGUF file: expected \"GGUF\" here%s", strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

/* Magic, version, counts. */
static int header_read(struct cursor *c, uint64_t *n_tensors, uint64_t *n_values)
{
	static const char magic[4] = "GGUF";
	const struct gguf *g = c->g;
	if (g->n_bytes == 0)
		return gguf_error(g, c->d, 0, "the file is empty, expected \"GGUF\": download it again");
	if (g->n_bytes < sizeof magic || memcmp(g->bytes, magic, sizeof magic) != 0)
		return not_gguf(g, c->d);
	c->at += sizeof magic;
	int rc = version_check(c);
	if (!rc)
		rc = cursor_u64(c, "the number of tensors", n_tensors);
	return rc ? rc : cursor_u64(c, "the number of keys", n_values);
}

static int file_parse(struct gguf *g, struct diag *d)
{
	struct cursor c = {.g = g, .d = d};
	uint64_t n_tensors = 0, n_values = 0;
	int rc = header_read(&c, &n_tensors, &n_values);
	if (!rc)
		rc = metadata_read(g, &c, n_values);
	return rc ? rc : tensors_read(g, &c, n_tensors);
}

/* Takes g, whether it succeeds or not. */
static int parse_or_close(struct gguf **out, struct gguf *g, struct diag *d)
{
	int rc = file_parse(g, d);
	if (rc)
		gguf_close(g);
	else
		*out = g;
	return rc;
}

int gguf_open_memory(struct gguf **out, const void *data, size_t n, const char *name, struct diag *d)
{
	struct gguf *g = mem_alloc(sizeof *g);
	g->path = mem_strdup(name);
	g->bytes = data;
	g->n_bytes = n;
	return parse_or_close(out, g, d);
}

static int io_error(const char *path, const char *what, struct diag *d)
{
	return diag_set_at(d, ERR_IO, path, 0, "%s: %s", what, strerror(errno));
}

static int missing(const char *path, struct diag *d)
{
	struct strbuf hint = {0};
	int error = errno;
	if (error == ENOENT || error == ENOTDIR)
		hint_missing(&hint, path);
	int rc = diag_set_at(d, ERR_IO, path, 0, "cannot be opened: %s%s", strerror(error),
			     strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

static int folder(const char *path, struct diag *d)
{
	struct strbuf hint = {0};
	hint_folder(&hint, path);
	int rc = diag_set_at(d, ERR_IO, path, 0, "is a folder, expected a GGUF file%s", strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

/* Maps the file behind fd; an empty one is left unmapped. */
static int file_map(struct gguf *g, int fd, struct diag *d)
{
	struct stat st;
	if (fstat(fd, &st))
		return io_error(g->path, "cannot be examined", d);
	if (S_ISDIR(st.st_mode))
		return folder(g->path, d);
	if (!S_ISREG(st.st_mode))
		return diag_set_at(d, ERR_IO, g->path, 0, "is no regular file, expected a GGUF file");
	if (st.st_size == 0)
		return 0;
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return io_error(g->path, "cannot be mapped", d);
	g->bytes = p;
	g->n_bytes = (size_t)st.st_size;
	g->mapped = true;
	g->stat = st;
	return 0;
}

int gguf_open(struct gguf **out, const char *path, struct diag *d)
{
	/* O_NONBLOCK: a pipe of that name must not keep us waiting. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return missing(path, d);
	struct gguf *g = mem_alloc(sizeof *g);
	g->path = mem_strdup(path);
	int rc = file_map(g, fd, d);
	close(fd);
	if (rc) {
		gguf_close(g);
		return rc;
	}
	return parse_or_close(out, g, d);
}

void gguf_close(struct gguf *g)
{
	if (!g)
		return;
	if (g->mapped)
		munmap((void *)g->bytes, g->n_bytes);
	free(g->values);
	free(g->tensors);
	free(g->by_name);
	free(g->path);
	free(g);
}

const void *gguf_bytes(const struct gguf *g, size_t *n)
{
	*n = g->n_bytes;
	return g->bytes;
}

const char *gguf_path(const struct gguf *g)
{
	return g->path;
}

void gguf_forget(const struct gguf *g, const void *data, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)data, end = begin + n;
	/* Pages that other data share stay; the mapping is never written, so that the file has all of it still. */
	begin = (begin + page - 1) / page * page;
	end = end / page * page;
	if (g->mapped && begin < end)
		(void)madvise((char *)g->bytes + (begin - (uintptr_t)g->bytes), end - begin, MADV_DONTNEED);
}

bool gguf_is_mapped(const struct gguf *g)
{
	return g->mapped;
}

/* The time of the last change (ctime) besides that of the last writing: no program can set it back, as those do that
 * copy a file with its times. Not the path: a file that moves stays the same. */
bool gguf_identity(const struct gguf *g, struct strbuf *out)
{
	const struct stat *s = &g->stat;
	if (!g->mapped)
		return false;
	strbuf_printf(out,
		      "file: device %llu, inode %llu, %llu bytes, written %lld.%09ld, changed %lld.%09ld\n",
		      (unsigned long long)s->st_dev, (unsigned long long)s->st_ino,
		      (unsigned long long)s->st_size, (long long)s->st_mtim.tv_sec, s->st_mtim.tv_nsec,
		      (long long)s->st_ctim.tv_sec, s->st_ctim.tv_nsec);
	return true;
}
