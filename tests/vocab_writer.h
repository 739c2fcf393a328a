/* SPDX-License-Identifier: Apache-2.0 */
/* Small vocabularies as GGUF files in memory: one of each kind of tokenizer, and what tests add to them. */
#ifndef IFM_TESTS_VOCAB_WRITER_H
#define IFM_TESTS_VOCAB_WRITER_H

#include "engines/model/tokenizer/bytes.h"
#include "tests/gguf_writer.h"

enum { VOCAB_MAX = 320 };
enum { VOCAB_NORMAL = 1, VOCAB_UNKNOWN, VOCAB_CONTROL, VOCAB_USER, VOCAB_UNUSED, VOCAB_BYTE };

struct vocab_writer {
	struct strbuf tokens, merges;
	uint64_t n, n_merges;
	float scores[VOCAB_MAX];
	int32_t types[VOCAB_MAX];
};

/* Returns its id. */
static inline int vocab_token(struct vocab_writer *v, const char *text, float score, int32_t type)
{
	if (v->n == VOCAB_MAX)
		abort();
	writer_string(&v->tokens, text);
	v->scores[v->n] = score;
	v->types[v->n] = type;
	return (int)v->n++;
}

static inline void vocab_merge(struct vocab_writer *v, const char *text)
{
	writer_string(&v->merges, text);
	v->n_merges++;
}

/*
 * SentencePiece: <unk> 0, <s> 1, </s> 2, bytes 3 to 258, then U+2581 a b c
 * ab bc U+2581a abc aa, 259 to 267, and <user> 268.
 */
static inline void vocab_spm(struct vocab_writer *v)
{
	static const char *const texts[] = {"\u2581", "a", "b", "c", "ab", "bc", "\u2581a", "abc", "aa"};
	static const float scores[] = {-9, -9, -9, -9, -1, -2, -3, -4, -4};
	char name[8];
	vocab_token(v, "<unk>", 0, VOCAB_UNKNOWN);
	vocab_token(v, "<s>", 0, VOCAB_CONTROL);
	vocab_token(v, "</s>", 0, VOCAB_CONTROL);
	for (int b = 0; b < 256; b++) {
		snprintf(name, sizeof name, "<0x%02X>", (unsigned)b);
		vocab_token(v, name, 0, VOCAB_BYTE);
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		vocab_token(v, texts[i], scores[i], VOCAB_NORMAL);
	vocab_token(v, "<user>", 0, VOCAB_USER);
}

/*
 * Byte-level: byte b is b, then ab bc abc U+0120a abcabc, 256 to 260, <end> 261 and
 * <user> 262. abcabc has no merges. The merge of c and d gives no token.
 */
static inline void vocab_bpe(struct vocab_writer *v)
{
	static const char *const texts[] = {"ab", "bc", "abc", "\u0120a", "abcabc"};
	static const char *const merges[] = {"b c", "a b", "ab c", "\u0120 a", "b c", "c d"};
	for (int b = 0; b < 256; b++) {
		char c[BYTE_CHAR_MAX + 1] = "";
		byte_to_char((uint8_t)b, c);
		vocab_token(v, c, 0, VOCAB_NORMAL);
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		vocab_token(v, texts[i], 0, VOCAB_NORMAL);
	vocab_token(v, "<end>", 0, VOCAB_CONTROL);
	vocab_token(v, "<user>", 0, VOCAB_USER);
	for (size_t i = 0; i < sizeof merges / sizeof *merges; i++)
		vocab_merge(v, merges[i]);
}

/* All keys that hold lists, and the model's name; v is empty afterwards. */
static inline void vocab_finish(struct vocab_writer *v, struct gguf_writer *w, const char *model)
{
	writer_key_text(w, "tokenizer.ggml.model", model);
	writer_key_array(w, "tokenizer.ggml.tokens", GGUF_STRING, v->n, v->tokens.text, v->tokens.len);
	writer_key_array(w, "tokenizer.ggml.scores", GGUF_FLOAT32, v->n, v->scores, v->n * sizeof(float));
	writer_key_array(w, "tokenizer.ggml.token_type", GGUF_INT32, v->n, v->types, v->n * sizeof(int32_t));
	if (v->n_merges)
		writer_key_array(w, "tokenizer.ggml.merges", GGUF_STRING, v->n_merges, v->merges.text,
				 v->merges.len);
	strbuf_free(&v->tokens);
	strbuf_free(&v->merges);
	*v = (struct vocab_writer){0};
}

#endif
