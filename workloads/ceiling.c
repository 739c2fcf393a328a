/* SPDX-License-Identifier: Apache-2.0 */
/* read, fma: what the machine can do at most, with the engine's own threads and instructions. */
#include "config.h"

#include "harness/wire/point.h"
#include "workloads/all.h"
#include "workloads/op.h"

/* Below one line a thread there is nothing to read; above, no machine of ours has it. */
#define READ_MIN 64
#define READ_MAX ((int64_t)1 << 44)

static int read_accepts(const char *argument, struct diag *d)
{
	return op_run_no_argument("read", argument, d);
}

static int read_config(const struct point *p, struct op_config *out, struct diag *d)
{
	int64_t bytes;
	int rc = point_get_int(p, KEY_SIZE, READ_MIN, READ_MAX, &bytes, d);
	if (rc)
		return rc;
	*out = (struct op_config){.kind = OP_READ, .bytes = (uint64_t)bytes};
	return 0;
}

static int read_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		      const struct point *p, struct workload_work *work, struct memory_plan *plan,
		      struct diag *d)
{
	struct op_config c;
	int rc = read_config(p, &c, d);
	(void)m;
	if (rc == 0)
		rc = op_run_check(ops, e, &c, work, plan, d);
	if (rc == 0)
		work->working_set = c.bytes;
	return rc;
}

static int read_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		      const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct op_config c;
	int rc = read_config(p, &c, d);
	(void)m;
	(void)seed;
	return rc ? rc : op_run_build(ops, e, &c, out, d);
}

static int fma_accepts(const char *argument, struct diag *d)
{
	return op_run_no_argument("fma", argument, d);
}

static int fma_config(const struct point *p, struct op_config *out, struct diag *d)
{
	const char *type = point_get(p, KEY_TYPE);
	if (!*type)
		return diag_set(d, ERR_USAGE, "point: key \"type\" is missing");
	*out = (struct op_config){.kind = OP_FMA, .type = type};
	return 0;
}

static int fma_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		     const struct point *p, struct workload_work *work, struct memory_plan *plan,
		     struct diag *d)
{
	struct op_config c;
	int rc = fma_config(p, &c, d);
	(void)m;
	return rc ? rc : op_run_check(ops, e, &c, work, plan, d);
}

static int fma_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		     const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct op_config c;
	int rc = fma_config(p, &c, d);
	(void)m;
	(void)seed;
	return rc ? rc : op_run_build(ops, e, &c, out, d);
}

static const char *const read_keys[] = {"size", NULL};
static const char *const fma_keys[] = {"type", NULL};

const struct workload_ops workload_read = {
	.name = "read",
	.help = "sum of a working set: the bandwidth of a memory level",
	.ceiling = true,
	.keys = read_keys,
	.accepts = read_accepts,
	.check = read_check,
	.build = read_build,
	.reset = op_run_reset,
	.step = op_run_step,
	.verify = op_run_verify_none,
	.describe = op_run_describe,
	.free = op_run_free,
};

const struct workload_ops workload_fma = {
	.name = "fma",
	.help = "multiply-adds in registers: the arithmetic peak",
	.ceiling = true,
	.keys = fma_keys,
	.accepts = fma_accepts,
	.check = fma_check,
	.build = fma_build,
	.reset = op_run_reset,
	.step = op_run_step,
	.verify = op_run_verify_none,
	.describe = op_run_describe,
	.free = op_run_free,
};
