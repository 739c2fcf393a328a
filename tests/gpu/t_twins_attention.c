/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attention against double (tests/kernels/exact.h), cells of several sequences scattered over one pool. Single tokens,
 * split and merged: within 4e-6 of the largest value, as for the CPU's kernels. Tiles of tokens: queries are rounded to the
 * cells' type first, so they are for the double ones, too; each probability is rounded once, which moves a result by as
 * much of the largest value; 1e-5 beside it for sums and powers of two.
 */
#include "config.h"

#include "tests/gpu/twins.h"
#include "tests/kernels/exact.h"

#define N_SEQ	    3
#define N_POSITIONS 330
#define N_CELLS	    (N_SEQ * N_POSITIONS)

struct shape {
	int heads, kv_heads, dim;
	enum dtype type; /* of the cells */
};

/* A batch of n tokens and its cache. */
struct batch {
	struct shape s;
	int n;
	float *qkv;
	void *keys, *values;
	int32_t cells[N_SEQ * N_POSITIONS];
	const int32_t *pos, *seq;
	float *want; /* [token][head][dim] */
};

static size_t qkv_row(const struct shape *s)
{
	return (size_t)(s->heads + 2 * s->kv_heads) * (size_t)s->dim;
}

static void *cache_make(const struct shape *s)
{
	size_t n = (size_t)(N_CELLS * s->kv_heads * s->dim);
	float *x = draw(n, 2);
	void *rows = mem_alloc(dtype_bytes(s->type, n));
	dtype_from_f32(s->type, x, rows, n);
	free(x);
	return rows;
}

/* Of one KV head of one token: the heads of its group. */
static void expect(const struct batch *b, int token, int kv_head)
{
	const struct shape *s = &b->s;
	int group = s->heads / s->kv_heads, n_cells = b->pos[token] + 1;
	size_t row = dtype_bytes(s->type, (size_t)s->dim),
	       first = (size_t)kv_head * (size_t)group * (size_t)s->dim;
	float *scores = draw((size_t)(ATTENTION_QUERIES * n_cells), 1);
	exact_attention(&(struct attention_args){.k = (const char *)b->keys + (size_t)kv_head * row,
						 .v = (const char *)b->values + (size_t)kv_head * row,
						 .stride = (size_t)s->kv_heads * row,
						 .cells = b->cells + b->seq[token] * N_POSITIONS,
						 .n_cells = n_cells,
						 .n_tokens = 1,
						 .n_heads = group,
						 .head_dim = s->dim,
						 .q = b->qkv + (size_t)token * qkv_row(s) + first,
						 .out = b->want + (size_t)(token * s->heads * s->dim) + first,
						 .q_stride = qkv_row(s),
						 .out_stride = (size_t)(s->heads * s->dim),
						 .scale = 1 / sqrtf((float)s->dim),
						 .scores = scores,
						 .scores_stride = (size_t)n_cells},
			s->type);
	free(scores);
}

/* Keys beyond what any token sees are never met: their cells are far outside. */
static struct batch batch_make(struct shape s, int n, const int32_t *pos, const int32_t *seq,
			       bool round_queries)
{
	struct batch b = {.s = s, .n = n, .pos = pos, .seq = seq};
	b.qkv = draw((size_t)n * qkv_row(&s), 3);
	b.keys = cache_make(&s);
	b.values = cache_make(&s);
	b.want = mem_alloc((size_t)(n * s.heads * s.dim) * sizeof *b.want);
	for (int i = 0; i < N_SEQ * N_POSITIONS; i++)
		b.cells[i] = INT32_MAX;
	for (int i = 0; i < n; i++)
		for (int p = 0; p <= pos[i]; p++)
			b.cells[seq[i] * N_POSITIONS + p] = (p * N_SEQ + seq[i]) * 7 % N_CELLS;
	for (size_t i = 0; round_queries && i < (size_t)n * qkv_row(&s); i++)
		b.qkv[i] = rounded(b.qkv[i], s.type);
	for (int i = 0; i < n; i++)
		for (int kv = 0; kv < s.kv_heads; kv++)
			if (pos[i] >= 0)
				expect(&b, i, kv);
	return b;
}

