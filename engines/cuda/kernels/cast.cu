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

/* Eight neighbours as 16 bytes. */
DEVICE void dequant_store(uint16_t *out, const float v[8])
{
	struct words_4 w;
	UNROLLED (i, 4)
		w.w[i] = pack_f16(v[2 * i], v[2 * i + 1]);
	write_words_4(out, w);
}

/* Rows are whole blocks, so that the matrix is as good as one row. A thread takes 8 bytes of quants: a fourth of a block
 * of q8_0, of q4_0 a half (elements 0 .. 7 and 16 .. 23, or 8 .. 15 and 24 .. 31). */
DEVICE void dequant(const struct dequant_args *a, const int type)
{
	const int in_block = type == T_Q8_0 ? 4 : 2;
	uint64_t n = (uint64_t)a->n * (uint64_t)a->k / 32 * (uint64_t)in_block;
	for (uint64_t i = thread_of_grid(); i < n; i += threads_of_grid()) {
		struct words_2 w = load_words_2((const char *)a->w + 8 * i);
		float d = f16_value(((const uint16_t *)a->scales)[i / (uint64_t)in_block]), v[8];
		uint64_t at = i / (uint64_t)in_block * 32 + i % (uint64_t)in_block * 8;
		if (type == T_Q8_0) {
			UNROLLED (j, 8)
				v[j] = int8_value(w.w[j / 4] ^ 0x80808080u, j % 4) * d;
			dequant_store(a->out + at, v);
			continue;
		}
		UNROLLED (half, 2) {
			UNROLLED (j, 8)
				v[j] = (float)((int)(w.w[j / 4] >> (8 * (j % 4) + 4 * half) & 15) - 8) * d;
			dequant_store(a->out + at + 16 * half, v);
		}
	}
}

KERNEL_DEFINE(dequant_q8_0, dequant_args)
{
	dequant(&a, T_Q8_0);
}

KERNEL_DEFINE(dequant_q4_0, dequant_args)
{
	dequant(&a, T_Q4_0);
}
