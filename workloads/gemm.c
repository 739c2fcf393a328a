/* SPDX-License-Identifier: Apache-2.0 */
/* gemm: one matrix product C[m,n] = A[m,k] W[n,k]^T on seeded inputs. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/wire/point.h"
#include "workloads/all.h"
#include "workloads/op.h"

enum {
	SIDE_MAX = 1 << 20, /* products of three fit a double exactly enough, of two an int64 */
	/* Rows are compared at the begin, in the middle and at the end: in the first block of rows and in later
	 * ones. 16: no kernel's tile has more rows, so that the last one, cut or whole, is among them. */
	GROUPS = 3,
	GROUP_ROWS = 16,
	VERIFY_FLOATS = 1 << 22, /* 16 MiB; the line of a message holds some ten times as much */
};

static int gemm_accepts(const char *argument, struct diag *d)
{
	return op_run_no_argument("gemm", argument, d);
}

static int gemm_config(const struct point *p, uint64_t seed, struct op_config *out, struct diag *d)
{
	struct op_config c = {.kind = OP_GEMM, .seed = seed};
	struct {
		enum point_key key;
		int *side;
	} sides[] = {{KEY_M, &c.m}, {KEY_N, &c.n}, {KEY_K, &c.k}};
	for (int i = 0; i < 3; i++) {
		int64_t v;
		int rc = point_get_int(p, sides[i].key, 1, SIDE_MAX, &v, d);
		if (rc)
			return rc;
		*sides[i].side = (int)v;
	}
	const char *precision = point_get(p, KEY_PRECISION);
	if (!*precision)
		return diag_set(d, ERR_USAGE, "point: key \"precision\" is missing");
	if (!dtype_parse(precision, &c.precision))
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown precision \"%.60s\"", precision);
	c.blocking = point_get(p, KEY_BLOCKING);
	c.provider = point_get(p, KEY_PROVIDER);
	*out = c;
	return 0;
}

static int gemm_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		      const struct point *p, struct workload_work *work, struct memory_plan *plan,
		      struct diag *d)
{
	struct op_config c;
	int rc = gemm_config(p, WORKLOAD_SEED, &c, d);
	(void)m;
	if (rc == 0)
		rc = op_run_check(ops, e, &c, work, plan, d);
	if (rc == 0)
		work->working_set = (uint64_t)work->bytes;
	return rc;
}

static int gemm_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		      const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct op_config c;
	int rc = gemm_config(p, seed, &c, d);
	(void)m;
	if (rc == 0)
		rc = op_run_build(ops, e, &c, out, d);
	/* A row of the reference is the same whatever other rows there are; what is measured is run whole. */
	if (rc == 0)
		(*out)->rows_alone = strcmp(point_get(p, KEY_ISA), "ref") == 0 &&
				     2.0 * c.m * c.n * c.k > WORKLOAD_VERIFY_FLOPS;
	return rc;
}

/* Rows [row, row + n) of C. */
struct group {
	int row, n;
};

/* The rows that are compared: from the shape alone. How many groups they are. */
static int groups_of(const struct op_config *c, struct group out[GROUPS])
{
	int n = VERIFY_FLOATS / GROUPS / c->n;
	n = n < 1 ? 1 : n > GROUP_ROWS ? GROUP_ROWS : n;
	if (n * GROUPS >= c->m) {
		out[0] = (struct group){0, c->m};
		return 1;
	}
	for (int i = 0; i < GROUPS; i++)
		out[i] = (struct group){(int)((int64_t)(c->m - n) * i / (GROUPS - 1)), n};
	return GROUPS;
}

static int groups_run(struct workload_run *r, const struct group *group, int n_groups, struct diag *d)
{
	struct step_info info;
	int rc = 0;
	if (!r->rows_alone)
		return op_run_step(r, d);
	for (int i = 0; i < n_groups && rc == 0; i++) {
		rc = r->ops->op_submit_rows(r->job, group[i].row, group[i].n, d);
		if (rc == 0)
			rc = r->ops->op_wait(r->job, &info, d);
	}
	return rc;
}

static int gemm_verify(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d)
{
	struct group group[GROUPS];
	int n_groups = groups_of(&r->config, group), n_rows = 0;
	size_t width = (size_t)r->config.n, have = (size_t)*rows * width;
	int rc = groups_run(r, group, n_groups, d);
	if (rc)
		return rc;
	for (int i = 0; i < n_groups; i++)
		n_rows += group[i].n;
	float *all = realloc(*out, (have + (size_t)n_rows * width) * sizeof *all);
	if (!all)
		return diag_set(d, ERR_OOM, "no memory for %d rows of %zu elements", n_rows, width);
	*out = all;
	all += have;
	for (int i = 0; i < n_groups && rc == 0; all += (size_t)group[i++].n * width)
		rc = r->ops->op_fetch(r->job, group[i].row, group[i].n, all, d);
	if (rc)
		return rc;
	*rows += n_rows;
	*cols = r->config.n;
	return 0;
}

static void gemm_describe(const struct workload_run *r, struct strbuf *out)
{
	struct group group[GROUPS];
	int n_groups = groups_of(&r->config, group);
	op_run_describe(r, out);
	for (int i = 0; i < n_groups; i++)
		strbuf_printf(out, "%s%d to %d", i ? ", " : "verify: rows ", group[i].row,
			      group[i].row + group[i].n - 1);
	strbuf_printf(out, " of 0 to %d%s\n", r->config.m - 1, r->rows_alone ? ", no others multiplied" : "");
}

static const char *const gemm_keys[] = {"m", "n", "k", "precision", "blocking", "provider", "cache", NULL};

const struct workload_ops workload_gemm = {
	.name = "gemm",
	.help = "one matrix product of m x k by k x n",
	.single = true,
	.keys = gemm_keys,
	.accepts = gemm_accepts,
	.check = gemm_check,
	.build = gemm_build,
	.reset = op_run_reset,
	.step = op_run_step,
	.device_ns = op_run_device_ns,
	.late = op_run_late,
	.verify = gemm_verify,
	.describe = gemm_describe,
	.free = op_run_free,
};
