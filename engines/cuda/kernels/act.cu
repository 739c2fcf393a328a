/* SPDX-License-Identifier: Apache-2.0 */
/* Activations and biases: an element a thread, formulas of engines/kernels/ref/vector.c. */
#include "engines/cuda/kernels/portable.h"

DEVICE float biased(const float *row, const float *bias, int i)
{
	return bias ? row[i] + bias[i] : row[i];
}

DEVICE void silu_mul(const struct act_args *a, const int type)
{
	int j = block_x() * block_threads() + thread_x();
	const float *row = a->in + (size_t)block_y() * 2 * (size_t)a->n_ff;
	if (j >= a->n_ff)
		return;
	float gate = biased(row, a->bias, j), up = biased(row, a->bias, a->n_ff + j);
	float v = gate / (1 + exp_same(-gate)) * up;
	store_rounded(a->out, (size_t)block_y() * (size_t)a->n_ff + (size_t)j, v, type);
}

DEVICE void gelu(const struct act_args *a, const int type)
{
	const float linear = -1.59576912f, cubic = -0.0713548162f;
	int j = block_x() * block_threads() + thread_x();
	if (j >= a->n_ff)
		return;
	float x = biased(a->in + (size_t)block_y() * (size_t)a->n_ff, a->bias, j);
	float v = x / (1 + exp_same(x * fmaf(x * x, cubic, linear)));
	store_rounded(a->out, (size_t)block_y() * (size_t)a->n_ff + (size_t)j, v, type);
}

#define ACT(op, name, type)                                                                                  \
	KERNEL_DEFINE(name, act_args)                                                                        \
	{                                                                                                    \
		op(&a, type);                                                                                \
	}

ACT(silu_mul, silu_mul_f32, T_F32)
ACT(silu_mul, silu_mul_f16, T_F16)
ACT(silu_mul, silu_mul_bf16, T_BF16)
ACT(gelu, gelu_f32, T_F32)
ACT(gelu, gelu_f16, T_F16)
ACT(gelu, gelu_bf16, T_BF16)

KERNEL_DEFINE(bias_add_f32, bias_args)
{
	int j = block_x() * block_threads() + thread_x();
	if (j < a.cols)
		a.c[(size_t)block_y() * (size_t)a.cols + (size_t)j] += a.bias[j];
}
