/* SPDX-License-Identifier: Apache-2.0 */
/* Whole products against double precision; blocking, threads, determinism, refusals. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/leaks.h"
#include "tests/tap.h"
#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/gemm.h"
#include "engines/tensor/quant.h"

#define M 37
#define N 101
#define K 352
/* One rounding a product and sum of K, as in tests/kernels/t_gemm.c. */
#define TOLERANCE (0x1p-23 * (0.5 * K + 2))

static float a[M * K], w[N * K], c[M * N], again[M * N];
static double want[M * N];
static void *scratch;

static void row_read(const void *source, int64_t row, int64_t n, float *dst)
{
	memcpy(dst, (const float *)source + row * n, (size_t)n * sizeof *dst);
}

/* x as the type holds it, rows of K. */
static void round_trip(enum dtype t, const float *x, float *out, size_t n)
{
	void *held = mem_alloc(dtype_bytes(t, K));
	for (size_t i = 0; i < n; i += K) {
		dtype_from_f32(t, x + i, held, K);
		dtype_to_f32(t, held, out + i, K);
	}
	free(held);
}

/* One scale for n activations, which stays f32. */
static void round_int8(const float *x, float *out, size_t n)
{
	float most = 0;
	for (size_t i = 0; i < n; i++)
		most = fmaxf(most, fabsf(x[i]));
	for (size_t i = 0; i < n; i++)
		out[i] = most / 127.0f * roundf(x[i] * (1.0f / (most / 127.0f)));
}

/* What activations meet each type as: bf16 itself; 8 bits with a scale for each block of 32, of wi8ai8 for each
 * row. */
static void round_activations(enum dtype t, const float *x, float *out, size_t n)
{
	size_t block = t == DTYPE_Q8_0 || t == DTYPE_Q4_0 ? Q8_0_BLOCK : t == DTYPE_WI8AI8 ? K : 0;
	if (t == DTYPE_BF16)
		round_trip(t, x, out, n);
	else if (block == 0)
		memcpy(out, x, n * sizeof *out);
	for (size_t i = 0; block && i < n; i += block)
		round_int8(x + i, out + i, block);
}

static void naive(enum dtype t)
{
	static float ra[M * K], rw[N * K];
	round_activations(t, a, ra, M * K);
	round_trip(t, w, rw, N * K);
	for (int i = 0; i < M; i++)
		for (int j = 0; j < N; j++) {
			double s = 0;
			for (int p = 0; p < K; p++)
				s += (double)ra[i * K + p] * rw[j * K + p];
			want[i * N + j] = s;
		}
}

struct setup {
	struct pool *pool;
	struct gemm_context *g;
	struct gemm_weight *weight;
};

static int setup_open(struct setup *s, const struct gemm_config *config, enum dtype t, struct diag *d)
{
	*s = (struct setup){0};
	int rc = pool_open(&s->pool, &(struct pool_config){.n_threads = config->n_threads}, d);
	if (!rc)
		rc = gemm_context_open(&s->g, config, t, d);
	if (!rc)
		rc = gemm_weight_pack(&s->weight, s->g, t, N, K, row_read, w, s->pool, d);
	return rc;
}

static void setup_close(struct setup *s)
{
	gemm_weight_free(s->weight);
	gemm_context_close(s->g);
	pool_close(s->pool);
}

static void test_product(enum dtype t, const struct gemm_config *config)
{
	struct setup s;
	struct diag d = {0};
	double worst = 0;
	if (ok(setup_open(&s, config, t, &d) == 0, "%s %s %s blocking %s, %d threads", dtype_name(t),
	       isa_name(config->isa), config->provider, config->blocking, config->n_threads)) {
		gemm_run(s.weight, a, M, K, c, N, scratch, s.pool);
		gemm_run(s.weight, a, M, K, again, N, scratch, s.pool);
		for (int i = 0; i < M * N; i++)
			worst = fmax(worst, fabs(c[i] - want[i]));
		ok(worst <= TOLERANCE, "worst difference %.2g is within %.2g", worst, TOLERANCE);
		ok(memcmp(c, again, sizeof c) == 0, "the same bits again");
	} else {
		printf("# %s\n", d.text);
	}
	if (s.weight && strcmp(config->provider, "own") == 0) {
		gemm_run(s.weight, a + 5 * K, 1, K, again, N, scratch, s.pool);
		ok(memcmp(c + 5 * N, again, N * sizeof *c) == 0,
		   "a row alone has the bits it has among others");
	}
	setup_close(&s);
}

static void test_dtype(enum dtype t, enum isa isa)
{
	static const char *const blockings[] = {"auto", "8x32x16", "100x96x64", "1x1x1"};
	static const int threads[] = {1, 2, 3, 7};
	if (isa_why_not(isa)) {
		skip(isa_why_not(isa));
		return;
	}
	for (int b = 0; b < 4; b++)
		test_product(t, &(struct gemm_config){isa, "own", blockings[b], threads[b]});
}

static void test_rows(enum dtype t)
{
	struct setup s;
	struct diag d = {0};
	static float expected[N * K], got[K];
	int n_bad = 0;
	is_int(setup_open(&s, &(struct gemm_config){isa_best(), "own", "auto", 2}, t, &d), 0, dtype_name(t));
	round_trip(t, w, expected, N * K);
	for (int i = 0; i < N && s.weight; i++) {
		gemm_weight_row(s.weight, i, got);
		n_bad += memcmp(got, expected + i * K, sizeof got) != 0;
	}
	is_int(n_bad, 0, "each row comes back as the type holds it");
	setup_close(&s);
}

