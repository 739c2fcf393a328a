/* SPDX-License-Identifier: Apache-2.0 */
/* The plan goes into the store: points, and the visits in their order. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/run/sweep.h"

static const struct wire_model *model_of(const struct plan *p, const struct plan_point *point)
{
	for (int i = 0; point->model_hash && i < p->n_models; i++)
		if (strcmp(p->models[i].hash, point->model_hash) == 0)
			return &p->models[i];
	return NULL;
}

int sweep_put_point(struct sweep *s, int i, const char *describe, struct diag *d)
{
	const struct plan_point *p = &s->plan->points[i];
	const struct wire_model *m = model_of(s->plan, p);
	json_t *check = p->checked ? wire_check_to_json(&p->check) : NULL;
	json_t *model = m ? wire_model_to_json(m) : NULL;
	const struct store_point row = {
		.point = &p->point,
		.id = p->id,
		.model_hash = p->model_hash,
		.position = i,
		.role = p->role,
		.state = p->state,
		.reason = p->reason ? p->reason : "",
		.check_answer = check,
		.model = model,
		.describe = describe,
	};
	int rc = store_point_put(s->store, s->run, &row, d);
	json_decref(check);
	json_decref(model);
	return rc;
}

static int put_visits(struct sweep *s, struct diag *d)
{
	const struct plan *p = s->plan;
	struct store_planned *list = mem_alloc(((size_t)p->n_visits + 1) * sizeof *list);
	for (int i = 0; i < p->n_visits; i++)
		list[i] = (struct store_planned){p->points[p->visits[i].point].id, p->visits[i].round,
						 p->visits[i].kind, p->visits[i].pass};
	int rc = store_plan_put(s->store, s->run, list, p->n_visits, d);
	free(list);
	return rc;
}

int sweep_put_plan(struct sweep *s, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < s->plan->n_points && rc == 0; i++)
		rc = sweep_put_point(s, i, NULL, d);
	return rc ? rc : put_visits(s, d);
}
