/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/avx512/math.h"

#define element uint16_t

static __m512 load16(const uint16_t *p)
{
	return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}

static __m512 load_part(const uint16_t *p, __mmask16 m)
{
	return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(m, p));
}

#include "engines/kernels/avx512/attention.h"

void attention_f16_avx512(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	attend(out, q, n_heads, a);
}
