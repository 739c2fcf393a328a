/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/session.h"

#include <string.h>

#include "engines/job/batch.h"

int session_submit(struct session *s, const struct batch *b, struct diag *d)
{
	const struct batch_limits limits = {s->job.max_tokens, s->job.max_rows, s->hp.n_vocab,
					    s->hp.n_context};
	int rc = batch_place(b, &limits, &s->kv, d);
	if (rc)
		return rc;
	s->n_rows = batch_rows(b, s->scratch.row_token);
	s->batch = b;
	session_forward(s);
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

int session_seq_edit(struct session *s, const struct seq_edit *e, struct diag *d)
{
	return kv_edit(&s->kv, e, d);
}
