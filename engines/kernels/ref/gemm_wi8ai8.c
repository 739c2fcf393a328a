/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <string.h>

#include "engines/tensor/quant.h"

static inline void tile(const int mr, const int nr, int k, const char *a, const char *w, float *c, size_t ldc,
			bool add)
{
	const float *scale_a = (const void *)a, *scale_w = (const void *)w;
	const int8_t *qa = (const int8_t *)a + GEMM_WI8AI8_HEAD * mr, *qw = (const int8_t *)w + 4 * nr;
	int32_t sum[GEMM_MR_MAX * GEMM_NR_MAX] = {0};
	for (; k > 0; k -= 4, qa += 4 * mr, qw += 4 * nr)
		for (int i = 0; i < mr; i++)
			for (int j = 0; j < nr; j++)
				for (int t = 0; t < 4; t++)
					sum[i * nr + j] += qa[4 * i + t] * qw[4 * j + t];
	for (int i = 0; i < mr; i++)
		for (int j = 0; j < nr; j++) {
			float v = (float)sum[i * nr + j] * (scale_w[j] * scale_a[i]);
			c[i * ldc + j] = add ? c[i * ldc + j] + v : v;
		}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_wi8ai8_##mr##x##nr##_ref(int k, const void *a, const void *w, float *c, size_t ldc,        \
					   bool add)                                                         \
	{                                                                                                    \
		tile(mr, nr, k, a, w, c, ldc, add);                                                          \
	}

TILE(4, 4)
TILE(1, 4)

void gemm_pack_wi8ai8_ref(int mr, int k, const float *a, size_t lda, void *panel)
{
	float *scale = panel;
	int32_t *offset = (int32_t *)panel + mr;
	int8_t *q = (int8_t *)panel + (size_t)GEMM_WI8AI8_HEAD * (size_t)mr;
	for (int i = 0; i < mr; i++) {
		const float *row = a + i * lda;
		scale[i] = wi8ai8_scale(row, (size_t)k);
		offset[i] = 0;
		for (int p = 0; p < k; p += 4) {
			int8_t *four = q + (size_t)p * (size_t)mr + 4 * i;
			wi8ai8_quantise(row + p, 4, scale[i], four);
			for (int t = 0; t < 4; t++)
				offset[i] -= 128 * four[t];
		}
	}
}
