/* SPDX-License-Identifier: Apache-2.0 */
/* What was loaded, whole or in part. */
#include "config.h"

#include "harness/store/store.h"

#include <stdlib.h>

static void free_series(struct stored_series *s)
{
	free(s->name);
	free(s->unit);
	free(s->clock);
	free(s->values);
	free(s->offsets);
	free(s->marks);
	free(s->reps);
}

static void free_reading(struct stored_reading *r)
{
	free(r->counter);
	free(r->unit);
	free(r->source);
	free(r->op);
	free(r->why);
}

static void free_visit(struct stored_visit *v)
{
	free(v->reason);
	free(v->arm);
	free(v->ended);
	free(v->log);
	json_decref(v->host_before);
	json_decref(v->host_after);
	for (int i = 0; i < v->n_series; i++)
		free_series(&v->series[i]);
	for (int i = 0; i < v->n_readings; i++)
		free_reading(&v->readings[i]);
	free(v->series);
	free(v->readings);
}

static void free_point(struct stored_point *p)
{
	point_free(&p->point);
	free(p->reason);
	free(p->describe);
	json_decref(p->check_answer);
	json_decref(p->model);
	for (int i = 0; i < p->n_visits; i++)
		free_visit(&p->visits[i]);
	free(p->visits);
}

static void free_annotations(struct stored_run *r)
{
	for (int i = 0; i < r->n_annotations; i++) {
		free(r->annotations[i].key);
		free(r->annotations[i].value);
	}
	free(r->annotations);
}

/* A listed run has a number of points and no points. */
static void free_run(struct stored_run *r)
{
	char *const texts[] = {r->label,	 r->notes,	  r->command,	 r->state,
			       r->spec_name,	 r->spec_text,	  r->machine_id, r->machine_class,
			       r->build_program, r->build_version};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(texts[i]);
	json_decref(r->machine);
	json_decref(r->environment);
	json_decref(r->build);
	for (int i = 0; r->points && i < r->n_points; i++)
		free_point(&r->points[i]);
	free(r->points);
	free_annotations(r);
}

void stored_run_free(struct stored_run *r)
{
	if (!r)
		return;
	free_run(r);
	free(r);
}

void stored_run_list_free(struct stored_run *r, int n)
{
	for (int i = 0; i < n; i++)
		free_run(&r[i]);
	free(r);
}

void stored_progress_free(struct stored_progress *p)
{
	if (!p)
		return;
	stored_run_free(p->run);
	free(p->build_program);
	free(p->build_version);
	json_decref(p->build);
	for (int i = 0; i < p->n_planned; i++)
		free(p->planned[i].reason);
	free(p->planned);
	free(p->verified);
	free(p);
}
