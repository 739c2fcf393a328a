/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include <string.h>

#include "engines/kernels/avx2/math.h"
#include "engines/kernels/avx2/quantise.h"
#include "engines/tensor/dtype.h"

void narrow_f16_avx2(void *dst, const float *src, int n)
{
	uint16_t *to = dst;
	int i = 0;
	for (; i + 8 <= n; i += 8)
		_mm_storeu_si128((__m128i *)(to + i),
				 _mm256_cvtps_ph(_mm256_loadu_ps(src + i), _MM_FROUND_TO_NEAREST_INT));
	for (; i < n; i++)
		to[i] = _cvtss_sh(src[i], _MM_FROUND_TO_NEAREST_INT);
}

/* The upper halves, to nearest even; NaN made quiet. */
static __m128i upper8(__m256 v)
{
	__m256i u = _mm256_castps_si256(v), upper = _mm256_srli_epi32(u, 16);
	__m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
	__m256i near = _mm256_add_epi32(_mm256_add_epi32(u, _mm256_set1_epi32(0x7fff)), odd);
	__m256i quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
	__m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
	__m256i h = _mm256_blendv_epi8(_mm256_srli_epi32(near, 16), quiet, nan);
	return _mm_packus_epi32(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
}

void narrow_bf16_avx2(void *dst, const float *src, int n)
{
	uint16_t *to = dst, last[8];
	int i = 0;
	for (; i + 8 <= n; i += 8)
		_mm_storeu_si128((__m128i *)(to + i), upper8(_mm256_loadu_ps(src + i)));
	_mm_storeu_si128((__m128i *)last, upper8(_mm256_maskload_ps(src + i, mask_avx2(n - i))));
	for (; i < n; i++)
		to[i] = last[i % 8];
}

void narrow_q8_0_avx2(void *dst, const float *src, int n)
{
	struct q8_0_block *to = dst;
	for (int i = 0; i < n; i += Q8_0_BLOCK, to++) {
		__m256 x[4];
		for (int v = 0; v < 4; v++)
			x[v] = _mm256_loadu_ps(src + i + 8 * v);
		float d = max_abs(x) / 127.0f;
		__m256 inverse = _mm256_set1_ps(d > 0.0f ? 1.0f / d : 0.0f);
		__m256i q = pack_int8(quantise8(x[0], inverse), quantise8(x[1], inverse),
				      quantise8(x[2], inverse), quantise8(x[3], inverse));
		to->scale = _cvtss_sh(d, _MM_FROUND_TO_NEAREST_INT);
		_mm256_storeu_si256((__m256i *)to->q, q);
	}
}
