/* SPDX-License-Identifier: Apache-2.0 */
/* generate, logits and perplexity on a tiny random model, against the naive forward pass. */
#include "config.h"

#include "workloads/ask.h"
#include "workloads/sampler.h"

#include "engines/model/tokenizer/tokenizer.h"
#include "tests/naive_llama.h"
#include "tests/tap.h"

#define VOCAB 61
#define N_IDS 50

static const struct hparams shape = {.n_layers = 1,
				     .n_embd = 32,
				     .n_heads = 2,
				     .n_kv_heads = 1,
				     .head_dim = 16,
				     .n_ff = 64,
				     .n_vocab = VOCAB,
				     .n_context = 40,
				     .n_rot = 16,
				     .norm_eps = 1e-5f,
				     .rope_base = 10000,
				     .rope_scale = 1};

static struct tiny_model tiny;
static struct ask_config config;
static const struct sampling greedy = SAMPLING_GREEDY;
static int32_t ids[N_IDS];

static struct token_list first(size_t n)
{
	return (struct token_list){ids, n};
}

/* What a callback received, and when it says stop. */
struct seen {
	int n, stop;
	int32_t ids[64];
	float *logits;
};

static int on_token(void *arg, int32_t id)
{
	struct seen *s = arg;
	s->ids[s->n++] = id;
	return s->n == s->stop;
}

static int on_row(void *arg, int row, const float *logits, int n_vocab)
{
	struct seen *s = arg;
	if (row != s->n || n_vocab != VOCAB)
		return 1;
	memcpy(s->logits + (size_t)s->n++ * VOCAB, logits, VOCAB * sizeof *logits);
	return 0;
}

static void test_logits(void)
{
	static float got[40 * VOCAB];
	struct seen s = {.logits = got};
	struct token_list l = first(40);
	struct diag d = {0};
	is_int(ask_logits(&config, &l, 1, on_row, &s, &d), 0, "logits");
	is_int(s.n, 40, "one row a token, in order");
	double *want = naive_llama(&tiny.model, ids, 40);
	double r = naive_residual(got, want, 40 * VOCAB);
	ok(r < 1e-5, "they are the naive forward pass's (%.1e)", r);
	free(want);
	l = first(41);
	is_int(ask_logits(&config, &l, 1, on_row, &s, &d), ERR_USAGE, "more than the context");
	has_text(d.text, "41 tokens is longer than the model's context of 40", "says the numbers");
	l = first(0);
	is_int(ask_logits(&config, &l, 1, on_row, &s, NULL), ERR_USAGE, "no ids");
}

static void test_generate(void)
{
	struct seen s = {0};
	struct token_list l = first(5);
	struct diag d = {0};
	int32_t all[40];
	is_int(ask_generate(&config, &l, 10, &greedy, on_token, &s, &d), 0, "generate");
	is_int(s.n, 10, "ten tokens");
	memcpy(all, ids, sizeof all);
	memcpy(all + 5, s.ids, 10 * sizeof *all);
	double *want = naive_llama(&tiny.model, all, 15);
	int wrong = 0;
	for (int i = 0; i < 10; i++)
		for (int j = 0; j < VOCAB; j++)
			wrong += want[(4 + i) * VOCAB + j] > want[(4 + i) * VOCAB + s.ids[i]] + 1e-6;
	is_int(wrong, 0, "each is the likeliest");
	free(want);
	s = (struct seen){0};
	l = first(38);
	is_int(ask_generate(&config, &l, 20, &greedy, on_token, &s, &d), 0, "up to the context's end");
	is_int(s.n, 3, "two more are fed, three predicted");
	s = (struct seen){.stop = 2};
	l = first(5);
	is_int(ask_generate(&config, &l, 20, &greedy, on_token, &s, &d), ERR_CANCELLED,
	       "the callback stops it");
	is_int(s.n, 2, "at once");
	int32_t bad[] = {1, 99};
	l = (struct token_list){bad, 2};
	diag_clear(&d);
	is_int(ask_generate(&config, &l, 1, &greedy, on_token, &s, &d), ERR_USAGE,
	       "an id beyond the vocabulary");
	has_text(d.text, "id 99", "is named");
}

