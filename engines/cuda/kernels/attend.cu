/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention of single tokens. A block walks its positions in tiles of 32. Scores: four lanes a position, each with every
 * fourth vector (8 elements) of its key, so that a warp has 8 keys under way and two shuffles end a sum. Softmax: a warp a
 * head, online. Values: a thread has one vector of the head and every n-th position of the tile, for all heads at once. Keys
 * and values are read once for ATTEND_HEADS query heads (or as many as have room in shared memory); a group with more takes
 * them in turns.
 */
#include "engines/cuda/kernels/portable.h"

#define ATTEND_TILE    32
#define ATTEND_HEADS   8
#define ATTEND_THREADS 128
#define ATTEND_WARPS   (ATTEND_THREADS / WARP)
#define ATTEND_DEEP    2    /* vectors of a thread under way: more would leave no room for four blocks */
#define ATTEND_QUERIES 4096 /* floats of queries in shared memory: 4 heads of 1024 */

struct attend_shared {
	float query[ATTEND_QUERIES] ALIGNED_16;
	float score[ATTEND_HEADS][ATTEND_TILE];
	float weight[ATTEND_HEADS][ATTEND_TILE]; /* e^(score - max) */
	float decay[ATTEND_HEADS];		 /* of what was summed under the max before */
	float max[ATTEND_HEADS], sum[ATTEND_HEADS];
	int32_t cell[2][ATTEND_TILE];
	float join[ATTEND_THREADS][8];
};

/* What a block does. */
struct attend_work {
	int token, kv_head, split;
	int from, to; /* positions */
	const int32_t *cells;
	int first, n; /* query heads of this turn */
	int vectors;  /* of a head, the last may be cut off */
};

/* Eight elements as they stand in a cell: of f32 a word each, of f16 and bf16 two a word, of q8_0 two a word and the scale
 * in w[4]. So loads can be under way before the sums begin. */
struct attend_raw {
	uint32_t w[8];
};

/* Of element i of a head that is no whole vectors; zeros beyond it. */
DEVICE uint32_t attend_bits(const void *cells, size_t at, bool there, const int type)
{
	if (!there)
		return 0;
	return type == T_F32 ? f32_bits(((const float *)cells)[at]) : ((const uint16_t *)cells)[at];
}

/* Elements 8 v .. of a head. */
DEVICE struct attend_raw attend_fetch(const void *cells, size_t cell, const struct attend_args *a, int head,
				      int v, const int type)
{
	size_t at = (cell * (size_t)a->n_kv_heads + (size_t)head) * (size_t)a->head_dim + 8 * (size_t)v;
	struct attend_raw r = {{0}};
	if (type == T_Q8_0) {
		const uint16_t *block = (const uint16_t *)((const char *)cells + at / 32 * 34);
		UNROLLED (i, 4)
			r.w[i] = block[1 + at % 32 / 2 + (size_t)i];
		r.w[4] = block[0];
	} else if (a->head_dim % 8) {
		UNROLLED (i, 8) {
			bool there = 8 * v + i < a->head_dim;
			uint32_t bits = attend_bits(cells, at + (size_t)i, there, type);
			if (type == T_F32)
				r.w[i] = bits;
			else
				r.w[i / 2] |= bits << (16 * (i % 2));
		}
	} else {
		struct words_4 first = read_words_4((const char *)cells + at * (type == T_F32 ? 4 : 2));
		UNROLLED (i, 4)
			r.w[i] = first.w[i];
		if (type == T_F32) {
			struct words_4 second = read_words_4((const char *)cells + at * 4 + 16);
			UNROLLED (i, 4)
				r.w[4 + i] = second.w[i];
		}
	}
	return r;
}

DEVICE void attend_unpack(float x[8], const struct attend_raw *r, const int type)
{
	float d = type == T_Q8_0 ? f16_value((uint16_t)r->w[4]) : 1;
	UNROLLED (i, 8) {
		if (type == T_F32)
			x[i] = f32_of_bits(r->w[i]);
		else if (type == T_Q8_0)
			x[i] = int8_value(r->w[i / 2] ^ 0x8080u, i % 2) * d;
		else
			x[i] = half_value(r->w[i / 2], i % 2, type);
	}
}

DEVICE size_t attend_row(const struct attend_args *a)
{
	return (size_t)(a->n_heads + 2 * a->n_kv_heads) * (size_t)a->head_dim;
}

DEVICE void attend_queries(struct attend_shared *s, const struct attend_args *a, const struct attend_work *w)
{
	const float *q = a->qkv + (size_t)w->token * attend_row(a) + (size_t)w->first * (size_t)a->head_dim;
	int wide = 8 * w->vectors;
	for (int i = thread_x(); i < w->n * wide; i += ATTEND_THREADS) {
		int head = i / wide, d = i % wide;
		s->query[i] = d < a->head_dim ? q[head * a->head_dim + d] : 0;
	}
	if (thread_x() < ATTEND_HEADS) {
		s->max[thread_x()] = -INFINITY;
		s->sum[thread_x()] = 0;
	}
}

