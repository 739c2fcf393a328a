/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to token ids and back, as the model's own file describes it:
 * SentencePiece BPE (tokenizer.ggml.model "llama") and byte-level BPE ("gpt2"
 * with its pre-tokenizer pattern). Exact both ways, compared with llama.cpp.
 */
#ifndef IFM_MODEL_TOKENIZER_TOKENIZER_H
#define IFM_MODEL_TOKENIZER_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

struct strbuf;
struct tokenizer;

struct token_list {
	int32_t *ids;
	size_t n;
};
void token_list_free(struct token_list *l);

void tokenizer_free(struct tokenizer *t); /* NULL is fine */

/*
 * Tokens of n bytes of text. Broken UTF-8 gives what llama.cpp makes of it:
 * byte-level U+FFFD for each broken byte, SentencePiece its bytes. bos: put the
 * beginning-of-sequence token first when the model asks for one. special:
 * texts of control tokens stand for the token (those of user-defined ones
 * always do). Out is owned by the caller. Byte-level: a byte without a token in
 * this vocabulary is left out. Any number of threads.
 */
MUST_CHECK int tokenizer_encode(const struct tokenizer *t, const char *text, size_t n, bool bos, bool special,
				struct token_list *out, struct diag *d);

/* A part of a text; special as in tokenizer_encode. */
struct token_part {
	const char *text;
	size_t n;
	bool special;
};

/* The same of n_parts parts one after the other: words and merges go over their borders, the texts of control
 * tokens stand for them only within parts that are special. */
MUST_CHECK int tokenizer_encode_parts(const struct tokenizer *t, const struct token_part *parts, int n_parts,
				      bool bos, struct token_list *out, struct diag *d);

/* The token whose text is that one, -1 when there is none. */
int32_t tokenizer_find(const struct tokenizer *t, const char *text);

/* The file's tokenizer.chat_template, NULL when it has none. UNTRUSTED text. */
const char *tokenizer_chat_template(const struct tokenizer *t);

/*
 * Appends the bytes of one token (may be part of a UTF-8 character). Control
 * tokens give nothing. first: this token opens the text (a BOS is none of it),
 * SentencePiece's leading space is left out. Ids outside the vocabulary give nothing.
 */
void tokenizer_decode(const struct tokenizer *t, int32_t id, bool first, struct strbuf *out);

int tokenizer_vocab(const struct tokenizer *t);
int32_t tokenizer_bos(const struct tokenizer *t);	    /* -1: none */
int32_t tokenizer_eos(const struct tokenizer *t);	    /* -1: none */
bool tokenizer_adds_bos(const struct tokenizer *t);	    /* the model asks for a BOS */
bool tokenizer_ends(const struct tokenizer *t, int32_t id); /* end of generation: eos, eot */

#endif
