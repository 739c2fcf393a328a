/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A turn of a chat as the tokens a model was trained on. Templates in files are programs (Jinja); none is
 * run: three forms are known by their marks, as llama.cpp does it, and others are refused.
 */
#ifndef IFM_MODEL_TOKENIZER_CHAT_H
#define IFM_MODEL_TOKENIZER_CHAT_H

#include "engines/model/tokenizer/tokenizer.h"

/* What somebody says, n bytes; text NULL: nothing. */
struct chat_text {
	const char *text;
	size_t n;
};

/*
 * Tokens of a system message (or none) and one user turn, up to where the answer begins, with the BOS that the model
 * asks for. Texts of control tokens in what the two say are plain text. *end: the token that ends a turn, -1
 * when the vocabulary has none. ERR_UNSUPPORTED: no template, or of no known form.
 */
MUST_CHECK int chat_encode(const struct tokenizer *t, const struct chat_text *system,
			   const struct chat_text *user, struct token_list *out, int32_t *end,
			   struct diag *d);

#endif
