/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include <assert.h>

#include "engines/kernels/avx2/math.h"
#include "engines/tensor/dtype.h"

static inline __m256 load_cell(const char *row, int i)
{
	const struct q8_0_block *b = (const struct q8_0_block *)row + i / Q8_0_BLOCK;
	__m256i q = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(b->q + i % Q8_0_BLOCK)));
	__m256 scale = _mm256_cvtph_ps(_mm_set1_epi16((short)b->scale));
	return _mm256_mul_ps(_mm256_cvtepi32_ps(q), scale);
}

/* Never wanted. */
static inline __m256 load_cell_part(const char *row, int i, int n)
{
	(void)row, (void)i, (void)n;
	assert(!"a head is made of whole blocks");
	return _mm256_setzero_ps();
}

#include "engines/kernels/avx2/attention.h"

void attention_q8_0_avx2(const struct attention_args *a)
{
	attend(a);
}
