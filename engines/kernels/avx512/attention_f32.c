/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/avx512/math.h"

static inline __m512 load_cell(const char *row, int i)
{
	return _mm512_loadu_ps((const float *)row + i);
}

static inline __m512 load_cell_part(const char *row, int i, int n)
{
	return _mm512_maskz_loadu_ps(mask_avx512(n), (const float *)row + i);
}

#include "engines/kernels/avx512/attention.h"

void attention_f32_avx512(const struct attention_args *a)
{
	attend(a);
}
