/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/avx2/math.h"

#define element uint16_t

static __m256 load8(const uint16_t *p)
{
	return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}

static __m256 load_tail(const uint16_t *p, int n)
{
	uint16_t copy[8] = {0};
	for (int i = 0; i < n; i++)
		copy[i] = p[i];
	return load8(copy);
}

#include "engines/kernels/avx2/attention.h"

void attention_f16_avx2(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	attend(out, q, n_heads, a);
}
