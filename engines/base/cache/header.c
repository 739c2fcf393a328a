/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/cache/cache.h"

#define FORMAT 1
#define PAGE   4096

static const char magic[8] = "IFMPACK\0";

/* Fields of the head by their places. */
enum { AT_FORMAT = 8, AT_KEY = 12, AT_BLOCK = 16, AT_CHUNK = 24, AT_CHECK = 32, AT_REST = 40 };

static void put(unsigned char *to, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (unsigned char)(v >> 8 * i);
}

static uint64_t get(const unsigned char *from, int n)
{
	uint64_t v = 0;
	for (int i = 0; i < n; i++)
		v |= (uint64_t)from[i] << 8 * i;
	return v;
}

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

uint64_t cache_chunks(uint64_t block_bytes)
{
	return block_bytes / CACHE_CHUNK + (block_bytes % CACHE_CHUNK != 0);
}

uint64_t cache_hashes_at(size_t n_key)
{
	return round_up(CACHE_HEAD + n_key, 8);
}

uint64_t cache_block_at(size_t n_key, uint64_t block_bytes)
{
	return round_up(cache_hashes_at(n_key) + 8 * cache_chunks(block_bytes), PAGE);
}

size_t cache_header_encode(const struct cache_header *h, unsigned char *out)
{
	size_t n_key = strlen(h->key);
	memset(out, 0, CACHE_HEAD);
	memcpy(out, magic, sizeof magic);
	put(out + AT_FORMAT, FORMAT, 4);
	put(out + AT_KEY, n_key, 4);
	put(out + AT_BLOCK, h->block_bytes, 8);
	put(out + AT_CHUNK, CACHE_CHUNK, 8);
	memcpy(out + CACHE_HEAD, h->key, n_key);
	put(out + AT_CHECK, XXH3_64bits(out, CACHE_HEAD + n_key), 8);
	return CACHE_HEAD + n_key;
}

static int broken(struct diag *d, const char *what)
{
	return diag_set(d, ERR_FORMAT, "%s", what);
}

static int head_check(const unsigned char *head, size_t n, uint64_t file_bytes, struct diag *d)
{
	if (n < CACHE_HEAD || memcmp(head, magic, sizeof magic) != 0)
		return broken(d, "not packed weights");
	if (get(head + AT_FORMAT, 4) != FORMAT)
		return diag_set(d, ERR_FORMAT, "of format %llu, expected %d",
				(unsigned long long)get(head + AT_FORMAT, 4), FORMAT);
	uint64_t n_key = get(head + AT_KEY, 4), block = get(head + AT_BLOCK, 8);
	if (n_key > CACHE_KEY_MAX || n_key > n - CACHE_HEAD)
		return broken(d, "its key is too long");
	if (get(head + AT_CHUNK, 8) != CACHE_CHUNK)
		return broken(d, "chunks of another size");
	/* block <= file_bytes: the sum below does not overflow. */
	if (block > file_bytes || cache_block_at((size_t)n_key, block) + block != file_bytes)
		return broken(d, "cut short or too long");
	return 0;
}

int cache_header_parse(const void *data, size_t n, uint64_t file_bytes, struct cache_header *out,
		       struct diag *d)
{
	unsigned char head[CACHE_HEAD + CACHE_KEY_MAX];
	n = n < sizeof head ? n : sizeof head;
	memcpy(head, data, n);
	int rc = head_check(head, n, file_bytes, d);
	if (rc)
		return rc;
	size_t n_key = (size_t)get(head + AT_KEY, 4);
	uint64_t check = get(head + AT_CHECK, 8);
	put(head + AT_CHECK, 0, 8);
	if (XXH3_64bits(head, CACHE_HEAD + n_key) != check || memchr(head + CACHE_HEAD, 0, n_key))
		return broken(d, "its header is damaged");
	out->block_bytes = get(head + AT_BLOCK, 8);
	memcpy(out->key, head + CACHE_HEAD, n_key);
	out->key[n_key] = '\0';
	return 0;
}

const char *cache_key_value(const char *key, const char *name, char *buf, size_t size)
{
	size_t n = strlen(name);
	buf[0] = '\0';
	for (const char *line = key; *line; line += strspn(line, "\n")) {
		size_t len = strcspn(line, "\n");
		if (len > n + 1 && strncmp(line, name, n) == 0 && strncmp(line + n, ": ", 2) == 0) {
			snprintf(buf, size, "%.*s", (int)(len - n - 2), line + n + 2);
			break;
		}
		line += len;
	}
	return buf;
}
