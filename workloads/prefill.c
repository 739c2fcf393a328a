/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ppN: the prompts of all sequences, N tokens each, in one step or (ubatch) several; logits of each last
 * token. ppN+tgM: M greedy decode steps of all sequences after it, in the same repetition.
 */
#include "config.h"

#include <string.h>

#include "harness/wire/point.h"
#include "workloads/all.h"
#include "workloads/session.h"

/* "512" or "512+tg128". */
static int lengths_parse(const char *argument, int *n_prompt, int *n_gen, struct diag *d)
{
	const char *rest, *end;
	int rc = session_length("pp", argument, n_prompt, &rest, d);
	*n_gen = 0;
	if (rc || *rest == '\0')
		return rc;
	if (strncmp(rest, "+tg", 3) != 0)
		return diag_set(d, ERR_UNSUPPORTED, "workload \"pp%.40s\": expected as pp512 or pp512+tg128",
				argument);
	rc = session_length("tg", rest + 3, n_gen, &end, d);
	if (rc == 0 && *end)
		rc = diag_set(d, ERR_UNSUPPORTED, "workload \"pp%.40s\": expected as pp512 or pp512+tg128",
			      argument);
	return rc;
}

static int pp_accepts(const char *argument, struct diag *d)
{
	int n_prompt, n_gen;
	return lengths_parse(argument, &n_prompt, &n_gen, d);
}

static int pp_shape(const struct model *m, const struct point *p, struct session_shape *out, struct diag *d)
{
	int n_prompt, n_gen;
	int rc = lengths_parse(point_get(p, KEY_WORKLOAD) + strlen("pp"), &n_prompt, &n_gen, d);
	return rc ? rc : session_shape_of(m, p, n_prompt, n_gen, out, d);
}

static int pp_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, struct workload_work *work, struct memory_plan *plan,
		    struct diag *d)
{
	struct session_shape s;
	int rc = pp_shape(m, p, &s, d);
	return rc ? rc : session_check_shape(ops, e, m, &s, work, plan, d);
}

static int pp_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct session_shape s;
	int rc = pp_shape(m, p, &s, d);
	return rc ? rc : session_run_build(ops, e, m, &s, seed, out, d);
}

static const char *const pp_keys[] = {
	"model", "precision", "kv", "sequences", "ubatch", "depth", "blocking", "provider", "cache", NULL,
};

const struct workload_ops workload_pp = {
	.name = "pp",
	.help = "ppN: prefill of N tokens for each sequence; ppN+tgM: and then M decode steps",
	.uses_model = true,
	.keys = pp_keys,
	.accepts = pp_accepts,
	.check = pp_check,
	.build = pp_build,
	.reset = session_run_reset,
	.step = session_run_step,
	.device_ns = session_run_device_ns,
	.verify = session_run_verify,
	.describe = session_run_describe,
	.free = session_run_free,
};
