/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#define ELEMENT(row, i) ((const float *)(row))[i]
#include "engines/kernels/ref/attention.h"

void attention_f32_ref(const struct attention_args *a)
{
	attend(a);
}
