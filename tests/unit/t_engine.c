/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine "cpu" through its contract, on tiny random models. Bounds: 1e-5 of the
 * largest logit for f32 sums in another order; 5e-3 for f16, 3e-2 for q8_0 and bf16 and 0.1 for wi8ai8 against
 * f32, some five times what these models show (bf16 and wi8ai8: three); q4_0 shows 0.25. avx2 has the bits of
 * ref; the other levels add in other orders, 5e-3 against the same precision in ref: one activation whose rounding falls the other way is 1e-3 in models this small.
 */
#include "config.h"

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
static struct tiny_model tiny;
static int32_t ids[N_IDS];
static double *naive; /* [N_IDS][VOCAB] */

static struct job_config job_of(enum dtype precision, enum dtype kv)
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

static struct engine *open_engine(const char *isa, int n_threads)
{
	const struct engine_config c = {.device = "cpu", .isa = isa, .n_threads = n_threads};
	struct engine *e;
	struct diag d = {0};
	if (ops->open(&e, &c, &d) != 0) {
		printf("# %s\n", d.text);
		bail("the engine does not open");
	}
	return e;
}

static struct session *load(struct engine *e, const struct job_config *job)
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

static void step_add(struct step *t, int seq, int from, int to)
{
	for (int i = from; i < to; i++, t->n++) {
		t->token[t->n] = ids[i];
		t->pos[t->n] = i;
		t->seq[t->n] = seq;
		t->want[t->n] = 1;
	}
}

static int step_submit(struct session *s, const struct step *t, struct diag *d)
{
	const struct batch b = {t->n, t->token, t->pos, t->seq, t->want};
	struct step_info info;
	int rc = ops->submit(s, &b, d);
	return rc ? rc : ops->wait(s, &info, d);
}

/* Runs tokens [from, to) of a sequence; logits go to out + from * VOCAB. */
static void feed(struct session *s, int seq, int from, int to, float *out)
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

static int edit(struct session *s, enum seq_edit_kind kind, int seq, int from, int to, int source)
{
	const struct seq_edit e = {kind, seq, from, to, source};
	return ops->seq_edit(s, &e, NULL);
}

static void test_orders(int n_threads)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", n_threads);
	struct job_config job = job_of(DTYPE_F32, DTYPE_F32);
	struct session *s = load(e, &job);
	feed(s, 0, 0, N_IDS, out);
	double r = naive_residual(out, naive, N_IDS * VOCAB);
	ok(r < SAME, "%d threads: a whole prefill is the naive forward pass (%.1e)", n_threads, r);

	for (int i = 0; i < N_IDS; i++)
		feed(s, 1, i, i + 1, out);
	r = naive_residual(out, naive, N_IDS * VOCAB);
	ok(r < SAME, "%d threads: so is token by token (%.1e)", n_threads, r);

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
	ok(r < 3 * SAME, "%d threads: a step mixed of three sequences gives each its own (%.1e)", n_threads,
	   r);
	int32_t id;
	int best = 0;
	for (int i = 0; i < VOCAB; i++)
		best = out[i] > out[best] ? i : best;
	ok(ops->argmax(s, 10, &id, &d) == 0 && id == best, "argmax is the largest logit's id");
	is_int(ops->fetch(s, 11, out, &d), ERR_USAGE, "no more rows than wanted");
	ops->unload(s);
	ops->close(e);
}

static void test_full_pool(void)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", 2);
	struct job_config job = job_of(DTYPE_F32, DTYPE_F32);
	job.n_cells = 15;
	struct session *s = load(e, &job);
	struct diag d = {0};
	struct step t = {0};
	feed(s, 0, 0, 9, out);
	feed(s, 1, 0, 4, out);
	step_add(&t, 2, 0, 1);
	step_add(&t, 0, 9, 11);
	is_int(step_submit(s, &t, &d), ERR_OOM, "a full pool refuses a step");
	has_text(d.text, "sequence 0", "and names the sequence");
	has_text(d.text, "all 15", "and the cells");
	feed(s, 0, 9, 11, out);
	double r = naive_residual(out, naive, 11 * VOCAB);
	ok(r < SAME, "the session is as before: it goes on (%.1e)", r);
	ok(edit(s, SEQ_DROP, 1, 0, -1, 0) == 0, "dropping a sequence");
	feed(s, 2, 0, 4, out);
	ok(naive_residual(out, naive, 4 * VOCAB) < SAME, "gives its cells to another");
	ops->unload(s);
	ops->close(e);
}

