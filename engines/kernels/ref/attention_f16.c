/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/tensor/quant.h"

#define ELEMENT(base, i) f16_to_f32(((const uint16_t *)(base))[i])
#include "engines/kernels/ref/attention.h"

void attention_f16_ref(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	attend(out, q, n_heads, a);
}
