/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of an engine's contract: a full pool, bad batches, copies, plans, work, what it says of itself. */
#include "config.h"

#include "tests/unit/engine_example.h"

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

/* What is kept of a model from plan to plan is that of the model and the type that are asked of. */
static void test_plans_again(void)
{
	struct engine *keeps = open_engine("auto", 1), *forgets = open_engine("auto", 1);
	const enum dtype types[] = {DTYPE_F32, DTYPE_F16, DTYPE_F32, DTYPE_F32};
	const int tokens[] = {48, 48, 48, 1};
	struct model second = tiny.model;
	int bad = 0;
	second.hp.n_layers = 1;
	for (int i = 0; i < 8; i++) {
		struct model *m = i % 2 ? &second : &tiny.model;
		struct job_config job = job_of(types[i / 2], DTYPE_F32);
		struct memory_plan kept, anew;
		job.max_tokens = job.max_rows = tokens[i / 2];
		m->serial = 0; /* nothing is kept of such a one */
		bad += ops->check(forgets, m, &job, &anew, NULL) != 0;
		m->serial = i % 2 ? 1002 : 1001;
		for (int again = 0; again < 2; again++)
			bad += ops->check(keeps, m, &job, &kept, NULL) != 0 || kept.weights != anew.weights ||
			       kept.scratch != anew.scratch || kept.total != anew.total;
	}
	tiny.model.serial = 0;
	is_int(bad, 0, "a plan is the same whatever was planned before");
	ops->close(keeps);
	ops->close(forgets);
}

int main(void)
{
	example_open();
	example_make(&shape, 0);
	test_full_pool();
	test_copies();
	test_bad_batches();
	test_plan();
	test_plans_again();
	test_work();
	test_describe();
	test_null();
	example_free();
	return tap_done();
}
