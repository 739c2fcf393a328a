/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/avx512/math.h"

static inline __m512 widen(__m256i h)
{
	return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
}

static inline __m512 load_cell(const char *row, int i)
{
	return widen(_mm256_loadu_si256((const __m256i *)(row + 2 * i)));
}

static inline __m512 load_cell_part(const char *row, int i, int n)
{
	return widen(_mm256_maskz_loadu_epi16(mask_avx512(n), row + 2 * i));
}

#include "engines/kernels/avx512/attention.h"

void attention_bf16_avx512(const struct attention_args *a)
{
	attend(a);
}
