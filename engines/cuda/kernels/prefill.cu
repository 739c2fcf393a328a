/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention of up to 64 tokens that follow each other, by the tensor cores. A warp has 16 queries in registers; keys and
 * values come through shared memory in tiles of 32 positions, the next one on its way while one is in use. Rows there are
 * 16 bytes longer than a head, so that eight of them lie in different banks. Softmax online, in powers of two.
 */
#include "engines/cuda/kernels/portable.h"

#define PREFILL_TILE	32
#define PREFILL_DIM_MAX 128
#define PREFILL_PAD	16
#define PREFILL_ROW_MAX (2 * PREFILL_DIM_MAX + PREFILL_PAD)
#define PREFILL_COLUMNS (PREFILL_TILE / 8)     /* blocks of 8 scores of a tile */
#define PREFILL_STEPS	(PREFILL_DIM_MAX / 16) /* products along a head */
#define PREFILL_OUTS	(PREFILL_DIM_MAX / 8)  /* blocks of 8 of a result */
#define LOG2_E		1.44269504f
#define PREFILL_KEYS	0
#define PREFILL_VALUES	1

struct prefill_shared {
	char rows[2][2][PREFILL_TILE][PREFILL_ROW_MAX]; /* turn, keys or values */
};

struct prefill_work {
	int token, n, head, kv_head; /* token: the first, n of them */
	int pos;		     /* of the first */
	int query;		     /* of this lane: this one and that 8 further on */
	const int32_t *cells;
};

/* What a lane holds: of rows g = lane / 4 and g + 8 of its warp's queries columns 2 t and 2 t + 1 of each block of 8, with
 * t = lane % 4. */
struct prefill_lane {
	uint32_t query[PREFILL_STEPS][4];
	float out[PREFILL_OUTS][4];
	float max[2], sum[2];
};

DEVICE uint32_t prefill_pack(float low, float high, const int type)
{
	if (type == T_BF16)
		return pack_bf16(low, high);
	return pack_f16(low, high);
}

DEVICE uint32_t prefill_query(const struct prefill_args *a, const struct prefill_work *w, int i, int d,
			      const int dim, const int type)
{
	if (i >= w->n)
		return 0;
	size_t row = (size_t)(a->n_heads + 2 * a->n_kv_heads) * (size_t)dim;
	const float *q = a->qkv + (size_t)(w->token + i) * row + (size_t)w->head * (size_t)dim + d;
	float low = q[0], high = q[1];
	if (type == T_F16 && is_finite(low) && is_finite(high)) {
		low = fminf(fmaxf(low, -65504.0f), 65504.0f);
		high = fminf(fmaxf(high, -65504.0f), 65504.0f);
	}
	return prefill_pack(low, high, type);
}

DEVICE void prefill_begin(struct prefill_lane *l, const struct prefill_args *a, const struct prefill_work *w,
			  const int dim, const int type)
{
	int column = 2 * (lane_of_thread() % 4);
	UNROLLED (step, dim / 16)
		UNROLLED (i, 4)
			l->query[step][i] = prefill_query(a, w, w->query + 8 * (i % 2),
							  16 * step + 8 * (i / 2) + column, dim, type);
	UNROLLED (o, dim / 8)
		UNROLLED (i, 4)
			l->out[o][i] = 0;
	UNROLLED (r, 2) {
		l->max[r] = -INFINITY;
		l->sum[r] = 0;
	}
}

/* Sends for the tile at position p; four threads a row. cell is of this thread's row. */
DEVICE void prefill_fetch(struct prefill_shared *s, const struct prefill_args *a,
			  const struct prefill_work *w, int p, int32_t cell, const int dim)
{
	int row = thread_x() / 4, turn = p / PREFILL_TILE % 2;
	bool there = p + row < w->pos + w->n;
	size_t at = ((size_t)cell * (size_t)a->n_kv_heads + (size_t)w->kv_head) * 2 * (size_t)dim;
	UNROLLED (i, dim / 32) {
		int byte = 16 * (thread_x() % 4 + 4 * i);
		copy_async_16(s->rows[turn][PREFILL_KEYS][row] + byte, (const char *)a->keys + at + byte,
			      there);
		copy_async_16(s->rows[turn][PREFILL_VALUES][row] + byte, (const char *)a->values + at + byte,
			      there);
	}
}

