/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/ref/math.h"
#include "engines/tensor/quant.h"

/* More rows than columns: the conversion of a weight in software is the dear part. */
static inline void tile(const int mr, const int nr, int k, const float *a, const uint16_t *w, float *c,
			size_t ldc, bool add)
{
	float acc[GEMM_MR_MAX * GEMM_NR_MAX] = {0};
	for (int p = 0; p < k; p++)
		for (int j = 0; j < nr; j++) {
			float b = f16_to_f32(w[p * (size_t)nr + j]);
			for (int i = 0; i < mr; i++)
				acc[i * nr + j] = fma_ref(a[p * (size_t)mr + i], b, acc[i * nr + j]);
		}
	for (int i = 0; i < mr; i++)
		for (int j = 0; j < nr; j++)
			c[i * ldc + j] = add ? c[i * ldc + j] + acc[i * nr + j] : acc[i * nr + j];
}

#define TILE(mr, nr)                                                                                         \
	void gemm_f16_##mr##x##nr##_ref(int k, const void *a, const void *w, float *c, size_t ldc, bool add) \
	{                                                                                                    \
		tile(mr, nr, k, a, w, c, ldc, add);                                                          \
	}

TILE(8, 4)
TILE(1, 4)

void gemm_pack_f16_ref(int mr, int k, const float *a, size_t lda, void *panel)
{
	gemm_pack_f32_ref(mr, k, a, lda, panel);
}
