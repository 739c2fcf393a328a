/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "workloads/ask_session.h"

/* Sequences side by side, and where their rows go. */
struct rows {
	const struct token_list *ids;
	int n_seqs;
	int *first;  /* row of each sequence's first token */
	float *kept; /* of several sequences: all rows, as they are delivered in order; NULL: of one */
	ask_row_fn *fn;
	void *arg;
};

static int row_deliver(struct ask *a, const struct rows *r, int row, const float *logits, struct diag *d)
{
	if (r->fn(r->arg, row, logits, a->c->model->hp.n_vocab))
		return diag_set(d, ERR_CANCELLED, "stopped after %d rows", row + 1);
	return 0;
}

/* Tokens [from, to) of each sequence that has them, in one step. */
static int step_run(struct ask *a, const struct rows *r, int from, int to, struct diag *d)
{
	size_t n_vocab = (size_t)a->c->model->hp.n_vocab;
	for (int s = 0; s < r->n_seqs; s++)
		for (int i = from; i < to && (size_t)i < r->ids[s].n; i++)
			ask_add(a, r->ids[s].ids[i], i, s, true);
	int rc = ask_run(a, d), at = 0;
	for (int s = 0; s < r->n_seqs; s++)
		for (int i = from; i < to && (size_t)i < r->ids[s].n && rc == 0; i++) {
			int row = r->first[s] + i;
			float *to_row = r->kept ? r->kept + (size_t)row * n_vocab : a->logits;
			rc = a->c->ops->fetch(a->session, at++, to_row, d);
			if (rc == 0 && !r->kept)
				rc = row_deliver(a, r, row, to_row, d);
		}
	return rc;
}

static int steps_run(struct ask *a, const struct rows *r, int longest, int step, struct diag *d)
{
	int rc = 0, n_rows = 0;
	for (int s = 0; s < r->n_seqs; s++) {
		r->first[s] = n_rows;
		n_rows += (int)r->ids[s].n;
	}
	for (int from = 0; from < longest && rc == 0; from += step)
		rc = step_run(a, r, from, from + step < longest ? from + step : longest, d);
	for (int i = 0; r->kept && i < n_rows && rc == 0; i++)
		rc = row_deliver(a, r, i, r->kept + (size_t)i * (size_t)a->c->model->hp.n_vocab, d);
	return rc;
}

int ask_logits(const struct ask_config *c, const struct token_list *ids, int n_seqs, ask_row_fn *fn,
	       void *arg, struct diag *d)
{
	struct rows r = {.ids = ids, .n_seqs = n_seqs, .fn = fn, .arg = arg};
	size_t longest = 0, sum = 0, all;
	struct ask a;
	int rc = 0;
	for (int s = 0; s < n_seqs && rc == 0; s++) {
		rc = ask_ids_check(c, &ids[s], "the list of ids", d);
		longest = ids[s].n > longest ? ids[s].n : longest;
		sum += ids[s].n;
	}
	if (rc)
		return rc;
	int step = ask_step(c, (int)longest);
	step = step / n_seqs > 0 ? step / n_seqs : 1;
	r.first = mem_try_array((size_t)n_seqs, sizeof *r.first);
	if (n_seqs > 1 && mem_mul(sum, (size_t)c->model->hp.n_vocab, &all))
		r.kept = mem_try_array(all, sizeof *r.kept);
	if (!r.first || (n_seqs > 1 && !r.kept))
		rc = diag_set(d, ERR_OOM, "no memory for %zu rows of %d logits", sum, c->model->hp.n_vocab);
	if (rc == 0)
		rc = ask_open(&a, c, n_seqs, (int)longest, step * n_seqs, step * n_seqs, d);
	if (rc == 0) {
		rc = steps_run(&a, &r, (int)longest, step, d);
		ask_close(&a);
	}
	free(r.first);
	free(r.kept);
	return rc;
}