static void expect_usage(struct session *s, const struct step *t, const char *text)
{
	struct diag d = {0};
	is_int(step_submit(s, t, &d), ERR_USAGE, text);
	has_text(d.text, text, "and says what was expected");
}

static void test_bad_batches(void)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", 1);
	struct job_config job = job_of(DTYPE_F32, DTYPE_F16);
	job.max_rows = 6;
	struct session *s = load(e, &job);
	struct step good = {0}, t;
	step_add(&good, 0, 0, 4);
	t = good;
	t.token[2] = VOCAB;
	expect_usage(s, &t, "the vocabulary has 0 to 82");
	t.token[2] = -1;
	expect_usage(s, &t, "id -1");
	t = good;
	t.seq[3] = 3;
	expect_usage(s, &t, "the session has 0 to 2");
	t = good;
	t.pos[1] = 2;
	expect_usage(s, &t, "expected 1 (the next)");
	t = good;
	t.n = 0;
	expect_usage(s, &t, "takes 1 to 48");
	t = (struct step){0};
	step_add(&t, 0, 0, 7);
	expect_usage(s, &t, "wants 7 rows");
	feed(s, 0, 0, 4, out);
	ok(naive_residual(out, naive, 4 * VOCAB) < 5e-3, "after all that the session is untouched");
	ok(edit(s, SEQ_DROP, 0, 1, 3, 0) == ERR_USAGE, "a hole in a sequence is refused");
	ok(edit(s, SEQ_DROP, 3, 0, -1, 0) == ERR_USAGE, "so is an unknown sequence");
	ops->unload(s);

	/* The model's context ends before the cells do. */
	job.max_rows = job.max_tokens = 48;
	s = load(e, &job);
	t = (struct step){0};
	step_add(&t, 0, 0, N_IDS);
	for (int i = N_IDS; i < 41; i++, t.n++) {
		t.pos[i] = i;
		t.want[i] = 1;
	}
	expect_usage(s, &t, "context is 40 tokens");
	ops->unload(s);
	ops->close(e);
}

static bool same_bits(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n) == 0;
}

/* The tokens of ids, but for one at `at`: two continuations of one prompt. */
static void feed_other(struct session *s, int seq, int at, int to, float *out)
{
	int32_t held = ids[at];
	ids[at] = (held + 1) % VOCAB;
	feed(s, seq, at, to, out);
	ids[at] = held;
}

