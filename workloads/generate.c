/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "workloads/ask_session.h"
#include "workloads/sampler.h"

/* How the next token is chosen: the engine's argmax, or the sampler's draw where one is open. */
struct choice {
	struct sampler *sampler; /* NULL: greedy */
	uint64_t n_draws;
};

static int choice_open(struct choice *c, const struct sampling *how, const struct token_list *prompt,
		       int n_vocab, struct diag *d)
{
	int rc = sampling_check(how, d);
	*c = (struct choice){0};
	if (rc || sampling_greedy(how))
		return rc;
	rc = sampler_open(&c->sampler, how, n_vocab, d);
	for (size_t i = 0; i < prompt->n && rc == 0; i++)
		sampler_accept(c->sampler, prompt->ids[i]);
	return rc;
}

static int choose(struct choice *c, struct ask *a, int32_t *id, struct diag *d)
{
	if (!c->sampler)
		return a->c->ops->argmax(a->session, 0, id, d);
	int rc = a->c->ops->fetch(a->session, 0, a->logits, d);
	if (rc)
		return rc;
	*id = sampler_draw(c->sampler, a->logits, c->n_draws++);
	sampler_accept(c->sampler, *id);
	return 0;
}

static bool ends(const struct model *m, int32_t id)
{
	return m->tokenizer && tokenizer_ends(m->tokenizer, id);
}

/* Chooses from the logits of the last step, again and again. */
static int generate_loop(struct ask *a, struct choice *c, int pos, int n, ask_token_fn *fn, void *arg,
			 struct diag *d)
{
	int n_context = a->c->model->hp.n_context;
	for (int i = 0; i < n; i++, pos++) {
		int32_t id;
		int rc = choose(c, a, &id, d);
		if (rc)
			return rc;
		int said = fn(arg, id);
		if (said == ASK_TOKEN_ENOUGH)
			return 0;
		if (said)
			return diag_set(d, ERR_CANCELLED, "stopped after %d tokens", i + 1);
		if (i + 1 == n || pos >= n_context || ends(a->c->model, id))
			return 0;
		ask_add(a, id, pos, 0, true);
		rc = ask_run(a, d);
		if (rc)
			return rc;
	}
	return 0;
}

static int prompt_run(struct ask *a, const struct token_list *prompt, struct diag *d)
{
	int n = (int)prompt->n, rc = 0;
	for (int i = 0; i < n && !rc; i++) {
		ask_add(a, prompt->ids[i], i, 0, i + 1 == n);
		if (a->batch.n == a->max_tokens || i + 1 == n)
			rc = ask_run(a, d);
	}
	return rc;
}

int ask_generate(const struct ask_config *c, const struct token_list *prompt, int n,
		 const struct sampling *how, ask_token_fn *fn, void *arg, struct diag *d)
{
	int rc = ask_ids_check(c, prompt, "the prompt", d);
	if (rc || n < 1)
		return rc;
	struct ask a;
	struct choice choice;
	int n_prompt = (int)prompt->n, n_context = c->model->hp.n_context;
	/* The last new token is never fed. */
	int n_cells = n - 1 < n_context - n_prompt ? n_prompt + n - 1 : n_context;
	rc = choice_open(&choice, how, prompt, c->model->hp.n_vocab, d);
	if (rc)
		return rc;
	rc = ask_open(&a, c, 1, n_cells, ask_step(c, n_prompt), 1, d);
	if (!rc) {
		rc = prompt_run(&a, prompt, d);
		if (!rc)
			rc = generate_loop(&a, &choice, n_prompt, n, fn, arg, d);
		ask_close(&a);
	}
	sampler_close(choice.sampler);
	return rc;
}
