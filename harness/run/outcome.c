/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/run/run.h"
#include "harness/run/sweep.h"

struct outcome *outcomes_new(const struct plan *p)
{
	struct outcome *list = mem_alloc(((size_t)p->n_points + 1) * sizeof *list);
	for (int i = 0; i < p->n_visits; i++)
		list[p->visits[i].point].left++;
	return list;
}

void outcomes_free(struct outcome *list, const struct plan *p)
{
	for (int i = 0; i < p->n_points; i++)
		free(list[i].first);
	free(list);
}

static char *first_reason(const struct plan_visit *v, const struct visit_end *end)
{
	char where[40];
	snprintf(where, sizeof where, "round %d", v->round);
	return mem_printf("%s in %s%s", end->reason, v->kind == VISIT_COUNTER ? "its counter visit" : where,
			  end->has_log ? "; its log is kept" : "");
}

static bool set_state(struct plan_point *p, enum point_state state, char *reason)
{
	bool changed = p->state != state || strcmp(p->reason, reason) != 0;
	free(p->reason);
	p->state = state;
	p->reason = reason;
	return changed;
}

/* The state of a point after one more of its visits. */
static bool judge(struct plan_point *p, const struct outcome *o)
{
	if (o->failed && outcome_given_up(o) && o->left)
		return set_state(p, POINT_FAILED,
				 mem_printf("%s; after %d failures in a row %d more visits were not tried",
					    o->first, o->in_row, o->left));
	if (o->failed)
		return set_state(p, POINT_FAILED, mem_strdup(o->first));
	if (o->left == 0)
		return set_state(p, POINT_DONE, mem_strdup(""));
	return false;
}

bool outcome_add(struct outcome *o, struct plan_point *p, const struct plan_visit *v,
		 const struct visit_end *end)
{
	o->left--;
	o->failed += end->failed;
	o->in_row = end->failed ? o->in_row + 1 : 0;
	o->done += !end->failed && v->kind == VISIT_TIMING;
	if (end->failed && !o->first)
		o->first = first_reason(v, end);
	return judge(p, o);
}

bool outcome_given_up(const struct outcome *o)
{
	return o->in_row >= RUN_FAILURES_IN_ROW;
}
