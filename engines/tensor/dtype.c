/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/tensor/dtype.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *name;
	int block;
	size_t block_bytes;
	size_t row_bytes; /* besides, once a row */
} types[DTYPE_COUNT] = {
	[DTYPE_F32] = {"f32", 1, 4, 0},
	[DTYPE_F16] = {"f16", 1, 2, 0},
	[DTYPE_BF16] = {"bf16", 1, 2, 0},
	[DTYPE_Q8_0] = {"q8_0", Q8_0_BLOCK, sizeof(struct q8_0_block), 0},
	[DTYPE_Q4_0] = {"q4_0", Q4_0_BLOCK, sizeof(struct q4_0_block), 0},
	[DTYPE_WI8AI8] = {"wi8ai8", WI8AI8_BLOCK, WI8AI8_BLOCK, sizeof(float)},
	[DTYPE_TF32] = {"tf32", 1, 4, 0},
};

_Static_assert(sizeof(struct q8_0_block) == 34, "a q8_0 block is as in the file");
_Static_assert(sizeof(struct q4_0_block) == 18, "a q4_0 block is as in the file");

const char *dtype_name(enum dtype t)
{
	return t < DTYPE_COUNT ? types[t].name : "unknown";
}

bool dtype_parse(const char *name, enum dtype *out)
{
	for (int i = 0; i < DTYPE_COUNT; i++)
		if (strcmp(name, types[i].name) == 0) {
			*out = (enum dtype)i;
			return true;
		}
	return false;
}

bool dtype_in_files(enum dtype t)
{
	return t != DTYPE_WI8AI8 && t != DTYPE_TF32;
}

const char *dtype_file_names(void)
{
	return "f32, f16, bf16, q8_0 or q4_0";
}

bool dtype_in_caches(enum dtype t)
{
	return t == DTYPE_F32 || t == DTYPE_F16 || t == DTYPE_BF16 || t == DTYPE_Q8_0;
}

const char *dtype_cache_names(void)
{
	return "f32, f16, bf16 or q8_0";
}

int dtype_block(enum dtype t)
{
	return types[t].block;
}

size_t dtype_bytes(enum dtype t, size_t n)
{
	assert(n % (size_t)types[t].block == 0);
	return n / (size_t)types[t].block * types[t].block_bytes + types[t].row_bytes;
}

enum dtype dtype_for_row(enum dtype precision, size_t n)
{
	if (precision == DTYPE_WI8AI8 && n > WI8AI8_ROW_MAX)
		return DTYPE_F16;
	return n % (size_t)types[precision].block == 0 ? precision : DTYPE_F16;
}
