/* SPDX-License-Identifier: Apache-2.0 */
/* What cannot be computed away: the cost of a parallel region and of a reading of the clock. */
#include "config.h"

#include "workloads/all.h"
#include "workloads/op.h"

static int check_kind(enum op_kind kind, const struct engine_ops *ops, struct engine *e,
		      struct workload_work *work, struct memory_plan *plan, struct diag *d)
{
	const struct op_config c = {.kind = kind};
	return op_run_check(ops, e, &c, work, plan, d);
}

static int build_kind(enum op_kind kind, const struct engine_ops *ops, struct engine *e,
		      struct workload_run **out, struct diag *d)
{
	const struct op_config c = {.kind = kind};
	return op_run_build(ops, e, &c, out, d);
}

#define OVERHEAD(name, kind)                                                                                 \
	static int name##_check(const struct engine_ops *ops, struct engine *e, const struct model *m,       \
				const struct point *p, struct workload_work *work, struct memory_plan *plan, \
				struct diag *d)                                                              \
	{                                                                                                    \
		(void)m, (void)p;                                                                            \
		return check_kind(kind, ops, e, work, plan, d);                                              \
	}                                                                                                    \
	static int name##_build(const struct engine_ops *ops, struct engine *e, const struct model *m,       \
				const struct point *p, uint64_t seed, struct workload_run **out,             \
				struct diag *d)                                                              \
	{                                                                                                    \
		(void)m, (void)p, (void)seed;                                                                \
		return build_kind(kind, ops, e, out, d);                                                     \
	}                                                                                                    \
	CEILING_ACCEPTS(name)

OVERHEAD(forkjoin, OP_FORKJOIN)
OVERHEAD(timer, OP_TIMER)

static const char *const no_keys[] = {NULL};

const struct workload_ops workload_forkjoin =
	CEILING("forkjoin", "a parallel region with nothing in it", no_keys, forkjoin_accepts, forkjoin_check,
		forkjoin_build);
const struct workload_ops workload_timer =
	CEILING("timer", "a reading of the clock that steps are timed with", no_keys, timer_accepts,
		timer_check, timer_build);
