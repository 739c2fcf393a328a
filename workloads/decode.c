/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tgN: N greedy decode steps of all sequences, from an empty cache or (depth) after so many tokens. The
 * first token is seeded, each next one is the engine's argmax, which is part of the
 * step: that is what decoding costs.
 */
#include "config.h"

#include <string.h>

#include "harness/wire/point.h"
#include "workloads/all.h"
#include "workloads/session.h"

static int length_parse(const char *argument, int *n_gen, struct diag *d)
{
	const char *end;
	int rc = session_length("tg", argument, n_gen, &end, d);
	if (rc == 0 && *end)
		rc = diag_set(d, ERR_UNSUPPORTED, "workload \"tg%.40s\": expected tg and a number, as tg128",
			      argument);
	return rc;
}

static int tg_accepts(const char *argument, struct diag *d)
{
	int n_gen;
	return length_parse(argument, &n_gen, d);
}

static int tg_shape(const struct model *m, const struct point *p, struct session_shape *out, struct diag *d)
{
	int n_gen;
	int rc = length_parse(point_get(p, KEY_WORKLOAD) + strlen("tg"), &n_gen, d);
	return rc ? rc : session_shape_of(m, p, 0, n_gen, out, d);
}

static int tg_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, struct workload_work *work, struct memory_plan *plan,
		    struct diag *d)
{
	struct session_shape s;
	int rc = tg_shape(m, p, &s, d);
	return rc ? rc : session_check_shape(ops, e, m, &s, work, plan, d);
}

static int tg_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		    const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct session_shape s;
	int rc = tg_shape(m, p, &s, d);
	return rc ? rc : session_run_build(ops, e, m, &s, seed, out, d);
}

/* ubatch is no key: how the tokens before came into the cache is not measured. */
static const char *const tg_keys[] = {
	"model", "precision", "kv", "sequences", "depth", "blocking", "provider", "cache", NULL,
};

const struct workload_ops workload_tg = {
	.name = "tg",
	.help = "tgN: N decode steps of all sequences",
	.uses_model = true,
	.keys = tg_keys,
	.accepts = tg_accepts,
	.check = tg_check,
	.build = tg_build,
	.reset = session_run_reset,
	.step = session_run_step,
	.device_ns = session_run_device_ns,
	.verify = session_run_verify,
	.describe = session_run_describe,
	.free = session_run_free,
};
