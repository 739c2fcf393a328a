/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars of the definition: the operations of the vector levels, one lane at a time. */
#ifndef IFM_KERNELS_REF_MATH_H
#define IFM_KERNELS_REF_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* a b + c with one rounding, but for one sum in 2^29 that double rounds to a tie: where there is no such
 * instruction, fmaf is slow. */
static inline float fma_ref(float a, float b, float c)
{
	return (float)((double)a * b + c);
}

/* e^x as exp_avx2 (avx2/math.h) computes it: Cephes' expf, no denormal results. */
static inline float exp_ref(float x)
{
	if (x < -87.33654f)
		return 0;
	float c = x > 88.37626f ? 88.37626f : x, n = nearbyintf(c * 1.44269504f);
	float r = fma_ref(-n, -2.12194440e-4f, fma_ref(-n, 0.693359375f, c));
	float p = 1.9875691500e-4f;
	p = fma_ref(p, r, 1.3981999507e-3f);
	p = fma_ref(p, r, 8.3334519073e-3f);
	p = fma_ref(p, r, 4.1665795894e-2f);
	p = fma_ref(p, r, 1.6666665459e-1f);
	p = fma_ref(p, r, 5.0000001201e-1f);
	p = fma_ref(p, r * r, r) + 1;
	if (isnan(x))
		return p;
	uint32_t bits;
	memcpy(&bits, &p, sizeof bits);
	bits += (uint32_t)(int32_t)n << 23;
	memcpy(&p, &bits, sizeof p);
	return p;
}

#endif
