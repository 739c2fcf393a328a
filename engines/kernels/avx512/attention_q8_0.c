/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include <assert.h>

#include "engines/kernels/avx512/math.h"
#include "engines/tensor/dtype.h"

static inline __m512 load_cell(const char *row, int i)
{
	const struct q8_0_block *b = (const struct q8_0_block *)row + i / Q8_0_BLOCK;
	__m512i q = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(b->q + i % Q8_0_BLOCK)));
	__m512 scale = _mm512_cvtph_ps(_mm256_set1_epi16((short)b->scale));
	return _mm512_mul_ps(_mm512_cvtepi32_ps(q), scale);
}

/* Never wanted. */
static inline __m512 load_cell_part(const char *row, int i, int n)
{
	(void)row, (void)i, (void)n;
	assert(!"a head is made of whole blocks");
	return _mm512_setzero_ps();
}

#include "engines/kernels/avx512/attention.h"

void attention_q8_0_avx512(const struct attention_args *a)
{
	attend(a);
}
