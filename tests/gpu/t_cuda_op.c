/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single operations of engine "cuda" on the driver and the cuBLASLt that are made for tests (tests/gpu/fake): products of
 * every precision, provider and blocking against engine cpu's reference, and the ceilings.
 */
#include "config.h"

#include <math.h>

#include "engines/cuda/op.h"
#include "tests/gpu/cuda_example.h"

/* The same operation on engine cpu's plain C, in f32. */
static void reference(const struct op_config *c, float *out)
{
	const struct engine_ops *cpu = engine_find("cpu");
	const struct engine_config config = {.device = "cpu", .isa = "ref", .n_threads = 1};
	struct op_config f32 = *c;
	struct engine *e;
	struct op_job *j;
	struct step_info info;
	f32.precision = DTYPE_F32;
	f32.provider = "own";
	f32.blocking = "auto";
	if (cpu->open(&e, &config, NULL) || cpu->op(e, &f32, &j, NULL) || cpu->op_submit(j, NULL) ||
	    cpu->op_wait(j, &info, NULL) || cpu->op_fetch(j, 0, c->m, out, NULL))
		bail("no reference");
	cpu->op_free(j);
	cpu->close(e);
}

static double residual(const float *got, const float *want, size_t n)
{
	double diff = 0, most = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(got[i]))
			return INFINITY;
		diff = fmax(diff, fabs((double)got[i] - (double)want[i]));
		most = fmax(most, fabs((double)want[i]));
	}
	return diff / most;
}

static int product(struct engine *e, const struct op_config *c, float *out, struct strbuf *says,
		   struct diag *d)
{
	struct op_job *j;
	struct step_info info;
	int rc = ops->op(e, c, &j, d);
	if (rc)
		return rc;
	rc = ops->op_submit(j, d);
	if (rc == 0)
		rc = ops->op_wait(j, &info, d);
	if (rc == 0)
		rc = ops->op_fetch(j, 0, c->m, out, d);
	ops->op_describe(j, says);
	ops->op_free(j);
	return rc;
}

static void test_product(struct engine *e, const struct op_config *c, double bound)
{
	size_t n = (size_t)c->m * (size_t)c->n;
	float *want = malloc(n * sizeof *want), *got = malloc(n * sizeof *got);
	struct strbuf says = {0};
	struct diag d = {0};
	reference(c, want);
	int rc = product(e, c, got, &says, &d);
	double r = rc ? INFINITY : residual(got, want, n);
	ok(r < bound, "%s %s %s m=%d n=%d k=%d within %g (%.1e) %s", dtype_name(c->precision), c->provider,
	   c->blocking, c->m, c->n, c->k, bound, r, d.text);
	strbuf_free(&says);
	free(want);
	free(got);
}

static void test_products(struct engine *e)
{
	static const struct {
		enum dtype precision;
		double bound;
	} precisions[] = {
		{DTYPE_F32, 1e-5},  {DTYPE_TF32, 2e-3}, {DTYPE_F16, 2e-3},    {DTYPE_BF16, 1e-2},
		{DTYPE_Q8_0, 2e-2}, {DTYPE_Q4_0, 0.3},	{DTYPE_WI8AI8, 3e-2},
	};
	static const int shapes[][3] = {{1, 40, 64}, {3, 33, 96}, {8, 7, 32}, {11, 24, 128}, {20, 36, 64}};
	for (size_t p = 0; p < sizeof precisions / sizeof precisions[0]; p++)
		for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
			struct op_config c = {.kind = OP_GEMM,
					      .m = shapes[i][0],
					      .n = shapes[i][1],
					      .k = shapes[i][2],
					      .precision = precisions[p].precision,
					      .provider = "own",
					      .blocking = "auto",
					      .seed = 7 + i};
			test_product(e, &c, precisions[p].bound);
			c.provider = "cublaslt";
			if (c.precision != DTYPE_WI8AI8 || c.n % 4 == 0)
				test_product(e, &c, precisions[p].bound);
		}
}

/* Rows that are no whole number of 16 bytes. */
static void test_odd(struct engine *e)
{
	for (int k = 33; k < 36; k++) {
		struct op_config c = {.kind = OP_GEMM,
				      .m = 5,
				      .n = 9,
				      .k = k,
				      .precision = DTYPE_F16,
				      .provider = "own",
				      .blocking = "auto",
				      .seed = 3};
		test_product(e, &c, 2e-3);
		c.precision = DTYPE_Q8_0; /* held in f16 */
		test_product(e, &c, 2e-3);
		c.precision = DTYPE_F32;
		test_product(e, &c, 1e-5);
	}
}

