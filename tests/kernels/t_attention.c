/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every attention kernel against its definition: head sizes 1 .. 3 * tile + 1
 * and those of real models, cells scattered over a pool. Bound: 4e-6 of the largest
 * value, float sums against double ones.
 */
#include "config.h"

#include "engines/kernels/attention.h"

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/kernels/vector.h"
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

/* Cells of n f32 elements as the kernel's type has them; takes x. */
static void *cells_as(float *x, size_t n, int f16)
{
	if (!f16)
		return x;
	uint16_t *h = mem_alloc(n * sizeof *h);
	narrow_f16_ref(h, x, (int)n);
	free(x);
	return h;
}

static double try_shape(attention_fn *fn, attention_fn *ref, int f16, int dim, int heads, int n_cells)
{
	size_t pool = (size_t)n_cells * 2 + 1, stride = (size_t)dim + (n_cells % 3);
	/* The last cell ends with the allocation. */
	size_t n = (pool - 1) * stride + dim, n_out = (size_t)heads * dim;
	void *k = cells_as(draw(n, 2), n, f16), *v = cells_as(draw(n, 2), n, f16);
	float *q = draw(n_out, 3), *got = draw(n_out, 1), *want = draw(n_out, 1);
	float *scores = mem_alloc((size_t)n_cells * sizeof *scores);
	int32_t *cells = mem_alloc((size_t)n_cells * sizeof *cells);
	for (int i = 0; i < n_cells; i++)
		cells[i] = (int32_t)(((size_t)i * 2 + 2) % pool);
	struct attention_args a = {k, v, stride, cells, n_cells, dim, 1 / sqrtf((float)dim), scores};
	ref(want, q, heads, &a);
	fn(got, q, heads, &a);
	double worst = 0;
	for (size_t i = 0; i < n_out; i++)
		worst = fmax(worst, fabs((double)got[i] - want[i]) / 2);
	/* A head's bits do not depend on how many come with it. */
	fn(want, q + (heads - 1) * dim, 1, &a);
	if (memcmp(want, got + (heads - 1) * dim, (size_t)dim * sizeof *want) != 0)
		worst = INFINITY;
	free(k);
	free(v);
	free(q);
	free(got);
	free(want);
	free(scores);
	free(cells);
	return worst;
}

static void test_attention(attention_fn *fn, attention_fn *ref, int f16, const char *name)
{
	static const int cells[] = {1, 2, 15, 16, 17, 33, 70, 131};
	double worst = 0;
	for (int dim = 1; dim <= 3 * TILE_MAX + 1; dim++)
		worst = fmax(worst, try_shape(fn, ref, f16, dim, 1 + dim % 3, cells[dim % 8]));
	ok(worst < 4e-6, "%s: heads of 1 .. %d within 4e-6 (%.1e)", name, 3 * TILE_MAX + 1, worst);
	static const int dims[] = {8, 12, 14, 64, 80, 128, 256};
	worst = 0;
	for (int d = 0; d < 7; d++)
		for (int c = 0; c < 8; c++)
			worst = fmax(worst, try_shape(fn, ref, f16, dims[d], 4, cells[c]));
	ok(worst < 4e-6, "%s: heads of real models within 4e-6 (%.1e)", name, worst);
}

#define test_attention_f32(fn) test_attention(fn, attention_f32_ref, 0, #fn)
#define test_attention_f16(fn) test_attention(fn, attention_f16_ref, 1, #fn)

int main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
#define ATTENTION_KERNEL(op, isa, fn)                                                                        \
	if (!isa_why_not(isa))                                                                               \
		test_##op(fn);                                                                               \
	else                                                                                                 \
		skip(#fn ": not on this CPU");
#include "engines/kernels/attention.inc"
	return tap_done();
}
