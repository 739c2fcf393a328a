/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for the 512-bit part of <immintrin.h>, so that the avx512 and vnni kernels run on
 * machines that lack these instructions, CI's among them. Given to their sources by -include: each
 * intrinsic that they use is plain C here, after Intel's description of it; a rounding or comparison
 * that no kernel asks for aborts. 128 and 256 bits stay the compiler's, so AVX2, FMA and F16C are needed.
 *
 * Shows that a kernel's loads, masks, order and arithmetic are right. Cannot show its speed, whether
 * it stays in registers, what the compiler makes of the real intrinsics, or anything of peak.c,
 * whose inline assembly wants real registers.
 */
#ifndef IFM_TESTS_KERNELS_EMULATED_AVX512_H
#define IFM_TESTS_KERNELS_EMULATED_AVX512_H

#include "config.h"

#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What the kernels ask for before they compile. */
#define __AVX512F__    1
#define __AVX512BW__   1
#define __AVX512DQ__   1
#define __AVX512VL__   1
#define __AVX512VNNI__ 1
#define __AVX512BF16__ 1

/* The values it would keep are no registers here. */
#define KEEP(x)	      ((void)(x))
#define WORDS_USED(x) (void)(x)

struct emulated_m512 {
	float f[16];
};

struct emulated_m512d {
	double d[8];
};

union emulated_m512i {
	int8_t b[64];
	uint8_t ub[64];
	int16_t h[32];
	int32_t i[16];
	uint32_t u[16];
};

/* Without optimisation, and in clang, these are macros. */
#undef _mm512_cmp_ps_mask
#undef _mm512_extractf32x8_ps
#undef _mm512_slli_epi32
#undef _mm512_srai_epi32
#undef _mm512_srli_epi32
#undef _mm512_cvtps_ph
#undef _mm512_mask_cmp_ps_mask
#undef _mm512_permute_ps
#undef _mm512_roundscale_ps

/* From here on Intel's names are ours. */
#define __m512			 struct emulated_m512
#define __m512d			 struct emulated_m512d
#define __m512i			 union emulated_m512i
#define __m512bh		 union emulated_m512i
#define _mm256_mask_storeu_epi16 emulated_256_mask_storeu_epi16
#define _mm256_maskz_loadu_epi16 emulated_256_maskz_loadu_epi16
#define _mm512_abs_epi8		 emulated_abs_epi8
#define _mm512_add_epi16	 emulated_add_epi16
#define _mm512_add_epi32	 emulated_add_epi32
#define _mm512_add_ps		 emulated_add_ps
#define _mm512_and_si512	 emulated_and_si512
#define _mm512_castps512_ps256	 emulated_castps512_ps256
#define _mm512_castps_si512	 emulated_castps_si512
#define _mm512_castsi512_ps	 emulated_castsi512_ps
#define _mm512_cmp_ps_mask	 emulated_cmp_ps_mask
#define _mm512_cvtepi32_epi16	 emulated_cvtepi32_epi16
#define _mm512_cvtepi32_ps	 emulated_cvtepi32_ps
#define _mm512_cvtepi8_epi32	 emulated_cvtepi8_epi32
#define _mm512_cvtepu16_epi32	 emulated_cvtepu16_epi32
#define _mm512_cvtph_ps		 emulated_cvtph_ps
#define _mm512_cvtps_ph		 emulated_cvtps_ph
#define _mm512_div_ps		 emulated_div_ps
#define _mm512_dpbf16_ps	 emulated_dpbf16_ps
#define _mm512_dpbusd_epi32	 emulated_dpbusd_epi32
#define _mm512_extractf32x8_ps	 emulated_extractf32x8_ps
#define _mm512_fmadd_pd		 emulated_fmadd_pd
#define _mm512_fmadd_ps		 emulated_fmadd_ps
#define _mm512_fmaddsub_ps	 emulated_fmaddsub_ps
#define _mm512_fnmadd_ps	 emulated_fnmadd_ps
#define _mm512_load_pd		 emulated_load_pd
#define _mm512_load_si512	 emulated_load_si512
#define _mm512_loadu_ps		 emulated_loadu_ps
#define _mm512_loadu_si512	 emulated_loadu_si512
#define _mm512_madd_epi16	 emulated_madd_epi16
#define _mm512_maddubs_epi16	 emulated_maddubs_epi16
#define _mm512_mask_add_ps	 emulated_mask_add_ps
#define _mm512_mask_cmp_ps_mask	 emulated_mask_cmp_ps_mask
#define _mm512_mask_loadu_ps	 emulated_mask_loadu_ps
#define _mm512_mask_or_epi32	 emulated_mask_or_epi32
#define _mm512_mask_storeu_ps	 emulated_mask_storeu_ps
#define _mm512_mask_sub_epi8	 emulated_mask_sub_epi8
#define _mm512_maskz_loadu_ps	 emulated_maskz_loadu_ps
#define _mm512_maskz_sub_ps	 emulated_maskz_sub_ps
#define _mm512_max_ps		 emulated_max_ps
#define _mm512_min_ps		 emulated_min_ps
#define _mm512_movehdup_ps	 emulated_movehdup_ps
#define _mm512_moveldup_ps	 emulated_moveldup_ps
#define _mm512_movepi8_mask	 emulated_movepi8_mask
#define _mm512_mul_ps		 emulated_mul_ps
#define _mm512_or_si512		 emulated_or_si512
#define _mm512_permute_ps	 emulated_permute_ps
#define _mm512_reduce_add_ps	 emulated_reduce_add_ps
#define _mm512_reduce_max_ps	 emulated_reduce_max_ps
#define _mm512_roundscale_ps	 emulated_roundscale_ps
#define _mm512_scalef_ps	 emulated_scalef_ps
#define _mm512_set1_epi16	 emulated_set1_epi16
#define _mm512_set1_epi32	 emulated_set1_epi32
#define _mm512_set1_epi8	 emulated_set1_epi8
#define _mm512_set1_pd		 emulated_set1_pd
#define _mm512_set1_ps		 emulated_set1_ps
#define _mm512_setzero_ps	 emulated_setzero_ps
#define _mm512_setzero_si512	 emulated_setzero_si512
#define _mm512_slli_epi32	 emulated_slli_epi32
#define _mm512_srai_epi32	 emulated_srai_epi32
#define _mm512_srli_epi32	 emulated_srli_epi32
#define _mm512_store_pd		 emulated_store_pd
#define _mm512_storeu_ps	 emulated_storeu_ps
#define _mm512_storeu_si512	 emulated_storeu_si512
#define _mm512_stream_pd	 emulated_stream_pd
#define _mm512_sub_ps		 emulated_sub_ps
#define _mm512_xor_si512	 emulated_xor_si512

