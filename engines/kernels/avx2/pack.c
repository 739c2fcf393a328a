/* SPDX-License-Identifier: Apache-2.0 */
/* Packing of A: transposes for f32, f16 and bf16 (rounded), quantisation for q8_0, q4_0 and wi8ai8. */
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

/* Eight floats rounded to bf16, NaN made quiet. */
static __m256i bf16_round8(__m256i u)
{
	__m256 f = _mm256_castsi256_ps(u);
	__m256i nan = _mm256_castps_si256(_mm256_cmp_ps(f, f, _CMP_UNORD_Q));
	__m256i odd = _mm256_and_si256(_mm256_srli_epi32(u, 16), _mm256_set1_epi32(1));
	__m256i rounded = _mm256_add_epi32(u, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
	__m256i quiet = _mm256_or_si256(u, _mm256_set1_epi32(0x400000));
	return _mm256_and_si256(_mm256_blendv_epi8(rounded, quiet, nan), _mm256_set1_epi32((int)0xffff0000));
}

void gemm_pack_bf16_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	float *to = panel;
	size_t n = (size_t)mr * (size_t)k, i = 0;
	gemm_pack_f32_avx2(mr, k, a, lda, panel);
	for (; i + 8 <= n; i += 8)
		_mm256_storeu_si256((__m256i *)(to + i),
				    bf16_round8(_mm256_loadu_si256((const __m256i *)(to + i))));
	float rest[8] = {0};
	memcpy(rest, to + i, (n - i) * sizeof *to);
	_mm256_storeu_si256((__m256i *)rest, bf16_round8(_mm256_loadu_si256((const __m256i *)rest)));
	memcpy(to + i, rest, (n - i) * sizeof *to);
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

void gemm_pack_q4_0_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	gemm_pack_q8_0_avx2(mr, k, a, lda, panel);
}

/* Eight floats at x; behind n of them zeros. */
static __m256 load_part(const float *x, int n)
{
	float part[8] = {0};
	if (n >= 8)
		return _mm256_loadu_ps(x);
	memcpy(part, x, (size_t)n * sizeof *x);
	return _mm256_loadu_ps(part);
}

static float row_scale(const float *x, int k)
{
	__m256 sign = _mm256_set1_ps(-0.0f),
	       most[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
	for (int p = 0; p < k; p += 8) /* the second operand is kept on NaN */
		most[p / 8 % 4] =
			_mm256_max_ps(_mm256_andnot_ps(sign, load_part(x + p, k - p)), most[p / 8 % 4]);
	return max_abs(most) / 127.0f;
}

void gemm_pack_wi8ai8_avx2(int mr, int k, const float *a, size_t lda, void *panel)
{
	for (int i = 0; i < mr; i++) {
		const float *row = a + i * lda;
		char *to = (char *)panel + GEMM_WI8AI8_HEAD * mr + 4 * i;
		float d = row_scale(row, k);
		__m256 inverse = _mm256_set1_ps(d > 0.0f ? 1.0f / d : 0.0f);
		__m256i sum = _mm256_setzero_si256();
		for (int p = 0; p < k; p += 8) {
			__m256i q = quantise8(load_part(row + p, k - p), inverse);
			__m128i four =
				_mm_packs_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1));
			int64_t both = _mm_cvtsi128_si64(_mm_packs_epi16(four, four));
			sum = _mm256_add_epi32(sum, q);
			memcpy(to + (size_t)p * (size_t)mr, &both, 4);
			if (p + 4 < k)
				memcpy(to + (size_t)(p + 4) * (size_t)mr, (char *)&both + 4, 4);
		}
		__m128i h = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
		h = _mm_hadd_epi32(h, h);
		int32_t offset = -128 * _mm_cvtsi128_si32(_mm_hadd_epi32(h, h));
		memcpy((char *)panel + 4 * i, &d, 4);
		memcpy((char *)panel + 4 * (mr + i), &offset, 4);
	}
}
