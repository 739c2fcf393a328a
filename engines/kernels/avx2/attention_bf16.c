/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include <string.h>

#include "engines/kernels/avx2/math.h"

static inline __m256 load_cell(const char *row, int i)
{
	__m256i upper = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(row + 2 * i)));
	return _mm256_castsi256_ps(_mm256_slli_epi32(upper, 16));
}

static inline __m256 load_cell_part(const char *row, int i, int n)
{
	char copy[16] = {0};
	memcpy(copy, row + 2 * i, 2 * (size_t)n);
	return load_cell(copy, 0);
}

#include "engines/kernels/avx2/attention.h"

void attention_bf16_avx2(const struct attention_args *a)
{
	attend(a);
}
