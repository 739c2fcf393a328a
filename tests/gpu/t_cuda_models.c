/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole models on engine "cuda" (on the driver made for tests) and on engine cpu's plain C, in f32: each architecture with
 * all that its files may have, caches of every type, and prompts long enough for the kernels of prefill.
 */
#include "config.h"

#include "engines/model/file/gguf.h"
#include "engines/model/source.h"
#include "tests/gpu/cuda_example.h"
#include "tests/tiny_models.h"

enum { VOCAB_MOST = 128, TOKENS_MOST = 96 };

/* Logits of the last `rows` of n tokens, fed in steps of `step`. */
static void logits_of(const struct engine_ops *engine, const char *name, const struct model *m,
		      const struct job_config *job, int n, int step, int rows, float *out)
{
	const struct engine_config config = {.device = name, .isa = "auto", .n_threads = 1};
	static int32_t token[TOKENS_MOST], pos[TOKENS_MOST], seq[TOKENS_MOST];
	static uint8_t want[TOKENS_MOST];
	struct engine *e;
	struct session *s;
	struct step_info info;
	struct diag d = {0};
	if (engine->open(&e, &config, &d) || engine->load(e, m, job, &s, &d)) {
		printf("# %s\n", d.text);
		bail("a model does not load");
	}
	for (int i = 0; i < n; i++) {
		token[i] = (int32_t)(rng_at(17, (uint64_t)i) % (uint64_t)m->hp.n_vocab);
		pos[i] = i;
		want[i] = i >= n - rows;
	}
	for (int at = 0; at < n; at += step) {
		int now = n - at < step ? n - at : step;
		const struct batch b = {now, token + at, pos + at, seq + at, want + at};
		if (engine->submit(s, &b, &d) || engine->wait(s, &info, &d)) {
			printf("# %s\n", d.text);
			bail("a step fails");
		}
		for (int row = 0; row < info.n_rows; row++) {
			if (engine->fetch(s, row, out, &d))
				bail("no logits");
			out += m->hp.n_vocab;
		}
	}
	engine->unload(s);
	engine->close(e);
}

static struct job_config job_for(enum dtype precision, enum dtype kv, int n)
{
	return (struct job_config){.precision = precision,
				   .kv = kv,
				   .n_cells = n,
				   .n_seqs = 1,
				   .max_tokens = n,
				   .max_rows = 4,
				   .blocking = "auto",
				   .provider = "own"};
}

static double difference(const float *a, const float *b, int n)
{
	double most = 0, diff = 0;
	for (int i = 0; i < n; i++) {
		if (!isfinite(a[i]))
			return INFINITY;
		diff = fmax(diff, fabs((double)a[i] - (double)b[i]));
		most = fmax(most, fabs((double)b[i]));
	}
	return diff / most;
}

/* The same model, prompt and job on both engines. */
static void test_same(const struct model *m, const char *name, enum dtype precision, enum dtype kv, int n,
		      int step, double bound)
{
	static float got[4 * VOCAB_MOST], want[4 * VOCAB_MOST];
	struct job_config job = job_for(precision, kv, n);
	logits_of(engine_find("cuda"), "cuda:0", m, &job, n, step, 4, got);
	job.precision = DTYPE_F32;
	logits_of(engine_find("cpu"), "cpu", m, &job, n, step, 4, want);
	double r = difference(got, want, 4 * m->hp.n_vocab);
	ok(r < bound, "%s: %s, kv %s, %d tokens in steps of %d within %g of plain C in f32 (%.1e)", name,
	   dtype_name(precision), dtype_name(kv), n, step, bound, r);
}

static void test_tiny(struct gguf_writer *w)
{
	const struct model_options plain = {0};
	struct gguf *g = NULL;
	struct model *m = NULL;
	struct diag d = {0};
	size_t n;
	void *bytes = writer_finish(w, &n);
	if (gguf_open_memory(&g, bytes, n, "tiny.gguf", &d) || model_from_gguf(&m, g, &plain, &d))
		bail(d.text);
	test_same(m, m->arch, DTYPE_F32, DTYPE_F32, 24, 9, 1e-5);
	test_same(m, m->arch, DTYPE_F32, DTYPE_F16, 24, 24, 1e-3);
	test_same(m, m->arch, DTYPE_BF16, DTYPE_F32, 24, 1, 5e-2);
	model_close(m);
	free(bytes);
}

/* Heads of 64 and steps of more than 64 tokens: tiles of queries, and a bucket that is no power of two. */
static void test_prefill(void)
{
	static const struct hparams wide = {.n_layers = 1,
					    .n_embd = 64,
					    .n_heads = 2,
					    .n_kv_heads = 1,
					    .head_dim = 64,
					    .n_ff = 64,
					    .n_vocab = 40,
					    .n_context = TOKENS_MOST,
					    .n_rot = 64,
					    .norm_eps = 1e-5f,
					    .rope_base = 10000,
					    .rope_scale = 1};
	struct tiny_model t;
	tiny_model_make(&t, &wide, false);
	test_same(&t.model, "prefill", DTYPE_F32, DTYPE_F16, 90, 90, 2e-3);
	test_same(&t.model, "prefill", DTYPE_F16, DTYPE_F16, 90, 70, 5e-3);
	test_same(&t.model, "prefill", DTYPE_BF16, DTYPE_BF16, 75, 75, 5e-2);
	test_same(&t.model, "prefill", DTYPE_F32, DTYPE_F32, 75, 75, 1e-5);
	test_same(&t.model, "prefill", DTYPE_Q8_0, DTYPE_Q8_0, 75, 75, 5e-2);
	tiny_model_free(&t);
}

int main(void)
{
	struct gguf_writer gpt2 = {0}, llama = {0};
	cuda_example_open();
	tiny_gpt2_keys(&gpt2);
	tiny_gpt2_tensors(&gpt2);
	test_tiny(&gpt2);
	tiny_llama_keys(&llama);
	tiny_llama_tensors(&llama);
	test_tiny(&llama);
	test_prefill();
	return tap_done();
}
