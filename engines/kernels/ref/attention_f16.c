/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/tensor/quant.h"

#define ELEMENT(row, i) f16_to_f32(((const uint16_t *)(row))[i])
#include "engines/kernels/ref/attention.h"

void attention_f16_ref(const struct attention_args *a)
{
	attend(a);
}
