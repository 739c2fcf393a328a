/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tgN: N greedy decode steps of all sequences from an empty cache. The first
 * token is seeded, each next one is the engine's argmax, which is part of the
 * step: that is what decoding costs.
 */
#include "config.h"

#include "workloads/all.h"
#include "workloads/session.h"

enum {
	VERIFY_PROMPT = 4, /* tokens of the prompt, then */
	VERIFY_STEPS = 2,  /* so many decode steps on seeded tokens: no argmax that could part ways */
};

static int tg_accepts(const char *argument, struct diag *d)
{
	int length;
	return session_length("tg", argument, &length, d);
}

static int tg_shape(const struct model *m, const struct point *p, struct session_shape *out, struct diag *d)
{
	int rc = session_shape_of(m, p, "tg", VERIFY_PROMPT + VERIFY_STEPS, out, d);
	if (rc)
		return rc;
	/* verify needs room for its prompts */
	int prompt = VERIFY_PROMPT * SESSION_VERIFY_SEQS;
	out->job.max_tokens = out->job.n_seqs > prompt ? out->job.n_seqs : prompt;
	return 0;
}

static int add_up(const struct engine_ops *ops, const struct model *m, const struct session_shape *s,
		  struct workload_work *work, struct diag *d)
{
	struct step_work step = {0};
	int n_seqs = s->job.n_seqs;
	for (int past = 0; past < s->length; past++) {
		int rc = ops->work(m, &s->job, n_seqs, past, 1, n_seqs, &step, d);
		if (rc)
			return rc;
		work->flops += step.flops;
		work->bytes += step.bytes;
	}
	work->tokens = (double)n_seqs * s->length;
	work->working_set = (uint64_t)step.bytes;
	work->steps = s->length;
	return 0;
}

static int tg_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, struct workload_work *work, struct memory_plan *plan,
		    struct diag *d)
{
	struct session_shape s;
	struct workload_work sum = {0};
	int rc = tg_shape(m, p, &s, d);
	if (rc == 0)
		rc = add_up(ops, m, &s, &sum, d);
	if (rc)
		return rc;
	*work = sum;
	return ops->check(e, m, &s.job, plan, d);
}

static int tg_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct session_shape s;
	int rc = tg_shape(m, p, &s, d);
	return rc ? rc : session_run_build(ops, e, m, &s, seed, out, d);
}

static int tg_reset(struct workload_run *r, struct diag *d)
{
	session_fill(r, r->n_seqs, 0, 1);
	return session_drop(r, d);
}

/* One token of each sequence, and the choice of the next. */
static int tg_step(struct workload_run *r, struct diag *d)
{
	int rc = session_step(r, d);
	r->at++;
	for (int s = 0; s < r->n_seqs && rc == 0; s++) {
		rc = r->ops->argmax(r->session, s, &r->token[s], d);
		r->pos[s] = r->at;
	}
	return rc;
}

static int tg_verify(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d)
{
	int n_seqs = r->n_seqs < SESSION_VERIFY_SEQS ? r->n_seqs : SESSION_VERIFY_SEQS;
	int rc = session_drop(r, d);
	if (rc)
		return rc;
	session_fill(r, n_seqs, 0, VERIFY_PROMPT);
	rc = session_step(r, d);
	for (int i = 0; i < VERIFY_STEPS && rc == 0; i++) {
		session_fill(r, n_seqs, VERIFY_PROMPT + i, 1);
		rc = session_step(r, d);
	}
	return rc ? rc : session_rows(r, n_seqs, out, rows, cols, d);
}

static const char *const tg_keys[] = {
	"model", "precision", "kv", "sequences", "blocking", "provider", NULL,
};

const struct workload_ops workload_tg = {
	.name = "tg",
	.help = "tgN: N decode steps of all sequences from an empty cache",
	.uses_model = true,
	.keys = tg_keys,
	.accepts = tg_accepts,
	.check = tg_check,
	.build = tg_build,
	.reset = tg_reset,
	.step = tg_step,
	.verify = tg_verify,
	.describe = session_run_describe,
	.free = session_run_free,
};
