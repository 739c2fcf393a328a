/* SPDX-License-Identifier: Apache-2.0 */
/* ppN: the prompts of all sequences in one step, N tokens each; logits of each last token. */
#include "config.h"

#include "engines/base/strbuf.h"
#include "workloads/all.h"
#include "workloads/session.h"

/* Of a prompt at least, whatever the model: enough for attention to matter. */
enum { VERIFY_TOKENS = 32 };

static int pp_accepts(const char *argument, struct diag *d)
{
	int length;
	return session_length("pp", argument, &length, d);
}

static int pp_shape(const struct model *m, const struct point *p, struct session_shape *out, struct diag *d)
{
	int rc = session_shape_of(m, p, "pp", 1, out, d);
	if (rc == 0)
		out->job.max_tokens = out->job.n_seqs * out->length;
	return rc;
}

static int pp_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, struct workload_work *work, struct memory_plan *plan,
		    struct diag *d)
{
	struct session_shape s;
	struct step_work step;
	int rc = pp_shape(m, p, &s, d);
	if (rc == 0)
		rc = ops->work(m, &s.job, s.job.n_seqs, 0, s.length, s.job.n_seqs, &step, d);
	if (rc)
		return rc;
	*work = (struct workload_work){
		.flops = step.flops,
		.bytes = step.bytes,
		.tokens = (double)s.job.max_tokens,
		.working_set = (uint64_t)step.bytes,
		.steps = 1,
	};
	return ops->check(e, m, &s.job, plan, d);
}

static int verify_seqs(int n_seqs)
{
	return n_seqs < SESSION_VERIFY_SEQS ? n_seqs : SESSION_VERIFY_SEQS;
}

/* All tokens of a prompt, or as many as the reference can be asked to compute. */
static int verify_length(const struct engine_ops *ops, const struct model *m, const struct session_shape *s,
			 int *out, struct diag *d)
{
	struct step_work work;
	int n_seqs = verify_seqs(s->job.n_seqs), least = VERIFY_TOKENS, most = s->length;
	if (least > most)
		least = most;
	/* Work grows with the length. */
	while (least < most) {
		int n = most - (most - least) / 2;
		int rc = ops->work(m, &s->job, n_seqs, 0, n, n_seqs, &work, d);
		if (rc)
			return rc;
		if (work.flops <= WORKLOAD_VERIFY_FLOPS)
			least = n;
		else
			most = n - 1;
	}
	*out = least;
	return 0;
}

static int pp_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct session_shape s;
	int n_verify, rc = pp_shape(m, p, &s, d);
	if (rc == 0)
		rc = verify_length(ops, m, &s, &n_verify, d);
	if (rc == 0)
		rc = session_run_build(ops, e, m, &s, seed, out, d);
	if (rc == 0)
		(*out)->n_verify = n_verify;
	return rc;
}

static int pp_reset(struct workload_run *r, struct diag *d)
{
	session_fill(r, r->n_seqs, 0, r->length);
	return session_drop(r, d);
}

static int pp_verify(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d)
{
	int n_seqs = verify_seqs(r->n_seqs);
	int rc = session_drop(r, d);
	if (rc)
		return rc;
	session_fill(r, n_seqs, 0, r->n_verify);
	rc = session_step(r, d);
	return rc ? rc : session_rows(r, n_seqs, out, rows, cols, d);
}

static void pp_describe(const struct workload_run *r, struct strbuf *out)
{
	session_run_describe(r, out);
	strbuf_printf(out, "verify: %d of %d tokens, %d of %d sequences\n", r->n_verify, r->length,
		      verify_seqs(r->n_seqs), r->n_seqs);
}

static const char *const pp_keys[] = {
	"model", "precision", "kv", "sequences", "blocking", "provider", NULL,
};

const struct workload_ops workload_pp = {
	.name = "pp",
	.help = "ppN: prefill of N tokens for each sequence, in one step",
	.uses_model = true,
	.keys = pp_keys,
	.accepts = pp_accepts,
	.check = pp_check,
	.build = pp_build,
	.reset = pp_reset,
	.step = session_step,
	.verify = pp_verify,
	.describe = pp_describe,
	.free = session_run_free,
};
