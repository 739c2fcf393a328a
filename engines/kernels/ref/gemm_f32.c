/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/ref/math.h"

static inline void tile(const int mr, const int nr, int k, const float *a, const float *w, float *c,
			size_t ldc, bool add)
{
	float acc[GEMM_MR_MAX * GEMM_NR_MAX] = {0};
	for (int p = 0; p < k; p++)
		for (int i = 0; i < mr; i++)
			for (int j = 0; j < nr; j++)
				acc[i * nr + j] = fma_ref(a[p * (size_t)mr + i], w[p * (size_t)nr + j],
							  acc[i * nr + j]);
	for (int i = 0; i < mr; i++)
		for (int j = 0; j < nr; j++)
			c[i * ldc + j] = add ? c[i * ldc + j] + acc[i * nr + j] : acc[i * nr + j];
}

#define TILE(mr, nr)                                                                                         \
	void gemm_f32_##mr##x##nr##_ref(int k, const void *a, const void *w, float *c, size_t ldc, bool add) \
	{                                                                                                    \
		tile(mr, nr, k, a, w, c, ldc, add);                                                          \
	}

TILE(4, 8)
TILE(1, 8)

void gemm_pack_f32_ref(int mr, int k, const float *a, size_t lda, void *panel)
{
	float *to = panel;
	for (int p = 0; p < k; p++)
		for (int i = 0; i < mr; i++)
			*to++ = a[i * lda + p];
}
