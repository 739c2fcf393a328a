/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/block.h"

#include <math.h>
#include <string.h>

#include "engines/base/pool.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/session.h"
#include "engines/cpu/weights.h"

/* Below this many multiply-adds (or elements read and written) waking the threads costs more than
 * it saves: a join is 1 to 2 us, in which one thread does some 10^4 of them. */
#define SERIAL_WORK 16384

struct block {
	struct session *s;
	const struct norm *norm;
	int layer;
	/* Of a product: its matrix, result and rows. */
	const struct matrix *matrix;
	float *c;
	int m;
};

/* fn over the block, on all threads when there is work for them. */
static void block_run(struct block *b, pool_fn *fn, double work)
{
	if (work < SERIAL_WORK)
		fn(b, 0, 1);
	else
		pool_run(b->s->engine->pool, fn, b);
}

/* n tokens or rows of so many elements; a single one is one thread's. */
static double items_work(int n, int width)
{
	return n == 1 ? 0 : (double)n * width;
}

/* y = norm(x) of one token */
static void norm(const struct block *b, float *y, const float *x)
{
	const struct session *s = b->s;
	const struct kernel_set *k = &s->engine->kernels;
	if (s->arch->norm_kind == NORM_KIND_LAYER)
		k->layer_norm(y, x, b->norm->weight, b->norm->bias, s->hp.n_embd, s->hp.norm_eps);
	else
		k->rmsnorm(y, x, b->norm->weight, s->hp.n_embd, s->hp.norm_eps);
}

/* x = embedding of token i, with its position where those are learned */
static void embed(const struct session *s, long i, float *x)
{
	weights_embed(&s->weights, s->batch->token[i], x);
	if (s->weights.positions) {
		size_t pos = (size_t)s->batch->pos[i], n = (size_t)s->hp.n_embd;
		s->engine->kernels.add(x, s->weights.positions + pos * n, s->hp.n_embd);
	}
}

static void embed_norm(void *arg, int thread, int n_threads)
{
	const struct block *b = arg;
	struct session *s = b->s;
	long begin, end;
	pool_share(s->batch->n, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++) {
		size_t at = (size_t)i * (size_t)s->hp.n_embd;
		embed(s, i, s->scratch.x + at);
		norm(b, s->scratch.normed + at, s->scratch.x + at);
	}
}

void block_embed_norm(struct session *s, const struct norm *norm)
{
	struct block b = {.s = s, .norm = norm};
	block_run(&b, embed_norm, items_work(s->batch->n, s->hp.n_embd));
}

static void add_norm(void *arg, int thread, int n_threads)
{
	const struct block *b = arg;
	struct session *s = b->s;
	const struct kernel_set *k = &s->engine->kernels;
	long begin, end;
	pool_share(s->batch->n, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++) {
		size_t at = (size_t)i * (size_t)s->hp.n_embd;
		k->add(s->scratch.x + at, s->scratch.delta + at, s->hp.n_embd);
		norm(b, s->scratch.normed + at, s->scratch.x + at);
	}
}

void block_add_norm(struct session *s, const struct norm *norm)
{
	struct block b = {.s = s, .norm = norm};
	block_run(&b, add_norm, items_work(s->batch->n, s->hp.n_embd));
}

static void add_norm_rows(void *arg, int thread, int n_threads)
{
	const struct block *b = arg;
	struct session *s = b->s;
	const struct kernel_set *k = &s->engine->kernels;
	size_t n = (size_t)s->hp.n_embd;
	long begin, end;
	pool_share(s->n_rows, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++) {
		size_t at = (size_t)s->scratch.row_token[i] * n;
		k->add(s->scratch.x + at, s->scratch.delta + at, s->hp.n_embd);
		norm(b, s->scratch.rows + (size_t)i * n, s->scratch.x + at);
	}
}

void block_add_norm_rows(struct session *s, const struct norm *norm)
{
	struct block b = {.s = s, .norm = norm};
	block_run(&b, add_norm_rows, items_work(s->n_rows, s->hp.n_embd));
}

