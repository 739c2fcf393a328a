/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/session.h"

#include <string.h>

/* Position the sequence's next token must have, seen from token i of the batch: the ones it
 * already has there come before it. */
static int token_check(const struct session *s, const struct batch *b, int i, struct diag *d)
{
	if (b->token[i] < 0 || b->token[i] >= s->hp.n_vocab)
		return diag_set(d, ERR_USAGE, "token %d of the batch: id %d, the vocabulary has 0 to %d", i,
				b->token[i], s->hp.n_vocab - 1);
	if (b->seq[i] < 0 || b->seq[i] >= s->job.n_seqs)
		return diag_set(d, ERR_USAGE, "token %d of the batch: sequence %d, the session has 0 to %d",
				i, b->seq[i], s->job.n_seqs - 1);
	return 0;
}

/* Takes a cell for token i, or says why not. */
static int token_place(struct session *s, const struct batch *b, int i, struct diag *d)
{
	int seq = b->seq[i], next = s->kv.seqs[seq].n;
	if (b->pos[i] != next)
		return diag_set(d, ERR_USAGE,
				"token %d of the batch: position %d of sequence %d, expected %d (the next)",
				i, b->pos[i], seq, next);
	if (next >= s->hp.n_context)
		return diag_set(d, ERR_USAGE, "sequence %d is full: the model's context is %d tokens", seq,
				s->hp.n_context);
	if (s->kv.n_free == 0)
		return diag_set(d, ERR_OOM,
				"no free KV cell for position %d of sequence %d: all %d are in use", next,
				seq, s->job.n_cells);
	kv_append(&s->kv, seq);
	return 0;
}

/* Undoes the first n placements. */
static void batch_unplace(struct session *s, const struct batch *b, int n)
{
	while (n-- > 0)
		kv_truncate(&s->kv, b->seq[n], b->pos[n]);
}

static int batch_place(struct session *s, const struct batch *b, struct diag *d)
{
	for (int i = 0; i < b->n; i++) {
		int rc = token_check(s, b, i, d);
		if (!rc)
			rc = token_place(s, b, i, d);
		if (rc) {
			batch_unplace(s, b, i);
			return rc;
		}
	}
	return 0;
}

int session_submit(struct session *s, const struct batch *b, struct diag *d)
{
	int n_rows = 0;
	if (b->n < 1 || b->n > s->job.max_tokens)
		return diag_set(d, ERR_USAGE, "a batch of %d tokens, the session takes 1 to %d", b->n,
				s->job.max_tokens);
	for (int i = 0; i < b->n; i++)
		n_rows += b->want_row[i] != 0;
	if (n_rows > s->job.max_rows)
		return diag_set(d, ERR_USAGE, "a batch that wants %d rows of logits, the session makes %d",
				n_rows, s->job.max_rows);
	int rc = batch_place(s, b, d);
	if (rc)
		return rc;
	s->n_rows = 0;
	for (int i = 0; i < b->n; i++)
		if (b->want_row[i])
			s->scratch.row_token[s->n_rows++] = i;
	s->batch = b;
	s->arch->forward(s);
	s->batch = NULL;
	return 0;
}

int session_wait(struct session *s, struct step_info *info, struct diag *d)
{
	(void)d;
	*info = (struct step_info){.n_rows = s->n_rows};
	return 0;
}

static int row_check(const struct session *s, int row, struct diag *d)
{
	if (row < 0 || row >= s->n_rows)
		return diag_set(d, ERR_USAGE, "row %d of the logits, the last step made %d", row, s->n_rows);
	return 0;
}

static const float *row_logits(const struct session *s, int row)
{
	return s->scratch.logits + (size_t)row * (size_t)s->hp.n_vocab;
}

int session_fetch(struct session *s, int row, float *logits, struct diag *d)
{
	int rc = row_check(s, row, d);
	if (!rc)
		memcpy(logits, row_logits(s, row), (size_t)s->hp.n_vocab * sizeof *logits);
	return rc;
}

int session_argmax(struct session *s, int row, int32_t *id, struct diag *d)
{
	int rc = row_check(s, row, d);
	if (!rc)
		*id = s->engine->kernels.argmax(row_logits(s, row), s->hp.n_vocab);
	return rc;
}

static int seq_check(const struct session *s, int seq, struct diag *d)
{
	if (seq < 0 || seq >= s->job.n_seqs)
		return diag_set(d, ERR_USAGE, "sequence %d, the session has 0 to %d", seq, s->job.n_seqs - 1);
	return 0;
}

static int seq_drop(struct session *s, const struct seq_edit *e, struct diag *d)
{
	int held = s->kv.seqs[e->seq].n;
	if (e->from < 0 || (e->to >= 0 && e->to < held && e->from < e->to))
		return diag_set(d, ERR_USAGE,
				"drop of positions %d to %d of sequence %d: expected an end of its %d tokens",
				e->from, e->to, e->seq, held);
	if (e->to < 0 || e->from < e->to)
		kv_truncate(&s->kv, e->seq, e->from);
	return 0;
}

static int seq_copy(struct session *s, const struct seq_edit *e, struct diag *d)
{
	int rc = seq_check(s, e->source, d);
	if (rc)
		return rc;
	int held = s->kv.seqs[e->source].n, n = e->to < 0 ? held : e->to;
	if (e->from != 0 || n > held)
		return diag_set(d, ERR_USAGE,
				"copy of positions %d to %d of sequence %d: expected a beginning of its %d "
				"tokens",
				e->from, e->to, e->source, held);
	kv_copy(&s->kv, e->seq, e->source, n);
	return 0;
}

int session_seq_edit(struct session *s, const struct seq_edit *e, struct diag *d)
{
	int rc = seq_check(s, e->seq, d);
	if (rc)
		return rc;
	switch (e->kind) {
	case SEQ_DROP:
		return seq_drop(s, e, d);
	case SEQ_KEEP:
		for (int i = 0; i < s->job.n_seqs; i++)
			if (i != e->seq)
				kv_truncate(&s->kv, i, 0);
		return 0;
	case SEQ_COPY:
		return seq_copy(s, e, d);
	}
	return diag_set(d, ERR_UNSUPPORTED, "engine cpu knows no edit %d of a sequence", (int)e->kind);
}