/* A shared prompt is computed once and held once; each of those that share it goes on alone. */
static void test_copies(void)
{
	static float whole[N_IDS * VOCAB], other[N_IDS * VOCAB], out[N_IDS * VOCAB];
	enum { PROMPT = 20, END = 24 };
	struct engine *e = open_engine("auto", 2);
	struct job_config job = job_of(DTYPE_F32, DTYPE_F16);
	/* Two prompts do not fit. */
	job.n_cells = PROMPT + 2 * (END - PROMPT);
	struct session *s = load(e, &job);
	feed(s, 0, 0, PROMPT, whole);
	feed(s, 0, PROMPT, END, whole);
	is_int(edit(s, SEQ_DROP, 0, PROMPT, -1, 0), 0, "one is cut to its prompt");
	feed_other(s, 0, PROMPT, END, other);
	is_int(edit(s, SEQ_DROP, 0, PROMPT, -1, 0), 0, "and again");

	is_int(edit(s, SEQ_COPY, 1, 0, -1, 0), 0, "its prompt is copied");
	feed(s, 0, PROMPT, END, out);
	ok(same_bits(out + PROMPT * VOCAB, whole + PROMPT * VOCAB, (END - PROMPT) * VOCAB * sizeof *out),
	   "the first goes on as if alone");
	feed_other(s, 1, PROMPT, END, out);
	ok(same_bits(out + PROMPT * VOCAB, other + PROMPT * VOCAB, (END - PROMPT) * VOCAB * sizeof *out),
	   "and so does the second, with other tokens");
	is_int(edit(s, SEQ_DROP, 0, 0, -1, 0), 0, "the first is dropped");
	is_int(edit(s, SEQ_DROP, 1, PROMPT, -1, 0), 0, "the second cut");
	feed(s, 1, PROMPT, END, out);
	ok(same_bits(out + PROMPT * VOCAB, whole + PROMPT * VOCAB, (END - PROMPT) * VOCAB * sizeof *out),
	   "it still holds the prompt");

	is_int(edit(s, SEQ_COPY, 2, 0, 5, 1), 0, "a part is copied");
	is_int(edit(s, SEQ_KEEP, 2, 0, -1, 0), 0, "and kept alone");
	feed(s, 2, 5, PROMPT, out);
	feed(s, 2, PROMPT, END, out);
	ok(naive_residual(out + PROMPT * VOCAB, naive + PROMPT * VOCAB, (END - PROMPT) * VOCAB) < 5e-3,
	   "what was copied in part is right");
	is_int(edit(s, SEQ_COPY, 2, 0, 3, 2), 0, "a copy of itself is a cut");
	feed(s, 2, 3, 5, out);
	is_int(edit(s, SEQ_COPY, 0, 1, 3, 2), ERR_USAGE, "a copy of a middle is refused");
	is_int(edit(s, SEQ_COPY, 0, 0, 6, 2), ERR_USAGE, "so is one of more than there is");
	is_int(edit(s, SEQ_COPY, 0, 0, -1, 3), ERR_USAGE, "and one of an unknown sequence");
	is_int(edit(s, SEQ_KEEP, -1, 0, -1, 0), ERR_USAGE, "nor is one kept");
	ops->unload(s);
	ops->close(e);
}