static void add_bias(void *arg, int thread, int n_threads)
{
	const struct block *b = arg;
	const struct matrix *w = b->matrix;
	long begin, end;
	pool_share(b->m, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++)
		b->s->engine->kernels.add(b->c + (size_t)i * (size_t)w->n, w->bias, w->n);
}

void block_product(struct session *s, const struct matrix *w, const float *a, int m, float *c)
{
	gemm_run(w->packed, a, m, (size_t)w->k, c, (size_t)w->n, s->scratch.gemm, s->engine->pool);
	if (!w->bias)
		return;
	struct block b = {.s = s, .matrix = w, .c = c, .m = m};
	block_run(&b, add_bias, items_work(m, w->n));
}

/* A row of qkv and where its parts lie. */
struct qkv {
	float *q, *k, *v;
};

static struct qkv qkv_at(const struct session *s, long token)
{
	const struct hparams *hp = &s->hp;
	int nq = hp->n_heads * hp->head_dim, nkv = hp->n_kv_heads * hp->head_dim;
	float *row = s->scratch.qkv + (size_t)token * ((size_t)nq + 2 * (size_t)nkv);
	return (struct qkv){row, row + nq, row + nq + nkv};
}

/* Copies keys or values of a token into its cell. */
static void cell_store(const struct session *s, char *cells, int32_t cell, const float *row)
{
	const struct kernel_set *k = &s->engine->kernels;
	int n = s->kv.config.row;
	enum dtype type = s->kv.config.dtype;
	char *to = cells + (size_t)cell * kv_stride(&s->kv);
	if (type == DTYPE_F32)
		memcpy(to, row, (size_t)n * sizeof *row);
	else if (type == DTYPE_F16)
		k->narrow_f16(to, row, n);
	else if (type == DTYPE_BF16)
		k->narrow_bf16(to, row, n);
	else
		k->narrow_q8_0(to, row, n);
}

static void rotate_store(const struct block *b, int thread, int n_threads)
{
	struct session *s = b->s;
	const struct hparams *hp = &s->hp;
	const struct kernel_set *k = &s->engine->kernels;
	char *keys = kv_layer_keys(&s->kv, b->layer), *values = kv_layer_values(&s->kv, b->layer);
	long begin, end;
	pool_share(s->batch->n, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++) {
		struct qkv t = qkv_at(s, i);
		int32_t pos = s->batch->pos[i], cell = s->kv.seqs[s->batch->seq[i]].cells[pos];
		const float *turn = s->scratch.turns + (size_t)pos * (size_t)hp->n_rot;
		k->rope(t.q, turn, hp->n_heads, hp->head_dim, hp->n_rot);
		k->rope(t.k, turn, hp->n_kv_heads, hp->head_dim, hp->n_rot);
		cell_store(s, keys, cell, t.k);
		cell_store(s, values, cell, t.v);
	}
}

/* Query heads that one call of the kernel does: those of a KV head together, so that its
 * cells are read once, unless there are too few such groups for the threads. */
static int heads_together(const struct session *s, int n_threads)
{
	int group = s->hp.n_heads / s->hp.n_kv_heads;
	return (long)s->batch->n * s->hp.n_kv_heads < n_threads ? 1 : group;
}

/* Tokens of a step that one item of work holds: where heads are not grouped, those together make use of a
 * loaded cell; but each thread gets some items. */
static int tokens_together(const struct session *s, int groups, int n_threads)
{
	const long least = 4; /* items a thread: late tokens are some times as long as early ones */
	return (long)s->batch->n * groups < least * ATTENTION_QUERIES * n_threads ? 1 : ATTENTION_QUERIES;
}

