/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "workloads/ask_session.h"

static int least(int a, int b)
{
	return a < b ? a : b;
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
			ask_add(a, window_token(w, first + i, p), p, i, window_scores(w, p));
	int row = 0, rc = ask_run(a, d);
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
	struct windows w = {.ids = ids, .size = window, .bos = -1, .step = ask_step(c, window)};
	w.n = n < INT32_MAX ? (int)n : INT32_MAX;
	w.n_seqs = least(w.n, window < ASK_STEP_TOKENS ? ASK_STEP_TOKENS / window : 1);
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
