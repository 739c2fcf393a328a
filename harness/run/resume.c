/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/plan/counting.h"
#include "harness/run/run.h"
#include "harness/run/same.h"
#include "harness/run/survey.h"

#define SECOND_NS ((int64_t)1000000000)

/* ---- the plan as it was made ---- */

static int take_check(struct plan_point *p, const struct stored_point *from, struct diag *d)
{
	if (!from->check_answer)
		return 0;
	int rc = wire_check_from_json(from->check_answer, &p->check, d);
	p->checked = rc == 0;
	return rc;
}

static int take_point(struct plan_point *p, const struct stored_point *from, struct diag *d)
{
	char id[POINT_ID_SIZE];
	const char *hash = json_opt_string(from->model, "hash", NULL);
	point_copy(&p->point, &from->point);
	memcpy(p->id, from->id, sizeof p->id);
	p->role = from->role;
	p->state = from->state;
	p->reason = mem_strdup(from->reason);
	p->model_hash = hash ? mem_strdup(hash) : NULL;
	p->ceiling_read = p->ceiling_fma = -1;
	point_id(&p->point, p->model_hash, id);
	if (strcmp(id, from->id) != 0)
		return diag_set(d, ERR_FORMAT, "point %s: its keys have the id %s", from->id, id);
	return take_check(p, from, d);
}

/* Points by their ids: a plan has many visits. */
struct named {
	const char *id;
	int point;
};

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->id, ((const struct named *)b)->id);
}

static struct named *names_sort(const struct plan *p)
{
	struct named *list = mem_alloc(((size_t)p->n_points + 1) * sizeof *list);
	for (int i = 0; i < p->n_points; i++)
		list[i] = (struct named){p->points[i].id, i};
	qsort(list, (size_t)p->n_points, sizeof *list, by_id);
	return list;
}

/* A point with visits was planned, whatever has become of it: they tell again. */
static void plan_again(struct plan_point *p)
{
	free(p->reason);
	p->state = POINT_PLANNED;
	p->reason = mem_strdup("");
}

static int take_visit(struct plan *p, const struct named *names, const struct stored_planned *v,
		      struct diag *d)
{
	const struct named key = {v->point, 0};
	const struct named *found = bsearch(&key, names, (size_t)p->n_points, sizeof *names, by_id);
	if (!found)
		return diag_set(d, ERR_FORMAT, "planned visit %d is of point %s, which the run does not have",
				p->n_visits + 1, v->point);
	p->visits[p->n_visits++] = (struct plan_visit){found->point, v->round, v->kind, v->pass};
	if (p->points[found->point].state != POINT_PLANNED)
		plan_again(&p->points[found->point]);
	return 0;
}

static int take_visits(struct plan *p, const struct stored_progress *from, struct diag *d)
{
	struct named *names = names_sort(p);
	int rc = 0;
	p->visits = mem_alloc(((size_t)from->n_planned + 1) * sizeof *p->visits);
	for (int i = 0; i < from->n_planned && rc == 0; i++)
		rc = take_visit(p, names, &from->planned[i], d);
	free(names);
	return rc;
}

static int take_plan(struct plan *p, const struct stored_progress *from, struct diag *d)
{
	int rc = 0;
	p->points = mem_alloc(((size_t)from->run->n_points + 1) * sizeof *p->points);
	for (int i = 0; i < from->run->n_points && rc == 0; i++) {
		rc = take_point(&p->points[i], &from->run->points[i], d);
		p->n_points++;
	}
	return rc ? rc : take_visits(p, from, d);
}

/* ---- the spec ---- */

static int take_spec(struct spec *out, const struct stored_run *run, struct diag *d)
{
	struct diag why = {0};
	if (spec_parse(out, run->spec_text, strlen(run->spec_text), "", &why) == 0)
		return 0;
	return diag_set(d, ERR_FORMAT, "run %lld: its spec, line %d: %s", (long long)run->id, why.line,
			why.text);
}

static const char *program_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int check_unfinished(const struct stored_run *run, struct diag *d)
{
	if (strcmp(run->state, "done") != 0)
		return 0;
	return diag_set(d, ERR_USAGE, "run %lld is done: there is nothing to resume", (long long)run->id);
}

