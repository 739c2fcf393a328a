/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The KV cache: a pool of token cells. A cell holds keys and values of one
 * token in all layers; it is held by the places (sequence, position) in whose lists it
 * stands: one as a rule, more after a copy. Cells are taken one at a time, anywhere in the pool,
 * so that memory follows the tokens held and not sequences times context. A cell is written once, when
 * it is taken, so those that share one never see each other's tokens.
 */
#ifndef IFM_JOB_KV_H
#define IFM_JOB_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct kv_config {
	int n_layers;
	int n_cells;
	int n_seqs;
	int n_positions; /* most tokens of one sequence, at most n_cells */
	int row; /* elements of a cell's keys (or values) in one layer; 0: what cells hold is elsewhere */
	enum dtype dtype; /* one that dtype_in_caches, of whose blocks a row is made */
};

struct kv_seq {
	int n;		/* tokens held, positions 0 .. n-1 */
	int32_t *cells; /* by position */
};

struct kv_cache {
	struct kv_config config;
	char *keys, *values; /* [layer][cell][row] */
	struct kv_seq *seqs;
	int32_t *free_cells; /* a stack: the last one is taken next */
	int32_t *holders;    /* of each cell: in how many lists it stands */
	int n_free;
	void *memory; /* all of the above */
	size_t n_bytes;
};

/* Bytes kv_open takes; false when that cannot be counted. */
bool kv_bytes(const struct kv_config *config, size_t *bytes);

MUST_CHECK int kv_open(struct kv_cache *kv, const struct kv_config *config, struct diag *d);
void kv_close(struct kv_cache *kv); /* all zero is fine */

/* Appends a cell to a sequence; there must be a free one and room in the list. */
void kv_append(struct kv_cache *kv, int seq);

/* Cuts a sequence to its first n tokens; cells of the rest that no other sequence holds are free. */
void kv_truncate(struct kv_cache *kv, int seq, int n);

/* Makes a sequence the first n tokens of another, which holds at least so many: in the same cells. */
void kv_copy(struct kv_cache *kv, int seq, int source, int n);

/* Where a layer's cells begin, and bytes from one to the next: its row, scales included. */
char *kv_layer_keys(const struct kv_cache *kv, int layer);
char *kv_layer_values(const struct kv_cache *kv, int layer);
size_t kv_stride(const struct kv_cache *kv);

#endif
