/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of gemm.inc as the main tile of whole products against the ref level.
 *
 * Bound: inputs are uniform in [-1, 1), both sides sum k products in f32 one after the
 * other, so an element may differ by BOUND(k): half an ulp of a sum that wanders as far as
 * k/4, both ways. A wrong, missing or doubled product is some 0.1.
 *
 * Shapes: each of m, n, k through 0 .. 3*tile+1 with the others in {0, 1, t-1, t, t+1, 2t+3}
 * and 2,000 seeded triples (k starts at 1; of q8_0 it counts blocks). IFM_BIGCHECK=1 does them
 * all; else one in SUBSAMPLE, chosen by seed.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/tap.h"
#include "engines/base/cpuid.h"
#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/rng.h"
#include "engines/cpu/gemm.h"
#include "engines/kernels/gemm.h"

#define BOUND(k) (0x1p-23 * (0.5 * (k) + 2))
#define SEED	 20240817
#define TRIPLES	 2000
#define K_TILE	 4 /* no kernel has a tile of k; a small one reaches the odd depths */
#define M_MAX	 (3 * GEMM_MR_MAX + 8)
#define N_MAX	 (3 * GEMM_NR_MAX + 8)
#define K_MAX	 ((3 * K_TILE + 8) * Q8_0_BLOCK)
#define PAD	 3
#define GUARD	 -12345.678f
#ifndef SUBSAMPLE
#define SUBSAMPLE 12 /* emulated kernels take a larger one */
#endif

static float inputs_a[M_MAX * K_MAX], inputs_w[N_MAX * K_MAX];
static float result[2][(M_MAX + 2) * (N_MAX + PAD)];
static struct pool *pool;
static void *scratch;
static int every; /* one shape in so many */

static void row_read(const void *source, int64_t row, int64_t n, float *dst)
{
	memcpy(dst, (const float *)source + row * K_MAX, (size_t)n * sizeof *dst);
}

static struct gemm_context *context_open(enum dtype t, enum isa isa, int mr, int nr)
{
	struct gemm_context *g = NULL;
	struct diag d = {0};
	char blocking[32];
	snprintf(blocking, sizeof blocking, mr ? "%dx%d" : "auto", mr, nr);
	struct gemm_config c = {isa, "own", blocking, 1};
	if (gemm_context_open(&g, &c, t, &d))
		printf("# %s\n", d.text);
	return g;
}

/* C into result[which], a guard row before and after, PAD guard columns. False when a guard changed. */
static bool product(struct gemm_context *g, enum dtype t, int m, int n, int k, int which)
{
	struct gemm_weight *w = NULL;
	struct diag d = {0};
	size_t ldc = (size_t)n + PAD, size = ((size_t)m + 2) * ldc;
	float *c = result[which];
	for (size_t i = 0; i < size; i++)
		c[i] = GUARD;
	if (gemm_weight_pack(&w, g, t, n, k, row_read, inputs_w, pool, &d)) {
		printf("# %s\n", d.text);
		return false;
	}
	gemm_run(w, inputs_a, m, K_MAX, c + ldc, ldc, scratch, pool);
	gemm_weight_free(w);
	for (size_t i = 0; i < size; i++) {
		size_t row = i / ldc, col = i % ldc;
		if ((row == 0 || row > (size_t)m || col >= (size_t)n) && c[i] != GUARD)
			return false;
	}
	return true;
}

/* The tile under test and what came of it. */
struct trial {
	const struct gemm_kernel_info *kernel;
	struct gemm_context *g, *ref;
	long n_seen, n_done, n_bad;
};

static void shape_test(struct trial *t, int m, int n, int k)
{
	enum dtype type = t->kernel->dtype;
	k *= dtype_block(type);
	if (k < 1 || m > M_MAX || n > N_MAX || k > K_MAX)
		return;
	if (rng_at(SEED, (uint64_t)t->n_seen++) % (uint64_t)every)
		return;
	t->n_done++;
	bool bad = !product(t->g, type, m, n, k, 0) || !product(t->ref, type, m, n, k, 1);
	for (size_t i = 0; i < ((size_t)m + 2) * ((size_t)n + PAD); i++)
		bad = bad || !(fabsf(result[0][i] - result[1][i]) <= BOUND(k));
	if (bad && t->n_bad++ < 3)
		printf("# %s: m=%d n=%d k=%d differs from ref or wrote out of bounds\n", t->kernel->name, m,
		       n, k);
}

