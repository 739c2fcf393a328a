/* SPDX-License-Identifier: Apache-2.0 */
/* A step as kernels in the stream, in the order of engines/job/arch.h. */
#include "config.h"

#include <math.h>

#include "engines/base/hooks.h"
#include "engines/cuda/session.h"
#include "engines/job/arch.h"

/* Kernels come in rows of three by what they store: f32, f16, bf16. */
static enum kernel stored_as(enum kernel f32, enum dtype type)
{
	return f32 + (type == DTYPE_F16 ? 1 : type == DTYPE_BF16 ? 2 : 0);
}

/* Those over cells have q8_0 as a fourth. */
static enum kernel held_in(enum kernel f32, enum dtype kv)
{
	return kv == DTYPE_Q8_0 ? f32 + 3 : stored_as(f32, kv);
}

static enum kernel gather_kernel(enum dtype t)
{
	switch (t) {
	case DTYPE_Q8_0:
		return KERNEL_gather_q8_0;
	case DTYPE_Q4_0:
		return KERNEL_gather_q4_0;
	case DTYPE_WI8AI8:
		return KERNEL_gather_i8;
	default:
		return stored_as(KERNEL_gather_f32, t);
	}
}

/* One step at work: the first error ends it. */
struct forward {
	struct session *s;
	const struct step_shape *t;
	int rc;
	struct diag *d;
};

static void run(struct forward *f, enum kernel k, unsigned x, unsigned y, unsigned z, const void *args,
		size_t size)
{
	if (f->rc == 0)
		f->rc = launch(f->s->engine, k, x, y, z, args, size, f->d);
}
#define RUN(f, k, x, y, z, args) run(f, k, (unsigned)(x), (unsigned)(y), (unsigned)(z), args, sizeof *(args))

static void numbers_copy(struct forward *f)
{
	struct session *s = f->s;
	struct engine *e = s->engine;
	stream_other(e);
	f->rc = cuda_check(e->cu, e->cu->cuMemcpyHtoDAsync(s->dev.step, s->step_host, f->t->bytes, e->stream),
			   "copying a step", f->d);
}

static void gather(struct forward *f)
{
	const struct session *s = f->s;
	const struct dev_matrix *rows = &s->weights.embedding;
	const struct gather_args a = {
		.rows = dev_ptr(rows->w),
		.scales = dev_ptr(rows->scales),
		.positions = dev_ptr(s->weights.positions),
		.token = f->t->token,
		.pos = f->t->pos,
		.x = dev_ptr(s->dev.x),
		.n_embd = s->hp.n_embd,
	};
	hooks_op_begin("embedding", -1);
	RUN(f, gather_kernel(rows->dtype), f->t->n_bucket, 1, 1, &a);
	hooks_op_end();
}

/* The input of `next` from x, after what the product `before` (NULL: none) gave was added to x. rows: of the wanted
 * ones alone. */
static void norm(struct forward *f, const struct dev_norm *norm, const struct dev_matrix *before,
		 const struct dev_matrix *next, bool rows)
{
	const struct session *s = f->s;
	const struct norm_args a = {
		.x = dev_ptr(s->dev.x),
		.delta = before ? dev_ptr(s->dev.delta) : NULL,
		.delta_bias = before ? dev_ptr(before->bias) : NULL,
		.weight = dev_ptr(norm->weight),
		.bias = dev_ptr(norm->bias),
		.rows = rows ? f->t->row_token : NULL,
		.out = dev_ptr(s->dev.in),
		.n_embd = s->hp.n_embd,
		.layer_norm = s->arch->norm_kind == NORM_KIND_LAYER,
		.eps = s->hp.norm_eps,
	};
	hooks_op_begin("norm", -1);
	RUN(f, stored_as(KERNEL_norm_f32, product_input(next->dtype)),
	    rows ? f->t->rows_bucket : f->t->n_bucket, 1, 1, &a);
	hooks_op_end();
}

/* op: its name in traces. */
static void product(struct forward *f, const char *op, int block, const struct dev_matrix *w, int m,
		    CUdeviceptr y)
{
	if (f->rc)
		return;
	hooks_op_begin(op, block);
	f->rc = product_run(&f->s->products, w, f->s->dev.in, m, y, f->d);
	hooks_op_end();
}

