/* SPDX-License-Identifier: Apache-2.0 */
/* ppN: the prompts of all sequences in one step, N tokens each; logits of each last token. */
#include "config.h"

#include "workloads/all.h"
#include "workloads/session.h"

enum { VERIFY_TOKENS = 32 }; /* of a prompt: enough for attention to matter, cheap in plain C */

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

static int pp_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct session_shape s;
	int rc = pp_shape(m, p, &s, d);
	return rc ? rc : session_run_build(ops, e, m, &s, seed, out, d);
}

static int pp_reset(struct workload_run *r, struct diag *d)
{
	session_fill(r, r->n_seqs, 0, r->length);
	return session_drop(r, d);
}

static int pp_verify(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d)
{
	int n_seqs = r->n_seqs < SESSION_VERIFY_SEQS ? r->n_seqs : SESSION_VERIFY_SEQS;
	int n = r->length < VERIFY_TOKENS ? r->length : VERIFY_TOKENS;
	int rc = session_drop(r, d);
	if (rc)
		return rc;
	session_fill(r, n_seqs, 0, n);
	rc = session_step(r, d);
	return rc ? rc : session_rows(r, n_seqs, out, rows, cols, d);
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
	.describe = session_run_describe,
	.free = session_run_free,
};