/* Adds the products of one vector of a key with those of all heads' queries. */
DEVICE void attend_score(float sum[ATTEND_HEADS], const float *query, const struct attend_raw *raw,
			 const struct attend_work *w, const int type)
{
	float key[8];
	attend_unpack(key, raw, type);
	UNROLLED (h, ATTEND_HEADS)
		if (h < w->n)
			UNROLLED (i, 8)
				sum[h] = fmaf(query[h * w->vectors * 8 + i], key[i], sum[h]);
}

/* Scores of the tile at position p; each four lanes one position. */
DEVICE void attend_scores(struct attend_shared *s, const struct attend_args *a, const struct attend_work *w,
			  int p, const int type)
{
	int place = thread_x() / 4, quarter = thread_x() % 4;
	bool seen = p + place < w->to;
	int32_t cell = seen ? w->cells[p + place] : 0;
	float sum[ATTEND_HEADS];
	UNROLLED (h, ATTEND_HEADS)
		sum[h] = 0;
	if (quarter == 0)
		s->cell[p / ATTEND_TILE % 2][place] = cell;
	for (int v = quarter; seen && v < w->vectors; v += 4 * ATTEND_DEEP) {
		struct attend_raw raw[ATTEND_DEEP];
		UNROLLED (u, ATTEND_DEEP)
			if (v + 4 * u < w->vectors)
				raw[u] = attend_fetch(a->keys, (size_t)cell, a, w->kv_head, v + 4 * u, type);
		UNROLLED (u, ATTEND_DEEP)
			if (v + 4 * u < w->vectors)
				attend_score(sum, s->query + (v + 4 * u) * 8, &raw[u], w, type);
	}
	UNROLLED (h, ATTEND_HEADS)
		if (h < w->n) {
			sum[h] += lane_xor_f32(sum[h], 1);
			sum[h] += lane_xor_f32(sum[h], 2);
			if (quarter == 0)
				s->score[h][place] = sum[h] * a->scale;
		}
}

/* A warp has every ATTEND_WARPS-th head, a lane a position. */
DEVICE void attend_softmax(struct attend_shared *s, const struct attend_work *w, int p)
{
	int lane = lane_of_thread();
	bool seen = p + lane < w->to;
	for (int h = warp_of_thread(); h < w->n; h += ATTEND_WARPS) {
		float before = s->max[h], score = seen ? s->score[h][lane] : -INFINITY;
		float max = fmaxf(before, warp_max(score));
		float weight = seen ? exp_same(score - max) : 0, sum = warp_sum(weight);
		float decay = max == before ? 1 : exp_same(before - max);
		s->weight[h][lane] = weight;
		if (lane == 0) {
			s->decay[h] = decay;
			s->max[h] = max;
			s->sum[h] = fmaf(s->sum[h], decay, sum);
		}
	}
}

DEVICE void attend_weigh(float sums[ATTEND_HEADS][8], const struct attend_shared *s,
			 const struct attend_raw *raw, const struct attend_work *w, int j, const int type)
{
	float value[8];
	attend_unpack(value, raw, type);
	UNROLLED (h, ATTEND_HEADS)
		if (h < w->n)
			UNROLLED (i, 8)
				sums[h][i] = fmaf(s->weight[h][j], value[i], sums[h][i]);
}

DEVICE void attend_values(float sums[ATTEND_HEADS][8], const struct attend_shared *s,
			  const struct attend_args *a, const struct attend_work *w, int p, const int type)
{
	int stride = ATTEND_THREADS / w->vectors, v = thread_x() % w->vectors,
	    first = thread_x() / w->vectors;
	int n = w->to - p < ATTEND_TILE ? w->to - p : ATTEND_TILE;
	UNROLLED (h, ATTEND_HEADS)
		if (h < w->n)
			UNROLLED (i, 8)
				sums[h][i] *= s->decay[h];
	for (int j = first; first < stride && j < n; j += ATTEND_DEEP * stride) {
		struct attend_raw raw[ATTEND_DEEP];
		UNROLLED (u, ATTEND_DEEP)
			if (j + u * stride < n) {
				size_t cell = (size_t)s->cell[p / ATTEND_TILE % 2][j + u * stride];
				raw[u] = attend_fetch(a->values, cell, a, w->kv_head, v, type);
			}
		UNROLLED (u, ATTEND_DEEP)
			if (j + u * stride < n)
				attend_weigh(sums, s, &raw[u], w, j + u * stride, type);
	}
}