/* ---- attention ---- */

static CUdeviceptr layer_cells(const struct session *s, CUdeviceptr cells, int layer)
{
	return cells + (size_t)layer * (size_t)s->kv.config.n_cells * cell_bytes(s);
}

static void rotate_store(struct forward *f, int layer, const struct dev_matrix *qkv)
{
	const struct session *s = f->s;
	const struct rope_args a = {
		.qkv = dev_ptr(s->dev.qkv),
		.bias = dev_ptr(qkv->bias),
		.turns = dev_ptr(s->dev.turns),
		.pos = f->t->pos,
		.seq = f->t->seq,
		.cell = f->t->cell,
		.cells = dev_ptr(s->dev.cells),
		.keys = dev_ptr(layer_cells(s, s->dev.keys, layer)),
		.values = dev_ptr(layer_cells(s, s->dev.values, layer)),
		.n_heads = s->hp.n_heads,
		.n_kv_heads = s->hp.n_kv_heads,
		.head_dim = s->hp.head_dim,
		.n_rot = s->hp.n_rot,
		.n_positions = s->kv.config.n_positions,
	};
	unsigned parts = s->job.kv == DTYPE_Q8_0 ? 1 : blocks_of((uint64_t)qkv->n, ROPE_PART);
	RUN(f, held_in(KERNEL_rope_f32, s->job.kv), f->t->n_bucket, parts, 1, &a);
}

static float scale_of(const struct session *s)
{
	return 1 / sqrtf((float)s->hp.head_dim);
}

static void attend_tokens(struct forward *f, int layer, enum dtype out)
{
	const struct session *s = f->s;
	const struct attend_args a = {
		.qkv = dev_ptr(s->dev.qkv),
		.keys = dev_ptr(layer_cells(s, s->dev.keys, layer)),
		.values = dev_ptr(layer_cells(s, s->dev.values, layer)),
		.cells = dev_ptr(s->dev.cells),
		.pos = f->t->pos,
		.seq = f->t->seq,
		.partial = dev_ptr(s->dev.partial),
		.n_heads = s->hp.n_heads,
		.n_kv_heads = s->hp.n_kv_heads,
		.head_dim = s->hp.head_dim,
		.n_positions = s->kv.config.n_positions,
		.n_splits = f->t->n_splits,
		.scale = scale_of(s),
	};
	const struct merge_args m = {dev_ptr(s->dev.partial), f->t->pos,      dev_ptr(s->dev.in),
				     s->hp.n_heads,	      s->hp.head_dim, f->t->n_splits};
	RUN(f, held_in(KERNEL_attend_f32, s->job.kv), f->t->n_bucket, s->hp.n_kv_heads, f->t->n_splits, &a);
	RUN(f, stored_as(KERNEL_merge_f32, out), f->t->n_bucket, s->hp.n_heads, 1, &m);
}

static void attend_tiles(struct forward *f, int layer, enum dtype out)
{
	const struct session *s = f->s;
	enum kernel first = s->job.kv == DTYPE_BF16 ? KERNEL_prefill_bf16_f32 : KERNEL_prefill_f16_f32;
	const struct prefill_args a = {
		.qkv = dev_ptr(s->dev.qkv),
		.keys = dev_ptr(layer_cells(s, s->dev.keys, layer)),
		.values = dev_ptr(layer_cells(s, s->dev.values, layer)),
		.cells = dev_ptr(s->dev.cells),
		.pos = f->t->pos,
		.seq = f->t->seq,
		.tiles = f->t->tiles,
		.out = dev_ptr(s->dev.in),
		.n_heads = s->hp.n_heads,
		.n_kv_heads = s->hp.n_kv_heads,
		.head_dim = s->hp.head_dim,
		.n_positions = s->kv.config.n_positions,
		.scale = scale_of(s),
	};
	RUN(f, stored_as(first, out), f->t->n_tiles, s->hp.n_heads, 1, &a);
}

