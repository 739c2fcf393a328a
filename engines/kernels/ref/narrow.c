/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/vector.h"

#include "engines/tensor/quant.h"

void narrow_f16_ref(void *dst, const float *src, int n)
{
	dtype_from_f32(DTYPE_F16, src, dst, (size_t)n);
}

void narrow_bf16_ref(void *dst, const float *src, int n)
{
	dtype_from_f32(DTYPE_BF16, src, dst, (size_t)n);
}

void narrow_q8_0_ref(void *dst, const float *src, int n)
{
	dtype_from_f32(DTYPE_Q8_0, src, dst, (size_t)n);
}
