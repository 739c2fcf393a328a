/* SPDX-License-Identifier: Apache-2.0 */
/* A session under questions, with one batch's arrays. Within workloads/. */
#ifndef IFM_WORKLOADS_ASK_SESSION_H
#define IFM_WORKLOADS_ASK_SESSION_H

#include "workloads/ask.h"

/* Tokens of one step where nobody says less: bounds the buffers, whatever the length of the text. */
#define ASK_STEP_TOKENS 512

struct ask {
	const struct ask_config *c;
	struct session *session;
	int max_tokens;
	int32_t *token, *pos, *seq;
	uint8_t *want_row;
	struct batch batch;
	float *logits; /* one row */
};

/* n_seqs sequences of up to n_tokens each, steps of max_tokens with max_rows rows. */
MUST_CHECK int ask_open(struct ask *a, const struct ask_config *c, int n_seqs, int n_tokens, int max_tokens,
			int max_rows, struct diag *d);
void ask_close(struct ask *a);

/* Adds a token to the batch. */
void ask_add(struct ask *a, int32_t token, int pos, int seq, bool want_row);
/* Runs the batch and empties it. */
MUST_CHECK int ask_run(struct ask *a, struct diag *d);

/* Tokens of a step: what the question says, at most n. */
int ask_step(const struct ask_config *c, int n);

/* At least one token, no more than the context holds. what: "the prompt". */
MUST_CHECK int ask_ids_check(const struct ask_config *c, const struct token_list *ids, const char *what,
			     struct diag *d);

#endif
