/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a .blk file and as a point's blocking: an error, or blocks of sane size. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "engines/base/mem.h"
#include "engines/cpu/gemm_blocking.h"

static const char *const seeds[] = {
	"# a comment\ncpu AuthenticAMD 26\n\nf32  avx2 6x16  480 256 4096 # why\nf16 avx2\t6x16 240 256 "
	"1048576\r\n",
	"f32 avx2 6x16 1 1 1\nf32 avx2 12x32 480 256 4096",
	"480x256x4096",
	"auto",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

static void block_check(int x, int least)
{
	FUZZ_CHECK(x >= least && x <= 1048576);
}

static void blocking_check(const struct blocking *b, int least)
{
	block_check(b->mr, least);
	block_check(b->nr, least);
	block_check(b->mc, least);
	block_check(b->kc, least);
	block_check(b->nc, least);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct blocking_query q = {"f32", "avx2", "AuthenticAMD 26", n % 2};
	struct blocking b;
	struct diag d = {0};
	bool found = false;
	char *text = mem_alloc(n + 1);
	memcpy(text, data, n);
	text[n] = '\0';
	if (blocking_read(text, "fuzz.blk", &q, &b, &found, &d))
		FUZZ_CHECK(d.code == ERR_FORMAT && d.line > 0 && d.text[0] && !found);
	else if (found)
		blocking_check(&b, 1);
	diag_clear(&d);
	if (blocking_parse(text, &b, &d))
		FUZZ_CHECK(d.code == ERR_USAGE && d.text[0]);
	else
		blocking_check(&b, 0);
	free(text);
	return 0;
}
