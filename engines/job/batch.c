/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/batch.h"

static int token_check(const struct batch *b, int i, const struct batch_limits *l, const struct kv_cache *kv,
		       struct diag *d)
{
	if (b->token[i] < 0 || b->token[i] >= l->n_vocab)
		return diag_set(d, ERR_USAGE, "token %d of the batch: id %d, the vocabulary has 0 to %d", i,
				b->token[i], l->n_vocab - 1);
	if (b->seq[i] < 0 || b->seq[i] >= kv->config.n_seqs)
		return diag_set(d, ERR_USAGE, "token %d of the batch: sequence %d, the session has 0 to %d",
				i, b->seq[i], kv->config.n_seqs - 1);
	return 0;
}

/* Takes a cell for token i, or says why not: those of its sequence that stand before it in the batch have theirs. */
static int token_place(const struct batch *b, int i, const struct batch_limits *l, struct kv_cache *kv,
		       struct diag *d)
{
	int seq = b->seq[i], next = kv->seqs[seq].n;
	if (b->pos[i] != next)
		return diag_set(d, ERR_USAGE,
				"token %d of the batch: position %d of sequence %d, expected %d (the next)",
				i, b->pos[i], seq, next);
	if (next >= l->n_context)
		return diag_set(d, ERR_USAGE, "sequence %d is full: the model's context is %d tokens", seq,
				l->n_context);
	if (kv->n_free == 0)
		return diag_set(d, ERR_OOM,
				"no free KV cell for position %d of sequence %d: all %d are in use", next,
				seq, kv->config.n_cells);
	kv_append(kv, seq);
	return 0;
}

/* Undoes the first n placements. */
static void unplace(const struct batch *b, int n, struct kv_cache *kv)
{
	while (n-- > 0)
		kv_truncate(kv, b->seq[n], b->pos[n]);
}

void batch_unplace(const struct batch *b, struct kv_cache *kv)
{
	unplace(b, b->n, kv);
}

static int sizes_check(const struct batch *b, const struct batch_limits *l, struct diag *d)
{
	int n_rows = 0;
	if (b->n < 1 || b->n > l->max_tokens)
		return diag_set(d, ERR_USAGE, "a batch of %d tokens, the session takes 1 to %d", b->n,
				l->max_tokens);
	for (int i = 0; i < b->n; i++)
		n_rows += b->want_row[i] != 0;
	if (n_rows > l->max_rows)
		return diag_set(d, ERR_USAGE, "a batch that wants %d rows of logits, the session makes %d",
				n_rows, l->max_rows);
	return 0;
}

int batch_place(const struct batch *b, const struct batch_limits *limits, struct kv_cache *kv, struct diag *d)
{
	int rc = sizes_check(b, limits, d);
	for (int i = 0; i < b->n && rc == 0; i++) {
		rc = token_check(b, i, limits, kv, d);
		if (rc == 0)
			rc = token_place(b, i, limits, kv, d);
		if (rc)
			unplace(b, i, kv);
	}
	return rc;
}

int batch_rows(const struct batch *b, int32_t *row_token)
{
	int n = 0;
	for (int i = 0; i < b->n; i++)
		if (b->want_row[i])
			row_token[n++] = i;
	return n;
}

static int seq_check(const struct kv_cache *kv, int seq, struct diag *d)
{
	if (seq < 0 || seq >= kv->config.n_seqs)
		return diag_set(d, ERR_USAGE, "sequence %d, the session has 0 to %d", seq,
				kv->config.n_seqs - 1);
	return 0;
}

static int seq_drop(struct kv_cache *kv, const struct seq_edit *e, struct diag *d)
{
	int held = kv->seqs[e->seq].n;
	if (e->from < 0 || (e->to >= 0 && e->to < held && e->from < e->to))
		return diag_set(d, ERR_USAGE,
				"drop of positions %d to %d of sequence %d: expected an end of its %d tokens",
				e->from, e->to, e->seq, held);
	if (e->to < 0 || e->from < e->to)
		kv_truncate(kv, e->seq, e->from);
	return 0;
}

static int seq_copy(struct kv_cache *kv, const struct seq_edit *e, struct diag *d)
{
	int rc = seq_check(kv, e->source, d);
	if (rc)
		return rc;
	int held = kv->seqs[e->source].n, n = e->to < 0 ? held : e->to;
	if (e->from != 0 || n > held)
		return diag_set(d, ERR_USAGE,
				"copy of positions %d to %d of sequence %d: expected a beginning of its %d "
				"tokens",
				e->from, e->to, e->source, held);
	kv_copy(kv, e->seq, e->source, n);
	return 0;
}

int kv_edit(struct kv_cache *kv, const struct seq_edit *e, struct diag *d)
{
	int rc = seq_check(kv, e->seq, d);
	if (rc)
		return rc;
	switch (e->kind) {
	case SEQ_DROP:
		return seq_drop(kv, e, d);
	case SEQ_KEEP:
		for (int i = 0; i < kv->config.n_seqs; i++)
			if (i != e->seq)
				kv_truncate(kv, i, 0);
		return 0;
	case SEQ_COPY:
		return seq_copy(kv, e, d);
	}
	return diag_set(d, ERR_UNSUPPORTED, "no such edit of a sequence: %d", (int)e->kind);
}