static void shapes_test(struct trial *t)
{
	int tile[3] = {t->kernel->mr, t->kernel->nr, K_TILE};
	for (int dim = 0; dim < 3; dim++)
		for (int x = 0; x <= 3 * tile[dim] + 1; x++)
			for (int i = 0; i < 36; i++) {
				int v[3], other[2] = {i / 6, i % 6};
				for (int e = 0, o = 0; e < 3; e++) {
					int s = tile[e];
					int edge[6] = {0, 1, s - 1, s, s + 1, 2 * s + 3};
					v[e] = e == dim ? x : edge[other[o++]];
				}
				shape_test(t, v[0], v[1], v[2]);
			}
	struct rng r = {SEED, 0};
	for (int i = 0; i < TRIPLES; i++) {
		int m = (int)rng_below(&r, M_MAX), n = (int)rng_below(&r, N_MAX);
		shape_test(t, m, n, (int)rng_below(&r, K_MAX / Q8_0_BLOCK));
	}
}

static void kernel_test(const struct gemm_kernel_info *kernel)
{
	const char *why = isa_why_not(kernel->isa);
	char text[160];
	if (why) {
		snprintf(text, sizeof text, "%s: %s", kernel->name, why);
		skip(text);
		return;
	}
	struct trial t = {.kernel = kernel};
	t.g = context_open(kernel->dtype, kernel->isa, kernel->mr, kernel->nr);
	t.ref = context_open(kernel->dtype, ISA_REF, 0, 0);
	if (t.g && t.ref)
		shapes_test(&t);
	ok(t.n_done > 0 && t.n_bad == 0, "%s: %ld of %ld shapes, seed %d", kernel->name, t.n_done, t.n_seen,
	   SEED);
	gemm_context_close(t.g);
	gemm_context_close(t.ref);
}

/* A panel of 64 deep: rows of 127 and -127 in turn. Scales are 1. */
static void extreme_rows(const struct gemm_kernel_info *kernel, char *a)
{
	float one = 1.0f;
	bool whole = kernel->dtype == DTYPE_WI8AI8; /* one head for both blocks */
	int mr = kernel->mr, n = whole ? 1 : 2, groups = 16 / n;
	for (int b = 0; b < n; b++)
		for (int i = 0; i < mr; i++) {
			char *at = a + b * mr * GEMM_Q8_0_ROW;
			int q = i % 2 ? 127 : -127, offset = -128 * 4 * groups * q;
			memcpy(at + 4 * i, &one, 4);
			memcpy(at + 4 * (mr + i), &offset, 4);
			for (int g = 0; g < groups; g++)
				memset(at + 8 * mr + (g * mr + i) * 4, q, 4);
		}
}

/* The weight of a column: the least and the greatest of its type, in no order that vectors have. */
static int extreme_weight(enum dtype t, int j)
{
	if (t == DTYPE_Q4_0)
		return j % 3 ? -8 : 7;
	return j % 3 ? -128 : 127;
}

static void extreme_columns(const struct gemm_kernel_info *kernel, char *w)
{
	uint16_t half_one = 0x3c00;
	float one = 1.0f;
	int nr = kernel->nr, n = kernel->dtype == DTYPE_WI8AI8 ? 1 : 2;
	int groups = (kernel->dtype == DTYPE_Q4_0 ? 8 : 16) / n, head = n == 1 ? 4 : 2;
	for (int b = 0; b < n; b++, w += nr * (head + 4 * groups))
		for (int j = 0; j < nr; j++) {
			int q = extreme_weight(kernel->dtype, j);
			memcpy(w + head * j, n == 1 ? (void *)&one : (void *)&half_one, (size_t)head);
			for (int g = 0; g < groups; g++)
				memset(w + head * nr + (g * nr + j) * 4,
				       kernel->dtype == DTYPE_Q4_0 ? (q + 8) * 17 : q, 4);
		}
}