/* The cell of this thread's row of the tile at position p; a valid one beyond the end, too. */
DEVICE int32_t prefill_cell(const struct prefill_work *w, int p)
{
	int last = w->pos + w->n - 1, at = p + thread_x() / 4;
	return w->cells[at < last ? at : last];
}

DEVICE void prefill_scores(float score[PREFILL_COLUMNS][4], const struct prefill_lane *l,
			   const char rows[PREFILL_TILE][PREFILL_ROW_MAX], const int dim, const int type)
{
	int lane = lane_of_thread();
	UNROLLED (c, PREFILL_COLUMNS) {
		UNROLLED (i, 4)
			score[c][i] = 0;
		UNROLLED (two, dim / 32) {
			int step = 2 * two, byte = 2 * (16 * step + 8 * (lane / 8));
			struct words_4 key = ldmatrix_4(rows[8 * c + lane % 8] + byte);
			mma_16x8x16(score[c], l->query[step], key.w[0], key.w[1], type == T_BF16);
			mma_16x8x16(score[c], l->query[step + 1], key.w[2], key.w[3], type == T_BF16);
		}
	}
}

/* The largest (sum) of a row: its scores are with four lanes. */
DEVICE float prefill_quad_max(float v)
{
	v = fmaxf(v, lane_xor_f32(v, 1));
	return fmaxf(v, lane_xor_f32(v, 2));
}

DEVICE float prefill_quad_sum(float v)
{
	v += lane_xor_f32(v, 1);
	return v + lane_xor_f32(v, 2);
}

/* Scores become weights 2^(score - max); what was summed under another max decays. half: row g or g + 8. */
DEVICE void prefill_softmax(float score[PREFILL_COLUMNS][4], struct prefill_lane *l,
			    const struct prefill_work *w, int p, float scale, const int half, const int dim)
{
	int last = w->pos + w->query + 8 * half - p -
		   2 * (lane_of_thread() % 4); /* seen, from this lane's first */
	float max = l->max[half], sum = 0;
	UNROLLED (c, PREFILL_COLUMNS)
		UNROLLED (e, 2) {
			score[c][2 * half + e] *= scale;
			if (8 * c + e <= last)
				max = fmaxf(max, score[c][2 * half + e]);
		}
	max = prefill_quad_max(max);
	UNROLLED (c, PREFILL_COLUMNS)
		UNROLLED (e, 2) {
			float *x = &score[c][2 * half + e];
			*x = 8 * c + e <= last ? exp2_fast(*x - max) : 0;
			sum += *x;
		}
	float decay = max == l->max[half] ? 1 : exp2_fast(l->max[half] - max);
	l->sum[half] = fmaf(l->sum[half], decay, prefill_quad_sum(sum));
	l->max[half] = max;
	UNROLLED (o, dim / 8)
		UNROLLED (e, 2)
			l->out[o][2 * half + e] *= decay;
}

DEVICE void prefill_values(struct prefill_lane *l, const float weight[PREFILL_COLUMNS][4],
			   const char rows[PREFILL_TILE][PREFILL_ROW_MAX], const int dim, const int type)
{
	int lane = lane_of_thread();
	UNROLLED (step, PREFILL_TILE / 16) {
		uint32_t a[4];
		UNROLLED (i, 4) {
			const float *pair = weight[2 * step + i / 2] + 2 * (i % 2);
			a[i] = prefill_pack(pair[0], pair[1], type);
		}
		UNROLLED (two, dim / 16) {
			int o = 2 * two, row = 16 * step + lane % 16, byte = 2 * (8 * o + 8 * (lane / 16));
			struct words_4 value = ldmatrix_4_transposed(rows[row] + byte);
			mma_16x8x16(l->out[o], a, value.w[0], value.w[1], type == T_BF16);
			mma_16x8x16(l->out[o + 1], a, value.w[2], value.w[3], type == T_BF16);
		}
	}
}

