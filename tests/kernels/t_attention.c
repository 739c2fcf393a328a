/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every attention kernel, ref too, against double (exact.h): head sizes 1 .. 3 * tile + 1
 * and those of real models, some tokens and heads at once, cells scattered over a pool. Bound: 4e-6 of
 * the largest value, float sums against double ones. And each query alone, for the same bits.
 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/tensor/quant.h"
#include "tests/kernels/exact.h"
#include "tests/tap.h"

#define TILE_MAX 64
static const uint64_t seed = 11;
static uint64_t drawn;

static float *draw(size_t n, float span)
{
	float *x = mem_alloc(n * sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i] = span * rng_symmetric(rng_at(seed, drawn++));
	return x;
}

/* n_cells rows of dim elements, stride bytes apart; the last ends with the allocation. */
static void *cells_of(enum dtype type, int dim, size_t stride, size_t n_cells)
{
	char *rows = mem_alloc((n_cells - 1) * stride + dtype_bytes(type, (size_t)dim));
	for (size_t c = 0; c < n_cells; c++) {
		float *x = draw((size_t)dim, 2);
		dtype_from_f32(type, x, rows + c * stride, (size_t)dim);
		free(x);
	}
	return rows;
}

struct shape {
	int dim, heads, tokens, n_cells; /* the first token sees so many */
};

/* Runs each query alone: a head's bits do not depend on what comes with it, nor on what lies in cells that
 * it does not see. */
static bool alone_same(attention_fn *fn, const struct attention_args *a, float *one)
{
	bool same = true;
	for (int t = 0; t < a->n_tokens; t++)
		for (int h = 0; h < a->n_heads; h++) {
			struct attention_args b = *a;
			size_t at = (size_t)h * (size_t)a->head_dim;
			b.n_cells = a->n_cells + t;
			b.n_tokens = b.n_heads = 1;
			b.q = a->q + (size_t)t * a->q_stride + at;
			b.out = one;
			fn(&b);
			same = same && memcmp(one, a->out + (size_t)t * a->out_stride + at,
					      (size_t)a->head_dim * sizeof *one) == 0;
		}
	return same;
}

static double try_shape(attention_fn *fn, enum dtype type, struct shape s)
{
	int most = s.n_cells + s.tokens - 1;
	size_t pool = (size_t)most * 2 + 1, width = (size_t)s.heads * s.dim;
	size_t stride = dtype_bytes(type, (size_t)s.dim) + (size_t)(most % 3) * 4;
	size_t q_stride = width + 3, out_stride = width + 1;
	size_t n_q = (s.tokens - 1) * q_stride + width, n_out = (s.tokens - 1) * out_stride + width;
	void *k = cells_of(type, s.dim, stride, pool), *v = cells_of(type, s.dim, stride, pool);
	float *q = draw(n_q, 3), *got = mem_alloc(n_out * sizeof *got);
	float *want = mem_alloc(n_out * sizeof *want), *one = draw((size_t)s.dim, 1);
	float *scores = draw((size_t)ATTENTION_QUERIES * (most + 2) - 2, 1);
	int32_t *cells = mem_alloc((size_t)most * sizeof *cells);
	for (int i = 0; i < most; i++)
		cells[i] = (int32_t)(((size_t)i * 2 + 2) % pool);
	struct attention_args a = {.k = k,
				   .v = v,
				   .stride = stride,
				   .cells = cells,
				   .n_cells = s.n_cells,
				   .n_tokens = s.tokens,
				   .n_heads = s.heads,
				   .head_dim = s.dim,
				   .q = q,
				   .out = want,
				   .q_stride = q_stride,
				   .out_stride = out_stride,
				   .scale = 1 / sqrtf((float)s.dim),
				   .scores = scores,
				   .scores_stride = (size_t)most + 2};
	exact_attention(&a, type);
	a.out = got;
	fn(&a);
	double worst = 0;
	for (size_t i = 0; i < n_out; i++)
		worst = fmax(worst, fabs((double)got[i] - want[i]) / 2);
	if (!alone_same(fn, &a, one))
		worst = INFINITY;
	free(k);
	free(v);
	free(q);
	free(got);
	free(want);
	free(one);
	free(scores);
	free(cells);
	return worst;
}

/* What stands in a later token's value reaches no earlier one, infinities and NaN included. */
static void test_causal(attention_fn *fn, const char *name)
{
	float k[6] = {1, 1, 1, 1, 1, 1}, v[6] = {1, 1, 2, 2, NAN, INFINITY}, q[6] = {1, 1, 1, 1, 1, 1};
	float out[6], scores[3 * ATTENTION_QUERIES];
	const int32_t cells[] = {0, 1, 2};
	const struct attention_args a = {k, v, 2 * sizeof *k, cells, 1, 3, 1, 2, q, out, 2, 2, 1, scores, 3};
	fn(&a);
	ok(out[0] == 1 && out[2] == 1.5f && out[3] == 1.5f && isnan(out[4]), "%s: later cells are not seen",
	   name);
}

static void test_attention(attention_fn *fn, enum dtype type, const char *name)
{
	static const int cells[] = {1, 2, 15, 16, 17, 33, 70, 131};
	static const int dims[] = {8, 12, 14, 32, 64, 80, 96, 128, 256};
	double worst = 0;
	int block = dtype_block(type), tried = 0;
	for (int dim = block; dim <= 3 * TILE_MAX + 1; dim += block, tried++) {
		const struct shape s = {dim, 1 + tried % 5, 1 + tried % 3, cells[tried % 8]};
		worst = fmax(worst, try_shape(fn, type, s));
	}
	ok(worst < 4e-6, "%s: heads of %d .. %d within 4e-6 (%.1e)", name, block, 3 * TILE_MAX + 1, worst);
	worst = 0;
	for (int d = 0; d < 9; d++)
		for (int c = 0; c < 8 && dims[d] % block == 0; c++) {
			const struct shape s = {dims[d], 1 + (c + d) % 4, 1 + c % 7, cells[c]};
			worst = fmax(worst, try_shape(fn, type, s));
		}
	ok(worst < 4e-6, "%s: heads of real models within 4e-6 (%.1e)", name, worst);
	if (type == DTYPE_F32)
		test_causal(fn, name);
}

int main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
#define ATTENTION_KERNEL(type, isa, fn)                                                                      \
	if (!isa_why_not(isa))                                                                               \
		test_attention(fn, DTYPE_##type, #fn);                                                       \
	else                                                                                                 \
		skip(#fn ": not on this CPU");
#include "engines/kernels/attention.inc"
	return tap_done();
}
