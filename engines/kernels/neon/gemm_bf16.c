/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/neon/tile.h"

/*
 * mr and nv (vectors of 4 columns) are constants. The two weights of a pair stand in one word, the earlier in its
 * lower half: shifted up, or the rest masked, they are floats.
 */
ALWAYS_INLINE void tile(const int mr, const int nv, int k, const float *a, const uint16_t *w, float *c,
			size_t ldc, bool add)
{
	float32x4_t acc[TILE_MR][TILE_NV];
	tile_zero(mr, nv, acc);
	for (; k > 0; k -= 2, a += 2 * mr, w += 8 * nv) {
		float32x4_t lower[TILE_NV], upper[TILE_NV];
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++) {
			uint32x4_t pair = vreinterpretq_u32_u16(vld1q_u16(w + 8 * j));
			lower[j] = vreinterpretq_f32_u32(vshlq_n_u32(pair, 16));
			upper[j] = vreinterpretq_f32_u32(vandq_u32(pair, vdupq_n_u32(0xffff0000)));
		}
		tile_step(mr, nv, acc, a, lower);
		if (k > 1)
			tile_step(mr, nv, acc, a + mr, upper);
	}
	tile_store(mr, nv, acc, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_bf16_##mr##x##nr##_neon(int k, const void *a, const void *w, float *c, size_t ldc,         \
					  bool add)                                                          \
	{                                                                                                    \
		tile(mr, nr / 4, k, a, w, c, ldc, add);                                                      \
	}

TILE(8, 12)
TILE(4, 12)
TILE(2, 12)
TILE(1, 12)
