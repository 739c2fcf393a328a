/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/packed_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "engines/base/cache/cache.h"
#include "engines/base/mem.h"
#include "engines/base/pool.h"

/* A block on its way; the threads share its chunks. */
struct transfer {
	int fd;
	char *block;
	uint64_t bytes, at; /* of the block, and where it begins in the file */
	uint64_t *hashes;
	uint64_t n_chunks;
	atomic_int error; /* errno of the first failure; EBADMSG: a wrong hash or too few bytes */
};

/* ---- system calls that do not stop half-way ---- */

/* 0 or errno; EBADMSG when the file ends before. */
static int read_all(int fd, void *to, size_t n, uint64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? errno : EBADMSG;
		done += (size_t)got;
	}
	return 0;
}

static int write_all(int fd, const void *from, size_t n, uint64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t put = pwrite(fd, (const char *)from + done, n - done, (off_t)(at + done));
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? errno : EIO;
		done += (size_t)put;
	}
	return 0;
}

/* ---- chunks ---- */

static int chunk_read(const struct transfer *t, uint64_t i, char *chunk, size_t n)
{
	int error = read_all(t->fd, chunk, n, t->at + i * CACHE_CHUNK);
	if (error)
		return error;
	return XXH3_64bits(chunk, n) == t->hashes[i] ? 0 : EBADMSG;
}

static int chunk_write(const struct transfer *t, uint64_t i, char *chunk, size_t n)
{
	t->hashes[i] = XXH3_64bits(chunk, n);
	return write_all(t->fd, chunk, n, t->at + i * CACHE_CHUNK);
}

typedef int chunk_fn(const struct transfer *t, uint64_t i, char *chunk, size_t n);

static void share_do(struct transfer *t, chunk_fn *fn, int thread, int n_threads)
{
	long i, end;
	pool_share((long)t->n_chunks, thread, n_threads, &i, &end);
	for (; i < end && !atomic_load(&t->error); i++) {
		uint64_t from = (uint64_t)i * CACHE_CHUNK, left = t->bytes - from;
		int error = fn(t, (uint64_t)i, t->block + from, left < CACHE_CHUNK ? left : CACHE_CHUNK);
		if (error)
			atomic_store(&t->error, error);
	}
}

static void share_read(void *arg, int thread, int n_threads)
{
	share_do(arg, chunk_read, thread, n_threads);
}

static void share_write(void *arg, int thread, int n_threads)
{
	share_do(arg, chunk_write, thread, n_threads);
}

/* ---- reading ---- */

static int failed(int error, struct diag *d)
{
	if (error == EBADMSG)
		return diag_set(d, ERR_FORMAT, "damaged");
	return diag_set(d, ERR_IO, "%s", strerror(error));
}

/* The file's head must be what we would write for this key. */
static int head_read(struct transfer *t, const char *key, struct diag *d)
{
	unsigned char head[CACHE_HEAD + CACHE_KEY_MAX];
	struct cache_header h;
	struct stat st;
	size_t n_key = strlen(key), n = CACHE_HEAD + n_key;
	if (fstat(t->fd, &st))
		return failed(errno, d);
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_FORMAT, "no regular file");
	int error = read_all(t->fd, head, n, 0);
	if (error)
		return failed(error, d);
	int rc = cache_header_parse(head, n, (uint64_t)st.st_size, &h, d);
	if (rc)
		return rc;
	if (strcmp(h.key, key) != 0 || h.block_bytes != t->bytes)
		return diag_set(d, ERR_FORMAT, "of another model");
	t->at = cache_block_at(n_key, t->bytes);
	error = read_all(t->fd, t->hashes, (size_t)t->n_chunks * sizeof *t->hashes, cache_hashes_at(n_key));
	return error ? failed(error, d) : 0;
}

