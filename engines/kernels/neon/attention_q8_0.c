/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/attention.h"

#include <assert.h>
#include <string.h>

#include "engines/kernels/neon/math.h"
#include "engines/tensor/dtype.h"

static inline float32x4_t load_cell(const char *row, int i)
{
	const struct q8_0_block *b = (const struct q8_0_block *)row + i / Q8_0_BLOCK;
	int8_t four[8] = {0};
	memcpy(four, b->q + i % Q8_0_BLOCK, 4);
	int32x4_t q = vmovl_s16(vget_low_s16(vmovl_s8(vld1_s8(four))));
	float32x4_t scale = vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(b->scale)));
	return vmulq_f32(vcvtq_f32_s32(q), scale);
}

/* Never wanted. */
static inline float32x4_t load_cell_part(const char *row, int i, int n)
{
	(void)row, (void)i, (void)n;
	assert(!"a head is made of whole blocks");
	return vdupq_n_f32(0);
}

#include "engines/kernels/neon/attention.h"

void attention_q8_0_neon(const struct attention_args *a)
{
	attend(a);
}
