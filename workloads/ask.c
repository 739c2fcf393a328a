/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/ask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"

/* Tokens of one step: bounds the buffers, whatever the length of the text. */
#define STEP_TOKENS 512

/* A session and one batch's arrays. */
struct ask {
	const struct ask_config *c;
	struct session *session;
	int max_tokens;
	int32_t *token, *pos, *seq;
	uint8_t *want_row;
	struct batch batch;
	float *logits; /* one row */
};

static void ask_close(struct ask *a)
{
	a->c->ops->unload(a->session);
	free(a->token);
	free(a->pos);
	free(a->seq);
	free(a->want_row);
	free(a->logits);
}

/* n_seqs sequences of up to n_tokens each, steps of max_tokens with max_rows rows. */
static int ask_open(struct ask *a, const struct ask_config *c, int n_seqs, int n_tokens, int max_tokens,
		    int max_rows, struct diag *d)
{
	*a = (struct ask){.c = c, .max_tokens = max_tokens};
	size_t n = (size_t)max_tokens;
	const struct job_config job = {
		.precision = c->precision,
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

static void batch_add(struct ask *a, int32_t token, int pos, int seq, bool want_row)
{
	int i = a->batch.n++;
	a->token[i] = token;
	a->pos[i] = pos;
	a->seq[i] = seq;
	a->want_row[i] = want_row;
}

/* Runs the batch and empties it. */
static int batch_run(struct ask *a, struct diag *d)
{
	struct step_info info;
	int rc = a->c->ops->submit(a->session, &a->batch, d);
	if (!rc)
		rc = a->c->ops->wait(a->session, &info, d);
	a->batch.n = 0;
	return rc;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* At least one token, no more than the context holds. */
static int ids_check(const struct ask_config *c, const struct token_list *ids, const char *what,
		     struct diag *d)
{
	int n_context = c->model->hp.n_context;
	if (ids->n == 0)
		return diag_set(d, ERR_USAGE, "%s is empty, expected at least one token", what);
	if (ids->n > (size_t)n_context)
		return diag_set(d, ERR_USAGE, "%s of %zu tokens is longer than the model's context of %d",
				what, ids->n, n_context);
	return 0;
}

static bool ends(const struct model *m, int32_t id)
{
	return m->tokenizer && tokenizer_ends(m->tokenizer, id);
}

/* Takes the largest logit of the last step, again and again. */
static int generate_loop(struct ask *a, int pos, int n, ask_token_fn *fn, void *arg, struct diag *d)
{
	int n_context = a->c->model->hp.n_context;
	for (int i = 0; i < n; i++, pos++) {
		int32_t id;
		int rc = a->c->ops->argmax(a->session, 0, &id, d);
		if (rc)
			return rc;
		if (fn(arg, id))
			return diag_set(d, ERR_CANCELLED, "stopped after %d tokens", i + 1);
		if (i + 1 == n || pos >= n_context || ends(a->c->model, id))
			return 0;
		batch_add(a, id, pos, 0, true);
		rc = batch_run(a, d);
		if (rc)
			return rc;
	}
	return 0;
}

int ask_generate(const struct ask_config *c, const struct token_list *prompt, int n, ask_token_fn *fn,
		 void *arg, struct diag *d)
{
	int rc = ids_check(c, prompt, "the prompt", d);
	if (rc || n < 1)
		return rc;
	struct ask a;
	int n_prompt = (int)prompt->n, n_context = c->model->hp.n_context;
	/* The last new token is never fed. */
	int n_cells = n - 1 < n_context - n_prompt ? n_prompt + n - 1 : n_context;
	rc = ask_open(&a, c, 1, n_cells, least(n_prompt, STEP_TOKENS), 1, d);
	if (rc)
		return rc;
	for (int i = 0; i < n_prompt && !rc; i++) {
		batch_add(&a, prompt->ids[i], i, 0, i + 1 == n_prompt);
		if (a.batch.n == a.max_tokens || i + 1 == n_prompt)
			rc = batch_run(&a, d);
	}
	if (!rc)
		rc = generate_loop(&a, n_prompt, n, fn, arg, d);
	ask_close(&a);
	return rc;
}

static int rows_deliver(struct ask *a, int first, int n, ask_row_fn *fn, void *arg, struct diag *d)
{
	for (int i = 0; i < n; i++) {
		int rc = a->c->ops->fetch(a->session, i, a->logits, d);
		if (rc)
			return rc;
		if (fn(arg, first + i, a->logits, a->c->model->hp.n_vocab))
			return diag_set(d, ERR_CANCELLED, "stopped after %d rows", first + i + 1);
	}
	return 0;
}

int ask_logits(const struct ask_config *c, const struct token_list *ids, ask_row_fn *fn, void *arg,
	       struct diag *d)
{
	int rc = ids_check(c, ids, "the list of ids", d);
	if (rc)
		return rc;
	struct ask a;
	int n = (int)ids->n, step = least(n, STEP_TOKENS);
	rc = ask_open(&a, c, 1, n, step, step, d);
	if (rc)
		return rc;
	for (int from = 0; from < n && !rc; from += step) {
		int end = least(from + step, n);
		for (int i = from; i < end; i++)
			batch_add(&a, ids->ids[i], i, 0, true);
		rc = batch_run(&a, d);
		if (!rc)
			rc = rows_deliver(&a, from, end - from, fn, arg, d);
	}
	ask_close(&a);
	return rc;
}

/* Sums over scored tokens. */
struct score {
	int64_t n;
	double nll, nll_squared;
};

static void score_add(struct score *s, const float *logits, int n_vocab, int32_t id)
{
	double most = logits[0], sum = 0;
	for (int i = 1; i < n_vocab; i++)
		most = logits[i] > most ? logits[i] : most;
	for (int i = 0; i < n_vocab; i++)
		sum += exp(logits[i] - most);
	double nll = most + log(sum) - logits[id];
	s->n++;
	s->nll += nll;
	s->nll_squared += nll * nll;
}

static void score_finish(const struct score *s, int n_windows, struct perplexity *out)
{
	double n = (double)s->n, mean = s->nll / n;
	double variance = s->nll_squared / n - mean * mean;
	out->n_tokens = s->n;
	out->n_windows = n_windows;
	out->nll = mean;
	out->perplexity = exp(mean);
	out->std_error = variance > 0 && s->n > 1 ? sqrt(variance / (n - 1)) * out->perplexity : 0;
}

/* The text's windows and how they are fed. */
struct windows {
	const struct token_list *ids;
	int size;    /* tokens of one */
	int n;	     /* whole windows of the text */
	int n_seqs;  /* side by side in a step */
	int step;    /* tokens of each in a step */
	int32_t bos; /* replaces the first token; -1: none */
};

static int32_t window_token(const struct windows *w, int window, int pos)
{
	return pos == 0 && w->bos >= 0 ? w->bos : w->ids->ids[(size_t)window * (size_t)w->size + (size_t)pos];
}

/* Positions whose prediction of the next token counts. */
static bool window_scores(const struct windows *w, int pos)
{
	return pos >= w->size / 2 && pos + 1 < w->size;
}

/* Positions [from, to) of n windows from `first` on. */
static int windows_step(struct ask *a, const struct windows *w, int first, int n, int from, int to,
			struct score *score, struct diag *d)
{
	for (int i = 0; i < n; i++)
		for (int p = from; p < to; p++)
			batch_add(a, window_token(w, first + i, p), p, i, window_scores(w, p));
	int row = 0, rc = batch_run(a, d);
	for (int i = 0; i < n; i++) {
		for (int p = from; p < to && !rc; p++) {
			if (!window_scores(w, p))
				continue;
			rc = a->c->ops->fetch(a->session, row++, a->logits, d);
			if (!rc)
				score_add(score, a->logits, a->c->model->hp.n_vocab,
					  window_token(w, first + i, p + 1));
		}
	}
	return rc;
}

static int windows_run(struct ask *a, const struct windows *w, ask_progress_fn *progress, void *arg,
		       struct score *score, struct diag *d)
{
	int rc = 0;
	for (int first = 0; first < w->n && !rc; first += w->n_seqs) {
		int n = least(w->n_seqs, w->n - first);
		for (int from = 0; from < w->size && !rc; from += w->step) {
			int to = least(from + w->step, w->size), whole = first + (to == w->size ? n : 0);
			rc = windows_step(a, w, first, n, from, to, score, d);
			if (progress && !rc && progress(arg, whole, w->n))
				rc = diag_set(d, ERR_CANCELLED, "stopped after %d windows of %d", whole,
					      w->n);
		}
		for (int i = 0; i < n && !rc; i++)
			rc = a->c->ops->seq_edit(a->session,
						 &(struct seq_edit){.kind = SEQ_DROP, .seq = i, .to = -1}, d);
	}
	return rc;
}

static int window_check(const struct ask_config *c, const struct token_list *ids, int window, struct diag *d)
{
	/* The least that scores a token: position 1 predicts token 2. */
	if (window < 3)
		return diag_set(d, ERR_USAGE, "a window of %d tokens, expected at least 3", window);
	if (window > c->model->hp.n_context)
		return diag_set(d, ERR_USAGE,
				"a window of %d tokens is longer than the model's context of %d", window,
				c->model->hp.n_context);
	if (ids->n < (size_t)window)
		return diag_set(d, ERR_USAGE, "the text has %zu tokens, expected at least %d: one window",
				ids->n, window);
	return 0;
}

int ask_perplexity(const struct ask_config *c, const struct token_list *ids, int window,
		   ask_progress_fn *progress, void *arg, struct perplexity *out, struct diag *d)
{
	int rc = window_check(c, ids, window, d);
	if (rc)
		return rc;
	const struct tokenizer *t = c->model->tokenizer;
	size_t n = ids->n / (size_t)window;
	struct windows w = {.ids = ids, .size = window, .bos = -1, .step = least(window, STEP_TOKENS)};
	w.n = n < INT32_MAX ? (int)n : INT32_MAX;
	w.n_seqs = least(w.n, window < STEP_TOKENS ? STEP_TOKENS / window : 1);
	if (t && tokenizer_adds_bos(t))
		w.bos = tokenizer_bos(t);
	struct ask a;
	struct score score = {0};
	int max_tokens = w.n_seqs * w.step;
	rc = ask_open(&a, c, w.n_seqs, window, max_tokens, max_tokens, d);
	if (rc)
		return rc;
	rc = windows_run(&a, &w, progress, arg, &score, d);
	ask_close(&a);
	if (rc)
		return rc;
	score_finish(&score, w.n, out);
	return 0;
}
