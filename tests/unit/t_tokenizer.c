/* SPDX-License-Identifier: Apache-2.0 */
/* Tokenizers over small vocabularies: orders of merging, special tokens, bytes, and broken files. */
#include "config.h"

#include "engines/model/tokenizer/tokenizer.h"

#include <math.h>

#include "engines/model/tokenizer/build.h"
#include "tests/tap.h"
#include "tests/vocab_writer.h"

/* The tokenizer of what w holds; NULL, and d filled, when it has an error. */
static struct tokenizer *build(struct gguf_writer *w, int n_vocab, struct diag *d)
{
	struct tokenizer *t = NULL;
	struct gguf *g = NULL;
	size_t n;
	void *bytes = writer_finish(w, &n);
	int rc = gguf_open_memory(&g, bytes, n, "vocab.gguf", d);
	if (rc == 0)
		rc = tokenizer_build(&t, g, n_vocab, d);
	if (rc && (t || d->code != (enum err)rc))
		bail("an error without a description, or with a result");
	gguf_close(g);
	free(bytes);
	return t;
}

static struct tokenizer *build_good(struct gguf_writer *w)
{
	struct diag d = {0};
	struct tokenizer *t = build(w, 0, &d);
	if (!t) {
		printf("# %s\n", d.text);
		bail("a good vocabulary was refused");
	}
	return t;
}

static struct tokenizer *spm(struct gguf_writer *w)
{
	struct vocab_writer v = {0};
	vocab_spm(&v);
	vocab_finish(&v, w, "llama");
	return build_good(w);
}

static struct tokenizer *bpe(struct gguf_writer *w, const char *pre)
{
	struct vocab_writer v = {0};
	vocab_bpe(&v);
	vocab_finish(&v, w, "gpt2");
	if (pre)
		writer_key_text(w, "tokenizer.ggml.pre", pre);
	return build_good(w);
}

enum { PLAIN = 0, BOS = 1, SPECIAL = 2 };

static struct token_list encode(const struct tokenizer *t, const char *text, size_t n, int how)
{
	struct token_list l = {0};
	struct diag d = {0};
	if (tokenizer_encode(t, text, n, how & BOS, how & SPECIAL, &l, &d)) {
		printf("# %s\n", d.text);
		bail("a text was refused");
	}
	return l;
}

/* The ids of text are those that ids lists. */
static void is_ids(const struct tokenizer *t, const char *text, int how, const char *ids, const char *name)
{
	struct token_list l = encode(t, text, strlen(text), how);
	struct strbuf s = {0};
	for (size_t i = 0; i < l.n; i++)
		strbuf_printf(&s, "%s%d", i ? " " : "", l.ids[i]);
	is_text(strbuf_text(&s), ids, name);
	strbuf_free(&s);
	token_list_free(&l);
}

static bool comes_back(const struct tokenizer *t, const char *text, size_t n)
{
	struct token_list l = encode(t, text, n, PLAIN);
	struct strbuf s = {0};
	for (size_t i = 0; i < l.n; i++)
		tokenizer_decode(t, l.ids[i], i == 0, &s);
	bool same = s.len == n && memcmp(strbuf_text(&s), text, n) == 0;
	strbuf_free(&s);
	token_list_free(&l);
	return same;
}

static void is_decoded(const struct tokenizer *t, int id, bool first, const char *want, const char *name)
{
	struct strbuf s = {0};
	tokenizer_decode(t, id, first, &s);
	is_text(strbuf_text(&s), want, name);
	strbuf_free(&s);
}

/* ---- SentencePiece ---- */

