/* SPDX-License-Identifier: Apache-2.0 */
/* From one type to another. */
#include "engines/cuda/kernels/portable.h"

DEVICE void cast(const struct cast_args *a, const int type)
{
	for (uint64_t i = thread_of_grid(); i < a->n; i += threads_of_grid())
		store_rounded(a->out, i, a->in[i], type);
}

KERNEL_DEFINE(cast_f16, cast_args)
{
	cast(&a, T_F16);
}

KERNEL_DEFINE(cast_bf16, cast_args)
{
	cast(&a, T_BF16);
}

KERNEL_DEFINE(quantize_i8, quantize_args)
{
	SHARED float scratch[WARPS_MAX];
	const float *in = a.in + (size_t)block_x() * (size_t)a.k;
	int8_t *out = a.out + (size_t)block_x() * (size_t)a.k;
	float most = 0;
	for (int i = thread_x(); i < a.k; i += block_threads())
		most = fmaxf(most, magnitude(in[i]));
	float d = block_max(most, scratch) / 127.0f;
	float inverse = d > 0 ? 1.0f / d : 0;
	for (int i = thread_x(); i < a.k; i += block_threads())
		out[i] = (int8_t)int8_rounded(in[i] * inverse);
	if (thread_x() == 0)
		a.scale[block_x()] = d;
}

KERNEL_DEFINE(scale_i32, scale_args)
{
	int j = block_x() * block_threads() + thread_x(), i = block_y();
	size_t at = (size_t)i * (size_t)a.cols + (size_t)j;
	if (j < a.cols)
		a.out[at] = (float)a.in[at] * (a.col_scale[j] * a.row_scale[i]);
}

DEVICE void dequant(const struct dequant_args *a, const int type)
{
	uint64_t n = (uint64_t)a->n * (uint64_t)a->k;
	/* Rows are whole blocks, so that the matrix is as good as one row. Quads: 16 bytes would be too few threads. */
	for (uint64_t i = thread_of_grid(); i < n; i += threads_of_grid())
		a->out[i] = f16_bits(stored_value(a->w, a->scales, 0, i, 0, type));
}

KERNEL_DEFINE(dequant_q8_0, dequant_args)
{
	dequant(&a, T_Q8_0);
}

KERNEL_DEFINE(dequant_q4_0, dequant_args)
{
	dequant(&a, T_Q4_0);
}