static void attention(struct forward *f, int layer, const struct dev_layer *l)
{
	enum dtype out = product_input(l->matrix[MATRIX_ATTN_OUT].dtype);
	hooks_op_begin("attention", layer);
	rotate_store(f, layer, &l->matrix[MATRIX_QKV]);
	if (f->t->n_tiles)
		attend_tiles(f, layer, out);
	else
		attend_tokens(f, layer, out);
	hooks_op_end();
}

/* ---- a layer ---- */

static void activation(struct forward *f, const struct dev_layer *l)
{
	const struct session *s = f->s;
	enum dtype type = product_input(l->matrix[MATRIX_DOWN].dtype);
	bool gelu = s->arch->act_kind == ACT_KIND_GELU;
	size_t wide = (size_t)l->matrix[MATRIX_GATE_UP].n * sizeof(float),
	       out = dtype_bytes(type, (size_t)s->hp.n_ff);
	hooks_op_begin("activation", -1);
	for (int row = 0, n; row < f->t->n_bucket; row += n) {
		const struct act_args a = {dev_ptr(s->dev.gate_up + (size_t)row * wide),
					   dev_ptr(l->matrix[MATRIX_GATE_UP].bias),
					   dev_ptr(s->dev.in + (size_t)row * out), s->hp.n_ff};
		n = f->t->n_bucket - row < GRID_Y_MAX ? f->t->n_bucket - row : GRID_Y_MAX;
		RUN(f, stored_as(gelu ? KERNEL_gelu_f32 : KERNEL_silu_mul_f32, type),
		    blocks_of((uint64_t)s->hp.n_ff, 256), n, 1, &a);
	}
	hooks_op_end();
}

/* before: the product that x has not been given yet. */
static void layer(struct forward *f, int i, const struct dev_matrix *before)
{
	const struct session *s = f->s;
	const struct dev_layer *l = &s->weights.layers[i];
	const struct dev_matrix *w = l->matrix;
	int n = f->t->n_bucket;
	norm(f, &l->norm[NORM_ATTN], before, &w[MATRIX_QKV], false);
	product(f, "qkv", i, &w[MATRIX_QKV], n, s->dev.qkv);
	attention(f, i, l);
	product(f, "attn_out", i, &w[MATRIX_ATTN_OUT], n, s->dev.delta);
	norm(f, &l->norm[NORM_FFN], &w[MATRIX_ATTN_OUT], &w[MATRIX_GATE_UP], false);
	product(f, "ffn_up", i, &w[MATRIX_GATE_UP], n, s->dev.gate_up);
	activation(f, l);
	product(f, "ffn_down", i, &w[MATRIX_DOWN], n, s->dev.delta);
}

/* Found in the step itself: who makes text needs no more than these, and the graph has them. */
static void largest(struct forward *f)
{
	const struct session *s = f->s;
	const struct argmax_args a = {dev_ptr(s->dev.logits), dev_ptr(s->dev.best), s->hp.n_vocab};
	const struct argmax_join_args join = {dev_ptr(s->dev.best), s->ids};
	hooks_op_begin("argmax", -1);
	RUN(f, KERNEL_argmax, f->t->rows_bucket, ARGMAX_PARTS, 1, &a);
	RUN(f, KERNEL_argmax_join, f->t->rows_bucket, 1, 1, &join);
	hooks_op_end();
}

static void logits(struct forward *f)
{
	const struct session *s = f->s;
	const struct dev_weights *w = &s->weights;
	if (f->t->rows_bucket == 0)
		return;
	norm(f, &w->output_norm, &w->layers[w->n_layers - 1].matrix[MATRIX_DOWN], &w->output, true);
	product(f, "output", -1, &w->output, f->t->rows_bucket, s->dev.logits);
	largest(f);
}

int cuda_forward(struct session *s, const struct step_shape *t, struct diag *d)
{
	struct forward f = {.s = s, .t = t, .d = d};
	const struct dev_matrix *before = NULL;
	numbers_copy(&f);
	gather(&f);
	for (int i = 0; i < s->weights.n_layers; i++) {
		layer(&f, i, before);
		before = &s->weights.layers[i].matrix[MATRIX_DOWN];
	}
	logits(&f);
	return f.rc;
}