static void test_blockings(struct engine *e)
{
	struct op_config c = {.kind = OP_GEMM,
			      .m = 16,
			      .n = 32,
			      .k = 64,
			      .precision = DTYPE_BF16,
			      .provider = "own",
			      .blocking = "tune",
			      .seed = 1};
	float out[16 * 32];
	struct strbuf says = {0};
	struct diag d = {0};
	test_product(e, &c, 1e-2);
	is_int(product(e, &c, out, &says, &d), 0, "tune");
	ok(strstr(strbuf_text(&says), "the fastest of those tried") != NULL, "says that it tried");
	const char *at = strstr(strbuf_text(&says), "cuBLASLt bf16 ");
	char name[80] = "";
	if (at)
		sscanf(at, "cuBLASLt bf16 %79[^,]", name);
	c.blocking = name;
	test_product(e, &c, 1e-2);
	strbuf_reset(&says);
	c.blocking = "8x8/splitk7";
	is_int(product(e, &c, out, &says, &d), ERR_UNSUPPORTED, "one that cuBLASLt does not offer");
	ok(strstr(d.text, "is cut so; its first: ") != NULL, "names some: %s", d.text);
	diag_clear(&d);
	c.blocking = "8x8/stagesmany";
	is_int(product(e, &c, out, &says, &d), ERR_UNSUPPORTED, "one that is none");
	ok(strstr(d.text, "\"stagesmany\" is no part") != NULL, "says which part");
	strbuf_free(&says);
}

/* What stands for the peak of int8 is the product alone: sums that nobody scaled. */
static void test_alone(struct engine *e)
{
	enum { M = 8, N = 16 };
	struct op_config c = {.kind = OP_GEMM,
			      .m = M,
			      .n = N,
			      .k = 64,
			      .precision = DTYPE_WI8AI8,
			      .provider = "cublaslt",
			      .blocking = "auto",
			      .seed = 2};
	struct op_job *j;
	struct step_info info;
	float scaled[M * N];
	int32_t sums[M * N];
	int wrong = 0;
	if (ops->op(e, &c, &j, NULL) || ops->op_submit(j, NULL) || ops->op_wait(j, &info, NULL) ||
	    ops->op_fetch(j, 0, M, scaled, NULL))
		bail("no product of int8");
	snprintf(j->type, sizeof j->type, "int8");
	is_int(ops->op_submit(j, NULL), 0, "the product alone");
	is_int(ops->op_wait(j, &info, NULL), 0, "ends");
	is_int(dev_download(e, sums, j->y, sizeof sums, NULL), 0, "its sums");
	for (int i = 0; i < M * N; i++)
		wrong += sums[i] == 0 ? scaled[i] != 0
				      : scaled[i] / (float)sums[i] <= 0 || scaled[i] / (float)sums[i] > 1e-3f;
	is_int(wrong, 0, "are whole numbers that were not scaled");
	ops->op_free(j);
}

static void test_ceiling(struct engine *e, struct op_config c, const char *name)
{
	struct step_work work;
	struct memory_plan plan;
	struct op_job *j;
	struct step_info info;
	struct diag d = {0};
	int rc = ops->op_plan(e, &c, &work, &plan, &d);
	if (rc == 0)
		rc = ops->op(e, &c, &j, &d);
	is_int(rc, 0, name);
	if (rc)
		return;
	ok(work.bytes > 0 || work.flops > 0 || work.calls > 0, "%s: its work is counted", name);
	rc = ops->op_submit(j, &d);
	is_int(rc ? rc : ops->op_wait(j, &info, &d), 0, "it runs");
	is_int(ops->op_fetch(j, 0, 1, &(float){0}, &d), ERR_UNSUPPORTED, "it has no result");
	ops->op_free(j);
}

static void test_ceilings(struct engine *e)
{
	struct step_work work;
	struct memory_plan plan;
	struct diag d = {0};
	/* Large ones: few passes, a thread at a time. */
	static const uint64_t bytes = (uint64_t)1 << 20;
	test_ceiling(e, (struct op_config){.kind = OP_LATENCY, .bytes = bytes, .seed = 5}, "latency");
	is_int(ops->op_plan(e, &(struct op_config){.kind = OP_READ, .level = OP_L3}, &work, &plan, &d),
	       ERR_UNAVAILABLE, "a level that GPUs do not have");
	diag_clear(&d);
	is_int(ops->op_plan(e, &(struct op_config){.kind = OP_FORKJOIN}, &work, &plan, &d), ERR_UNSUPPORTED,
	       "a ceiling of CPUs");
	diag_clear(&d);
	is_int(ops->op_plan(e, &(struct op_config){.kind = OP_FMA, .type = "fp4"}, &work, &plan, &d),
	       ERR_UNSUPPORTED, "a type that is not known");
	diag_clear(&d);
	is_int(ops->op_plan(e, &(struct op_config){.kind = OP_FMA, .type = "bf16"}, &work, &plan, &d), 0,
	       "the peak of bf16");
	ok(work.flops >= 2.0 * 1024 * 1024 * 1024 && work.bytes == 0, "is that of a product");
	is_int(ops->op_plan(e, &(struct op_config){.kind = OP_READ, .level = OP_DRAM}, &work, &plan, &d), 0,
	       "memory");
	ok(work.working_set >= (uint64_t)1 << 30, "is far larger than the L2");
}

