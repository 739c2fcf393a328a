/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of attention_tiles.h with NEON: a file of a cell type includes this after its loads. */
#ifndef IFM_KERNELS_NEON_ATTENTION_H
#define IFM_KERNELS_NEON_ATTENTION_H

#include "engines/kernels/neon/math.h"
#include "engines/kernels/vector.h"

#define vec	       float32x4_t
#define LANES	       4
#define SUMS	       16 /* of 32 registers: keys or values, queries and weights need theirs */
#define vec_set	       vdupq_n_f32
#define vec_load       vld1q_f32
#define vec_store      vst1q_f32
#define vec_load_part  load_part_neon
#define vec_store_part store_part_neon
#define softmax	       softmax_f32_neon

static inline float32x4_t vec_zero(void)
{
	return vdupq_n_f32(0);
}

static inline float32x4_t vec_fma(float32x4_t a, float32x4_t b, float32x4_t sum)
{
	return vfmaq_f32(sum, a, b);
}

static inline void vec_sum4(float *to, const float32x4_t *s, float scale)
{
	float32x4_t sums = vpaddq_f32(vpaddq_f32(s[0], s[1]), vpaddq_f32(s[2], s[3]));
	vst1q_f32(to, vmulq_n_f32(sums, scale));
}

#include "engines/kernels/attention_tiles.h"

#endif