static int file_read(struct transfer *t, const char *key, struct pool *pool, struct diag *d)
{
	int rc = head_read(t, key, d);
	if (rc)
		return rc;
	(void)posix_fadvise(t->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	pool_run(pool, share_read, t);
	if (t->error)
		return failed(t->error, d);
	cache_touch(t->fd);
	return 0;
}

static int transfer_open(struct transfer *t, const char *key, const void *block, size_t bytes, struct diag *d)
{
	*t = (struct transfer){.fd = -1, .block = (char *)block, .bytes = bytes};
	if (strlen(key) > CACHE_KEY_MAX)
		return diag_set(d, ERR_IO, "a key of %zu bytes is too long", strlen(key));
	t->n_chunks = cache_chunks(bytes);
	t->hashes = mem_try_array((size_t)t->n_chunks, sizeof *t->hashes);
	return t->hashes ? 0
			 : diag_set(d, ERR_IO, "no memory for %llu hashes", (unsigned long long)t->n_chunks);
}

int packed_cache_read(const struct cache_folder *f, const char *key, void *block, size_t bytes,
		      struct pool *pool, struct diag *d)
{
	struct transfer t;
	int rc = transfer_open(&t, key, block, bytes, d);
	if (rc)
		return rc;
	char *path = cache_path(f, key);
	/* O_NONBLOCK: a pipe of that name must not keep us waiting. */
	t.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (t.fd >= 0) {
		rc = file_read(&t, key, pool, d);
		close(t.fd);
	} else {
		rc = diag_set(d, errno == ENOENT ? ERR_UNAVAILABLE : ERR_IO, "%s", strerror(errno));
	}
	free(path);
	free(t.hashes);
	return rc;
}

/* ---- writing ---- */

/* Beyond the limit of a file's size the system would end the process. */
static int size_check(uint64_t bytes, const struct cache_folder *f, struct diag *d)
{
	struct rlimit r;
	uint64_t limit = cache_limit(f);
	if (getrlimit(RLIMIT_FSIZE, &r) == 0 && r.rlim_cur != RLIM_INFINITY && bytes > r.rlim_cur)
		return failed(EFBIG, d);
	if (bytes > limit)
		return diag_set(d, ERR_IO, "it has %llu MiB, the cache may take %llu MiB",
				(unsigned long long)(bytes >> 20), (unsigned long long)(limit >> 20));
	return 0;
}

/* Room in the folder: others may have to go. One that does not go is no reason not to try. */
static int room_make(const struct cache_folder *f, uint64_t bytes, struct diag *d)
{
	struct cache_pruned unused;
	int rc = cache_folder_make(f, d);
	if (!rc)
		rc = size_check(bytes, f, d);
	if (!rc)
		(void)!cache_prune(f, cache_limit(f) - bytes, &unused, NULL);
	return rc;
}

static int file_write(struct transfer *t, const char *key, struct pool *pool)
{
	unsigned char head[CACHE_HEAD + CACHE_KEY_MAX];
	struct cache_header h = {.block_bytes = t->bytes};
	size_t n_key = strlen(key), n_hashes = (size_t)t->n_chunks * sizeof *t->hashes;
	memcpy(h.key, key, n_key + 1);
	/* A full disk shows here, at once, where the file system can tell. */
	if (fallocate(t->fd, 0, 0, (off_t)(t->at + t->bytes)) && errno != EOPNOTSUPP && errno != ENOSYS)
		return errno;
	pool_run(pool, share_write, t);
	int error = t->error;
	if (!error)
		error = write_all(t->fd, head, cache_header_encode(&h, head), 0);
	if (!error)
		error = write_all(t->fd, t->hashes, n_hashes, cache_hashes_at(n_key));
	if (!error && (ftruncate(t->fd, (off_t)(t->at + t->bytes)) || fdatasync(t->fd)))
		error = errno;
	return error;
}

static int file_make(struct transfer *t, const struct cache_folder *f, const char *key, struct pool *pool,
		     struct diag *d)
{
	char *temp, *path;
	int rc = cache_temp_open(f, key, &t->fd, &temp, d);
	if (rc)
		return rc;
	path = cache_path(f, key);
	int error = file_write(t, key, pool);
	if (!error && rename(temp, path))
		error = errno;
	if (error)
		unlink(temp);
	close(t->fd);
	free(path);
	free(temp);
	return error ? failed(error, d) : 0;
}

int packed_cache_write(const struct cache_folder *f, const char *key, const void *block, size_t bytes,
		       struct pool *pool, struct diag *d)
{
	struct transfer t;
	int rc = transfer_open(&t, key, block, bytes, d);
	if (rc)
		return rc;
	t.at = cache_block_at(strlen(key), bytes);
	rc = room_make(f, t.at + bytes, d);
	if (!rc)
		rc = file_make(&t, f, key, pool, d);
	free(t.hashes);
	return rc;
}
