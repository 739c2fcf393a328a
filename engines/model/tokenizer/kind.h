/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tokenizer is made of, for the files of this folder. What the kinds
 * share (the vocabulary, control tokens, the way of encoding) stands in
 * struct tokenizer; a kind fills its own part and does one piece of text.
 */
#ifndef IFM_MODEL_TOKENIZER_KIND_H
#define IFM_MODEL_TOKENIZER_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/model/tokenizer/merge.h"
#include "engines/model/tokenizer/texts.h"

struct gguf;
struct pattern;
struct strbuf;
struct token_list;
struct tokenizer;
struct encoder;

/* The numbers of tokenizer.ggml.token_type. */
enum token_type {
	TOKEN_UNDEFINED = 0,
	TOKEN_NORMAL,
	TOKEN_UNKNOWN,
	TOKEN_CONTROL,
	TOKEN_USER_DEFINED,
	TOKEN_UNUSED,
	TOKEN_BYTE,
	TOKEN_TYPE_COUNT
};

struct tokenizer_kind {
	const char *model; /* tokenizer.ggml.model */
	/* Required. Reads the kind's own keys; tokens and types are there. Sets the defaults of adds_bos,
	 * bos, eos and unknown, which keys of the file then change. */
	int (*build)(struct tokenizer *t, const struct gguf *g, struct diag *d);
	/* Required. Encodes a piece of text without special tokens, n > 0. opens: no text was before it,
	 * or a special token was. */
	int (*encode)(struct encoder *e, const char *text, size_t n, bool opens);
	/* Required. Appends the bytes of a normal token. */
	void (*decode)(const struct tokenizer *t, const char *text, size_t n, bool first, struct strbuf *out);
};
extern const struct tokenizer_kind spm_kind, bpe_kind;

/* Tokens that are looked for in the text before anything else, by index. */
struct special {
	int32_t id;
	bool always; /* user-defined: even where special tokens are not asked for */
	bool strips; /* spaces behind it go with it */
};
struct specials {
	struct special *list; /* longest text first, then by id: the order in which they are looked for */
	int32_t *sorted;      /* indices into list by the bytes of the texts, a prefix first */
	int32_t n;
};

/* Two symbols and what they merge into; ids of texts. */
struct pair {
	int32_t left, right;
	int32_t into; /* -1: an empty slot */
	uint32_t rank;
};
struct pairs {
	struct pair *slots; /* a power of two, at most half of them used */
	size_t n_slots;
};

struct tokenizer {
	const struct tokenizer_kind *kind;
	struct texts texts; /* the tokens by id, then texts that only merges have */
	int32_t n_tokens;
	uint8_t *types; /* enum token_type */
	struct specials specials;
	int32_t bos, eos, eot, eom, unknown; /* -1: none */
	bool adds_bos;
	char *chat_template; /* NULL: none */
	/* What stands for a byte where nothing longer does: llama: a token, gpt2: a text. -1: none */
	int32_t byte_ids[256];
	/* llama: */
	bool space_prefix;
	uint32_t *ranks; /* of tokens as results of a merge, lowest first */
	/* gpt2: */
	struct pattern *pattern;
	struct pairs pairs;
};

/* An encoding under way. */
struct encoder {
	const struct tokenizer *t;
	struct token_list *out;
	size_t cap; /* of out */
	struct merger merger;
	char *buffer; /* the kind's: spaces escaped, or bytes as characters */
	size_t buffer_cap;
	struct diag *d;
};

MUST_CHECK int encoder_push(struct encoder *e, int32_t id);
/* Makes the buffer n bytes at least; what it held is lost. */
MUST_CHECK int encoder_buffer(struct encoder *e, size_t n);

/* ERR_FORMAT about a key that is there, with its byte offset. */
int tokenizer_error(const struct gguf *g, const char *key, struct diag *d, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

#endif
