/* SPDX-License-Identifier: Apache-2.0 */
/* Several workers in one plan: each has the points of its engines. */
#include "config.h"

#include "harness/plan/private.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

bool plan_has_engine(const struct wire_hello *hello, const char *engine)
{
	return strcmp(hello->engine, engine) == 0 || wire_choice_find(&hello->engines, engine);
}

const struct plan_worker *plan_worker_of(const struct plan *p, const struct point *point)
{
	const char *engine = point->value[KEY_ENGINE];
	for (int i = 0; i < p->n_workers && engine; i++)
		if (plan_has_engine(&p->workers[i].hello, engine))
			return &p->workers[i];
	return NULL;
}

/* "all" are those of every worker, each in its own share. What nobody has is left to the first one, which refuses it. */
bool share_has_engine(const struct plan_share *share, const struct wire_hello *hello, const char *engine)
{
	if (!share || strcmp(engine, "all") == 0)
		return true;
	if (share->further)
		return plan_has_engine(hello, engine);
	for (int i = 0; i < share->n_others; i++)
		if (plan_has_engine(share->others[i], engine))
			return false;
	return true;
}

bool share_has_section(const struct plan_share *share, const struct wire_hello *hello,
		       const struct section *section)
{
	const struct axis *a = &section->axis[KEY_ENGINE];
	if (!share || a->n == 0)
		return !share || !share->further;
	for (int i = 0; i < a->n; i++)
		if (share_has_engine(share, hello, a->value[i]))
			return true;
	return false;
}

/* A workload that the worker does not know heeds no key, not even the one that says whose point it is. */
static void name_engine(struct plan_point *p, const char *engine)
{
	if (p->point.value[KEY_ENGINE])
		return;
	point_set(&p->point, KEY_ENGINE, engine);
	point_id(&p->point, p->model_hash, p->id);
}

static void join_points(struct plan *p, struct plan *from, const char *engine)
{
	size_t n = (size_t)p->n_points + (size_t)from->n_points + 1;
	p->points = mem_realloc(p->points, n * sizeof *p->points);
	for (int i = 0; i < from->n_points; i++) {
		struct plan_point *point = &p->points[p->n_points + i];
		*point = from->points[i];
		name_engine(point, engine);
		point->ceiling_read += point->ceiling_read < 0 ? 0 : p->n_points;
		point->ceiling_fma += point->ceiling_fma < 0 ? 0 : p->n_points;
	}
	p->n_points += from->n_points;
	from->n_points = 0;
}

static void join_models(struct plan *p, struct plan *from)
{
	size_t n = (size_t)p->n_models + (size_t)from->n_models + 1;
	p->models = mem_realloc(p->models, n * sizeof *p->models);
	for (int i = 0; i < from->n_models; i++)
		p->models[p->n_models++] = from->models[i];
	from->n_models = 0;
}

void plan_join(struct plan *p, struct plan *from, const char *engine)
{
	join_points(p, from, engine);
	join_models(p, from);
	for (int i = 0; i < p->n_excludes && i < from->n_excludes; i++)
		p->excludes[i].n_matched += from->excludes[i].n_matched;
	p->n_dropped += from->n_dropped;
	plan_free(from);
}
