/* SPDX-License-Identifier: Apache-2.0 */
/* Inline pieces of the AVX-512 kernels: tails and exp. */
#ifndef IFM_KERNELS_AVX512_MATH_H
#define IFM_KERNELS_AVX512_MATH_H

#if !defined(__AVX512F__) || !defined(__AVX512BW__) || !defined(__AVX512DQ__) || !defined(__AVX512VL__)
#error "this file needs the flags of the avx512 level"
#endif

#include <immintrin.h>
#include <stdint.h>

/* The first n lanes, 0 <= n <= 16. */
static inline __mmask16 mask_avx512(int n)
{
	return (__mmask16)((1u << n) - 1);
}

/*
 * e^x with a relative error below 1.5e-7: x = n ln 2 + r, |r| <= ln 2 / 2, the
 * polynomial of degree 6 that is Cephes' expf (Moshier), times 2^n by scalef, which
 * also gives 0 and infinity at the ends.
 */
static inline __m512 exp_avx512(__m512 x)
{
	/* Beyond these the result is 0 or infinity anyway; inside, n stays finite. */
	__m512 c = _mm512_max_ps(_mm512_set1_ps(-104), _mm512_min_ps(_mm512_set1_ps(89), x));
	__m512 n = _mm512_roundscale_ps(_mm512_mul_ps(c, _mm512_set1_ps(1.44269504f)),
					_MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
	__m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), c);
	r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4f), r);
	__m512 p = _mm512_set1_ps(1.9875691500e-4f);
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.3981999507e-3f));
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3f));
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2f));
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1f));
	p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1f));
	p = _mm512_add_ps(_mm512_fmadd_ps(p, _mm512_mul_ps(r, r), r), _mm512_set1_ps(1));
	return _mm512_scalef_ps(p, n);
}

#endif