/* A counter visit is planned as the n-th of its point: what that one reads rests on what can be counted. */
static int same_counters(const struct run_resumed *r, struct diag *d)
{
	int now = counting_visits(&r->spec, &r->hello), then = 0;
	for (int i = 0; i < r->plan.n_visits; i++)
		if (r->plan.visits[i].kind == VISIT_COUNTER && r->plan.visits[i].pass >= then)
			then = r->plan.visits[i].pass + 1;
	if (then == 0 || now == then)
		return 0;
	return diag_set(d, ERR_USAGE,
			"run %lld cannot be resumed: its counters took %d visits a point, now they take %d",
			(long long)r->progress->run->id, then, now);
}

static int load(struct run_resumed *r, const struct spec *asked, const char *worker,
		const struct run_beside *beside, struct diag *d)
{
	const struct stored_run *run = r->progress->run;
	int rc = check_unfinished(run, d);
	if (rc == 0 && asked)
		rc = same_spec(run, asked->text, d);
	if (rc == 0)
		rc = take_spec(&r->spec, run, d);
	if (rc == 0)
		rc = same_machine(run, d);
	if (rc == 0)
		rc = survey_again(&r->spec, worker, run, &r->hello, d);
	if (rc == 0)
		rc = same_build(r->progress, program_name(worker), &r->hello, d);
	if (rc == 0)
		rc = beside_meet(&r->spec, beside, &r->hello, &r->plan, d);
	if (rc == 0)
		rc = beside_same(&r->plan, run->environment, d);
	if (rc == 0)
		rc = beside_models(&r->spec, &r->plan, run, d);
	if (rc == 0)
		rc = take_plan(&r->plan, r->progress, d);
	return rc ? rc : same_counters(r, d);
}

int run_resume_load(struct store *store, int64_t run, const struct spec *asked, const char *worker,
		    const struct run_beside *beside, struct run_resumed *out, struct diag *d)
{
	struct run_resumed r = {0};
	int rc = store_progress_load(store, run, &r.progress, d);
	if (rc == 0)
		rc = load(&r, asked, worker, beside, d);
	if (rc) {
		run_resumed_free(&r);
		return rc;
	}
	*out = r;
	return 0;
}

void run_resumed_free(struct run_resumed *r)
{
	spec_free(&r->spec);
	plan_free(&r->plan);
	wire_hello_free(&r->hello);
	stored_progress_free(r->progress);
	*r = (struct run_resumed){0};
}

/* ---- the note ---- */

static void put_time(int64_t wall_ns, char *out, size_t size)
{
	time_t t = (time_t)(wall_ns / SECOND_NS);
	struct tm tm;
	if (!gmtime_r(&t, &tm) || strftime(out, size, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		snprintf(out, size, "an unknown time");
}

static char *note(const struct stored_progress *p)
{
	char then[40], now[40], *environment = same_environment(p->run);
	int n = 0;
	bool killed = p->run->end_wall_ns == 0;
	int64_t last = killed ? p->last_wall_ns : p->run->end_wall_ns;
	put_time(last ? last : p->run->start_wall_ns, then, sizeof then);
	put_time(clock_wall_ns(), now, sizeof now);
	for (int i = 0; i < p->n_planned; i++)
		n += p->planned[i].made;
	char *text = mem_printf("%s %s, after %d of %d visits; resumed %s%s%s",
				killed ? "killed some time after" : "interrupted", then, n, p->n_planned, now,
				environment ? "; " : "", environment ? environment : "");
	free(environment);
	return text;
}

int resume_begin(struct sweep *s, struct diag *d)
{
	char *text = note(s->resumed);
	int rc = store_begin(s->store, d);
	s->run = s->resumed->run->id;
	/* same_machine() has compared it. */
	snprintf(s->machine_id, sizeof s->machine_id, "%s", s->resumed->run->machine_id);
	s->position = s->resumed->next_position;
	s->environment = json_deep_copy(s->resumed->run->environment);
	if (rc == 0) {
		rc = store_run_resume(s->store, s->run, d);
		if (rc == 0)
			rc = store_annotate(s->store, s->run, "interrupted", text, d);
		rc = store_end(s->store, rc, d);
	}
	free(text);
	return rc;
}