static void test_spm_merges(void)
{
	struct gguf_writer w = {0};
	struct tokenizer *t = spm(&w);
	is_ids(t, "", PLAIN, "", "llama: nothing");
	is_ids(t, "", BOS, "1", "llama: nothing behind a BOS");
	is_ids(t, "abc", BOS, "1 259 266", "llama: the highest score merges first");
	is_ids(t, "ac", PLAIN, "265 262", "llama: a space before the text merges like any other");
	is_ids(t, "baaa", PLAIN, "259 261 267 260", "llama: the leftmost of equal pairs merges first");
	is_ids(t, "b  b", PLAIN, "259 261 259 259 261", "llama: every space is U+2581");
	is_ids(t, "\xc3\xa9\n", PLAIN, "259 198 172 13", "llama: bytes for what has no token");
	is_ids(t, "\xe2\x96", PLAIN, "259 229 153", "llama: broken characters bytewise");
	is_ids(t, "\xc3(b", PLAIN, "259 198 43 261", "llama: with what stands in the place of their end");
	is_ids(t, "\xff\x80", PLAIN, "259 258 131", "llama: at the end with what is there");
	is_int(tokenizer_vocab(t), 269, "llama: the number of tokens");
	ok(tokenizer_adds_bos(t) && tokenizer_bos(t) == 1 && tokenizer_eos(t) == 2, "llama: ids by default");
	tokenizer_free(t);
}

static void test_spm_special(void)
{
	struct gguf_writer w = {0};
	struct tokenizer *t = spm(&w);
	is_ids(t, "b<s>b", PLAIN, "259 261 63 118 65 261", "llama: control tokens are text if not asked for");
	is_ids(t, "b<s>b</s>", SPECIAL, "259 261 1 259 261 2", "llama: a space again behind a special token");
	is_ids(t, "b<user>b", PLAIN, "259 261 268 259 261", "llama: user-defined ones always count");
	is_ids(t, "<user>", BOS, "1 268", "llama: no space where there is no text");
	tokenizer_free(t);
	writer_key_bool(&w, "tokenizer.ggml.add_space_prefix", 0);
	writer_key_bool(&w, "tokenizer.ggml.add_bos_token", 0);
	t = spm(&w);
	is_ids(t, "b b", BOS, "261 259 261", "llama: no space before, no BOS where the file wants none");
	is_decoded(t, 265, true, " a", "llama: then no space is left out either");
	tokenizer_free(t);
}

/* Special tokens that overlap or hold one another: the longest is taken out first, wherever it stands. */
static void test_special_order(void)
{
	struct gguf_writer w = {0};
	struct vocab_writer v = {0};
	vocab_bpe(&v);
	vocab_token(&v, "xyz", 0, VOCAB_USER);	  /* 263 */
	vocab_token(&v, "yzyzyz", 0, VOCAB_USER); /* 264 */
	vocab_token(&v, "x", 0, VOCAB_USER);	  /* 265 */
	vocab_token(&v, "yz", 0, VOCAB_CONTROL);  /* 266 */
	vocab_token(&v, "", 0, VOCAB_USER);	  /* never found */
	vocab_finish(&v, &w, "gpt2");
	struct tokenizer *t = build_good(&w);
	is_ids(t, "xyzyzyz", SPECIAL, "265 264", "the longest special token first");
	is_ids(t, "xyzyz", SPECIAL, "263 266", "then the others in what is left");
	is_ids(t, "xyzxyxyz", PLAIN, "263 265 121 263", "one token in several places");
	is_ids(t, "xy", PLAIN, "265 121", "its beginning alone is none");
	is_decoded(t, 267, false, "", "a token without text decodes to nothing");
	tokenizer_free(t);
}

static void test_spm_decode(void)
{
	struct gguf_writer w = {0};
	struct tokenizer *t = spm(&w);
	is_decoded(t, 265, true, "a", "llama: the first token loses its space");
	is_decoded(t, 265, false, " a", "llama: others keep it");
	is_decoded(t, 13, false, "\n", "llama: a byte token is its byte");
	is_decoded(t, 1, false, "", "llama: a control token is nothing");
	is_decoded(t, 0, false, "", "llama: the unknown token is nothing");
	is_decoded(t, 268, true, "<user>", "llama: a user-defined token is its text");
	is_decoded(t, -1, false, "", "an id below 0 is nothing");
	is_decoded(t, 269, false, "", "an id behind the last is nothing");
	ok(comes_back(t, "  a\0b \x80\xc3", 9), "llama: spaces, zero and broken bytes come back");
	ok(tokenizer_ends(t, 2) && !tokenizer_ends(t, 1) && !tokenizer_ends(t, -1), "llama: eos ends");
	tokenizer_free(t);
}

