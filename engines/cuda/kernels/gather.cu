/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the embedding. A value is that of engines/tensor/quant.c. */
#include "engines/cuda/kernels/portable.h"

DEVICE void gather(const struct gather_args *a, const int type)
{
	int i = block_x(), pos = a->pos[i];
	size_t k = (size_t)a->n_embd;
	float *x = a->x + (size_t)i * k;
	size_t row = pos < 0 ? 0 : (size_t)a->token[i];
	const float *learned = a->positions && pos >= 0 ? a->positions + (size_t)pos * k : NULL;
	for (size_t j = (size_t)thread_x(); j < k; j += (size_t)block_threads()) {
		float v = pos < 0 ? 0 : stored_value(a->rows, a->scales, row, j, k, type);
		x[j] = learned ? v + learned[j] : v;
	}
}

#define GATHER(name, type)                                                                                   \
	KERNEL_DEFINE(name, gather_args)                                                                     \
	{                                                                                                    \
		gather(&a, type);                                                                            \
	}

GATHER(gather_f32, T_F32)
GATHER(gather_f16, T_F16)
GATHER(gather_bf16, T_BF16)
GATHER(gather_q8_0, T_Q8_0)
GATHER(gather_q4_0, T_Q4_0)
GATHER(gather_i8, T_I8)
