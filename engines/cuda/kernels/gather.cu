/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the embedding. A value is that of engines/tensor/quant.c. */
#include "engines/cuda/kernels/portable.h"

/* Elements of a thread under way: stores may alias loads for all the compiler knows. */
#define GATHER_DEEP 4

DEVICE void gather(const struct gather_args *a, const int type)
{
	int pos = a->pos[block_x()], k = a->n_embd, step = block_threads();
	float *x = a->x + (size_t)block_x() * (size_t)k;
	size_t row = pos < 0 ? 0 : (size_t)a->token[block_x()];
	const float *learned = a->positions && pos >= 0 ? a->positions + (size_t)pos * (size_t)k : NULL;
	for (int j = thread_x(); j < k; j += GATHER_DEEP * step) {
		float v[GATHER_DEEP];
		UNROLLED (u, GATHER_DEEP) {
			int i = j + u * step < k ? j + u * step : k - 1;
			v[u] = pos < 0 ? 0
				       : stored_value(a->rows, a->scales, row, (size_t)i, (size_t)k, type);
			if (learned)
				v[u] += learned[i];
		}
		UNROLLED (u, GATHER_DEEP)
			if (j + u * step < k)
				x[j + u * step] = v[u];
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