/* Weights of -128 come from files only; the integer sums must be exact with them too, as with all nibbles 0 or 15. */
static void extremes_test(const struct gemm_kernel_info *kernel)
{
	static char a[2 * GEMM_MR_MAX * GEMM_Q8_0_ROW], w[2 * GEMM_NR_MAX * 34] __attribute__((aligned(64)));
	float c[GEMM_MR_MAX * GEMM_NR_MAX];
	int mr = kernel->mr, nr = kernel->nr, n_bad = 0;
	bool integer =
		kernel->dtype == DTYPE_Q8_0 || kernel->dtype == DTYPE_Q4_0 || kernel->dtype == DTYPE_WI8AI8;
	if (!integer || isa_why_not(kernel->isa))
		return;
	extreme_rows(kernel, a);
	extreme_columns(kernel, w);
	kernel->run(2 * Q8_0_BLOCK, a, w, c, (size_t)nr, false);
	for (int i = 0; i < mr; i++)
		for (int j = 0; j < nr; j++)
			n_bad += c[i * nr + j] !=
				 64.0f * (i % 2 ? 127 : -127) * (float)extreme_weight(kernel->dtype, j);
	is_int(n_bad, 0, kernel->name);
}

/* Rounded floats [k][mr] as level bf16 packs them, in place: pairs [k / 2][mr][2]. Returns their size. */
static size_t pairs_pack(char *panel, int mr, int k)
{
	uint16_t pairs[96 * 6] = {0};
	for (int p = 0; p < k; p++)
		for (int i = 0; i < mr; i++)
			memcpy(&pairs[(p / 2 * mr + i) * 2 + p % 2], panel + (p * mr + i) * 4 + 2, 2);
	size_t size = (size_t)((k + 1) / 2 * mr) * 4;
	memcpy(panel, pairs, size);
	return size;
}

/* Quantisation of A has the bits of the scalar definition, hard values included. */
static void pack_test(const struct gemm_pack_info *p)
{
	static char got[6 * 3 * GEMM_Q8_0_ROW * 4], want[sizeof got];
	static float a[6 * 96];
	if (isa_why_not(p->isa))
		return;
	for (int i = 0; i < 6 * 96; i++)
		a[i] = rng_symmetric(rng_at(SEED, (uint64_t)i)) * (i % 7 ? 1.0f : 1e-3f);
	for (int i = 0; i < 32; i++) { /* ties, extremes, nothing, not-a-number */
		a[i] = (float)(i - 16) + 0.5f;
		a[96 + i] = i % 2 ? 1e-42f : -0.0f;
		a[192 + i] = 0.0f;
		a[288 + i] = i ? (float)i : NAN;
		a[384 + i] = i ? (float)i : INFINITY;
		a[480 + i] = i % 2 ? 3e38f : -3e38f;
	}
	a[31] = 127.0f; /* makes the divisor 1 */
	const struct gemm_pack_info *ref = gemm_packs;
	while (ref->dtype != p->dtype || ref->isa != ISA_REF)
		ref++;
	int n_bad = 0;
	for (int k = 96; k >= 95; k--) /* an odd depth where the type has one */
		for (int mr = 1; mr <= 6 && k % dtype_block(p->dtype) == 0; mr++) {
			size_t size = gemm_panel_a_bytes(p->dtype, mr, k);
			p->run(mr, k, a, 96, got);
			ref->run(mr, k, a, 96, want);
			if (p->isa == ISA_BF16)
				size = pairs_pack(want, mr, k);
			n_bad += memcmp(got, want, size) != 0;
		}
	is_int(n_bad, 0, p->name);
}

int main(void)
{
	struct diag d = {0};
	const char *big = getenv("IFM_BIGCHECK");
	every = big && *big ? 1 : SUBSAMPLE;
	if (pool_open(&pool, &(struct pool_config){.n_threads = 1}, &d))
		bail(d.text);
	scratch = mem_map(sizeof inputs_a * 2);
	for (size_t i = 0; i < sizeof inputs_a / sizeof *inputs_a; i++)
		inputs_a[i] = rng_symmetric(rng_at(SEED, i));
	for (size_t i = 0; i < sizeof inputs_w / sizeof *inputs_w; i++)
		inputs_w[i] = rng_symmetric(rng_at(SEED + 1, i));
	for (const struct gemm_kernel_info *r = gemm_kernels; r->name; r++)
		kernel_test(r);
	for (const struct gemm_kernel_info *r = gemm_kernels; r->name; r++)
		extremes_test(r);
	for (const struct gemm_pack_info *r = gemm_packs; r->name; r++)
		pack_test(r);
	mem_unmap(scratch, sizeof inputs_a * 2);
	pool_close(pool);
	return tap_done();
}