/* Calls, never inlined: a tile unrolls into hundreds of them, and instrumented for sanitizers each is a
 * loop of checks that takes the compiler minutes. */
#define EMULATED static __attribute__((noinline, unused))

/* A function of n lanes, i the lane; of the results' 16 floats, or of integers seen as `view`. */
#define EMULATED_PS(name, args, lane)                                                                        \
	EMULATED __m512 name args                                                                            \
	{                                                                                                    \
		__m512 r;                                                                                    \
		for (int i = 0; i < 16; i++)                                                                 \
			r.f[i] = lane;                                                                       \
		return r;                                                                                    \
	}
#define EMULATED_SI(view, n, name, args, lane)                                                               \
	EMULATED __m512i name args                                                                           \
	{                                                                                                    \
		__m512i r;                                                                                   \
		for (int i = 0; i < n; i++)                                                                  \
			r.view[i] = lane;                                                                    \
		return r;                                                                                    \
	}

static inline bool emulated_bit(uint64_t mask, int i)
{
	return mask >> i & 1;
}

static inline void emulated_only(bool known)
{
	if (!known)
		abort();
}

/* 2^floor(e) x, rounded once: in double it is exact for all that a float's exponent reaches. */
static inline float emulated_scale(float x, float e)
{
	return isnan(x) || isnan(e) ? NAN : (float)ldexp((double)x, (int)fmaxf(-400, fminf(floorf(e), 400)));
}

/* vpmaddubsw: unsigned times signed, two at a time, saturated. */
static inline int emulated_pair(const uint8_t *a, const int8_t *b)
{
	int x = a[0] * b[0] + a[1] * b[1];
	return x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x;
}

/* vdpbf16ps: the odd ones of two pairs, then the even ones; denormals are 0 on both sides. */
static inline float emulated_flush(float x)
{
	return fpclassify(x) == FP_SUBNORMAL ? copysignf(0, x) : x;
}

static inline float emulated_half(uint32_t pair, bool odd)
{
	uint32_t u = odd ? pair & 0xffff0000 : pair << 16;
	float f;
	memcpy(&f, &u, sizeof f);
	return emulated_flush(f);
}

