/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/avx2/math.h"

static inline __m256 load_cell(const char *row, int i)
{
	return _mm256_loadu_ps((const float *)row + i);
}

static inline __m256 load_cell_part(const char *row, int i, int n)
{
	return _mm256_maskload_ps((const float *)row + i, mask_avx2(n));
}

#include "engines/kernels/avx2/attention.h"

void attention_f32_avx2(const struct attention_args *a)
{
	attend(a);
}