static void refused(const struct gemm_config *config, enum dtype t, int code, const char *part)
{
	struct gemm_context *g = NULL;
	struct diag d = {0};
	is_int(gemm_context_open(&g, config, t, &d), code, config->blocking);
	has_text(d.text, part, "and it is said");
	gemm_context_close(g);
}

static void test_refusals(void)
{
	static const char *const bad[] = {"",	   "x",	      "12",	"12x", "0x32",
					  "12x-3", "1x2x3x4", "12x32x", "a",   "1x99999999"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(&(struct gemm_config){ISA_REF, "own", bad[i], 1}, DTYPE_F32, ERR_USAGE, "MCxKCxNC");
	refused(&(struct gemm_config){ISA_REF, "own", "3x5", 1}, DTYPE_F32, ERR_UNSUPPORTED, "4x8");
	refused(&(struct gemm_config){ISA_REF, "mkl", "auto", 1}, DTYPE_F32, ERR_USAGE, "openblas");
}

static void test_foreign_refusals(const char *provider)
{
	char text[64];
	snprintf(text, sizeof text, "%s multiplies f32 only", provider);
	refused(&(struct gemm_config){isa_best(), provider, "auto", 1}, DTYPE_Q8_0, ERR_UNSUPPORTED, text);
	refused(&(struct gemm_config){isa_best(), provider, "64x64x64", 1}, DTYPE_F32, ERR_UNSUPPORTED,
		"has its own blocking");
	if (isa_best() != ISA_REF)
		refused(&(struct gemm_config){ISA_REF, provider, "auto", 1}, DTYPE_F32, ERR_UNSUPPORTED,
			"isa ref cannot be asked of it");
}

/* Each library that is installed: the numbers of the definition, and what it says of itself. */
static void test_foreign(const char *provider)
{
	struct strbuf text = {0};
	struct setup s;
	struct diag d = {0};
	char line[64];
	const char *why = gemm_provider_why_not(provider);
	if (why) {
		char reason[256];
		snprintf(reason, sizeof reason, "%s: %s", provider, why);
		skip(reason);
		return;
	}
	test_product(DTYPE_F32, &(struct gemm_config){isa_best(), provider, "auto", 1});
	test_product(DTYPE_F32, &(struct gemm_config){isa_best(), provider, "auto", 2});
	test_foreign_refusals(provider);
	is_int(setup_open(&s, &(struct gemm_config){isa_best(), provider, "auto", 2}, DTYPE_F32, &d), 0,
	       provider);
	gemm_describe(s.g, &text);
	snprintf(line, sizeof line, "provider: %s\n%s: ", provider, provider);
	has_text(strbuf_text(&text), line, "its name and version");
	snprintf(line, sizeof line, "\n%s_library: /", provider);
	has_text(strbuf_text(&text), line, "the file it came from");
	snprintf(line, sizeof line, "\n%s_threads: 2\n", provider);
	has_text(strbuf_text(&text), line, "its threads");
	strbuf_free(&text);
	setup_close(&s);
}

static void test_data_folder(void)
{
	char dir[] = "/tmp/t_gemm_run.XXXXXX", path[64], folder[64];
	if (!mkdtemp(dir))
		bail("no temporary folder");
	snprintf(folder, sizeof folder, "mkdir %s/blocking", dir);
	snprintf(path, sizeof path, "%s/blocking/generic.blk", dir);
	FILE *f = system(folder) ? NULL : fopen(path, "w");
	if (!f)
		bail("no temporary file");
	fputs("# mine\nf32 ref 4x8 wide\n", f);
	fclose(f);
	setenv("INFEROMETER_DATA", dir, 1);
	struct gemm_context *g = NULL;
	struct diag d = {0};
	is_int(gemm_context_open(&g, &(struct gemm_config){ISA_REF, "own", "auto", 1}, DTYPE_F32, &d),
	       ERR_FORMAT, "a broken .blk file is refused");
	is_int(d.line, 2, "with its line");
	unsetenv("INFEROMETER_DATA");
	snprintf(folder, sizeof folder, "rm -r %s", dir);
	if (system(folder))
		printf("# %s is left\n", dir);
}

int main(void)
{
	struct strbuf text = {0};
	struct setup s;
	struct diag d = {0};
	scratch = mem_map((size_t)1 << 22);
	for (int i = 0; i < M * K; i++)
		a[i] = rng_symmetric(rng_at(1, (uint64_t)i));
	for (int i = 0; i < N * K; i++)
		w[i] = rng_symmetric(rng_at(2, (uint64_t)i));
	for (int t = 0; t < DTYPE_HELD_COUNT; t++) {
		naive((enum dtype)t);
		for (int isa = 0; isa < ISA_COUNT; isa++)
			test_dtype((enum dtype)t, (enum isa)isa);
		test_rows((enum dtype)t);
	}
	naive(DTYPE_F32);
	is_text(gemm_provider_name(0), "own", "the first provider");
	for (int i = 1; gemm_provider_name(i); i++)
		test_foreign(gemm_provider_name(i));
	test_refusals();
	test_data_folder();
	is_int(setup_open(&s, &(struct gemm_config){ISA_REF, "own", "100x90x64", 1}, DTYPE_Q8_0, &d), 0,
	       "blocks are rounded up");
	gemm_describe(s.g, &text);
	has_text(strbuf_text(&text), "blocks: 100x96x64", "to whole tiles and scales, and described");
	has_text(strbuf_text(&text), "gemm_q8_0_4x4_ref", "with the kernel's name");
	gemm_run(s.weight, a, 0, K, c, N, scratch, s.pool);
	ok(1, "no rows: nothing happens");
	strbuf_free(&text);
	setup_close(&s);
	mem_unmap(scratch, (size_t)1 << 22);
	return tap_done();
}
