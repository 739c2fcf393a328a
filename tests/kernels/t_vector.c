/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every vector kernel against double, ref too (exact.h; norms against ref, which
 * sums in double), lengths 0 .. 3 * tile + 1 and
 * longer odd ones. Bounds, relative to the largest value of the row: 4e-7 for one rounding
 * or two and an exp of 1.5e-7; 2e-6 where a sum over the row is divided by. GELU within
 * 4 units of the last place of x / 2, as if 1 + tanh were that far off.
 */
#include "config.h"

#include "engines/kernels/vector.h"

#include <float.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/tensor/quant.h"
#include "tests/kernels/exact.h"
#include "tests/tap.h"

#define TILE_MAX 64
static const uint64_t seed = 7;
static uint64_t drawn;

/* Exactly n floats of [-span, span), so that sanitizers see each read past the end. */
static float *draw(int n, float span)
{
	float *x = mem_alloc((size_t)(n ? n : 1) * sizeof *x);
	for (int i = 0; i < n; i++)
		x[i] = span * rng_symmetric(rng_at(seed, drawn++));
	return x;
}

static float *copy(const float *x, int n)
{
	float *y = mem_alloc((size_t)(n ? n : 1) * sizeof *y);
	if (n)
		memcpy(y, x, (size_t)n * sizeof *y);
	return y;
}

/* Largest difference over the largest value. */
static double residual(const float *got, const float *want, int n)
{
	double diff = 0, most = DBL_MIN;
	for (int i = 0; i < n; i++) {
		diff = fmax(diff, fabs((double)got[i] - want[i]));
		most = fmax(most, fabs((double)want[i]));
		if (isnan(got[i]) != isnan(want[i]))
			return INFINITY;
	}
	return diff / most;
}

static int next_length(int n)
{
	return n <= 3 * TILE_MAX ? n + 1 : n == 3 * TILE_MAX + 1 ? 769 : n == 769 ? 2048 : 4097;
}

static void test_rmsnorm(rmsnorm_fn *fn, const char *name)
{
	double worst = 0;
	for (int n = 1; n <= 2048; n = next_length(n)) {
		float *x = draw(n, 3), *w = draw(n, 2), *want = draw(n, 1);
		rmsnorm_f32_ref(want, x, w, n, 1e-5f);
		fn(x, x, w, n, 1e-5f);
		worst = fmax(worst, residual(x, want, n));
		free(x);
		free(w);
		free(want);
	}
	ok(worst < 2e-6, "%s: within 2e-6 (%.1e)", name, worst);
}

static void test_layer_norm(layer_norm_fn *fn, const char *name)
{
	double worst = 0;
	for (int n = 1; n <= 2048; n = next_length(n)) {
		float *x = draw(n, 3), *w = draw(n, 2), *b = draw(n, 2), *want = draw(n, 1);
		for (int i = 0; i < n; i++)
			x[i] += n % 2 ? 20 : 0; /* a mean far from 0 */
		layer_norm_f32_ref(want, x, w, b, n, 1e-3f);
		fn(x, x, w, b, n, 1e-3f);
		/* What x lost by being rounded beside its mean: 20 of 3. */
		worst = fmax(worst, residual(x, want, n) / (n % 2 ? 20 / 3.0 : 1));
		free(x);
		free(w);
		free(b);
		free(want);
	}
	ok(worst < 2e-6, "%s: within 2e-6 (%.1e)", name, worst);
}

static void test_rope(rope_fn *fn, const char *name)
{
	double worst = 0;
	for (int dim = 2; dim <= 130; dim += 2) {
		for (int heads = 0; heads <= 3; heads++) {
			int n_rot = heads == 2 ? (dim / 4 + 1) * 2 : dim, n = heads * dim;
			float *x = draw(n, 3), *turn = draw(n_rot, 1), *want = copy(x, n);
			exact_rope(want, turn, heads, dim, n_rot);
			fn(x, turn, heads, dim, n_rot);
			worst = fmax(worst, residual(x, want, n));
			free(x);
			free(turn);
			free(want);
		}
	}
	ok(worst < 4e-7, "%s: within 4e-7 (%.1e)", name, worst);
}

static void test_silu_mul(silu_mul_fn *fn, const char *name)
{
	double worst = 0;
	for (int n = 0; n <= 2048; n = next_length(n)) {
		float *g = draw(n, n % 2 ? 4 : 120), *u = draw(n, 2), *want = draw(n, 1);
		exact_silu_mul(want, g, u, n);
		fn(g, g, u, n);
		worst = fmax(worst, residual(g, want, n));
		free(g);
		free(u);
		free(want);
	}
	ok(worst < 4e-7, "%s: within 4e-7 (%.1e)", name, worst);
}

static void test_gelu(gelu_fn *fn, const char *name)
{
	double places = 0, relative = 0;
	for (int n = 0; n <= 2048; n = next_length(n)) {
		float *x = draw(n, n % 3 == 0 ? 1 : n % 3 == 1 ? 6 : 100), *want = draw(n, 1);
		float *y = copy(x, n);
		exact_gelu(want, x, n);
		fn(y, y, n);
		for (int i = 0; i < n; i++) {
			double diff = fabs((double)y[i] - want[i]);
			places = fmax(places, diff / (FLT_EPSILON / 2 * fabs((double)x[i])));
			if (x[i] > -1)
				relative = fmax(relative, diff / fabs((double)want[i]));
		}
		free(x);
		free(y);
		free(want);
	}
	ok(places < 4, "%s: within 4 last places of x / 2 (%.1f)", name, places);
	ok(relative < 6e-7, "%s: above -1 each element within 6e-7 of itself (%.1e)", name, relative);
	float ends[4] = {0, -1e30f, 1e30f, NAN};
	fn(ends, ends, 4);
	ok(ends[0] == 0 && fabsf(ends[1]) < 1 && ends[2] == 1e30f && isnan(ends[3]), "%s: the ends", name);
}