static void test_spm_unknown(void)
{
	struct gguf_writer w = {0};
	struct vocab_writer v = {0};
	vocab_token(&v, "<unk>", 0, VOCAB_UNKNOWN);
	vocab_token(&v, "z", 0, VOCAB_NORMAL);
	vocab_token(&v, "\u2581", 0, VOCAB_NORMAL);
	vocab_finish(&v, &w, "llama");
	struct tokenizer *t = build_good(&w);
	is_ids(t, "zq", PLAIN, "2 1 0", "llama: the unknown token where bytes have none");
	tokenizer_free(t);
}

/* ---- byte-level ---- */

static void test_bpe_merges(void)
{
	struct gguf_writer w = {0};
	struct tokenizer *t = bpe(&w, "gpt-2");
	is_ids(t, "", BOS, "", "gpt2: nothing, and no BOS by default");
	is_ids(t, "abc", PLAIN, "97 257", "gpt2: the first merge of the list first");
	is_ids(t, "abab", PLAIN, "256 256", "gpt2: then the next");
	is_ids(t, " a b", PLAIN, "259 32 98", "gpt2: a space merges with the word behind it");
	is_ids(t, "cd", PLAIN, "99 100", "gpt2: a merge into no token falls apart");
	is_ids(t, "b<end><user>", PLAIN, "98 60 101 110 100 62 262", "gpt2: control tokens as text");
	is_ids(t, "b<end>b", SPECIAL, "98 261 98", "gpt2: control tokens");
	is_ids(t, "abcabc", PLAIN, "97 257 97 257", "gpt2: a word that is a token merges all the same");
	is_decoded(t, 259, true, " a", "gpt2: no space is left out");
	is_decoded(t, 0xff, false, "\xff", "gpt2: a byte that is no character");
	is_int(tokenizer_bos(t), -1, "gpt2: no BOS");
	tokenizer_free(t);
	writer_key_u32(&w, "tokenizer.ggml.bos_token_id", 261);
	writer_key_u32(&w, "tokenizer.ggml.eot_token_id", 262);
	t = bpe(&w, "llama-bpe");
	is_ids(t, "abcabc", BOS, "261 260", "llama-bpe: a word that is a token stays whole, BOS by default");
	is_ids(t, " abc", PLAIN, "259 257", "llama-bpe: another one merges");
	ok(tokenizer_ends(t, 262) && tokenizer_eos(t) == -1, "gpt2: end of turn ends");
	tokenizer_free(t);
}

/* Bytes for which the vocabulary has no token, as some have none for control characters. */
static void test_bpe_gaps(void)
{
	struct gguf_writer w = {0};
	struct vocab_writer v = {0};
	vocab_token(&v, "a", 0, VOCAB_NORMAL);
	vocab_token(&v, "\u00c3", 0, VOCAB_NORMAL);
	vocab_merge(&v, "a \u0122");
	vocab_finish(&v, &w, "gpt2");
	writer_key_u32(&w, "tokenizer.ggml.unknown_token_id", 1);
	struct tokenizer *t = build_good(&w);
	is_ids(t, "aa\x01", PLAIN, "0 0", "gpt2: a byte without a token is left out, as llama.cpp does");
	is_ids(t, "a\xc3\xa9", PLAIN, "0 1", "gpt2: a piece of a character");
	is_ids(t, "a\xc3", PLAIN, "0", "gpt2: a broken byte is U+FFFD, which has no token here");
	tokenizer_free(t);
}

static void test_phi3(void)
{
	struct gguf_writer w = {0};
	writer_key_text(&w, "general.name", "A Phi-3 of ours");
	struct tokenizer *t = spm(&w);
	is_ids(t, "</s> \n b", SPECIAL, "2 259 261", "phi-3: special tokens take spaces along");
	is_ids(t, "<s>  b", SPECIAL, "1 259 259 259 261", "phi-3: but not all of them");
	tokenizer_free(t);
}

int main(void)
{
	test_spm_merges();
	test_spm_special();
	test_special_order();
	test_spm_decode();
	test_spm_unknown();
	test_bpe_merges();
	test_bpe_gaps();
	test_phi3();
	return tap_done();
}
