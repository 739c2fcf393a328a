/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/avx512/math.h"

#define element float

static __m512 load16(const float *p)
{
	return _mm512_loadu_ps(p);
}

static __m512 load_part(const float *p, __mmask16 m)
{
	return _mm512_maskz_loadu_ps(m, p);
}

#include "engines/kernels/avx512/attention.h"

void attention_f32_avx512(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	attend(out, q, n_heads, a);
}
