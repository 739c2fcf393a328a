/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block of packed weights to a file of the cache folder and back, on all threads, each chunk with its hash. Not
 * for what is in the block, nor for when to keep one: a key text says all that decides the block's bytes.
 */
#ifndef IFM_CPU_PACKED_CACHE_H
#define IFM_CPU_PACKED_CACHE_H

#include <stddef.h>

#include "engines/base/err.h"

struct cache_folder;
struct pool;

/* Below this, packing takes some tenth of a second: no reason to fill a disk with what every test makes. */
#define PACKED_CACHE_FROM ((size_t)64 << 20)

/*
 * Reads the block of that key. ERR_UNAVAILABLE when there is none, ERR_FORMAT when its file is damaged or of
 * something else, ERR_IO; the block's content is then undefined.
 */
MUST_CHECK int packed_cache_read(const struct cache_folder *f, const char *key, void *block, size_t bytes,
				 struct pool *pool, struct diag *d);

/*
 * Keeps the block, which is on the disk afterwards: no writing goes on behind the back of what is measured next.
 * Others have to go when the folder has no room. ERR_IO: it was not kept, and no part of it is there.
 */
MUST_CHECK int packed_cache_write(const struct cache_folder *f, const char *key, const void *block,
				  size_t bytes, struct pool *pool, struct diag *d);

#endif