DEVICE void prefill_compute(struct prefill_lane *l, const struct prefill_shared *s,
			    const struct prefill_work *w, int p, float scale, const int dim, const int type)
{
	float score[PREFILL_COLUMNS][4];
	int turn = p / PREFILL_TILE % 2;
	prefill_scores(score, l, s->rows[turn][PREFILL_KEYS], dim, type);
	prefill_softmax(score, l, w, p, scale, 0, dim);
	prefill_softmax(score, l, w, p, scale, 1, dim);
	prefill_values(l, score, s->rows[turn][PREFILL_VALUES], dim, type);
}

DEVICE void prefill_store(const struct prefill_lane *l, const struct prefill_args *a,
			  const struct prefill_work *w, const int dim, const int out)
{
	UNROLLED (half, 2) {
		int i = w->query + 8 * half;
		size_t row = ((size_t)(w->token + i) * (size_t)a->n_heads + (size_t)w->head) * (size_t)dim;
		if (i >= w->n)
			continue;
		UNROLLED (o, dim / 8)
			UNROLLED (e, 2) {
				size_t d = (size_t)(8 * o) + (size_t)(2 * (lane_of_thread() % 4) + e);
				store_rounded(a->out, row + d, l->out[o][2 * half + e] / l->sum[half], out);
			}
	}
}

DEVICE void prefill_heads(struct prefill_shared *s, const struct prefill_args *a,
			  const struct prefill_work *w, const int dim, const int type, const int out)
{
	struct prefill_lane l;
	int end = w->pos + w->n, query = w->query - lane_of_thread() / 4;
	int warp_n = w->n < query + 16 ? w->n : query + 16;
	int warp_end = query < w->n ? w->pos + warp_n : 0; /* positions that the warp sees */
	int32_t cell = prefill_cell(w, PREFILL_TILE);
	prefill_fetch(s, a, w, 0, prefill_cell(w, 0), dim);
	copies_commit();
	prefill_begin(&l, a, w, dim, type);
	for (int p = 0; p < end; p += PREFILL_TILE) {
		if (p + PREFILL_TILE < end)
			prefill_fetch(s, a, w, p + PREFILL_TILE, cell, dim);
		copies_commit();
		cell = prefill_cell(w, p + 2 * PREFILL_TILE);
		copies_wait(1);
		block_barrier();
		if (p < warp_end)
			prefill_compute(&l, s, w, p, a->scale * LOG2_E, dim, type);
		block_barrier();
	}
	prefill_store(&l, a, w, dim, out);
}

DEVICE void prefill(const struct prefill_args *a, const int type, const int out)
{
	SHARED struct prefill_shared s ALIGNED_16;
	struct prefill_work w;
	w.token = a->tiles[block_x()].first;
	w.n = a->tiles[block_x()].n;
	w.head = block_y();
	w.kv_head = w.head / (a->n_heads / a->n_kv_heads);
	w.query = 16 * warp_of_thread() + lane_of_thread() / 4;
	if (w.n <= 0 || a->pos[w.token] < 0)
		return;
	w.pos = a->pos[w.token];
	w.cells = a->cells + (size_t)a->seq[w.token] * (size_t)a->n_positions;
	if (a->head_dim == 64)
		prefill_heads(&s, a, &w, 64, type, out);
	else if (a->head_dim == 128)
		prefill_heads(&s, a, &w, 128, type, out);
}

#define PREFILL(name, type, out)                                                                             \
	KERNEL_DEFINE(name, prefill_args)                                                                    \
	{                                                                                                    \
		prefill(&a, type, out);                                                                      \
	}

PREFILL(prefill_f16_f32, T_F16, T_F32)
PREFILL(prefill_f16_f16, T_F16, T_F16)
PREFILL(prefill_f16_bf16, T_F16, T_BF16)
PREFILL(prefill_bf16_f32, T_BF16, T_F32)
PREFILL(prefill_bf16_f16, T_BF16, T_F16)
PREFILL(prefill_bf16_bf16, T_BF16, T_BF16)