static void test_add(add_fn *fn, const char *name)
{
	double worst = 0;
	for (int n = 0; n <= 2048; n = next_length(n)) {
		float *x = draw(n, 3), *y = draw(n, 3), *want = copy(y, n);
		add_f32_ref(want, x, n);
		fn(y, x, n);
		worst = fmax(worst, residual(y, want, n));
		free(x);
		free(y);
		free(want);
	}
	ok(worst == 0, "%s: same bits", name);
}

/* Relative error of each element too: a span of 1 tests exp itself against libm. */
static double softmax_worst(softmax_fn *fn, float span, double *relative)
{
	double worst = 0;
	for (int n = 0; n <= 2048; n = next_length(n)) {
		float *x = draw(n, span), *want = copy(x, n);
		exact_softmax(want, n);
		fn(x, n);
		worst = fmax(worst, residual(x, want, n));
		for (int i = 0; i < n; i++)
			if (want[i] > FLT_MIN)
				*relative = fmax(*relative, fabs((double)x[i] / want[i] - 1));
		free(x);
		free(want);
	}
	return worst;
}

static void test_softmax(softmax_fn *fn, const char *name)
{
	double narrow = 0, wide = 0;
	double worst = fmax(softmax_worst(fn, 1, &narrow), softmax_worst(fn, 200, &wide));
	ok(worst < 2e-6, "%s: within 2e-6 (%.1e)", name, worst);
	ok(narrow < 2e-6 && wide < 2e-6, "%s: each element within 2e-6 of itself (%.1e, %.1e)", name, narrow,
	   wide);
	float far[3] = {0, -1e9f, -INFINITY};
	fn(far, 3);
	ok(far[0] == 1 && far[1] == 0 && far[2] == 0, "%s: far below the largest is 0", name);
}

static void test_argmax(argmax_fn *fn, const char *name)
{
	int wrong = fn(NULL, 0) != 0;
	for (int n = 1; n <= 4096; n = next_length(n)) {
		float *x = draw(n, 3);
		wrong += fn(x, n) != argmax_f32_ref(x, n);
		x[n - 1] = x[n / 2] = x[n / 3] = 4;
		wrong += fn(x, n) != n / 3;
		x[0] = NAN;
		wrong += fn(x, n) != argmax_f32_ref(x, n);
		for (int i = 0; i < n; i++)
			x[i] = i % 2 ? NAN : -INFINITY;
		wrong += fn(x, n) != 0;
		free(x);
	}
	is_int(wrong, 0, name);
}

/* What a cast could get wrong: NaN of both kinds and signs, ties, what overflows by rounding, subnormals. */
static const uint32_t odd_bits[] = {
	0x7f800001, 0xffbfffff, 0x7fc12345, 0x7f800000, 0xff800000, 0x7f7fffff, 0xff7f8000, 0x3f808000,
	0x3f818000, 0x3f80ffff, 0x80000000, 0x00000001, 0x807fffff, 0x00008000, 0x00018000, 0x477ff000,
};

static void narrow_spoil(float *x, int n)
{
	for (int i = n % 5; i < n; i += 5)
		memcpy(x + i, odd_bits + (i + n) % 16, sizeof *x);
}

static void test_narrow(narrow_fn *fn, enum dtype type, const char *name)
{
	int wrong = 0, block = dtype_block(type);
	for (int k = 0; k <= 2048; k = next_length(k)) {
		/* Normal, subnormal and too large for binary16. */
		int n = k / block * block;
		size_t bytes = dtype_bytes(type, (size_t)n);
		float *x = draw(n, k % 3 == 0 ? 1e5f : k % 3 == 1 ? 2 : 5e-5f);
		char *got = mem_alloc(bytes + 2), *want = mem_alloc(bytes + 2);
		for (int spoilt = 0; spoilt < 2; spoilt++) {
			dtype_from_f32(type, x, want, (size_t)n);
			fn(got, x, n);
			wrong += memcmp(got, want, bytes + 2) != 0;
			narrow_spoil(x, n);
		}
		free(x);
		free(got);
		free(want);
	}
	is_int(wrong, 0, name);
}

#define test_narrow_f16(fn, name)  test_narrow(fn, DTYPE_F16, name)
#define test_narrow_bf16(fn, name) test_narrow(fn, DTYPE_BF16, name)
#define test_narrow_q8_0(fn, name) test_narrow(fn, DTYPE_Q8_0, name)

int main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
#define VECTOR_KERNEL(op, isa, fn)                                                                           \
	if (!isa_why_not(isa))                                                                               \
		test_##op(fn, #fn);                                                                          \
	else                                                                                                 \
		skip(#fn ": not on this CPU");
#include "engines/kernels/vector.inc"
	return tap_done();
}
