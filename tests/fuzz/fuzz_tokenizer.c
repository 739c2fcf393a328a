/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that begin like a GGUF file: a tokenizer is built of them, and if that
 * works it encodes and decodes. All others are a text for good vocabularies of each kind.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "engines/base/mem.h"
#include "engines/model/tokenizer/build.h"
#include "engines/model/tokenizer/bytes.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "tests/vocab_writer.h"

static const char space[] = "\u2581", user[] = "<user>";

/* Decodes ids 0 to n - 1, the first one as the first of a text. */
static struct strbuf decoded(const struct tokenizer *t, const struct token_list *l)
{
	struct strbuf s = {0};
	for (size_t i = 0; i < l->n; i++) {
		FUZZ_CHECK(l->ids[i] >= 0 && l->ids[i] < tokenizer_vocab(t));
		tokenizer_decode(t, l->ids[i], i == 0, &s);
	}
	return s;
}

static void *vocabulary(const char *model, const char *pre, size_t *n)
{
	struct gguf_writer w = {0};
	struct vocab_writer v = {0};
	if (pre)
		vocab_bpe(&v);
	else
		vocab_spm(&v);
	vocab_finish(&v, &w, model);
	if (pre)
		writer_key_text(&w, "tokenizer.ggml.pre", pre);
	writer_key_u32(&w, "tokenizer.ggml.bos_token_id", 1);
	writer_key_u32(&w, "tokenizer.ggml.eos_token_id", 2);
	writer_key_bool(&w, "tokenizer.ggml.add_bos_token", 1);
	return writer_finish(&w, n);
}

/* ---- any text ---- */

static bool repaired_is(const char *text, size_t n, const struct strbuf *s)
{
	size_t room = n * UTF8_REPAIR_MAX;
	char *repaired = mem_alloc(2 * room);
	size_t len = utf8_repair(text, n, repaired, repaired + room);
	bool same = len == s->len && (len == 0 || memcmp(repaired, s->text, len) == 0);
	free(repaired);
	return same;
}

static void text_check(const struct tokenizer *t, const char *text, size_t n, bool byte_level)
{
	struct token_list l = {0};
	struct diag d = {0};
	FUZZ_CHECK(tokenizer_encode(t, text, n, true, true, &l, &d) == 0 && l.n > 0);
	struct strbuf s = decoded(t, &l);
	strbuf_free(&s);
	token_list_free(&l);
	FUZZ_CHECK(tokenizer_encode(t, text, n, false, false, &l, &d) == 0);
	s = decoded(t, &l);
	/* U+2581 itself comes back as a space, and behind a token of the user's stands one more. Broken
	 * characters swallow spaces, or are U+FFFD. */
	bool exact = utf8_whole(text, n) && (byte_level || (!memmem(text, n, space, strlen(space)) &&
							    !memmem(text, n, user, strlen(user))));
	FUZZ_CHECK(!exact || (s.len == n && (n == 0 || memcmp(s.text, text, n) == 0)));
	FUZZ_CHECK(!byte_level || repaired_is(text, n, &s));
	strbuf_free(&s);
	token_list_free(&l);
}

static void text_run(const char *text, size_t n)
{
	static const char *const pres[] = {NULL, "gpt-2", "falcon", "llama-bpe", "deepseek-llm"};
	enum { N = sizeof pres / sizeof *pres };
	static struct tokenizer *tokenizers[N];
	for (int i = 0; i < N; i++) {
		if (!tokenizers[i]) {
			struct gguf *g;
			size_t size;
			void *bytes = vocabulary(pres[i] ? "gpt2" : "llama", pres[i], &size);
			FUZZ_CHECK(gguf_open_memory(&g, bytes, size, "vocabulary", NULL) == 0);
			FUZZ_CHECK(tokenizer_build(&tokenizers[i], g, 0, NULL) == 0);
			gguf_close(g);
			free(bytes);
		}
		text_check(tokenizers[i], text, n, pres[i] != NULL);
	}
}

/* ---- any file ---- */

static void error_check(int rc, const struct diag *d)
{
	FUZZ_CHECK(rc < 0 && d->code == (enum err)rc && d->text[0]);
	FUZZ_CHECK(rc == ERR_FORMAT || rc == ERR_UNSUPPORTED);
}

static void tokenizer_walk(const struct tokenizer *t)
{
	static const char text[] = " ab<s>abc<end><user>  aaa\n\xff\xe2\x96"
				   "abcabc1234 \u2581\u00e9";
	struct token_list l = {0};
	struct diag d = {0};
	struct strbuf s;
	FUZZ_CHECK(tokenizer_encode(t, text, sizeof text, true, true, &l, &d) == 0);
	s = decoded(t, &l);
	strbuf_free(&s);
	token_list_free(&l);
	s = (struct strbuf){0};
	for (int32_t id = -1; id <= tokenizer_vocab(t); id++) {
		tokenizer_decode(t, id, id & 1, &s);
		FUZZ_CHECK(!tokenizer_ends(t, id) || (id >= 0 && id < tokenizer_vocab(t)));
	}
	strbuf_free(&s);
	FUZZ_CHECK(tokenizer_bos(t) < tokenizer_vocab(t) &&
		   (tokenizer_bos(t) >= 0 || !tokenizer_adds_bos(t)));
}

static void file_run(const uint8_t *data, size_t n)
{
	struct gguf *g;
	struct tokenizer *t = NULL;
	struct diag d = {0};
	if (gguf_open_memory(&g, data, n, "input", &d))
		return;
	int rc = tokenizer_build(&t, g, 0, &d);
	if (rc)
		error_check(rc, &d);
	else if (t)
		tokenizer_walk(t);
	tokenizer_free(t);
	gguf_close(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n >= 4 && memcmp(data, "GGUF", 4) == 0)
		file_run(data, n);
	else
		text_run((const char *)data, n);
	return 0;
}

const void *fuzz_seed(int i, size_t *n)
{
	static const char text[] =
		"It's 12345 abc<end>b<user> aaa\r\n  \u00e9\u2581\u4e2d\u3000\U0001f600'LL $x<s>abcabc";
	static void *files[2];
	static size_t sizes[2];
	if (i == 2) {
		*n = sizeof text - 1;
		return text;
	}
	if (i > 2)
		return NULL;
	if (!files[i])
		files[i] = vocabulary(i ? "gpt2" : "llama", i ? "gpt-2" : NULL, &sizes[i]);
	*n = sizes[i];
	return files[i];
}
