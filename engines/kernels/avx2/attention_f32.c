/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/kernels/avx2/math.h"

#define element float

static __m256 load8(const float *p)
{
	return _mm256_loadu_ps(p);
}

static __m256 load_tail(const float *p, int n)
{
	return _mm256_maskload_ps(p, mask_avx2(n));
}

#include "engines/kernels/avx2/attention.h"

void attention_f32_avx2(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	attend(out, q, n_heads, a);
}
