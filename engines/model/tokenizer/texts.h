/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered byte strings that are found by their bytes: the tokens of a
 * vocabulary and, behind them, what else its merges speak of. Grows only.
 * Memory is linear in the bytes put in; running out of it is an error.
 */
#ifndef IFM_MODEL_TOKENIZER_TEXTS_H
#define IFM_MODEL_TOKENIZER_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

struct text_span {
	size_t at, n;
};
struct text_slot {
	uint32_t hash; /* the upper half; the lower one chose the slot */
	int32_t id;    /* -1: empty */
};

/* All zero is empty. */
struct texts {
	char *bytes; /* all texts behind one another */
	size_t n_bytes, bytes_cap;
	struct text_span *spans; /* by id */
	int32_t n, cap;
	struct text_slot *slots; /* a power of two, at most half of them used */
	size_t n_slots;
	size_t longest;
};

void texts_free(struct texts *t);

/* Gives text the next id. Of equal texts the last one is found; an empty text is never found. */
MUST_CHECK int texts_add(struct texts *t, const char *text, size_t n, struct diag *d);

/* The id of that text, -1 when there is none. */
int32_t texts_find(const struct texts *t, const char *text, size_t n);

/* The bytes of an id; valid until the next texts_add. */
static inline const char *texts_at(const struct texts *t, int32_t id, size_t *n)
{
	*n = t->spans[id].n;
	return t->bytes + t->spans[id].at;
}

#endif
