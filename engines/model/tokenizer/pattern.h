/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pre-tokenizers: how text is cut into words before byte-level merges. Each
 * is a list of regular expressions from the tokenizer.json its models came
 * with, applied one after another to the pieces the one before left; what lies
 * between matches is a piece, too. Characters are classed by PCRE2's tables.
 */
#ifndef IFM_MODEL_TOKENIZER_PATTERN_H
#define IFM_MODEL_TOKENIZER_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "engines/base/err.h"
#include "engines/model/file/gguf.h"

struct pattern;

/* One word, never empty. What it returns ends the cutting unless it is 0. */
typedef int pattern_word_fn(void *arg, const char *word, size_t n);

/* Compiles that of a tokenizer.ggml.pre. ERR_UNSUPPORTED names it and those known. */
MUST_CHECK int pattern_open(struct pattern **out, struct gguf_string pre, struct diag *d);
void pattern_close(struct pattern *p); /* NULL is fine */

/* A word that is a token stays whole, whatever the merges make of it. */
bool pattern_ignores_merges(const struct pattern *p);

/* These models want a BOS where the file says nothing of it. */
bool pattern_adds_bos(const struct pattern *p);

/*
 * Calls fn for each word of n bytes, in order; together they are the text. In a
 * text that is no UTF-8 each broken byte is a U+FFFD first (utf8_repair).
 */
MUST_CHECK int pattern_split(const struct pattern *p, const char *text, size_t n, pattern_word_fn *fn,
			     void *arg, struct diag *d);

#endif
