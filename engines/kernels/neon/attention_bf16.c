/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include <string.h>

#include "engines/kernels/neon/math.h"

static inline float32x4_t load_cell(const char *row, int i)
{
	return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16((const uint16_t *)row + i), 16));
}

static inline float32x4_t load_cell_part(const char *row, int i, int n)
{
	uint16_t copy[4] = {0};
	memcpy(copy, row + 2 * i, 2 * (size_t)n);
	return load_cell((const char *)copy, 0);
}

#include "engines/kernels/neon/attention.h"

void attention_bf16_neon(const struct attention_args *a)
{
	attend(a);
}
