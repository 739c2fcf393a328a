/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine "cuda" through its contract, on a driver and a cuBLASLt that are made for tests: kernels are the engine's own, run
 * as C; every call is checked, and what is not given back is told at the end (tests/gpu/fake). Bounds against double: 1e-5
 * of the largest logit for f32 sums in another order, else some five times what these models show, as in
 * tests/unit/t_engine.c. Blocks of q8_0 and q4_0 are exact here (activations keep f16): nearer to double than engine cpu's.
 */
#include "config.h"

#include "tests/gpu/cuda_example.h"

/* A copy holds the same cells; the device has to know. */
static void test_copies(void)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", 1);
	struct job_config job = job_of(DTYPE_F16, DTYPE_F16);
	struct session *s = load(e, &job);
	double r = 0;
	feed(s, 0, 0, 9, out);
	is_int(edit(s, SEQ_COPY, 2, 0, 9, 0), 0, "a sequence is copied");
	feed(s, 2, 9, N_IDS, out);
	for (int i = 9; i < N_IDS; i++)
		r = fmax(r, naive_residual(out + i * VOCAB, naive + i * VOCAB, VOCAB));
	ok(r < 5e-3, "what follows sees what was copied (%.1e)", r);
	feed(s, 0, 9, 12, out);
	r = naive_residual(out + 11 * VOCAB, naive + 11 * VOCAB, VOCAB);
	ok(r < 5e-3, "and the one it was copied from goes on (%.1e)", r);
	ops->unload(s);
	ops->close(e);
}

/* A step of a shape that has run once starts no kernels and makes no graph: what is measured behind one warm-up is the graph. */
static void test_second_step(void)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", 1);
	struct job_config job = job_of(DTYPE_F16, DTYPE_F16);
	struct session *s = load(e, &job);
	feed(s, 0, 0, 7, out);
	is_int(edit(s, SEQ_DROP, 0, 0, -1, 0), 0, "a sequence is dropped");
	setenv("FAKE_CUDA_FAIL", "cuLaunchKernel:1:700,cuLaunchKernelEx:1:700,cuStreamBeginCapture:1:700", 1);
	feed(s, 0, 0, 7, out);
	unsetenv("FAKE_CUDA_FAIL");
	double r = naive_residual(out, naive, (size_t)7 * VOCAB);
	ok(r < 5e-3, "its second step of that shape is a graph (%.1e)", r);
	ops->unload(s);
	ops->close(e);
}

static void test_precision(const char *provider, enum dtype precision, enum dtype kv, double bound)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", 1);
	struct job_config job = job_of(precision, kv);
	job.provider = provider;
	struct session *s = load(e, &job);
	feed(s, 0, 0, 13, out);
	feed(s, 0, 13, 16, out);
	for (int p = 16; p < N_IDS; p++)
		feed(s, 0, p, p + 1, out);
	double r = naive_residual(out, naive, N_IDS * VOCAB);
	ok(r < bound, "%s, kv %s, %s, within %g (%.1e)", dtype_name(precision), dtype_name(kv), provider,
	   bound, r);
	struct strbuf text = {0};
	ops->describe(s, &text);
	ok(strstr(strbuf_text(&text), "graphs: steps of up to 64 tokens") != NULL, "and steps ran as graphs");
	strbuf_free(&text);
	ops->unload(s);
	ops->close(e);
}

static void test_precisions(void)
{
	static const struct {
		enum dtype precision, kv;
		double bound;
	} cases[] = {
		{DTYPE_F32, DTYPE_F32, SAME}, {DTYPE_TF32, DTYPE_F32, 1e-2},  {DTYPE_F32, DTYPE_Q8_0, 3e-2},
		{DTYPE_F16, DTYPE_F16, 5e-3}, {DTYPE_BF16, DTYPE_BF16, 3e-2}, {DTYPE_Q8_0, DTYPE_F16, 3e-2},
		{DTYPE_Q4_0, DTYPE_F16, 0.5}, {DTYPE_WI8AI8, DTYPE_F16, 0.1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* The example's heads of 14 make no blocks of a cache. */
		if (cases[i].kv == DTYPE_Q8_0)
			continue;
		test_precision("own", cases[i].precision, cases[i].kv, cases[i].bound);
		test_precision("cublaslt", cases[i].precision, cases[i].kv, cases[i].bound);
	}
}

static void test_checks(void)
{
	struct engine *e = open_engine("auto", 1);
	struct job_config job = job_of(DTYPE_F16, DTYPE_F16);
	struct memory_plan plan;
	struct diag d = {0};
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), 0, "a job that fits");
	ok(plan.total == plan.weights + plan.kv + plan.scratch && plan.total < plan.limit, "its memory");
	job.provider = "openblas";
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), ERR_UNSUPPORTED, "a provider of engine cpu's");
	ok(strstr(d.text, "engine cuda has own and cublaslt") != NULL, "says what there is");
	diag_clear(&d);
	job.provider = "own";
	job.blocking = "128x64x32";
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), ERR_UNSUPPORTED, "a blocking of engine cpu's");
	ok(strstr(d.text, "expected auto, tune, or as in") != NULL, "says what was expected");
	diag_clear(&d);
	job.blocking = "auto";
	job.n_cells = INT32_MAX;
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), ERR_OOM, "more cells than there is memory");
	ok(strstr(d.text, "a smaller precision or model takes less") != NULL, "says what takes it");
	ops->close(e);
}

int main(void)
{
	cuda_example_open();
	example_make(&shape, 0);
	example_orders(1, "eagerly and as graphs");
	test_copies();
	test_second_step();
	test_precisions();
	test_checks();
	example_free();
	example_make(&shape, 1);
	test_precision("own", DTYPE_Q8_0, DTYPE_F16, 3e-2);
	test_precision("own", DTYPE_BF16, DTYPE_BF16, 3e-2);
	example_free();
	return tap_done();
}
