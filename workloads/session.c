/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/session.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/model/model.h"
#include "harness/wire/point.h"
#include "workloads/session_plan.h"

static bool make_batch(struct workload_run *r, int max_tokens)
{
	size_t n = (size_t)max_tokens;
	r->token = mem_try_array(n, sizeof *r->token);
	r->pos = mem_try_array(n, sizeof *r->pos);
	r->seq = mem_try_array(n, sizeof *r->seq);
	r->want = mem_try_array(n, sizeof *r->want);
	r->batch = (struct batch){.token = r->token, .pos = r->pos, .seq = r->seq, .want_row = r->want};
	return r->token && r->pos && r->seq && r->want;
}

int session_run_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		      const struct session_shape *shape, uint64_t seed, struct workload_run **out,
		      struct diag *d)
{
	struct workload_run *r = mem_alloc(sizeof *r);
	r->ops = ops;
	r->seed = seed;
	r->n_vocab = m->hp.n_vocab;
	r->shape = *shape;
	/* Texts of the point, which may go. */
	r->shape.job.blocking = r->shape.job.provider = NULL;
	int rc = session_part_choose(ops, m, shape, &r->part, d);
	if (rc == 0 && !make_batch(r, shape->job.max_tokens))
		rc = diag_set(d, ERR_OOM, "no memory for a batch of %d tokens", shape->job.max_tokens);
	if (rc == 0)
		rc = ops->load(e, m, &shape->job, &r->session, d);
	if (rc) {
		session_run_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void session_run_free(struct workload_run *r)
{
	if (!r)
		return;
	r->ops->unload(r->session);
	free(r->token);
	free(r->pos);
	free(r->seq);
	free(r->want);
	free(r);
}

int32_t session_token(uint64_t seed, int n_vocab, int seq, int pos)
{
	uint64_t bits = rng_at(seed, (uint64_t)seq << 32 | (uint32_t)pos);
	return (int32_t)(((unsigned __int128)bits * (unsigned)n_vocab) >> 64);
}

/* Makes the batch: seeded tokens [pos, pos + n) of sequences 0 .. n_seqs-1. want: the logits of each
 * sequence's last token are wanted. */
static void batch_fill(struct workload_run *r, int n_seqs, int pos, int n, bool want)
{
	int i = 0;
	for (int s = 0; s < n_seqs; s++)
		for (int k = 0; k < n; k++, i++) {
			r->token[i] = session_token(r->seed, r->n_vocab, s, pos + k);
			r->pos[i] = pos + k;
			r->seq[i] = s;
			r->want[i] = want && k == n - 1;
		}
	r->batch.n = i;
}

static int batch_run(struct workload_run *r, struct diag *d)
{
	struct step_info info;
	int rc = r->ops->submit(r->session, &r->batch, d);
	if (rc == 0)
		rc = r->ops->wait(r->session, &info, d);
	r->device_ns = rc ? 0 : info.device_ns;
	return rc;
}

int64_t session_run_device_ns(const struct workload_run *r)
{
	return r->device_ns;
}

/* Cuts all sequences to their first n tokens. */
static int sequences_cut(struct workload_run *r, int n, struct diag *d)
{
	int rc = 0;
	for (int s = 0; s < r->shape.job.n_seqs && rc == 0; s++)
		rc = r->ops->seq_edit(r->session,
				      &(struct seq_edit){.kind = SEQ_DROP, .seq = s, .from = n, .to = -1}, d);
	return rc;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Seeded tokens [from, to) of the first n_seqs sequences, in steps of chunk each. */
static int prefill(struct workload_run *r, int n_seqs, int from, int to, int chunk, struct diag *d)
{
	int rc = 0;
	for (int n; from < to && rc == 0; from += n) {
		n = least(chunk, to - from);
		batch_fill(r, n_seqs, from, n, from + n == to);
		rc = batch_run(r, d);
	}
	return rc;
}

/* The batch of the next step: a part of the prompt, or the first decoded token where there is none. */
static void next_make(struct workload_run *r)
{
	const struct session_shape *s = &r->shape;
	int left = s->depth + s->n_prompt - r->at;
	if (s->n_prompt)
		batch_fill(r, s->job.n_seqs, r->at, least(s->chunk, left), left <= s->chunk);
	else
		batch_fill(r, s->job.n_seqs, r->at, 1, true);
}

int session_run_reset(struct workload_run *r, struct diag *d)
{
	const struct session_shape *s = &r->shape;
	int rc = sequences_cut(r, r->filled ? s->depth : 0, d);
	if (rc == 0 && !r->filled)
		rc = prefill(r, s->job.n_seqs, 0, s->depth, s->fill, d);
	if (rc)
		return rc;
	r->filled = true;
	r->at = s->depth;
	next_make(r);
	return 0;
}

/* The largest logit of each sequence is its next token. */
static int tokens_choose(struct workload_run *r, struct diag *d)
{
	int n_seqs = r->shape.job.n_seqs, rc = 0;
	for (int s = 0; s < n_seqs && rc == 0; s++) {
		rc = r->ops->argmax(r->session, s, &r->token[s], d);
		r->pos[s] = r->at;
		r->seq[s] = s;
		r->want[s] = 1;
	}
	r->batch.n = n_seqs;
	return rc;
}

int session_run_step(struct workload_run *r, struct diag *d)
{
	const struct session_shape *s = &r->shape;
	int rc = batch_run(r, d);
	if (rc)
		return rc;
	r->at += r->batch.n / s->job.n_seqs;
	if (r->at < s->depth + s->n_prompt)
		next_make(r);
	else if (s->n_gen)
		rc = tokens_choose(r, d);
	return rc;
}

static int rows_fetch(struct workload_run *r, int n_rows, float **out, int64_t *rows, int64_t *cols,
		      struct diag *d)
{
	size_t width = (size_t)r->n_vocab, have = (size_t)*rows * width;
	float *all = realloc(*out, (have + (size_t)n_rows * width) * sizeof *all);
	if (!all)
		return diag_set(d, ERR_OOM, "no memory for %d rows of %zu logits", n_rows, width);
	*out = all;
	for (int i = 0; i < n_rows; i++) {
		int rc = r->ops->fetch(r->session, i, all + have + (size_t)i * width, d);
		if (rc)
			return rc;
	}
	*rows += n_rows;
	*cols = r->n_vocab;
	return 0;
}

/* Decode steps are on seeded tokens: there is no argmax that could part ways. */
int session_run_verify(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d)
{
	const struct session_part *p = &r->part;
	int at = p->depth + p->n_prompt, chunk = r->shape.n_prompt ? r->shape.chunk : p->n_prompt;
	int rc = sequences_cut(r, 0, d);
	r->filled = false;
	if (rc == 0)
		rc = prefill(r, p->n_seqs, 0, p->depth, r->shape.fill, d);
	if (rc == 0)
		rc = prefill(r, p->n_seqs, p->depth, at, chunk, d);
	if (rc == 0)
		rc = prefill(r, p->n_seqs, at, at + p->n_gen, 1, d);
	return rc ? rc : rows_fetch(r, p->n_seqs, out, rows, cols, d);
}

void session_run_describe(const struct workload_run *r, struct strbuf *out)
{
	const struct session_shape *s = &r->shape;
	const struct session_part *p = &r->part;
	r->ops->describe(r->session, out);
	if (s->n_prompt)
		strbuf_printf(out, "verify: %d of %d tokens", p->n_prompt, s->n_prompt);
	else
		strbuf_printf(out, "verify: %d steps after a prompt of %d tokens", p->n_gen, p->n_prompt);
	if (s->n_prompt && s->n_gen)
		strbuf_printf(out, " and %d of %d steps", p->n_gen, s->n_gen);
	strbuf_printf(out, ", %d of %d sequences", p->n_seqs, s->job.n_seqs);
	if (s->depth)
		strbuf_printf(out, ", at depth %d of %d", p->depth, s->depth);
	strbuf_putc(out, '\n');
}
