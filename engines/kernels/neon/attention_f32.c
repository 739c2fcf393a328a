/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/neon/math.h"

static inline float32x4_t load_cell(const char *row, int i)
{
	return vld1q_f32((const float *)row + i);
}

static inline float32x4_t load_cell_part(const char *row, int i, int n)
{
	return load_part_neon((const float *)row + i, n);
}

#include "engines/kernels/neon/attention.h"

void attention_f32_neon(const struct attention_args *a)
{
	attend(a);
}
