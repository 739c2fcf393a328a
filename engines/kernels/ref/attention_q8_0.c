/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/tensor/quant.h"

/* Element i of a row of blocks, one rounding: the product in f32. */
static float element(const struct q8_0_block *row, int i)
{
	const struct q8_0_block *b = row + i / Q8_0_BLOCK;
	return (float)b->q[i % Q8_0_BLOCK] * f16_to_f32(b->scale);
}

#define ELEMENT(row, i) element((const struct q8_0_block *)(row), i)
#include "engines/kernels/ref/attention.h"

void attention_q8_0_ref(const struct attention_args *a)
{
	attend(a);
}