static inline float emulated_two(uint32_t a, uint32_t b, float s)
{
	for (int odd = 1; odd >= 0; odd--)
		s = emulated_flush(fmaf(emulated_half(a, odd), emulated_half(b, odd), emulated_flush(s)));
	return s;
}

/* vpdpbusd: four at a time, not saturated. */
static inline uint32_t emulated_four(const uint8_t *a, const int8_t *b)
{
	return (uint32_t)(a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]);
}

/* clang-format off */
/* Loads; a lane that is masked out is not read, so that sanitizers see each one that is. */
EMULATED_PS(_mm512_setzero_ps, (void), 0)
EMULATED_PS(_mm512_set1_ps, (float x), x)
EMULATED_PS(_mm512_loadu_ps, (const float *p), p[i])
EMULATED_PS(_mm512_maskz_loadu_ps, (__mmask16 m, const float *p), emulated_bit(m, i) ? p[i] : 0)
EMULATED_PS(_mm512_mask_loadu_ps, (__m512 s, __mmask16 m, const float *p), emulated_bit(m, i) ? p[i] : s.f[i])

/* Arithmetic; min and max give their second operand when either is NaN. */
EMULATED_PS(_mm512_add_ps, (__m512 a, __m512 b), a.f[i] + b.f[i])
EMULATED_PS(_mm512_mask_add_ps, (__m512 s, __mmask16 m, __m512 a, __m512 b), emulated_bit(m, i) ? a.f[i] + b.f[i] : s.f[i])
EMULATED_PS(_mm512_sub_ps, (__m512 a, __m512 b), a.f[i] - b.f[i])
EMULATED_PS(_mm512_maskz_sub_ps, (__mmask16 m, __m512 a, __m512 b), emulated_bit(m, i) ? a.f[i] - b.f[i] : 0)
EMULATED_PS(_mm512_mul_ps, (__m512 a, __m512 b), a.f[i] * b.f[i])
EMULATED_PS(_mm512_div_ps, (__m512 a, __m512 b), a.f[i] / b.f[i])
EMULATED_PS(_mm512_min_ps, (__m512 a, __m512 b), a.f[i] < b.f[i] ? a.f[i] : b.f[i])
EMULATED_PS(_mm512_max_ps, (__m512 a, __m512 b), a.f[i] > b.f[i] ? a.f[i] : b.f[i])
EMULATED_PS(_mm512_fmadd_ps, (__m512 a, __m512 b, __m512 c), fmaf(a.f[i], b.f[i], c.f[i]))
EMULATED_PS(_mm512_fnmadd_ps, (__m512 a, __m512 b, __m512 c), fmaf(-a.f[i], b.f[i], c.f[i]))
EMULATED_PS(_mm512_fmaddsub_ps, (__m512 a, __m512 b, __m512 c), fmaf(a.f[i], b.f[i], i % 2 ? c.f[i] : -c.f[i]))
EMULATED_PS(_mm512_scalef_ps, (__m512 a, __m512 b), emulated_scale(a.f[i], b.f[i]))
EMULATED_PS(_mm512_roundscale_ps, (__m512 a, int how), (emulated_only(how == (_MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)), nearbyintf(a.f[i])))
EMULATED_PS(_mm512_dpbf16_ps, (__m512 s, __m512bh a, __m512bh b), emulated_two(a.u[i], b.u[i], s.f[i]))
EMULATED_PS(_mm512_cvtepi32_ps, (__m512i a), (float)a.i[i])

/* Order of lanes. */
EMULATED_PS(_mm512_movehdup_ps, (__m512 a), a.f[i | 1])
EMULATED_PS(_mm512_moveldup_ps, (__m512 a), a.f[i & ~1])
EMULATED_PS(_mm512_permute_ps, (__m512 a, int order), a.f[(i & ~3) | (order >> i % 4 * 2 & 3)])

