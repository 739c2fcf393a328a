/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include <string.h>

#include "engines/kernels/ref/math.h"
#include "engines/tensor/quant.h"

/* The 32 products of row i of A and column j of W. */
static inline int32_t dot(const int8_t *qa, int mr, int i, const int8_t *qw, int nr, int j)
{
	int32_t sum = 0;
	for (int g = 0; g < Q8_0_BLOCK / 4; g++)
		for (int t = 0; t < 4; t++)
			sum += qa[(g * mr + i) * 4 + t] * qw[(g * nr + j) * 4 + t];
	return sum;
}

static inline void tile(const int mr, const int nr, int k, const char *a, const char *w, float *c, size_t ldc,
			bool add)
{
	float acc[GEMM_MR_MAX * GEMM_NR_MAX] = {0};
	for (; k > 0; k -= Q8_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += nr * sizeof(struct q8_0_block)) {
		const float *scale_a = (const void *)a;
		const uint16_t *scale_w = (const void *)w;
		for (int j = 0; j < nr; j++) {
			float s = f16_to_f32(scale_w[j]);
			for (int i = 0; i < mr; i++) {
				int32_t sum = dot((const int8_t *)a + 8 * mr, mr, i,
						  (const int8_t *)w + 2 * nr, nr, j);
				acc[i * nr + j] = fma_ref((float)sum, s * scale_a[i], acc[i * nr + j]);
			}
		}
	}
	for (int i = 0; i < mr; i++)
		for (int j = 0; j < nr; j++)
			c[i * ldc + j] = add ? c[i * ldc + j] + acc[i * nr + j] : acc[i * nr + j];
}

#define TILE(mr, nr)                                                                                         \
	void gemm_q8_0_##mr##x##nr##_ref(int k, const void *a, const void *w, float *c, size_t ldc,          \
					 bool add)                                                           \
	{                                                                                                    \
		tile(mr, nr, k, a, w, c, ldc, add);                                                          \
	}

TILE(4, 4)
TILE(1, 4)

void gemm_pack_q8_0_ref(int mr, int k, const float *a, size_t lda, void *panel)
{
	char *to = panel;
	for (int p = 0; p < k; p += Q8_0_BLOCK, to += mr * GEMM_Q8_0_ROW) {
		float *scale = (void *)to;
		int32_t *offset = (void *)(to + 4 * mr);
		for (int i = 0; i < mr; i++) {
			int8_t q[Q8_0_BLOCK];
			scale[i] = q8_0_quantise(a + i * lda + p, q);
			offset[i] = 0;
			for (int t = 0; t < Q8_0_BLOCK; t++)
				offset[i] -= 128 * q[t];
			for (int g = 0; g < Q8_0_BLOCK / 4; g++)
				memcpy(to + 8 * mr + (g * mr + i) * 4, q + 4 * g, 4);
		}
	}
}
