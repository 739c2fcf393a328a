/* SPDX-License-Identifier: Apache-2.0 */
/* A tiny random model, what it must compute by naive loops in double, and steps of it in an engine. */
#ifndef IFM_TEST_ENGINE_EXAMPLE_H
#define IFM_TEST_ENGINE_EXAMPLE_H

#include "engines/engine.h"

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/tensor/dtype.h"
#include "tests/naive_llama.h"
#include "tests/leaks.h"
#include "tests/tap.h"

#define VOCAB	    83
#define N_IDS	    24
#define SAME	    1e-5
#define SAME_AS_REF 5e-3
#define STEPS_MAX   64

static const struct hparams shape = {.n_layers = 2,
				     .n_embd = 64,
				     .n_heads = 4,
				     .n_kv_heads = 2,
				     .head_dim = 14,
				     .n_ff = 96,
				     .n_vocab = VOCAB,
				     .n_context = 40,
				     .n_rot = 12,
				     .norm_eps = 1e-5f,
				     .rope_base = 10000,
				     .rope_scale = 1};

static const struct engine_ops *ops;
static const char *device = "cpu"; /* of ops */
static struct tiny_model tiny;
static int32_t ids[N_IDS];
static double *naive; /* [N_IDS][VOCAB] */

static inline struct job_config job_of(enum dtype precision, enum dtype kv)
{
	return (struct job_config){.precision = precision,
				   .kv = kv,
				   .n_cells = 60,
				   .n_seqs = 3,
				   .max_tokens = 48,
				   .max_rows = 48,
				   .blocking = "auto",
				   .provider = "own"};
}

static inline struct engine *open_engine(const char *isa, int n_threads)
{
	const struct engine_config c = {.device = device, .isa = isa, .n_threads = n_threads};
	struct engine *e;
	struct diag d = {0};
	if (ops->open(&e, &c, &d) != 0) {
		printf("# %s\n", d.text);
		bail("the engine does not open");
	}
	return e;
}

static inline struct session *load(struct engine *e, const struct job_config *job)
{
	struct session *s;
	struct diag d = {0};
	if (ops->load(e, &tiny.model, job, &s, &d) != 0) {
		printf("# %s\n", d.text);
		bail("the model does not load");
	}
	return s;
}

/* A step under construction. */
struct step {
	int n;
	int32_t token[STEPS_MAX], pos[STEPS_MAX], seq[STEPS_MAX];
	uint8_t want[STEPS_MAX];
};

static inline void step_add(struct step *t, int seq, int from, int to)
{
	for (int i = from; i < to; i++, t->n++) {
		t->token[t->n] = ids[i];
		t->pos[t->n] = i;
		t->seq[t->n] = seq;
		t->want[t->n] = 1;
	}
}

static inline int step_submit(struct session *s, const struct step *t, struct diag *d)
{
	const struct batch b = {t->n, t->token, t->pos, t->seq, t->want};
	struct step_info info;
	int rc = ops->submit(s, &b, d);
	return rc ? rc : ops->wait(s, &info, d);
}

/* Runs tokens [from, to) of a sequence; logits go to out + from * VOCAB. */
static inline void feed(struct session *s, int seq, int from, int to, float *out)
{
	struct step t = {0};
	struct diag d = {0};
	step_add(&t, seq, from, to);
	if (step_submit(s, &t, &d) != 0) {
		printf("# %s\n", d.text);
		bail("a good step fails");
	}
	for (int i = from; i < to; i++)
		if (ops->fetch(s, i - from, out + i * VOCAB, &d) != 0)
			bail("no logits");
}

static inline int edit(struct session *s, enum seq_edit_kind kind, int seq, int from, int to, int source)
{
	const struct seq_edit e = {kind, seq, from, to, source};
	return ops->seq_edit(s, &e, NULL);
}

static inline bool same_bits(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n) == 0;
}

/* The engine, and the tokens. */
static inline void example_open(void)
{
	ops = engine_find("cpu");
	for (int i = 0; i < N_IDS; i++)
		ids[i] = (int32_t)(rng_at(3, (uint64_t)i) % VOCAB);
}

/* Another model: its logits are in naive. */
static inline void example_make(const struct hparams *of, int tied)
{
	tiny_model_make(&tiny, of, tied);
	naive = naive_llama(&tiny.model, ids, N_IDS);
}

/* Prefill, token by token, and a step mixed of three sequences, of an engine with so many threads. */
static inline void example_orders(int n_threads, const char *label)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", n_threads);
	struct job_config job = job_of(DTYPE_F32, DTYPE_F32);
	struct session *s = load(e, &job);
	feed(s, 0, 0, N_IDS, out);
	double r = naive_residual(out, naive, N_IDS * VOCAB);
	ok(r < SAME, "%s: a whole prefill is the naive forward pass (%.1e)", label, r);

	for (int i = 0; i < N_IDS; i++)
		feed(s, 1, i, i + 1, out);
	r = naive_residual(out, naive, N_IDS * VOCAB);
	ok(r < SAME, "%s: so is token by token (%.1e)", label, r);

	/* Prefill of one and decode of the other two in one step. */
	struct step t = {0};
	struct diag d = {0};
	ok(edit(s, SEQ_DROP, 0, 10, -1, 0) == 0 && edit(s, SEQ_DROP, 1, 20, -1, 0) == 0, "sequences are cut");
	step_add(&t, 1, 20, 21);
	step_add(&t, 2, 0, 7);
	step_add(&t, 0, 10, 13);
	is_int(step_submit(s, &t, &d), 0, "a mixed step runs");
	static const int at[] = {20, 0, 1, 2, 3, 4, 5, 6, 10, 11, 12};
	r = 0;
	for (int i = 0; i < 11; i++) {
		is_int(ops->fetch(s, i, out, &d), 0, "fetch");
		r = fmax(r, naive_residual(out, naive + at[i] * VOCAB, VOCAB));
	}
	ok(r < 3 * SAME, "%s: a step mixed of three sequences gives each its own (%.1e)", label, r);
	int32_t id;
	int best = 0;
	for (int i = 0; i < VOCAB; i++)
		best = out[i] > out[best] ? i : best;
	ok(ops->argmax(s, 10, &id, &d) == 0 && id == best, "argmax is the largest logit's id");
	is_int(ops->fetch(s, 11, out, &d), ERR_USAGE, "no more rows than wanted");
	ops->unload(s);
	ops->close(e);
}

static inline void example_free(void)
{
	free(naive);
	tiny_model_free(&tiny);
}

#endif
