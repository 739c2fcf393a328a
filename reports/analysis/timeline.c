/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/timeline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"

#define NS_S 1e-9

/* What is known of a visit before it has its place in the order. */
struct found {
	const struct row *row;
	const struct stored_visit *visit;
};

static bool is_wanted(const struct stored_visit *v)
{
	return v->failed || v->kind == VISIT_TIMING;
}

static int found_compare(const void *a, const void *b)
{
	const struct stored_visit *x = ((const struct found *)a)->visit;
	const struct stored_visit *y = ((const struct found *)b)->visit;

	if (x->start_wall_ns != y->start_wall_ns)
		return x->start_wall_ns < y->start_wall_ns ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static double rate_of(const struct found *f)
{
	const struct row *r = f->row;

	for (int i = 0; i < r->n_values; i++)
		if (r->values[i].visit == f->visit->id)
			return r->rep_s.value / r->values[i].rep_s - 1;
	return NAN;
}

/* Whether more than MARK_SHARE of its samples carry one of the marks. */
static bool is_marked(const struct stored_visit *v, int64_t marks)
{
	int n = 0, n_marked = 0;

	for (int i = 0; i < v->n_series; i++)
		for (int k = 0; k < v->series[i].n && strcmp(v->series[i].name, "step") == 0; k++) {
			if (v->series[i].marks[k] & MARK_WARMUP)
				continue;
			n++;
			n_marked += (v->series[i].marks[k] & marks) != 0;
		}
	return n_marked > MARK_SHARE * n;
}

static enum moment_state state_of(const struct stored_visit *v)
{
	if (v->failed)
		return MOMENT_FAILED;
	if (is_marked(v, MARK_CONTENDED))
		return MOMENT_CONTENDED;
	return is_marked(v, MARK_FAULTED | MARK_PREEMPTED | MARK_MIGRATED | MARK_THROTTLED) ? MOMENT_MARKED
											    : MOMENT_CLEAN;
}

/* As host_contended judges it: what rose between the two sides of the visit, not an average that reaches back. */
static double pressure_of(const struct stored_visit *v)
{
	double before = json_opt_real(v->host_before, "pressure_cpu_us", NAN);
	double after = json_opt_real(v->host_after, "pressure_cpu_us", NAN);

	return v->wall_ns > 0 && after >= before ? (after - before) * 1e3 / (double)v->wall_ns : NAN;
}

static struct moment moment_of(const struct found *f, double second)
{
	const struct stored_visit *v = f->visit;

	return (struct moment){.visit = v->id,
			       .second = second,
			       .state = state_of(v),
			       .rate = v->failed ? NAN : rate_of(f),
			       .pressure = pressure_of(v),
			       .mhz = json_opt_real(v->host_after, "mhz", NAN)};
}

static int visits_find(struct found *out, const struct analysis *a)
{
	int n = 0;

	for (int i = 0; i < a->n_rows + a->n_ceilings; i++) {
		const struct row *r = analysis_row(a, i);

		for (int k = 0; k < r->point->n_visits; k++)
			if (r->point->visits[k].start_wall_ns > 0)
				out[n++] = (struct found){r, &r->point->visits[k]};
	}
	return n;
}

static int visits_all(const struct analysis *a)
{
	int n = 0;

	for (int i = 0; i < a->n_rows + a->n_ceilings; i++)
		n += analysis_row(a, i)->point->n_visits;
	return n;
}

/* Seconds between the end of the visit before and the start of this one. */
static double pause_before(const struct found *f)
{
	const struct stored_visit *before = f[-1].visit;

	return (double)(f->visit->start_wall_ns - before->start_wall_ns) * NS_S -
	       (double)before->wall_ns * NS_S;
}

/* When a run was taken up again, by the note that it left: "interrupted ..., resumed 2026-08-24 14:05:00 UTC". 0: unknown. */
static int64_t resumed_ns(const struct stored_annotation *note)
{
	const char *at = strcmp(note->key, "interrupted") == 0 ? strstr(note->value, "resumed ") : NULL;
	struct tm tm = {0};
	time_t seconds;

	if (!at || sscanf(at, "resumed %4d-%2d-%2d %2d:%2d:%2d UTC", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
			  &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	seconds = timegm(&tm);
	return seconds > 0 && seconds < INT64_MAX / 1000000000 ? (int64_t)seconds * 1000000000 : 0;
}

/* The note's second may have begun when the visit did. */
static bool was_resumed(const struct stored_run *run, const struct found *f)
{
	int64_t before = f[-1].visit->start_wall_ns, now = f->visit->start_wall_ns;

	for (int i = 0; i < run->n_annotations; i++) {
		int64_t ns = resumed_ns(&run->annotations[i]);

		if (ns > before && ns <= now)
			return true;
	}
	return false;
}

static void moments_make(struct timeline *t, const struct stored_run *run, const struct found *f, int n)
{
	double lost = 0;

	for (int i = 0; i < n; i++) {
		double second = (double)(f[i].visit->start_wall_ns - f[0].visit->start_wall_ns) * NS_S - lost;
		double pause = i > 0 ? fmax(0, pause_before(&f[i])) : 0;

		if (pause > LULL_MIN_S || (i > 0 && was_resumed(run, &f[i]))) {
			t->lull[t->n_lulls++] = (struct lull){second - pause, pause};
			lost += pause;
			second -= pause;
		}
		t->length = fmax(t->length, second + (double)f[i].visit->wall_ns * NS_S);
		if (!is_wanted(f[i].visit))
			continue;
		t->moment[t->n] = moment_of(&f[i], second);
		t->count[t->moment[t->n++].state]++;
	}
}

struct timeline timeline_make(const struct analysis *a)
{
	struct timeline t = {0};
	struct found *f = mem_alloc(sizeof *f * (size_t)(visits_all(a) + 1));
	int n = visits_find(f, a);

	qsort(f, (size_t)n, sizeof *f, found_compare);
	t.moment = mem_alloc(sizeof *t.moment * (size_t)(n + 1));
	t.lull = mem_alloc(sizeof *t.lull * (size_t)(n + 1));
	moments_make(&t, a->run, f, n);
	free(f);
	return t;
}

void timeline_free(struct timeline *t)
{
	free(t->moment);
	free(t->lull);
	*t = (struct timeline){0};
}