static void test_bits(void)
{
	static float a[N_IDS * VOCAB], b[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", 3);
	struct job_config job = job_of(DTYPE_Q8_0, DTYPE_F16);
	for (int run = 0; run < 3; run++) {
		struct session *s = load(e, &job);
		feed(s, 0, 0, N_IDS - 1, run ? b : a);
		feed(s, 0, N_IDS - 1, N_IDS, run ? b : a);
		ops->unload(s);
		if (run)
			ok(same_bits(a, b, sizeof a), "same input, threads and ISA: same bits");
	}
	ops->close(e);
}

static void test_isa(const char *isa)
{
	static const struct {
		enum dtype precision, kv;
		double bound;
	} cases[] = {
		{DTYPE_F32, DTYPE_F32, SAME},  {DTYPE_F32, DTYPE_F16, 5e-3},  {DTYPE_F16, DTYPE_F32, 5e-3},
		{DTYPE_F16, DTYPE_F16, 5e-3},  {DTYPE_Q8_0, DTYPE_F32, 3e-2}, {DTYPE_Q8_0, DTYPE_F16, 3e-2},
		{DTYPE_BF16, DTYPE_F16, 3e-2}, {DTYPE_Q4_0, DTYPE_F16, 0.5},  {DTYPE_WI8AI8, DTYPE_F16, 0.1},
	};
	enum { N_CASES = sizeof cases / sizeof *cases };
	static float out[N_IDS * VOCAB];
	static double ref[N_CASES][N_IDS * VOCAB];
	struct engine *e = open_engine(isa, 2);
	for (int i = 0; i < N_CASES; i++) {
		struct job_config job = job_of(cases[i].precision, cases[i].kv);
		struct session *s = load(e, &job);
		feed(s, 0, 0, 13, out);
		for (int p = 13; p < N_IDS; p++)
			feed(s, 0, p, p + 1, out);
		double r = naive_residual(out, naive, N_IDS * VOCAB);
		ok(r < cases[i].bound, "%s: %s, kv %s within %g (%.1e)", isa, dtype_name(cases[i].precision),
		   dtype_name(cases[i].kv), cases[i].bound, r);
		for (int p = 0; p < N_IDS * VOCAB && strcmp(isa, "ref") == 0; p++)
			ref[i][p] = out[p];
		r = naive_residual(out, ref[i], N_IDS * VOCAB);
		if (strcmp(isa, "avx2") == 0)
			ok(r == 0, "and the bits of ref");
		else
			ok(r < SAME_AS_REF, "and within %g of ref (%.1e)", SAME_AS_REF, r);
		ops->unload(s);
	}
	ops->close(e);
}

static void test_isas(void)
{
	struct device_caps caps;
	is_int(ops->probe(&caps, 1), 1, "one device");
	ok(caps.usable && caps.n_cpus >= 1 && caps.memory_bytes > 0, "it is usable");
	is_text(caps.isas[0].name, "ref", "ref comes first");
	is_int(caps.n_precisions, 6, "six precisions");
	for (int i = 0; i < caps.n_isas; i++) {
		if (caps.isas[i].usable)
			test_isa(caps.isas[i].name);
		else
			skip(caps.isas[i].why_not);
	}
}

static void test_provider(const char *provider)
{
	static float out[N_IDS * VOCAB];
	struct engine *e = open_engine("auto", 2);
	struct job_config job = job_of(DTYPE_F32, DTYPE_F32);
	struct memory_plan plan;
	struct diag d = {0};
	job.provider = provider;
	int rc = ops->check(e, &tiny.model, &job, &plan, &d);
	if (rc == ERR_UNAVAILABLE) {
		skip(d.text);
	} else {
		struct session *s = load(e, &job);
		feed(s, 0, 0, N_IDS, out);
		double r = naive_residual(out, naive, N_IDS * VOCAB);
		ok(r < SAME, "%s in f32 (%.1e)", provider, r);
		ops->unload(s);
		job.precision = DTYPE_Q8_0;
		diag_clear(&d);
		ok(ops->check(e, &tiny.model, &job, &plan, &d) < 0 && d.text[0], "%s in q8_0 is refused: %s",
		   provider, d.text);
	}
	job.provider = "none";
	diag_clear(&d);
	ok(ops->check(e, &tiny.model, &job, &plan, &d) < 0, "so is an unknown provider: %s", d.text);
	ops->close(e);
}

static void test_plan(void)
{
	struct engine *e = open_engine("auto", 2);
	struct job_config job = job_of(DTYPE_F16, DTYPE_F16);
	struct memory_plan plan;
	struct diag d = {0};
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), 0, "the plan fits");
	ok(plan.total == plan.weights + plan.kv + plan.scratch, "total is the sum");
	ok(plan.weights >= 2 * 2 * (64 * 112 + 56 * 64 + 3 * 64 * 96), "weights hold the matrices");
	ok(plan.kv >= 2 * 2 * 60 * 28 * 2, "kv holds the cells");
	job.n_cells = 2000000000;
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), ERR_OOM, "2e9 cells do not fit");
	has_text(d.text, "GiB is available", "the text has both numbers");
	struct session *s = NULL;
	is_int(ops->load(e, &tiny.model, &job, &s, NULL), ERR_OOM, "load refuses the same");
	job = job_of(DTYPE_F16, DTYPE_Q8_0);
	diag_clear(&d);
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), ERR_UNSUPPORTED, "heads that are no q8_0 blocks");
	is_text(d.text, "kv q8_0: heads of 14 elements, expected a multiple of 32", "are refused by number");
	job = job_of(DTYPE_F16, DTYPE_Q4_0);
	diag_clear(&d);
	is_int(ops->check(e, &tiny.model, &job, &plan, &d), ERR_UNSUPPORTED, "no cache of q4_0");
	is_text(d.text, "kv \"q4_0\": expected f32, f16, bf16 or q8_0", "and what there is");
	job = job_of(DTYPE_F16, DTYPE_F16);
	job.max_rows = 49;
	is_int(ops->check(e, &tiny.model, &job, &plan, NULL), ERR_USAGE, "more rows than tokens");
	const struct engine_config bad[] = {
		{.device = "cuda", .isa = "auto", .n_threads = 1},
		{.device = "cpu", .isa = "mmx", .n_threads = 1},
		{.device = "cpu", .isa = "auto", .n_threads = 0},
		{.device = "cpu", .isa = "auto", .n_threads = 1, .affinity = "nowhere"},
		{.device = "cpu", .isa = "auto", .n_threads = 1, .options = "wiat:spin"},
	};
	for (int i = 0; i < 5; i++) {
		struct engine *none;
		diag_clear(&d);
		ok(ops->open(&none, &bad[i], &d) < 0 && d.text[0], "refused: %s", d.text);
	}
	ops->close(e);
}

