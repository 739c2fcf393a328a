/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of a model but is no benchmark: generate, logits, perplexity.
 * Loops over a session; results leave through callbacks.
 */
#ifndef IFM_WORKLOADS_ASK_H
#define IFM_WORKLOADS_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/engine.h"

struct model;
struct sampling;
struct token_list;

/* How the model is to be run. */
struct ask_config {
	const struct engine_ops *ops;
	struct engine *engine;
	const struct model *model;
	enum dtype precision;
	bool as_in_file; /* as in struct job_config */
	enum dtype kv;
	const char *provider;
	int ubatch; /* most tokens of a step; 0: as many as suit the engine */
};

/* One new token; ASK_TOKEN_ENOUGH ends the generation well, another non-zero value with ERR_CANCELLED. */
#define ASK_TOKEN_ENOUGH 2
typedef int ask_token_fn(void *arg, int32_t id);

/* The prompt (at least one token) in one prefill, then up to n tokens one by one, chosen as `how` says;
 * ends early at an end-of-generation token (which is delivered) or at the context's end. */
MUST_CHECK int ask_generate(const struct ask_config *c, const struct token_list *prompt, int n,
			    const struct sampling *how, ask_token_fn *fn, void *arg, struct diag *d);

/* One row of n_vocab logits for each token, in order, one sequence after the other. The n_seqs sequences are computed
 * side by side in the same steps. */
typedef int ask_row_fn(void *arg, int row, const float *logits, int n_vocab);
MUST_CHECK int ask_logits(const struct ask_config *c, const struct token_list *ids, int n_seqs,
			  ask_row_fn *fn, void *arg, struct diag *d);

/*
 * Perplexity over windows of `window` tokens, as llama.cpp's llama-perplexity
 * does: the text is tokenised once (BOS first when the model asks for one) and cut into
 * whole windows; where the model asks for a BOS it replaces the first token of each
 * window; positions from window/2 on are scored. The standard error is of the mean
 * negative log likelihood, carried over to exp().
 */
struct perplexity {
	double perplexity;
	double std_error;
	double nll;	  /* mean, nats per token */
	int64_t n_tokens; /* scored */
	int n_windows;
};
/* After each step: so many windows of all are whole; returning non-zero ends it (ERR_CANCELLED). */
typedef int ask_progress_fn(void *arg, int done, int all);
MUST_CHECK int ask_perplexity(const struct ask_config *c, const struct token_list *ids, int window,
			      ask_progress_fn *progress, void *arg, struct perplexity *out, struct diag *d);

#endif
