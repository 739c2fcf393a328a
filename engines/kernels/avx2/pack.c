/* SPDX-License-Identifier: Apache-2.0 */
/* Packing of A: transposes for f32 and f16, quantisation for q8_0. */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <immintrin.h>
#include <string.h>

#include "engines/kernels/avx2/quantise.h"

#if !defined __AVX2__
#error "this file needs -mavx2"
#endif

/* Four rows of four columns at once; returns how many columns are done. */
static int pack_rows4(int mr, int k, const float *a, size_t lda, float *to)
{
	int p = 0;
	for (; p + 4 <= k; p += 4) {
		__m128 r0 = _mm_loadu_ps(a + p), r1 = _mm_loadu_ps(a + lda + p);
		__m128 r2 = _mm_loadu_ps(a + 2 * lda + p), r3 = _mm_loadu_ps(a + 3 * lda + p);
		_MM_TRANSPOSE4_PS(r0, r1, r2, r3);
		float *at = to + (size_t)p * mr;
		_mm_storeu_ps(at, r0);
		_mm_storeu_ps(at + mr, r1);
		_mm_storeu_ps(at + 2 * mr, r2);
		_mm_storeu_ps(at + 3 * mr, r3);
	}
	return p;
}

void gemm_pack_f32_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	float *to = panel;
	int i = 0;
	if (mr == 1) {
		memcpy(to, a, (size_t)k * sizeof *to);
		return;
	}
	for (; i + 4 <= mr; i += 4)
		for (int p = pack_rows4(mr, k, a + i * lda, lda, to + i); p < k; p++)
			for (int r = i; r < i + 4; r++)
				to[(size_t)p * mr + r] = a[r * lda + p];
	for (; i < mr; i++)
		for (int p = 0; p < k; p++)
			to[(size_t)p * mr + i] = a[i * lda + p];
}

void gemm_pack_f16_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	gemm_pack_f32_avx2(mr, k, a, lda, panel);
}

void gemm_pack_q8_0_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	char *to = panel;
	for (int p = 0; p < k; p += Q8_0_BLOCK, to += mr * GEMM_Q8_0_ROW)
		for (int i = 0; i < mr; i++) {
			__m256 x[4];
			for (int v = 0; v < 4; v++)
				x[v] = _mm256_loadu_ps(a + i * lda + p + 8 * v);
			float d = max_abs(x) / 127.0f;
			__m256 inverse = _mm256_set1_ps(d > 0.0f ? 1.0f / d : 0.0f);
			__m256i q0 = quantise8(x[0], inverse), q1 = quantise8(x[1], inverse);
			__m256i q2 = quantise8(x[2], inverse), q3 = quantise8(x[3], inverse);
			__m256i q = pack_int8(q0, q1, q2, q3);
			__m256i s = _mm256_add_epi32(_mm256_add_epi32(q0, q1), _mm256_add_epi32(q2, q3));
			__m128i h = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
			h = _mm_hadd_epi32(h, h);
			int32_t offset = -128 * _mm_cvtsi128_si32(_mm_hadd_epi32(h, h));
			uint32_t four[8];
			_mm256_storeu_si256((__m256i *)four, q);
			memcpy(to + 4 * i, &d, 4);
			memcpy(to + 4 * (mr + i), &offset, 4);
			for (int g = 0; g < 8; g++)
				memcpy(to + 8 * mr + (g * mr + i) * 4, &four[g], 4);
		}
}
