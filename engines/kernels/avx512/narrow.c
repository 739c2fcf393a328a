/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include "engines/kernels/avx512/math.h"

void narrow_f16_avx512(void *dst, const float *src, int n)
{
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		__m256i h = _mm512_cvtps_ph(_mm512_maskz_loadu_ps(m, src + i), _MM_FROUND_TO_NEAREST_INT);
		_mm256_mask_storeu_epi16((uint16_t *)dst + i, m, h);
	}
}

/* The upper halves, to nearest even; NaN made quiet. */
static __m256i upper16(__m512 v)
{
	__m512i u = _mm512_castps_si512(v), upper = _mm512_srli_epi32(u, 16);
	__m512i odd = _mm512_and_si512(upper, _mm512_set1_epi32(1));
	__m512i near = _mm512_add_epi32(_mm512_add_epi32(u, _mm512_set1_epi32(0x7fff)), odd);
	__mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
	__m512i h = _mm512_mask_or_epi32(_mm512_srli_epi32(near, 16), nan, upper, _mm512_set1_epi32(0x40));
	return _mm512_cvtepi32_epi16(h);
}

void narrow_bf16_avx512(void *dst, const float *src, int n)
{
	for (int i = 0; i < n; i += 16) {
		__mmask16 m = mask_avx512(n - i < 16 ? n - i : 16);
		_mm256_mask_storeu_epi16((uint16_t *)dst + i, m, upper16(_mm512_maskz_loadu_ps(m, src + i)));
	}
}
