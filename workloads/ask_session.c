/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/ask_session.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"

void ask_close(struct ask *a)
{
	a->c->ops->unload(a->session);
	free(a->token);
	free(a->pos);
	free(a->seq);
	free(a->want_row);
	free(a->logits);
}

int ask_open(struct ask *a, const struct ask_config *c, int n_seqs, int n_tokens, int max_tokens,
	     int max_rows, struct diag *d)
{
	*a = (struct ask){.c = c, .max_tokens = max_tokens};
	size_t n = (size_t)max_tokens;
	const struct job_config job = {
		.precision = c->precision,
		.as_in_file = c->as_in_file,
		.kv = c->kv,
		.n_cells = n_seqs * n_tokens,
		.n_seqs = n_seqs,
		.max_tokens = max_tokens,
		.max_rows = max_rows,
		.blocking = "auto",
		.provider = c->provider,
	};
	int rc = c->ops->load(c->engine, c->model, &job, &a->session, d);
	if (rc)
		return rc;
	a->token = mem_alloc(n * sizeof *a->token);
	a->pos = mem_alloc(n * sizeof *a->pos);
	a->seq = mem_alloc(n * sizeof *a->seq);
	a->want_row = mem_alloc(n);
	a->logits = mem_try_array((size_t)c->model->hp.n_vocab, sizeof *a->logits);
	a->batch = (struct batch){0, a->token, a->pos, a->seq, a->want_row};
	if (a->logits)
		return 0;
	ask_close(a);
	diag_set(d, ERR_OOM, "no memory for a row of %d logits", c->model->hp.n_vocab);
	return ERR_OOM;
}

void ask_add(struct ask *a, int32_t token, int pos, int seq, bool want_row)
{
	int i = a->batch.n++;
	a->token[i] = token;
	a->pos[i] = pos;
	a->seq[i] = seq;
	a->want_row[i] = want_row;
}

int ask_run(struct ask *a, struct diag *d)
{
	struct step_info info;
	int rc = a->c->ops->submit(a->session, &a->batch, d);
	if (!rc)
		rc = a->c->ops->wait(a->session, &info, d);
	a->batch.n = 0;
	return rc;
}

int ask_step(const struct ask_config *c, int n)
{
	int most = c->ubatch ? c->ubatch : ASK_STEP_TOKENS;
	return n < most ? n : most;
}

int ask_ids_check(const struct ask_config *c, const struct token_list *ids, const char *what, struct diag *d)
{
	int n_context = c->model->hp.n_context;
	if (ids->n == 0)
		return diag_set(d, ERR_USAGE, "%s is empty, expected at least one token", what);
	if (ids->n > (size_t)n_context)
		return diag_set(d, ERR_USAGE, "%s of %zu tokens is longer than the model's context of %d",
				what, ids->n, n_context);
	return 0;
}
