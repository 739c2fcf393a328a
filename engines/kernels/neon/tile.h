/* SPDX-License-Identifier: Apache-2.0 */
/* Inline pieces of the NEON matrix kernels with a tile of f32 accumulators: rows of nv vectors of 4 columns. */
#ifndef IFM_KERNELS_NEON_TILE_H
#define IFM_KERNELS_NEON_TILE_H

#include <arm_neon.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef __aarch64__
#error "this file needs arm64"
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define TILE_MR	      8
#define TILE_NV	      3

ALWAYS_INLINE void tile_zero(const int mr, const int nv, float32x4_t acc[TILE_MR][TILE_NV])
{
#pragma GCC unroll 8
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++)
			acc[i][j] = vdupq_n_f32(0);
}

/* Adds one step of k: a column of A times a row of W. */
ALWAYS_INLINE void tile_step(const int mr, const int nv, float32x4_t acc[TILE_MR][TILE_NV], const float *a,
			     const float32x4_t b[TILE_NV])
{
#pragma GCC unroll 8
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++)
			acc[i][j] = vfmaq_n_f32(acc[i][j], b[j], a[i]);
}

ALWAYS_INLINE void tile_store(const int mr, const int nv, float32x4_t acc[TILE_MR][TILE_NV], float *c,
			      size_t ldc, bool add)
{
#pragma GCC unroll 8
	for (int i = 0; i < mr; i++)
#pragma GCC unroll 3
		for (int j = 0; j < nv; j++) {
			float *to = c + (size_t)i * ldc + 4 * j;
			if (add)
				acc[i][j] = vaddq_f32(acc[i][j], vld1q_f32(to));
			vst1q_f32(to, acc[i][j]);
		}
}

#endif