static void batch_free(struct batch *b)
{
	free(b->qkv);
	free(b->keys);
	free(b->values);
	free(b->want);
}

/* Largest error, in units of what is allowed, of the output of tokens with a position; others must be zero. */
static double worst_of(const struct batch *b, const void *out, enum dtype type, double allowed)
{
	double worst = 0;
	int wide = b->s.heads * b->s.dim;
	for (int i = 0; i < b->n * wide; i++) {
		double got = value_at(out, (size_t)i, type), want = b->want[i];
		double error =
			fabs(got - want) - rounding_of(type) * fabs(want) - (type == DTYPE_F16 ? 0x1p-25 : 0);
		if (isnan(got) || (b->pos[i / wide] < 0 && got != 0))
			return INFINITY;
		worst = fmax(worst, error / allowed);
	}
	return worst;
}

/* Splits that have nothing say so; padding is left as it is. */
static int partial_wrong(const struct batch *b, const float *partial, int n_splits)
{
	int wrong = 0, dim = b->s.dim;
	for (int i = 0; i < b->n * b->s.heads * n_splits; i++) {
		int pos = b->pos[i / n_splits / b->s.heads], split = i % n_splits;
		int chunk = ((pos + n_splits) / n_splits + 31) / 32 * 32;
		const float *row = partial + (size_t)i * (size_t)(dim + 2);
		uint32_t bits;
		memcpy(&bits, row, sizeof bits);
		if (pos < 0)
			wrong += bits != 0xa5a5a5a5u;
		else if (split * chunk > pos)
			wrong += row[0] != -INFINITY || row[1] != 0;
		else
			wrong += !(row[1] >= 1);
	}
	return wrong;
}

static double attend_worst(struct shape s, const int32_t *pos, int n_splits, enum dtype out_type)
{
	enum { n = 4 };
	static const int32_t seq[n] = {1, 0, 0, 2};
	struct batch b = batch_make(s, n, pos, seq, false);
	size_t rows = (size_t)(n * s.heads * n_splits) * (size_t)(s.dim + 2) * sizeof(float);
	size_t bytes = (size_t)(n * s.heads * s.dim) * width_of(out_type);
	float *partial = output(rows);
	void *out = output(bytes);
	launch(kernel_name("attend", type_name(s.type), 0), n, (unsigned)s.kv_heads, (unsigned)n_splits,
	       &(struct attend_args){b.qkv, b.keys, b.values, b.cells, pos, seq, partial, s.heads, s.kv_heads,
				     s.dim, N_POSITIONS, n_splits, 1 / sqrtf((float)s.dim)});
	launch(kernel_name("merge", type_name(out_type), 0), n, (unsigned)s.heads, 1,
	       &(struct merge_args){partial, pos, out, s.heads, s.dim, n_splits});
	double worst = worst_of(&b, out, out_type, 2 * 4e-6);
	if (partial_wrong(&b, partial, n_splits) || !guarded(partial, rows) || !guarded(out, bytes))
		worst = INFINITY;
	free(partial);
	free(out);
	batch_free(&b);
	return worst;
}

/* Groups with more heads than a block takes at once are there, and heads that are no whole vectors. */
static void test_attend(enum dtype type)
{
	static const struct {
		int heads, kv_heads, dim;
	} shapes[] = {{4, 2, 2},  {3, 1, 14},  {8, 1, 32},  {6, 2, 64},	  {2, 2, 80},
		      {9, 1, 64}, {4, 1, 128}, {17, 1, 32}, {5, 1, 1024}, {2, 1, 256}};
	static const int32_t pos[5][4] = {
		{0, -1, 31, 32}, {63, 64, 1, -1}, {300, 30, -1, 0}, {95, -1, 96, 97}, {5, 200, 33, 2}};
	static const enum dtype outs[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16};
	double worst = 0;
	for (int i = 0; i < 10; i++) {
		struct shape s = {shapes[i].heads, shapes[i].kv_heads, shapes[i].dim, type};
		for (int n_splits = 1; n_splits <= 5 && s.dim % dtype_block(type) == 0;
		     n_splits += 1 + (s.dim > 99))
			worst = fmax(worst, attend_worst(s, pos[(i + n_splits) % 5], n_splits,
							 outs[(i + n_splits) % 3]));
	}
	ok(worst <= 1, "attend_%s, merge: within 4e-6 of double (%.2f of it)", type_name(type), worst);
}

