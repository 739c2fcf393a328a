/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define ELEMENT(base, i) ((const float *)(base))[i]
#include "engines/kernels/ref/attention.h"

void attention_f32_ref(float *out, const float *q, int n_heads, const struct attention_args *a)
{
	attend(out, q, n_heads, a);
}
