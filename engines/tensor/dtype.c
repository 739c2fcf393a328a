/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/tensor/dtype.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *name;
	int block;
	size_t block_bytes;
} types[DTYPE_COUNT] = {
	[DTYPE_F32] = {"f32", 1, 4},
	[DTYPE_F16] = {"f16", 1, 2},
	[DTYPE_Q8_0] = {"q8_0", Q8_0_BLOCK, sizeof(struct q8_0_block)},
};

_Static_assert(sizeof(struct q8_0_block) == 34, "a q8_0 block is as in the file");

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

int dtype_block(enum dtype t)
{
	return types[t].block;
}

size_t dtype_bytes(enum dtype t, size_t n)
{
	assert(n % (size_t)types[t].block == 0);
	return n / (size_t)types[t].block * types[t].block_bytes;
}

enum dtype dtype_for_row(enum dtype precision, size_t n)
{
	return n % (size_t)types[precision].block == 0 ? precision : DTYPE_F16;
}