/* Negative log likelihoods of ids[i + 1], i in [from, to), of a window. */
static void add_nll(const int32_t *window, int from, int to, double *sum, double *squares)
{
	double *logits = naive_llama(&tiny.model, window, to + 1);
	for (int i = from; i < to; i++) {
		double total = 0;
		for (int j = 0; j < VOCAB; j++)
			total += exp(logits[i * VOCAB + j]);
		double nll = log(total) - logits[i * VOCAB + window[i + 1]];
		*sum += nll;
		*squares += nll * nll;
	}
	free(logits);
}

static void test_perplexity(void)
{
	struct token_list l = first(N_IDS);
	struct perplexity p;
	struct diag d = {0};
	double sum = 0, squares = 0;
	is_int(ask_perplexity(&config, &l, 16, NULL, NULL, &p, &d), 0, "perplexity");
	is_int(p.n_windows, 3, "whole windows alone");
	is_int(p.n_tokens, 3 * 7, "the second half of each, less the last position");
	for (int w = 0; w < 3; w++)
		add_nll(ids + w * 16, 8, 15, &sum, &squares);
	double mean = sum / 21, error = sqrt((squares / 21 - mean * mean) / 20) * exp(mean);
	is_near(p.nll, mean, 1e-5, "mean negative log likelihood");
	is_near(p.perplexity, exp(mean), 1e-4 * exp(mean), "its exponential");
	is_near(p.std_error, error, 1e-4 * error, "standard error");
	is_int(ask_perplexity(&config, &l, 41, NULL, NULL, &p, &d), ERR_USAGE, "a window beyond the context");
	l = first(15);
	diag_clear(&d);
	is_int(ask_perplexity(&config, &l, 16, NULL, NULL, &p, &d), ERR_USAGE, "a text without a window");
	has_text(d.text, "15 tokens, expected at least 16", "says the numbers");
	is_int(ask_perplexity(&config, &l, 2, NULL, NULL, &p, NULL), ERR_USAGE,
	       "a window that scores nothing");
}

static int on_progress(void *arg, int done, int all)
{
	struct seen *s = arg;
	s->ids[s->n++] = done;
	return s->n == s->stop || done > all;
}

/* 30 windows of the whole context: steps of 12, 12 and 6. */
static void test_perplexity_stops(void)
{
	enum { WINDOW = 40, WINDOWS = 30 };
	static int32_t many[WINDOWS * WINDOW];
	struct token_list l = {many, WINDOWS * WINDOW};
	struct perplexity p = {.n_windows = -1};
	struct seen s = {0};
	struct diag d = {0};
	is_int(ask_perplexity(&config, &l, WINDOW, on_progress, &s, &p, &d), 0, "nobody stops it");
	is_int(s.n, 3, "progress is told after each step");
	is_int(s.ids[1], 24, "in windows");
	p.n_windows = -1;
	s = (struct seen){.stop = 2};
	is_int(ask_perplexity(&config, &l, WINDOW, on_progress, &s, &p, &d), ERR_CANCELLED,
	       "the callback stops it");
	is_int(s.n, 2, "at once");
	has_text(d.text, "stopped after 24 windows of 30", "says how far it came");
	is_int(p.n_windows, -1, "and there is no result");
}

int main(void)
{
	const struct engine_config c = {.device = "cpu", .isa = "auto", .n_threads = 2};
	config.ops = engine_find("cpu");
	for (int i = 0; i < N_IDS; i++)
		ids[i] = (int32_t)(rng_at(17, (uint64_t)i) % VOCAB);
	tiny_model_make(&tiny, &shape, true);
	config.model = &tiny.model;
	config.provider = "own";
	if (config.ops->open(&config.engine, &c, NULL) != 0)
		bail("the engine does not open");
	test_logits();
	test_generate();
	test_perplexity();
	test_perplexity_stops();
	config.ops->close(config.engine);
	tiny_model_free(&tiny);
	return tap_done();
}
