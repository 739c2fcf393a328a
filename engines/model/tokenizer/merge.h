/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that both kinds of byte-pair encoding share: of all neighbours that
 * merge, the pair of the lowest rank, leftmost first, becomes one symbol, until
 * none is left. What merges, and at which rank, the kind says.
 */
#ifndef IFM_MODEL_TOKENIZER_MERGE_H
#define IFM_MODEL_TOKENIZER_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

/* A run of bytes of the text; n is 0 once it went into the symbol before it. */
struct symbol {
	int32_t prev, next; /* -1: none */
	uint32_t at, n;
	int32_t id; /* of its text, -1: has none */
};

/* Whether left and right, neighbours, merge: into which id, at which rank. */
typedef bool merge_fn(const void *arg, const struct symbol *left, const struct symbol *right, int32_t *id,
		      uint32_t *rank);

struct candidate; /* for a merge */

/* All zero is empty. Serves one text after another and keeps its memory. */
struct merger {
	struct symbol *symbols;
	struct candidate *heap;
	size_t n, n_heap, cap;
};

void merger_free(struct merger *m);

/* Empties m and makes room for n symbols, at most INT32_MAX / 2. */
MUST_CHECK int merger_start(struct merger *m, size_t n, struct diag *d);

/* Adds a symbol at the end, within the room made. */
void merger_add(struct merger *m, uint32_t at, uint32_t n, int32_t id);

/* Merges. What is left: symbols[0] and along next. */
void merger_run(struct merger *m, merge_fn *fn, const void *arg);

#endif