/* Adds up what the threads of a vector have of one head; to is the head's partial row. */
DEVICE void attend_store(struct attend_shared *s, const float sums[8], float *to, const struct attend_args *a,
			 const struct attend_work *w, float max, float sum)
{
	int used = ATTEND_THREADS / w->vectors * w->vectors;
	block_barrier();
	UNROLLED (i, 8)
		s->join[thread_x()][i] = sums[i];
	block_barrier();
	if (thread_x() == 0) {
		to[0] = max;
		to[1] = sum;
	}
	for (int d = thread_x(); d < a->head_dim; d += ATTEND_THREADS) {
		float all = 0;
		for (int t = d / 8; t < used; t += w->vectors)
			all += s->join[t][d % 8];
		to[2 + d] = all;
	}
}

DEVICE void attend_turn(struct attend_shared *s, const struct attend_args *a, const struct attend_work *w,
			const int type)
{
	float sums[ATTEND_HEADS][8];
	UNROLLED (h, ATTEND_HEADS)
		UNROLLED (i, 8)
			sums[h][i] = 0;
	attend_queries(s, a, w);
	block_barrier();
	for (int p = w->from; p < w->to; p += ATTEND_TILE) {
		attend_scores(s, a, w, p, type);
		block_barrier();
		attend_softmax(s, w, p);
		block_barrier();
		attend_values(sums, s, a, w, p, type);
	}
	UNROLLED (h, ATTEND_HEADS)
		if (h < w->n) {
			size_t head = (size_t)w->token * (size_t)a->n_heads + (size_t)(w->first + h);
			size_t row = head * (size_t)a->n_splits + (size_t)w->split;
			attend_store(s, sums[h], a->partial + row * (size_t)(a->head_dim + 2), a, w,
				     s->max[h], s->sum[h]);
		}
}

DEVICE void attend(const struct attend_args *a, const int type)
{
	SHARED struct attend_shared s;
	int pos = a->pos[block_x()], group = a->n_heads / a->n_kv_heads;
	if (pos < 0)
		return;
	struct attend_work w;
	int chunk = (pos + a->n_splits) / a->n_splits;
	chunk = (chunk + ATTEND_TILE - 1) / ATTEND_TILE * ATTEND_TILE;
	w.token = block_x();
	w.kv_head = block_y();
	w.split = block_z();
	w.from = w.split * chunk < pos + 1 ? w.split * chunk : pos + 1;
	w.to = w.from + chunk < pos + 1 ? w.from + chunk : pos + 1;
	w.cells = a->cells + (size_t)a->seq[w.token] * (size_t)a->n_positions;
	w.vectors = (a->head_dim + 7) / 8;
	int room = ATTEND_QUERIES / (8 * w.vectors);
	int most = room < ATTEND_HEADS ? room : ATTEND_HEADS;
	for (int h = 0; h < group; h += most) {
		w.first = w.kv_head * group + h;
		w.n = group - h < most ? group - h : most;
		attend_turn(&s, a, &w, type);
	}
}

#define ATTEND(name, type)                                                                                   \
	KERNEL_DEFINE(name, attend_args)                                                                     \
	{                                                                                                    \
		attend(&a, type);                                                                            \
	}

ATTEND(attend_f32, T_F32)
ATTEND(attend_f16, T_F16)
ATTEND(attend_bf16, T_BF16)
ATTEND(attend_q8_0, T_Q8_0)

/* The splits of a head: those with a sum of 0 have seen nothing. A NaN is no 0. No branches, so that the rows of several
 * splits are under way at once. */
DEVICE void merge(const struct merge_args *a, const int type)
{
	size_t head = (size_t)block_x() * (size_t)a->n_heads + (size_t)block_y(),
	       wide = (size_t)a->head_dim + 2;
	const float *rows = a->partial + head * (size_t)a->n_splits * wide;
	bool seen = a->pos[block_x()] >= 0;
	int n_splits = seen ? a->n_splits : 0;
	float max = -INFINITY;
	for (int s = 0; s < n_splits; s++) {
		const float *row = rows + (size_t)s * wide;
		max = fmaxf(max, row[1] != 0 ? row[0] : -INFINITY);
	}
	for (int d = thread_x(); d < a->head_dim; d += block_threads()) {
		float value = 0, sum = 0;
		for (int s = 0; s < n_splits; s++) {
			const float *row = rows + (size_t)s * wide;
			float row_max = row[0], row_sum = row[1], row_value = row[2 + d];
			float weight = row_max == max ? 1 : exp_same(row_max - max);
			sum = fmaf(row_sum != 0 ? weight : 0, row_sum, sum);
			value = fmaf(row_sum != 0 ? weight : 0, row_sum != 0 ? row_value : 0, value);
		}
		store_rounded(a->out, head * (size_t)a->head_dim + (size_t)d, seen ? value / sum : 0, type);
	}
}

#define MERGE(name, type)                                                                                    \
	KERNEL_DEFINE(name, merge_args)                                                                      \
	{                                                                                                    \
		merge(&a, type);                                                                             \
	}

MERGE(merge_f32, T_F32)
MERGE(merge_f16, T_F16)
MERGE(merge_bf16, T_BF16)