/* cuBLASLt may refuse, when it is first run, what its heuristic put first. */
static void test_refused(struct engine *e)
{
	struct op_config c = {.kind = OP_GEMM,
			      .m = 64,
			      .n = 8,
			      .k = 64,
			      .precision = DTYPE_F16,
			      .blocking = "auto",
			      .provider = "own"};
	struct op_job *j;
	struct strbuf text = {0};
	struct diag d = {0};
	setenv("FAKE_CUDA_FAIL", "cublasLtMatmul:1:15", 1);
	is_int(ops->op(e, &c, &j, &d), 0, "a product that cuBLASLt refuses");
	unsetenv("FAKE_CUDA_FAIL");
	ops->op_describe(j, &text);
	has_text(strbuf_text(&text), "own kernels, accumulated in f32 (cuBLASLt refused it)",
		 "is done by own kernels");
	has_text(strbuf_text(&text), "kernels: own\n", "and says so");
	strbuf_free(&text);
	ops->op_free(j);
	c.provider = "cublaslt";
	setenv("FAKE_CUDA_FAIL", "cublasLtMatmul:1:15", 1);
	is_int(ops->op(e, &c, &j, &d), ERR_UNSUPPORTED, "but not where it was asked for by name");
	unsetenv("FAKE_CUDA_FAIL");
}

/* Was it late? -1: it failed, or took no time. */
static int step(struct op_job *j)
{
	struct step_info info = {0};
	struct diag d = {0};
	int rc = ops->op_submit(j, &d);
	if (rc == 0)
		rc = ops->op_wait(j, &info, &d);
	return rc == 0 && info.device_ns > 0 ? info.late : -1;
}

static void told_of(struct engine *e, int64_t n, int64_t late, const char *why, const char *name)
{
	struct held told;
	ops->hold(e, false, &told);
	ok(told.n == n && told.late == late, "%s: %lld held, %lld late", name, (long long)told.n,
	   (long long)told.late);
	is_text(told.why, why, "why");
}

static void test_hold(struct engine *e)
{
	const struct op_config c = {.kind = OP_GEMM,
				    .m = 1,
				    .n = 8,
				    .k = 64,
				    .precision = DTYPE_F16,
				    .blocking = "auto",
				    .provider = "own"};
	struct op_job *j;
	struct diag d = {0};
	is_int(ops->op(e, &c, &j, &d), 0, "a product");
	ops->hold(e, true, NULL);
	is_int(step(j) + step(j), 0, "the device is held until each is queued");
	told_of(e, 2, 0, "", "all of them");
	is_int(step(j), 0, "nothing is held any more, and nothing is late");
	setenv("FAKE_CUDA_BLOCKING", "1", 1);
	ops->hold(e, true, NULL);
	is_int(step(j), 0, "a driver whose launches wait: none is held, none marked");
	unsetenv("FAKE_CUDA_BLOCKING");
	told_of(e, 0, 0, "launches wait for what runs", "none");
	setenv("FAKE_CUDA_FAIL", "cuMemAllocHost:1:2", 1);
	ops->hold(e, true, NULL);
	unsetenv("FAKE_CUDA_FAIL");
	is_int(step(j), 0, "no pinned memory: none is held");
	told_of(e, 0, 0, "pinning memory: out of memory (CUDA_ERROR_OUT_OF_MEMORY)", "none");
	ops->hold(e, true, NULL);
	setenv("FAKE_CUDA_BLOCKING", "1", 1);
	for (int i = 0; i < 4; i++)
		is_int(step(j), 1, "launches begin to wait: late");
	unsetenv("FAKE_CUDA_BLOCKING");
	told_of(e, 3, 3, "3 of 3 were late by more than 10 ms", "it is given up");
	ops->op_free(j);
	const struct op_config chase = {.kind = OP_LATENCY, .bytes = 1 << 16, .seed = 1};
	is_int(ops->op(e, &chase, &j, &d), 0, "a ceiling");
	ops->hold(e, true, NULL);
	is_int(step(j), 1, "its first step loads its kernel, and is late");
	is_int(step(j), 0, "the next one is not");
	ops->op_free(j);
}

int main(void)
{
	/* Ceilings of memory are planned for a large one. */
	setenv("FAKE_CUDA_MEMORY", "8589934592", 1);
	cuda_example_open();
	struct engine *e = open_engine("auto", 1);
	test_products(e);
	test_odd(e);
	test_blockings(e);
	test_alone(e);
	test_ceilings(e);
	test_refused(e);
	test_hold(e);
	ops->close(e);
	return tap_done();
}
