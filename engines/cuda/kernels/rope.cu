/* SPDX-License-Identifier: Apache-2.0 */
/* Biases, rotation of pairs (2 i, 2 i + 1) and the way of keys and values into the cache, narrowed as
 * engines/tensor/quant.c does it. */
#include "engines/cuda/kernels/portable.h"

/* Pairs of a thread under way: stores into the row may alias loads for all the compiler knows, so loads come first. */
#define ROPE_DEEP (ROPE_PART / (2 * THREADS_OF_rope_f32))

/* Where a token's row stands, and what becomes of it. */
struct rope_row {
	float *x;
	const float *turn; /* of its position */
	size_t cell;
	int n_turned, n; /* ends of queries and keys, which turn, and of the row */
	int n_kv;
};

struct rope_pair {
	float x, y, c, s; /* c, s: 1, 0 where nothing turns */
};

DEVICE struct rope_pair rope_load(const struct rope_args *a, const struct rope_row *r, int i)
{
	struct rope_pair p = {0, 0, 1, 0};
	int in_head = i % a->head_dim;
	if (i >= r->n)
		return p;
	p.x = r->x[i];
	p.y = r->x[i + 1];
	if (a->bias) {
		p.x += a->bias[i];
		p.y += a->bias[i + 1];
	}
	if (i < r->n_turned && in_head < a->n_rot) {
		p.c = r->turn[in_head];
		p.s = r->turn[in_head + 1];
	}
	return p;
}

/* An element as caches have it: what is too large for binary16 is infinite there, as on the CPU. */
DEVICE void rope_narrow(void *to, size_t i, float v, const int type)
{
	if (type == T_F16)
		((uint16_t *)to)[i] = f16_bits(v);
	else
		store_rounded(to, i, v, type);
}

DEVICE void rope_store(const struct rope_args *a, const struct rope_row *r, struct rope_pair p, int i,
		       const int type)
{
	if (i >= r->n)
		return;
	bool turned = i < r->n_turned && i % a->head_dim < a->n_rot;
	float x = turned ? fmaf(p.x, p.c, -(p.y * p.s)) : p.x;
	float y = turned ? fmaf(p.y, p.c, p.x * p.s) : p.y;
	r->x[i] = x;
	r->x[i + 1] = y;
	if (type == T_Q8_0 || i < r->n_turned - r->n_kv)
		return;
	size_t at = r->cell * (size_t)r->n_kv;
	void *to = i < r->n_turned ? a->keys : a->values;
	at += (size_t)(i - (i < r->n_turned ? r->n_turned - r->n_kv : r->n_turned));
	rope_narrow(to, at, x, type);
	rope_narrow(to, at + 1, y, type);
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

/* from: keys or values of this token. */
DEVICE void rope_store_blocks(void *cells, const float *from, const struct rope_row *r)
{
	char *blocks = (char *)cells + r->cell * (size_t)(r->n_kv / 32) * 34;
	for (int b = warp_of_thread(); b < r->n_kv / 32; b += block_threads() / WARP)
		rope_store_block(blocks + (size_t)b * 34, from[b * 32 + lane_of_thread()]);
}

DEVICE void rope(const struct rope_args *a, const int type)
{
	int i = block_x(), pos = a->pos[i];
	struct rope_row r;
	if (pos < 0)
		return;
	r.n_kv = a->n_kv_heads * a->head_dim;
	r.n_turned = a->n_heads * a->head_dim + r.n_kv;
	r.n = r.n_turned + r.n_kv;
	r.x = a->qkv + (size_t)i * (size_t)r.n;
	r.turn = a->turns + (size_t)pos * (size_t)a->n_rot;
	r.cell = (size_t)a->cell[i];
	for (int j = block_y() * ROPE_PART + 2 * thread_x(); j < r.n; j += grid_y() * ROPE_PART) {
		struct rope_pair p[ROPE_DEEP];
		UNROLLED (u, ROPE_DEEP)
			p[u] = rope_load(a, &r, j + 2 * u * block_threads());
		UNROLLED (u, ROPE_DEEP)
			rope_store(a, &r, p[u], j + 2 * u * block_threads(), type);
	}
	if (type == T_Q8_0) {
		block_barrier();
		rope_store_blocks(a->keys, r.x + r.n_turned - r.n_kv, &r);
		rope_store_blocks(a->values, r.x + r.n_turned, &r);
	}
	if (thread_x() == 0 && block_y() == 0)
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
