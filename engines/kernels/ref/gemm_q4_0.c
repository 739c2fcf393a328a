/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/ref/math.h"
#include "engines/tensor/quant.h"

/* The 32 products of row i of A and column j of W. */
static inline int32_t dot(const int8_t *qa, int mr, int i, const uint8_t *qw, int nr, int j)
{
	int32_t sum = 0;
	for (int g = 0; g < Q4_0_BLOCK / 8; g++)
		for (int t = 0; t < 4; t++) {
			uint8_t both = qw[(g * nr + j) * 4 + t];
			sum += qa[(g * mr + i) * 4 + t] * ((both & 15) - 8);
			sum += qa[((g + Q4_0_BLOCK / 8) * mr + i) * 4 + t] * ((both >> 4) - 8);
		}
	return sum;
}

static inline void tile(const int mr, const int nr, int k, const char *a, const char *w, float *c, size_t ldc,
			bool add)
{
	float acc[GEMM_MR_MAX * GEMM_NR_MAX] = {0};
	for (; k > 0; k -= Q4_0_BLOCK, a += mr * GEMM_Q8_0_ROW, w += nr * GEMM_Q4_0_COL) {
		const float *scale_a = (const void *)a;
		const uint16_t *scale_w = (const void *)w;
		for (int j = 0; j < nr; j++) {
			float s = f16_to_f32(scale_w[j]);
			for (int i = 0; i < mr; i++) {
				int32_t sum = dot((const int8_t *)a + 8 * mr, mr, i,
						  (const uint8_t *)w + 2 * nr, nr, j);
				acc[i * nr + j] = fma_ref((float)sum, s * scale_a[i], acc[i * nr + j]);
			}
		}
	}
	for (int i = 0; i < mr; i++)
		for (int j = 0; j < nr; j++)
			c[i * ldc + j] = add ? c[i * ldc + j] + acc[i * nr + j] : acc[i * nr + j];
}

#define TILE(mr, nr)                                                                                         \
	void gemm_q4_0_##mr##x##nr##_ref(int k, const void *a, const void *w, float *c, size_t ldc,          \
					 bool add)                                                           \
	{                                                                                                    \
		tile(mr, nr, k, a, w, c, ldc, add);                                                          \
	}

TILE(4, 4)
TILE(1, 4)

void gemm_pack_q4_0_ref(int mr, int k, const float *a, size_t lda, void *panel)
{
	gemm_pack_q8_0_ref(mr, k, a, lda, panel);
}
