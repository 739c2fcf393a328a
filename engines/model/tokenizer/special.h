/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Special tokens in text. As llama.cpp does it: of all special tokens, the
 * longest is looked for first and in the whole text, then the next in what is
 * left; control tokens only where the caller asks for them.
 */
#ifndef IFM_MODEL_TOKENIZER_SPECIAL_H
#define IFM_MODEL_TOKENIZER_SPECIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

struct tokenizer;

/* A piece of the text: a special token, or text (id -1) of n > 0 bytes. */
struct fragment {
	size_t at, n;
	int32_t id;
};
struct fragments {
	struct fragment *list;
	size_t n, cap;
};

/* Finds the special tokens of t's vocabulary; phi3: most of them take the spaces behind them along. */
MUST_CHECK int specials_build(struct tokenizer *t, bool phi3, struct diag *d);

/* The pieces of n bytes of text in order; free(out->list). */
MUST_CHECK int specials_split(const struct tokenizer *t, const char *text, size_t n, bool control,
			      struct fragments *out, struct diag *d);

#endif
