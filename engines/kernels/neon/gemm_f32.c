/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/neon/tile.h"

/* mr and nv (vectors of 4 columns) are constants: all loops over them vanish and the tile
 * lives in registers. 8x12 takes 24 accumulators of the 32. */
ALWAYS_INLINE void tile(const int mr, const int nv, int k, const float *a, const float *w, float *c,
			size_t ldc, bool add)
{
	float32x4_t acc[TILE_MR][TILE_NV];
	tile_zero(mr, nv, acc);
	for (; k > 0; k--, a += mr, w += 4 * nv) {
		float32x4_t b[TILE_NV];
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++)
			b[j] = vld1q_f32(w + 4 * j);
		tile_step(mr, nv, acc, a, b);
	}
	tile_store(mr, nv, acc, c, ldc, add);
}

#define TILE(mr, nr)                                                                                         \
	void gemm_f32_##mr##x##nr##_neon(int k, const void *a, const void *w, float *c, size_t ldc,          \
					 bool add)                                                           \
	{                                                                                                    \
		tile(mr, nr / 4, k, a, w, c, ldc, add);                                                      \
	}

TILE(8, 12)
TILE(4, 12)
TILE(2, 12)
TILE(1, 12)