/* Integers. */
EMULATED_SI(i, 16, _mm512_setzero_si512, (void), 0)
EMULATED_SI(b, 64, _mm512_set1_epi8, (char x), (int8_t)x)
EMULATED_SI(h, 32, _mm512_set1_epi16, (short x), x)
EMULATED_SI(i, 16, _mm512_set1_epi32, (int x), x)
EMULATED_SI(ub, 64, _mm512_loadu_si512, (const void *p), ((const uint8_t *)p)[i])
EMULATED_SI(u, 16, _mm512_xor_si512, (__m512i a, __m512i b), a.u[i] ^ b.u[i])
EMULATED_SI(h, 32, _mm512_add_epi16, (__m512i a, __m512i b), (int16_t)(uint16_t)(a.h[i] + b.h[i]))
EMULATED_SI(u, 16, _mm512_add_epi32, (__m512i a, __m512i b), a.u[i] + b.u[i])
EMULATED_SI(ub, 64, _mm512_abs_epi8, (__m512i a), (uint8_t)abs(a.b[i]))
EMULATED_SI(ub, 64, _mm512_mask_sub_epi8, (__m512i s, __mmask64 m, __m512i a, __m512i b), emulated_bit(m, i) ? (uint8_t)(a.ub[i] - b.ub[i]) : s.ub[i])
EMULATED_SI(h, 32, _mm512_maddubs_epi16, (__m512i a, __m512i b), (int16_t)emulated_pair(a.ub + 2 * i, b.b + 2 * i))
EMULATED_SI(u, 16, _mm512_madd_epi16, (__m512i a, __m512i b), (uint32_t)(a.h[2 * i] * b.h[2 * i]) + (uint32_t)(a.h[2 * i + 1] * b.h[2 * i + 1]))
EMULATED_SI(u, 16, _mm512_dpbusd_epi32, (__m512i s, __m512i a, __m512i b), s.u[i] + emulated_four(a.ub + 4 * i, b.b + 4 * i))
EMULATED_SI(u, 16, _mm512_or_si512, (__m512i a, __m512i b), a.u[i] | b.u[i])
EMULATED_SI(u, 16, _mm512_and_si512, (__m512i a, __m512i b), a.u[i] & b.u[i])
EMULATED_SI(u, 16, _mm512_mask_or_epi32, (__m512i s, __mmask16 m, __m512i a, __m512i b), emulated_bit(m, i) ? a.u[i] | b.u[i] : s.u[i])
EMULATED_SI(u, 16, _mm512_slli_epi32, (__m512i a, unsigned n), n < 32 ? a.u[i] << n : 0)
EMULATED_SI(i, 16, _mm512_srai_epi32, (__m512i a, unsigned n), a.i[i] >> (n < 32 ? n : 31))
EMULATED_SI(u, 16, _mm512_srli_epi32, (__m512i a, unsigned n), n < 32 ? a.u[i] >> n : 0)
/* clang-format on */

/* The same bits seen otherwise, and parts of them. */
EMULATED __m512i _mm512_castps_si512(__m512 a)
{
	__m512i r;
	memcpy(&r, &a, sizeof r);
	return r;
}

EMULATED __m512 _mm512_castsi512_ps(__m512i a)
{
	__m512 r;
	memcpy(&r, &a, sizeof r);
	return r;
}

EMULATED __m256 _mm512_castps512_ps256(__m512 a)
{
	return _mm256_loadu_ps(a.f);
}

EMULATED __m256 _mm512_extractf32x8_ps(__m512 a, int half)
{
	return _mm256_loadu_ps(a.f + 8 * half);
}

/* Wider and narrower integers. */
EMULATED __m512i _mm512_cvtepi8_epi32(__m128i a)
{
	__m512i r;
	int8_t b[16];
	_mm_storeu_si128((__m128i *)b, a);
	for (int i = 0; i < 16; i++)
		r.i[i] = b[i];
	return r;
}

EMULATED __m512i _mm512_cvtepu16_epi32(__m256i a)
{
	__m512i r;
	uint16_t h[16];
	_mm256_storeu_si256((__m256i *)h, a);
	for (int i = 0; i < 16; i++)
		r.u[i] = h[i];
	return r;
}

EMULATED __m256i _mm512_cvtepi32_epi16(__m512i a)
{
	uint16_t h[16];
	for (int i = 0; i < 16; i++)
		h[i] = (uint16_t)a.u[i];
	return _mm256_loadu_si256((const __m256i *)h);
}

EMULATED void _mm512_storeu_ps(float *p, __m512 a)
{
	memcpy(p, a.f, sizeof a.f);
}

EMULATED void _mm512_mask_storeu_ps(float *p, __mmask16 m, __m512 a)
{
	for (int i = 0; i < 16; i++)
		if (emulated_bit(m, i))
			p[i] = a.f[i];
}

