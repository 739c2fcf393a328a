/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a step's batch and of edits between steps (engines/engine.h), the same for every engine that keeps its
 * cells as kv.h does.
 */
#ifndef IFM_JOB_BATCH_H
#define IFM_JOB_BATCH_H

#include <stdint.h>

#include "engines/base/err.h"
#include "engines/engine.h"
#include "engines/job/kv.h"

struct batch_limits {
	int max_tokens, max_rows; /* of the session */
	int n_vocab, n_context;	  /* of the model */
};

/* Checks a batch and takes a cell for each of its tokens. ERR_USAGE, ERR_OOM: kv is as before. */
MUST_CHECK int batch_place(const struct batch *b, const struct batch_limits *limits, struct kv_cache *kv,
			   struct diag *d);

/* Gives back what batch_place took, of a step that failed. */
void batch_unplace(const struct batch *b, struct kv_cache *kv);

/* The tokens whose logits are wanted, in order, to row_token; returns how many. */
int batch_rows(const struct batch *b, int32_t *row_token);

/* ERR_USAGE: kv is as before. */
MUST_CHECK int kv_edit(struct kv_cache *kv, const struct seq_edit *e, struct diag *d);

#endif