/* A NaN in a query stays with its head. */
static void test_nan(void)
{
	static const int32_t pos[1] = {40}, seq[1] = {0};
	struct shape s = {4, 2, 32, DTYPE_F32};
	struct batch b = batch_make(s, 1, pos, seq, false);
	float *partial = output(4 * 3 * 34 * sizeof(float)), *out = output(4 * 32 * sizeof(float));
	b.qkv[32 + 5] = NAN;
	launch("attend_f32", 1, 2, 3,
	       &(struct attend_args){b.qkv, b.keys, b.values, b.cells, pos, seq, partial, 4, 2, 32,
				     N_POSITIONS, 3, 1});
	launch("merge_f32", 1, 4, 1, &(struct merge_args){partial, pos, out, 4, 32, 3});
	ok(!isnan(out[0]) && isnan(out[32]) && isnan(out[63]) && !isnan(out[64]),
	   "attend, merge: NaN is not lost");
	free(partial);
	free(out);
	batch_free(&b);
}

static double prefill_worst(struct shape s, int n, int first, enum dtype out_type)
{
	int32_t pos[1 + PREFILL_QUERIES], seq[1 + PREFILL_QUERIES];
	/* The token before is of another sequence, and in no tile. */
	for (int i = 0; i <= n; i++) {
		pos[i] = i ? first + i - 1 : -1;
		seq[i] = i ? 2 : 0;
	}
	int cut = n > 20 ? 17 : n;
	const struct prefill_tile tiles[3] = {{1, cut}, {0, 0}, {1 + cut, n - cut}};
	struct batch b = batch_make(s, n + 1, pos, seq, true);
	size_t wide = (size_t)(s.heads * s.dim) * width_of(out_type), bytes = wide * (size_t)(n + 1);
	char *out = output(bytes), name[64];
	snprintf(name, sizeof name, "prefill_%s_%s", dtype_name(s.type), dtype_name(out_type));
	launch(name, 3, (unsigned)s.heads, 1,
	       &(struct prefill_args){b.qkv, b.keys, b.values, b.cells, pos, seq, tiles, out, s.heads,
				      s.kv_heads, s.dim, N_POSITIONS, 1 / sqrtf((float)s.dim)});
	bool left = true;
	for (size_t i = 0; i < wide; i++)
		left = left && (unsigned char)out[i] == POISON;
	memset(out, 0, wide);
	double worst = worst_of(&b, out, out_type, 2 * (rounding_of(s.type) + 1e-5));
	if (!left || !guarded(out, bytes))
		worst = INFINITY;
	free(out);
	batch_free(&b);
	return worst;
}

static void test_prefill(enum dtype type, enum dtype out)
{
	static const struct {
		int heads, kv_heads, dim, n, first;
	} cases[] = {{1, 1, 64, 1, 0},	 {2, 1, 128, 16, 0}, {4, 2, 64, 64, 0},	  {2, 1, 64, 17, 31},
		     {1, 1, 128, 33, 5}, {2, 2, 64, 63, 96}, {3, 1, 64, 15, 200}, {1, 1, 128, 64, 33},
		     {1, 1, 64, 2, 31},	 {1, 1, 64, 1, 63}};
	double worst = 0;
	for (int i = 0; i < 10; i++)
		worst = fmax(worst, prefill_worst((struct shape){cases[i].heads, cases[i].kv_heads,
								 cases[i].dim, type},
						  cases[i].n, cases[i].first, out));
	ok(worst <= 1, "prefill_%s_%s: within a rounding of each probability (%.2f of it)", dtype_name(type),
	   dtype_name(out), worst);
}

int main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
	test_attend(DTYPE_F32);
	test_attend(DTYPE_F16);
	test_attend(DTYPE_BF16);
	test_attend(DTYPE_Q8_0);
	test_nan();
	for (int type = DTYPE_F16; type <= DTYPE_BF16; type++)
		for (int out = DTYPE_F32; out <= DTYPE_BF16; out++)
			test_prefill((enum dtype)type, (enum dtype)out);
	return tap_done();
}