/* By hand: 2 layers of 64 x (56 + 28 + 28) + 56 x 64 + 3 x 64 x 96 elements, head 83 x 64. */
static void test_work(void)
{
	const double layers = 2.0 * (64 * 112 + 56 * 64 + 3 * 64 * 96), head = 83 * 64;
	struct job_config job = job_of(DTYPE_F16, DTYPE_F32);
	struct step_work w;
	is_int(ops->work(&tiny.model, &job, 3, 10, 2, 3, &w, NULL), 0, "work");
	/* 3 sequences, each new token sees 11 and 12 cells. */
	is_near(w.flops, 2 * layers * 6 + 2 * head * 3 + 4.0 * 2 * 4 * 14 * 3 * (11 + 12), 1e-6, "FLOPs");
	is_near(w.bytes, 2 * (layers + head + 6 * 64) + 2.0 * 2 * 28 * 4 * 3 * 12, 1e-6, "bytes");
	is_int(ops->work(&tiny.model, &job, 1, 0, 1, 0, &w, NULL), 0, "work without logits");
	is_near(w.flops, 2 * layers + 4.0 * 2 * 4 * 14, 1e-6, "leaves the head out");
	job.precision = DTYPE_Q8_0;
	is_int(ops->work(&tiny.model, &job, 1, 0, 1, 0, &w, NULL), 0, "work in q8_0");
	/* attn_output has rows of 56: f16. */
	is_near(w.bytes, (layers - 2 * 56 * 64 + 64) * 34 / 32 + 2 * 2 * 56 * 64 + 2.0 * 2 * 28 * 4, 1e-6,
		"counts scales, and the rows that stay f16");
}

/* Bytes of a cell's keys and values in both layers, 2 heads of 32: by the plan and by the work of a step. */
static void test_kv_bytes(struct engine *e, enum dtype kv, double cell)
{
	struct job_config job = job_of(DTYPE_F32, kv), f32 = job_of(DTYPE_F32, DTYPE_F32);
	struct memory_plan plan, wide;
	struct step_work w, w32;
	if (ops->check(e, &tiny.model, &job, &plan, NULL) || ops->check(e, &tiny.model, &f32, &wide, NULL) ||
	    ops->work(&tiny.model, &job, 2, 9, 1, 0, &w, NULL) ||
	    ops->work(&tiny.model, &f32, 2, 9, 1, 0, &w32, NULL))
		bail("no plan");
	is_near(w32.bytes - w.bytes, 2 * 10 * (1024 - cell), 1e-9, "work counts a cell's bytes");
	/* Parts of the cache are rounded up to cache lines, four of them here. */
	ok(fabs((double)wide.kv - (double)plan.kv - 60 * (1024 - cell)) < 4 * MEM_ALIGN,
	   "so does the plan: %llu", (unsigned long long)plan.kv);
}

/*
 * Each type of cache, weights in f32, on heads of 32. Against f16 (11 bits) bf16 (8) rounds eight times as
 * coarsely; a step of q8_0 is 1/127 of the largest in a block, for a middling element four times that of bf16
 * again. The models show 6e-4, 4e-3 and 2e-2 of the largest logit, at every level; the bounds are two to three
 * times that.
 */
static void test_kv(const char *isa)
{
	static const struct {
		enum dtype kv;
		double bound, cell;
	} cases[] = {{DTYPE_F32, SAME, 1024},
		     {DTYPE_F16, 2e-3, 512},
		     {DTYPE_BF16, 1e-2, 512},
		     {DTYPE_Q8_0, 4e-2, 8 * 34}};
	static float out[N_IDS * VOCAB], again[N_IDS * VOCAB];
	struct engine *e = open_engine(isa, 2);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct job_config job = job_of(DTYPE_F32, cases[i].kv);
		struct session *s = load(e, &job);
		const char *name = dtype_name(cases[i].kv);
		feed(s, 0, 0, 13, out);
		for (int p = 13; p < N_IDS; p++)
			feed(s, 0, p, p + 1, out);
		double r = naive_residual(out, naive, N_IDS * VOCAB);
		ok(r < cases[i].bound, "%s: kv %s within %g (%.1e)", isa, name, cases[i].bound, r);
		ok(cases[i].kv == DTYPE_F32 || r > SAME, "kv %s: and it is rounded", name);
		feed(s, 1, 0, N_IDS, again);
		r = naive_residual(again, naive, N_IDS * VOCAB);
		ok(r < cases[i].bound, "%s: kv %s, whole prefill (%.1e)", isa, name, r);
		test_kv_bytes(e, cases[i].kv, cases[i].cell);
		ops->unload(s);
	}
	ops->close(e);
}