/* Halves are added to halves, as the compilers do it. */
EMULATED float _mm512_reduce_add_ps(__m512 a)
{
	for (int n = 8; n; n /= 2)
		for (int i = 0; i < n; i++)
			a.f[i] += a.f[i + n];
	return a.f[0];
}

EMULATED float _mm512_reduce_max_ps(__m512 a)
{
	for (int n = 8; n; n /= 2)
		for (int i = 0; i < n; i++)
			a.f[i] = a.f[i] > a.f[i + n] ? a.f[i] : a.f[i + n];
	return a.f[0];
}

EMULATED __mmask16 _mm512_mask_cmp_ps_mask(__mmask16 m, __m512 a, __m512 b, int how)
{
	unsigned r = 0;
	emulated_only(how == _CMP_EQ_OQ);
	for (int i = 0; i < 16; i++)
		r |= (unsigned)(a.f[i] == b.f[i]) << i;
	return (__mmask16)(r & m);
}

EMULATED __mmask16 _mm512_cmp_ps_mask(__m512 a, __m512 b, int how)
{
	unsigned r = 0;
	emulated_only(how == _CMP_UNORD_Q);
	for (int i = 0; i < 16; i++)
		r |= (unsigned)(isnan(a.f[i]) || isnan(b.f[i])) << i;
	return (__mmask16)r;
}

EMULATED __mmask64 _mm512_movepi8_mask(__m512i a)
{
	uint64_t r = 0;
	for (int i = 0; i < 64; i++)
		r |= (uint64_t)(a.b[i] < 0) << i;
	return r;
}

/* binary16 in 256 bits; F16C converts. */
EMULATED __m512 _mm512_cvtph_ps(__m256i a)
{
	__m512 r;
	_mm256_storeu_ps(r.f, _mm256_cvtph_ps(_mm256_castsi256_si128(a)));
	_mm256_storeu_ps(r.f + 8, _mm256_cvtph_ps(_mm256_extracti128_si256(a, 1)));
	return r;
}

EMULATED __m256i _mm512_cvtps_ph(__m512 a, int how)
{
	emulated_only(how == _MM_FROUND_TO_NEAREST_INT);
	return _mm256_set_m128i(_mm256_cvtps_ph(_mm256_loadu_ps(a.f + 8), _MM_FROUND_TO_NEAREST_INT),
				_mm256_cvtps_ph(_mm256_loadu_ps(a.f), _MM_FROUND_TO_NEAREST_INT));
}

EMULATED __m256i _mm256_maskz_loadu_epi16(__mmask16 m, const void *p)
{
	uint16_t h[16] = {0};
	for (int i = 0; i < 16; i++)
		if (emulated_bit(m, i))
			memcpy(h + i, (const char *)p + 2 * i, sizeof *h);
	return _mm256_loadu_si256((const __m256i *)h);
}

/* Whole vectors of doubles and words, at their own alignment. */
static inline void emulated_aligned(const void *p)
{
	emulated_only((uintptr_t)p % 64 == 0);
}

EMULATED __m512d _mm512_load_pd(const double *p)
{
	__m512d r;
	emulated_aligned(p);
	memcpy(&r, p, sizeof r);
	return r;
}

EMULATED __m512d _mm512_set1_pd(double x)
{
	__m512d r;
	for (int i = 0; i < 8; i++)
		r.d[i] = x;
	return r;
}

EMULATED __m512d _mm512_fmadd_pd(__m512d a, __m512d b, __m512d c)
{
	for (int i = 0; i < 8; i++)
		c.d[i] = fma(a.d[i], b.d[i], c.d[i]);
	return c;
}

EMULATED void _mm512_store_pd(double *p, __m512d a)
{
	emulated_aligned(p);
	memcpy(p, &a, sizeof a);
}

EMULATED void _mm512_stream_pd(double *p, __m512d a)
{
	_mm512_store_pd(p, a);
}

EMULATED __m512i _mm512_load_si512(const void *p)
{
	__m512i r;
	emulated_aligned(p);
	memcpy(&r, p, sizeof r);
	return r;
}

EMULATED void _mm512_storeu_si512(void *p, __m512i a)
{
	memcpy(p, &a, sizeof a);
}

EMULATED void _mm256_mask_storeu_epi16(void *p, __mmask16 m, __m256i a)
{
	uint16_t h[16];
	_mm256_storeu_si256((__m256i *)h, a);
	for (int i = 0; i < 16; i++)
		if (emulated_bit(m, i))
			memcpy((char *)p + 2 * i, h + i, sizeof *h);
}

#endif
