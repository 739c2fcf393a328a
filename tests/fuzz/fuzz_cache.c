/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of kept weights: a header is refused, or is what was written. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engines/base/cache/cache.h"

static struct cache_header header;
static unsigned char again[CACHE_HEAD + CACHE_KEY_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct diag d = {0};
	char value[16];
	int rc = cache_header_parse(data, n, n, &header, &d);
	if (rc) {
		FUZZ_CHECK(rc == ERR_FORMAT && d.text[0]);
		return 0;
	}
	size_t n_key = strlen(header.key);
	FUZZ_CHECK(cache_block_at(n_key, header.block_bytes) + header.block_bytes == n);
	/* What comes of it can be written again. Of the head's rest nothing is read. */
	FUZZ_CHECK(cache_header_encode(&header, again) == CACHE_HEAD + n_key);
	FUZZ_CHECK(memcmp(again + CACHE_HEAD, data + CACHE_HEAD, n_key) == 0);
	FUZZ_CHECK(strlen(cache_key_value(header.key, "model", value, sizeof value)) < sizeof value);
	return 0;
}

const void *fuzz_seed(int i, size_t *n)
{
	static const struct {
		uint64_t block_bytes;
		const char *key;
	} seeds[] = {{100, "model: M\nprecision: q8_0\nisa: avx2\n"},
		     {0, ""},
		     {3, "model: a name too long for it\n\n\n"}};
	static unsigned char bytes[2 * 4096 + 128];
	if (i >= (int)(sizeof seeds / sizeof seeds[0]))
		return NULL;
	memset(bytes, 0, sizeof bytes);
	header.block_bytes = seeds[i].block_bytes;
	snprintf(header.key, sizeof header.key, "%s", seeds[i].key);
	cache_header_encode(&header, bytes);
	*n = (size_t)(cache_block_at(strlen(header.key), header.block_bytes) + header.block_bytes);
	return bytes;
}