static void test_kvs(void)
{
	struct hparams wide = shape;
	struct device_caps caps;
	wide.head_dim = wide.n_rot = 32;
	tiny_model_make(&tiny, &wide, 0);
	naive = naive_llama(&tiny.model, ids, N_IDS);
	ok(ops->probe(&caps, 1) == 1 && caps.n_kvs == 4, "four types of cache");
	for (int i = 0; i < caps.n_isas; i++)
		if (caps.isas[i].usable)
			test_kv(caps.isas[i].name);
	free(naive);
	tiny_model_free(&tiny);
}

static void test_describe(void)
{
	struct engine *e = open_engine("ref", 2);
	struct job_config job = job_of(DTYPE_Q8_0, DTYPE_F16);
	struct session *s = load(e, &job);
	struct strbuf text = {0};
	ops->describe(s, &text);
	const char *t = strbuf_text(&text);
	has_text(t, "isa: ref\n", "describe: ISA");
	has_text(t, "threads: 2\n", "threads");
	has_text(t, "precision: q8_0\n", "precision");
	has_text(t, "kv: f16\n", "kv");
	has_text(t, "attention_f16_ref", "the kernel that runs");
	has_text(t, "exception: attn_output.weight in f16, 2 of them", "exceptions to the precision");
	ok(!strstr(strbuf_text(&text), "avx"), "ref runs ref kernels alone");
	strbuf_free(&text);
	ops->unload(s);
	ops->close(e);
}

static void test_null(void)
{
	const struct engine_ops *null = engine_find("null");
	const struct engine_config c = {.device = "cpu", .isa = "auto", .n_threads = 2};
	struct job_config job = job_of(DTYPE_F32, DTYPE_F16);
	struct engine *e;
	struct session *s;
	struct step_info info;
	struct step t = {0};
	float out[VOCAB] = {1};
	int32_t id = 7;
	step_add(&t, 0, 0, 3);
	const struct batch b = {t.n, t.token, t.pos, t.seq, t.want};
	ok(null && !engine_find("no such"), "engines are found by name");
	if (null->open(&e, &c, NULL) || null->load(e, &tiny.model, &job, &s, NULL))
		bail("null does not load");
	ok(null->submit(s, &b, NULL) == 0 && null->wait(s, &info, NULL) == 0 && info.n_rows == 3,
	   "null takes a step");
	ok(null->fetch(s, 2, out, NULL) == 0 && out[0] == 0 && null->argmax(s, 0, &id, NULL) == 0 && id == 0,
	   "its logits are zero");
	is_int(null->fetch(s, 3, out, NULL), ERR_USAGE, "rows are checked there too");
	null->unload(s);
	null->close(e);
}

int main(void)
{
	ops = engine_find("cpu");
	for (int i = 0; i < N_IDS; i++)
		ids[i] = (int32_t)(rng_at(3, (uint64_t)i) % VOCAB);
	for (int tied = 0; tied < 2; tied++) {
		tiny_model_make(&tiny, &shape, tied);
		naive = naive_llama(&tiny.model, ids, N_IDS);
		test_orders(tied ? 1 : 3);
		test_isas();
		if (!tied) {
			test_full_pool();
			test_copies();
			test_bad_batches();
			test_bits();
			test_provider("openblas");
			test_provider("onednn");
			test_provider("blis");
			test_plan();
			test_work();
			test_describe();
			test_null();
		}
		free(naive);
		tiny_model_free(&tiny);
	}
	test_kvs();
	return tap_done();
}
