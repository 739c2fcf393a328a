/* SPDX-License-Identifier: Apache-2.0 */
/* Biases, rotation of pairs (2 i, 2 i + 1) and the way of keys and values into the cache, narrowed as
 * engines/tensor/quant.c does it. */
#include "engines/cuda/kernels/portable.h"

/* Elements i and i + 1 of a row of qkv, biased and, in heads of queries and keys, rotated. */
DEVICE void rope_pair(const struct rope_args *a, float *row, int i, const float *turn)
{
	float x = row[i], y = row[i + 1];
	int in_head = i % a->head_dim, n_turned = (a->n_heads + a->n_kv_heads) * a->head_dim;
	if (a->bias) {
		x += a->bias[i];
		y += a->bias[i + 1];
	}
	if (i < n_turned && in_head < a->n_rot) {
		float c = turn[in_head], s = turn[in_head + 1], old = x;
		x = fmaf(x, c, -(y * s));
		y = fmaf(y, c, old * s);
	}
	row[i] = x;
	row[i + 1] = y;
}

/* An element as rope and caches have it: what is too large for binary16 is infinite there, as on the CPU. */
DEVICE void rope_store(void *to, size_t i, float v, const int type)
{
	if (type == T_F16)
		((uint16_t *)to)[i] = f16_bits(v);
	else
		store_rounded(to, i, v, type);
}

/* A block of 32 by the lanes of a warp, as q8_0_quantise_block does. */
DEVICE void rope_store_block(char *block, float v)
{
	float d = warp_max(magnitude(v)) / 127.0f;
	float inverse = d > 0 ? 1.0f / d : 0;
	((int8_t *)block)[2 + lane_of_thread()] = (int8_t)int8_rounded(v * inverse);
	if (lane_of_thread() == 0)
		*(uint16_t *)block = f16_bits(d);
}

/* from: keys or values of this token, n elements. */
DEVICE void rope_store_row(void *cells, const float *from, size_t cell, int n, const int type)
{
	if (type != T_Q8_0) {
		for (int i = thread_x(); i < n; i += block_threads())
			rope_store(cells, cell * (size_t)n + (size_t)i, from[i], type);
		return;
	}
	char *blocks = (char *)cells + cell * (size_t)(n / 32) * 34;
	for (int b = warp_of_thread(); b < n / 32; b += block_threads() / WARP)
		rope_store_block(blocks + (size_t)b * 34, from[b * 32 + lane_of_thread()]);
}

DEVICE void rope(const struct rope_args *a, const int type)
{
	int i = block_x(), pos = a->pos[i], n_kv = a->n_kv_heads * a->head_dim;
	int n_q = a->n_heads * a->head_dim, n = n_q + 2 * n_kv;
	if (pos < 0)
		return;
	float *row = a->qkv + (size_t)i * (size_t)n;
	const float *turn = a->turns + (size_t)pos * (size_t)a->n_rot;
	for (int j = 2 * thread_x(); j < n; j += 2 * block_threads())
		rope_pair(a, row, j, turn);
	block_barrier();
	rope_store_row(a->keys, row + n_q, (size_t)a->cell[i], n_kv, type);
	rope_store_row(a->values, row + n_q + n_kv, (size_t)a->cell[i], n_kv, type);
	if (thread_x() == 0)
		a->cells[(size_t)a->seq[i] * (size_t)a->n_positions + (size_t)pos] = a->cell[i];
}

#define ROPE(name, type)                                                                                     \
	KERNEL_DEFINE(name, rope_args)                                                                       \
	{                                                                                                    \
		rope(&a, type);                                                                              \
	}

ROPE(rope_f32, T_F32)
ROPE(rope_f16, T_F16)
ROPE(rope_bf16, T_BF16)
ROPE(rope_q8_0, T_Q8_0)
