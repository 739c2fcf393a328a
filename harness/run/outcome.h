/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a point's visits make of it, one after the other; the same whether they are made now or were stored
 * before a run was interrupted. Within harness/run.
 */
#ifndef IFM_RUN_OUTCOME_H
#define IFM_RUN_OUTCOME_H

#include <stdbool.h>

#include "harness/plan/plan.h"

struct visit_end;

struct outcome {
	int left;    /* visits of the plan not yet come to */
	int done;    /* timing visits */
	int failed;  /* visits */
	int in_row;  /* failed ones since the last that was done */
	char *first; /* why the first one failed; NULL: none did. Owned by the list */
};

/* One for each point of the plan, with all its visits left. free with outcomes_free. */
struct outcome *outcomes_new(const struct plan *p);
void outcomes_free(struct outcome *list, const struct plan *p);

/* One more visit: the point's state and reason follow. True when they changed. */
bool outcome_add(struct outcome *o, struct plan_point *p, const struct plan_visit *v,
		 const struct visit_end *end);

/* A night is not spent on waiting for the same time limit again and again. */
bool outcome_given_up(const struct outcome *o);

#endif