/* One call of the kernel: tokens of one sequence, heads of one KV head. */
static void attend_heads(const struct block *b, int token, int n_tokens, int head, int n_heads, int thread)
{
	struct session *s = b->s;
	const struct hparams *hp = &s->hp;
	enum dtype type = s->kv.config.dtype;
	int kv_head = head / (hp->n_heads / hp->n_kv_heads);
	size_t at = (size_t)kv_head * dtype_bytes(type, (size_t)hp->head_dim);
	size_t from = (size_t)head * (size_t)hp->head_dim, nq = (size_t)hp->n_heads * (size_t)hp->head_dim;
	size_t nkv = (size_t)hp->n_kv_heads * (size_t)hp->head_dim;
	const struct attention_args a = {
		.k = kv_layer_keys(&s->kv, b->layer) + at,
		.v = kv_layer_values(&s->kv, b->layer) + at,
		.stride = kv_stride(&s->kv),
		.cells = s->kv.seqs[s->batch->seq[token]].cells,
		.n_cells = s->batch->pos[token] + 1,
		.n_tokens = n_tokens,
		.n_heads = n_heads,
		.head_dim = hp->head_dim,
		.q = qkv_at(s, token).q + from,
		.out = s->scratch.attended + (size_t)token * nq + from,
		.q_stride = nq + 2 * nkv,
		.out_stride = nq,
		.scale = 1 / sqrtf((float)hp->head_dim),
		.scores = s->scratch.scores + (size_t)thread * ATTENTION_QUERIES * s->scratch.scores_stride,
		.scores_stride = s->scratch.scores_stride,
	};
	s->engine->kernels.attention[type](&a);
}

/* Tokens from `first` on, n or what is left, split where another sequence begins. */
static void attend_tokens(const struct block *b, int first, int n, int head, int n_heads, int thread)
{
	const struct batch *batch = b->s->batch;
	int end = first + n < batch->n ? first + n : batch->n;
	while (first < end) {
		int next = first + 1;
		while (next < end && batch->seq[next] == batch->seq[first])
			next++;
		attend_heads(b, first, next - first, head, n_heads, thread);
		first = next;
	}
}

static void attend(void *arg, int thread, int n_threads)
{
	const struct block *b = arg;
	struct session *s = b->s;
	rotate_store(b, thread, n_threads);
	/* A token sees cells that other threads store. */
	if (n_threads > 1)
		pool_barrier(s->engine->pool);
	int heads = heads_together(s, n_threads), groups = s->hp.n_heads / heads;
	int tokens = tokens_together(s, groups, n_threads);
	long n = (s->batch->n + (long)tokens - 1) / tokens * groups;
	/* Dealt out like cards: late tokens of a prefill see more cells than early ones. */
	for (long i = thread; i < n; i += n_threads)
		attend_tokens(b, (int)(i / groups) * tokens, tokens, (int)(i % groups) * heads, heads,
			      thread);
}

void block_attend(struct session *s, int layer)
{
	struct block b = {.s = s, .layer = layer};
	double cells = 0;
	for (int i = 0; i < s->batch->n; i++)
		cells += s->batch->pos[i] + 1;
	block_run(&b, attend, 2 * cells * s->hp.n_heads * s->hp.head_dim);
}

static void silu_mul(void *arg, int thread, int n_threads)
{
	const struct block *b = arg;
	struct session *s = b->s;
	size_t n_ff = (size_t)s->hp.n_ff;
	long begin, end;
	pool_share(s->batch->n, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++) {
		const float *gate = s->scratch.gate_up + (size_t)i * 2 * n_ff;
		s->engine->kernels.silu_mul(s->scratch.gated + (size_t)i * n_ff, gate, gate + n_ff,
					    s->hp.n_ff);
	}
}

void block_silu_mul(struct session *s)
{
	struct block b = {.s = s};
	block_run(&b, silu_mul, items_work(s->batch->n, s->hp.n_ff));
}

static void gelu(void *arg, int thread, int n_threads)
{
	const struct block *b = arg;
	struct session *s = b->s;
	size_t n_ff = (size_t)s->hp.n_ff;
	long begin, end;
	pool_share(s->batch->n, thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++)
		s->engine->kernels.gelu(s->scratch.gated + (size_t)i * n_ff,
					s->scratch.gate_up + (size_t)i * n_ff, s->hp.n_ff);
}

void block_gelu(struct session *s)
{
	struct block b = {.s = s};
	block_run(&b, gelu, items_work(s->batch->n, s->hp.n_ff));
}
