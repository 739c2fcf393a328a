/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/neon/dot.h"

/* Groups of 4 in k are done in pairs; beside the last of an odd number there is nothing. */
ALWAYS_INLINE void tile(const int mr, int k, const int8_t *a, const int8_t *w, float *c, size_t ldc, bool add)
{
	const float *scale_a = (const void *)a, *scale_w = (const void *)w;
	const int8_t *qa = a + GEMM_WI8AI8_HEAD * mr, *qw = w + 4 * 8;
	struct sums s[TILE_MR];
	sums_zero(mr, s);
	for (; k >= 8; k -= 8, qa += 8 * mr, qw += 8 * 8) {
		const int8x16_t w0[2] = {vld1q_s8(qw), vld1q_s8(qw + 16)};
		const int8x16_t w1[2] = {vld1q_s8(qw + 32), vld1q_s8(qw + 48)};
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++)
			sums_add(&s[i], w0, a_load(qa + 4 * i), w1, a_load(qa + 4 * (mr + i)));
	}
	if (k > 0) {
		const int8x16_t none = vdupq_n_s8(0);
		const int8x16_t w0[2] = {vld1q_s8(qw), vld1q_s8(qw + 16)}, w1[2] = {none, none};
#pragma GCC unroll 4
		for (int i = 0; i < mr; i++)
			sums_add(&s[i], w0, a_load(qa + 4 * i), w1, none);
	}
#pragma GCC unroll 4
	for (int i = 0; i < mr; i++) {
		float32x4_t row[2];
#pragma GCC unroll 2
		for (int v = 0; v < 2; v++)
			row[v] = vmulq_f32(sums_take(&s[i], v),
					   vmulq_n_f32(vld1q_f32(scale_w + 4 * v), scale_a[i]));
		row_store(row, c + (size_t)i * ldc, add);
	}
}

#define TILE(mr, nr)                                                                                         \
	void gemm_wi8ai8_##mr##x##nr##_neon(int k, const void *a, const void *w, float *c, size_t ldc,       \
					    bool add)                                                        \
	{                                                                                                    \
		tile(mr, k, a, w, c, ldc, add);                                                              \
	}

TILE(4, 8)
TILE(2, 8)
TILE(1, 8)
