/* SPDX-License-Identifier: Apache-2.0 */
/* Vocabularies that are broken: the one line that each gives. */
#include "config.h"

#include <math.h>

#include "engines/model/tokenizer/build.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "tests/tap.h"
#include "tests/vocab_writer.h"

/* What w holds is refused, and the message holds both texts. */
static void expect(struct gguf_writer *w, int n_vocab, enum err code, const char *text, const char *more)
{
	struct tokenizer *t = NULL;
	struct gguf *g = NULL;
	struct diag d = {0};
	char all[800];
	size_t n;
	void *bytes = writer_finish(w, &n);
	if (gguf_open_memory(&g, bytes, n, "vocab.gguf", &d))
		bail("the file does not open");
	is_int(tokenizer_build(&t, g, n_vocab, &d), code, text);
	ok(d.code == code && !t, "described, without a result");
	has_text(diag_format(&d, all, sizeof all), text, "says what");
	has_text(all, more, "and what was expected");
	gguf_close(g);
	free(bytes);
}

/* A good vocabulary in which the test writes one key itself. */
static struct gguf_writer without(const char *key, const char *model)
{
	struct gguf_writer w = {.without = key};
	struct vocab_writer v = {0};
	if (strcmp(model, "llama") == 0)
		vocab_spm(&v);
	else
		vocab_bpe(&v);
	vocab_finish(&v, &w, model);
	w.without = NULL;
	return w;
}

static void test_missing(void)
{
	static const struct {
		const char *key, *model;
	} rows[] = {
		{"tokenizer.ggml.tokens", "llama"},
		{"tokenizer.ggml.scores", "llama"},
		{"tokenizer.ggml.tokens", "gpt2"},
		{"tokenizer.ggml.merges", "gpt2"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct gguf_writer w = without(rows[i].key, rows[i].model);
		expect(&w, 0, ERR_FORMAT, rows[i].key, "expected an array");
	}
}

static void test_kinds(void)
{
	struct gguf_writer w = without("tokenizer.ggml.model", "gpt2");
	writer_key_text(&w, "tokenizer.ggml.model", "bert\n");
	expect(&w, 0, ERR_UNSUPPORTED, "vocab.gguf: tokenizer.ggml.model \"bert?\"",
	       "expected one of llama, gpt2");
	w = without("", "gpt2");
	writer_key_text(&w, "tokenizer.ggml.pre", "none");
	expect(&w, 0, ERR_UNSUPPORTED, "tokenizer.ggml.pre \"none\"", "gpt-2");
	w = without("tokenizer.ggml.model", "gpt2");
	writer_key_u32(&w, "tokenizer.ggml.model", 1);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.model", "expected a string");
}

static void test_counts(void)
{
	const float one = 1;
	const int32_t type = 1;
	struct gguf_writer w = without("", "gpt2");
	expect(&w, 300, ERR_FORMAT, "tokenizer.ggml.tokens: 263 tokens", "expected the 300");
	w = without("tokenizer.ggml.tokens", "gpt2");
	writer_key_array(&w, "tokenizer.ggml.tokens", GGUF_STRING, 0, "", 0);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.tokens: 0 tokens", "expected 1 to");
	w = without("tokenizer.ggml.scores", "llama");
	writer_key_array(&w, "tokenizer.ggml.scores", GGUF_FLOAT32, 1, &one, sizeof one);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.scores: 1 scores", "each of 269 tokens");
	w = without("tokenizer.ggml.token_type", "llama");
	writer_key_array(&w, "tokenizer.ggml.token_type", GGUF_INT32, 1, &type, sizeof type);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.token_type: 1 types", "each of 269 tokens");
	w = without("tokenizer.ggml.tokens", "llama");
	writer_key_array(&w, "tokenizer.ggml.tokens", GGUF_FLOAT32, 1, &one, sizeof one);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.tokens", "expected type");
}

static void test_values(void)
{
	float scores[269] = {0};
	int32_t types[269] = {0};
	struct gguf_writer w = without("tokenizer.ggml.scores", "llama");
	scores[7] = NAN;
	writer_key_array(&w, "tokenizer.ggml.scores", GGUF_FLOAT32, 269, scores, sizeof scores);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.scores", "token 7 is no number");
	w = without("tokenizer.ggml.token_type", "llama");
	types[268] = 7;
	writer_key_array(&w, "tokenizer.ggml.token_type", GGUF_INT32, 269, types, sizeof types);
	expect(&w, 0, ERR_FORMAT, "token 268 has type 7", "expected 0 to 6");
	w = without("", "llama");
	writer_key_u32(&w, "tokenizer.ggml.eos_token_id", 269);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.eos_token_id", "expected 0 to 268");
	w = without("", "gpt2");
	writer_key_u32(&w, "tokenizer.ggml.add_bos_token", 1);
	expect(&w, 0, ERR_FORMAT, "tokenizer.ggml.add_bos_token", "expected a bool");
}

static void test_merges(void)
{
	static const char *const bad[] = {"", "a", "ab", " ", " a", "a ", "  "};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct gguf_writer w = without("tokenizer.ggml.merges", "gpt2");
		struct strbuf s = {0};
		char text[64];
		writer_string(&s, "a b");
		writer_string(&s, bad[i]);
		writer_key_array(&w, "tokenizer.ggml.merges", GGUF_STRING, 2, s.text, s.len);
		snprintf(text, sizeof text, "tokenizer.ggml.merges: merge 1 is \"%s\"", bad[i]);
		expect(&w, 0, ERR_FORMAT, text, "expected two texts with a space between");
		strbuf_free(&s);
	}
}

static void test_place(void)
{
	struct gguf_writer w = {0};
	struct vocab_writer v = {0};
	vocab_token(&v, "a", 0, 9);
	vocab_finish(&v, &w, "gpt2");
	/* The header, then keys with their types: model 32 + 12, tokens 33 + 21, scores 33 + 16, the types' own 37. */
	expect(&w, 0, ERR_FORMAT, "vocab.gguf: byte 208: key tokenizer.ggml.token_type", "type 9");
}

static void test_none(void)
{
	struct gguf_writer w = {0};
	struct tokenizer *t = (struct tokenizer *)&w;
	struct gguf *g = NULL;
	struct diag d = {0};
	size_t n;
	writer_key_text(&w, "general.name", "bare");
	void *bytes = writer_finish(&w, &n);
	if (gguf_open_memory(&g, bytes, n, "vocab.gguf", &d))
		bail("the file does not open");
	is_int(tokenizer_build(&t, g, 10, &d), 0, "no tokenizer is no error");
	ok(!t, "and gives none");
	tokenizer_free(t);
	gguf_close(g);
	free(bytes);
}

int main(void)
{
	test_missing();
	test_kinds();
	test_counts();
	test_values();
	test_merges();
	test_place();
	test_none();
	return tap_done();
}
