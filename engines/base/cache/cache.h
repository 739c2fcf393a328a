/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of packed weights that were kept, for the worker, which fills it, and for `inferometer cache`: where it
 * is, what its files look like, what is in it, what has to go. Not for reading and writing the weights themselves
 * (engines/cpu/packed_cache.h), and ignorant of what is in them.
 *
 * A file is KEY.packed, KEY being the XXH3-128 of its key text in hex, or, half-written, KEY.XXXXXX.tmp, which its
 * writer holds a lock (flock) on. Nothing else in the folder is touched. A file holds, little-endian:
 *
 *   magic[8] u32 format, u32 n_key, u64 block_bytes, u64 chunk_bytes, u64 check, u64 0, u64 0, u64 0
 *   the key text, n_key bytes of it, zeros up to a multiple of 8
 *   u64 XXH3-64 of each chunk of the block; zeros up to a multiple of 4096
 *   the block
 *
 * check is the XXH3-64 of the first 64 bytes, check being 0, followed by the key text. What is in such a file is
 * untrusted, like all that others can write.
 */
#ifndef IFM_BASE_CACHE_CACHE_H
#define IFM_BASE_CACHE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

#define CACHE_HEAD    64 /* bytes before the key */
#define CACHE_KEY_MAX 4000
/* Bytes that are checked at once: so few that a part of each thread is near, so many that hashes are no cost. */
#define CACHE_CHUNK ((uint64_t)4 << 20)

/* ---- the header (header.c) ---- */

struct cache_header {
	uint64_t block_bytes;
	char key[CACHE_KEY_MAX + 1]; /* lines "name: value" */
};

/* Where the hashes and the block stand in a file with a key of n_key bytes. */
uint64_t cache_hashes_at(size_t n_key);
uint64_t cache_block_at(size_t n_key, uint64_t block_bytes);
uint64_t cache_chunks(uint64_t block_bytes);

/* Writes head and key, at most CACHE_HEAD + CACHE_KEY_MAX bytes, to out; returns how many. */
size_t cache_header_encode(const struct cache_header *h, unsigned char *out);

/* Of the first n bytes of a file of file_bytes, of which CACHE_HEAD + CACHE_KEY_MAX are always enough. ERR_FORMAT. */
MUST_CHECK int cache_header_parse(const void *data, size_t n, uint64_t file_bytes, struct cache_header *out,
				  struct diag *d);

/* The value of a line of a key text, cut to size; "" when there is none. Returns buf. */
const char *cache_key_value(const char *key, const char *name, char *buf, size_t size);

/* ---- the folder (folder.c) ---- */

struct cache_folder {
	char *path;	    /* NULL: nothing is kept */
	uint64_t max_bytes; /* of all files together */
};

/*
 * What $INFEROMETER_CACHE ("off" or empty: nothing is kept), else $XDG_CACHE_HOME/inferometer, else
 * ~/.cache/inferometer, and $INFEROMETER_CACHE_MAX say. ERR_USAGE when the last one is no size. The folder need not be
 * there.
 */
MUST_CHECK int cache_folder_default(struct cache_folder *out, struct diag *d);
void cache_folder_free(struct cache_folder *f);
/* Makes it, for this user only. ERR_IO. */
MUST_CHECK int cache_folder_make(const struct cache_folder *f, struct diag *d);

/* "16G": bytes, or with K, M, G, T (of 1024). ERR_USAGE names what. */
MUST_CHECK int cache_size_parse(const char *text, const char *what, uint64_t *bytes, struct diag *d);

/* The path of a key's file; free() it. */
char *cache_path(const struct cache_folder *f, const char *key);

/*
 * Creates and locks a half-written file for a key, open for reading and writing and by this user only. *path is
 * free()d by the caller. ERR_IO.
 */
MUST_CHECK int cache_temp_open(const struct cache_folder *f, const char *key, int *fd, char **path,
			       struct diag *d);

/* ---- what is in it (list.c) ---- */

struct cache_entry {
	char *path;
	uint64_t bytes;
	int64_t used_ns; /* wall time of the last use */
	char *key;	 /* NULL: the header cannot be read */
};

/* The kept files, the last used first; an absent folder is an empty one. ERR_IO. */
MUST_CHECK int cache_list(const struct cache_folder *f, struct cache_entry **out, int *n, struct diag *d);
void cache_list_free(struct cache_entry *list, int n);

/* Marks the open file as used now. */
void cache_touch(int fd);

/* What the files may take together: max_bytes, but at most half of what the disk would have free without them. */
uint64_t cache_limit(const struct cache_folder *f);

struct cache_pruned {
	int n_files;
	uint64_t bytes;
};
/* Removes files that were left half-written, then kept ones, the longest unused first, until at most keep_bytes are
 * left. *out counts what went. ERR_IO when a file cannot be removed. */
MUST_CHECK int cache_prune(const struct cache_folder *f, uint64_t keep_bytes, struct cache_pruned *out,
			   struct diag *d);

#endif
