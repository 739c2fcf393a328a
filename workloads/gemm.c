/* SPDX-License-Identifier: Apache-2.0 */
/* gemm: one matrix product C[m,n] = A[m,k] W[n,k]^T on seeded inputs. */
#include "config.h"

#include <stdlib.h>

#include "harness/wire/point.h"
#include "workloads/all.h"
#include "workloads/op.h"

enum {
	SIDE_MAX = 1 << 20, /* products of three fit a double exactly enough, of two an int64 */
	VERIFY_ROWS = 8,
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
	return rc ? rc : op_run_build(ops, e, &c, out, d);
}

static int gemm_verify(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d)
{
	int n_rows = r->config.m < VERIFY_ROWS ? r->config.m : VERIFY_ROWS;
	size_t width = (size_t)r->config.n, have = (size_t)*rows * width;
	int rc = op_run_step(r, d);
	if (rc)
		return rc;
	float *all = realloc(*out, (have + (size_t)n_rows * width) * sizeof *all);
	if (!all)
		return diag_set(d, ERR_OOM, "no memory for %d rows of %zu elements", n_rows, width);
	*out = all;
	rc = r->ops->op_fetch(r->job, 0, n_rows, all + have, d);
	if (rc)
		return rc;
	*rows += n_rows;
	*cols = r->config.n;
	return 0;
}

static const char *const gemm_keys[] = {"m", "n", "k", "precision", "blocking", "provider", NULL};

const struct workload_ops workload_gemm = {
	.name = "gemm",
	.help = "one matrix product of m x k by k x n",
	.keys = gemm_keys,
	.accepts = gemm_accepts,
	.check = gemm_check,
	.build = gemm_build,
	.reset = op_run_reset,
	.step = op_run_step,
	.verify = gemm_verify,
	.describe = op_run_describe,
	.free = op_run_free,
};
