/* SPDX-License-Identifier: Apache-2.0 */
/* The cells of a trial: their points, pairs, intervals and values. */
#include "config.h"

#include "reports/analysis/verdict_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/stat/draw.h"
#include "harness/stat/stat.h"
#include "reports/analysis/rows.h"
#include "reports/analysis/verdict_pairs.h"

/* ---- points by id ---- */

struct entry {
	const struct stored_point *point;
};

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->point->id, ((const struct entry *)b)->point->id);
}

static int compare_id(const void *id, const void *entry)
{
	return strcmp(id, ((const struct entry *)entry)->point->id);
}

struct by_id {
	int n;
	struct entry *entry;
};

static void by_id_make(struct by_id *x, const struct stored_run *run)
{
	x->n = run->n_points;
	x->entry = mem_alloc(((size_t)x->n + 1) * sizeof *x->entry);
	for (int i = 0; i < x->n; i++)
		x->entry[i].point = &run->points[i];
	qsort(x->entry, (size_t)x->n, sizeof *x->entry, compare_entries);
}

static const struct stored_point *by_id_find(const struct by_id *x, const char *id)
{
	const struct entry *e =
		x->n ? bsearch(id, x->entry, (size_t)x->n, sizeof *x->entry, compare_id) : NULL;

	return e ? e->point : NULL;
}

/* ---- a cell ---- */

static double tokens_of(const struct stored_point *p)
{
	return p && p->check_answer ? json_opt_real(p->check_answer, "tokens", 0) : 0;
}

/* Prefills and decode steps in one repetition are no series. */
static bool is_alike(const struct stored_point *p)
{
	return !p->check_answer || json_array_size(json_object_get(p->check_answer, "parts")) <= 1;
}

static double *ratios_of(const struct verdict_pair *pair, int n)
{
	double *r = mem_alloc(((size_t)n + 1) * sizeof *r);

	for (int i = 0; i < n; i++)
		r[i] = pair[i].r;
	return r;
}

static int *groups_of(struct verdict_pair *pair, int n, int restart_pairs)
{
	int *group = mem_alloc(((size_t)n + 1) * sizeof *group);

	for (int i = 0; i < n; i++)
		group[i] = pair[i].group = (pair[i].round - 1) / restart_pairs;
	return group;
}

static void cell_pairs(struct verdict_cell *c, const struct trial *t, int number, struct pairs_work *work)
{
	struct pairs_ask ask = {.level = t->level, .seed = draw_stream(t->seed, (uint64_t)number)};
	double *r = ratios_of(c->pair, c->n_pairs);
	bool grouped = c->cell->persistent && t->restart_pairs > 0;
	int *group = grouped ? groups_of(c->pair, c->n_pairs, t->restart_pairs) : NULL;

	ask.group = group;
	c->pairs = pairs_compare(r, c->n_pairs, &ask, work);
	free(group);
	free(r);
}

static void cell_aa(struct verdict_cell *c, const struct trial *t, struct pairs_work *work)
{
	static const char *const arms[TRIAL_ARMS] = {"a", TRIAL_ARM_COPY};
	const struct stored_point *const same[TRIAL_ARMS] = {c->point[0], c->point[0]};
	struct matched_pairs m;

	matched_make(&m, same, arms, VISIT_AA, c->estimator, false);
	c->n_aa = m.n;
	c->aa_pair = m.pair;
	if (m.n) {
		const struct pairs_ask ask = {.level = t->level, .seed = t->seed};
		double *r = ratios_of(m.pair, m.n);

		c->aa = pairs_compare(r, m.n, &ask, work);
		free(r);
	}
}

static void cell_values(struct verdict_cell *c)
{
	double *x = mem_alloc(((size_t)c->n_pairs + 1) * sizeof *x);

	for (int arm = 0; arm < TRIAL_ARMS; arm++) {
		for (int i = 0; i < c->n_pairs; i++)
			x[i] = c->pair[i].value[arm];
		c->median[arm] = stat_median(x, c->n_pairs);
	}
	for (int i = 0; i < c->n_pairs; i++) {
		c->n_contended += c->pair[i].contended[0] || c->pair[i].contended[1];
		c->n_throttled += c->pair[i].throttled[0] || c->pair[i].throttled[1];
	}
	double tokens = tokens_of(c->point[0]);
	c->tokens_s = tokens > 0 ? tokens / c->median[0] : NAN;
	free(x);
}

/* How bad a state is, so that relabelled arms have the same. */
static int severity(enum point_state s)
{
	static const int of[] = {[POINT_PLANNED] = 0,
				 [POINT_DONE] = 0,
				 [POINT_SKIPPED] = 1,
				 [POINT_UNAVAILABLE] = 2,
				 [POINT_FAILED] = 3};

	return of[s];
}

/* The state of what was to be compared: of the two points the worse. */
static void cell_state(struct verdict_cell *c)
{
	if (c->cell->reason[0]) {
		c->state = POINT_SKIPPED;
		for (int i = 0; i < TRIAL_ARMS; i++)
			if (c->point[i] && c->point[i]->state > POINT_SKIPPED)
				c->state = c->point[i]->state;
		c->reason = mem_strdup(c->cell->reason);
		return;
	}
	const struct stored_point *worse =
		c->point[severity(c->point[1]->state) > severity(c->point[0]->state)];
	if (severity(worse->state)) {
		c->state = worse->state;
		c->reason = mem_strdup(worse->reason);
		return;
	}
	c->state = c->n_pairs ? POINT_DONE : POINT_PLANNED;
	c->reason = mem_strdup(c->n_pairs ? "" : "no pair was made");
}

/* What all cells are made with. */
struct making {
	const struct verdicts *v;
	struct by_id points;
	struct pairs_work work;
};

static int cell_make(struct verdict_cell *c, int number, struct making *x, struct diag *d)
{
	const struct trial *t = &x->v->trial;
	struct matched_pairs m = {0};

	c->cell = &t->cell[number];
	c->delta = c->cell->delta > 0 ? c->cell->delta : t->delta_fail;
	for (int i = 0; i < TRIAL_ARMS; i++) {
		c->point[i] = by_id_find(&x->points, c->cell->id[i]);
		c->residual[i] = c->median[i] = NAN;
		if (!c->point[i])
			return diag_set(d, ERR_FORMAT,
					"run %lld: the trial names point %s, which the run has not",
					(long long)x->v->run->id, c->cell->id[i]);
	}
	/* Of either, so that relabelled arms are measured alike. */
	c->estimator = estimator_for((enum estimator)t->estimator,
				     tokens_of(c->point[0]) > 0 || tokens_of(c->point[1]) > 0);
	if (!c->cell->reason[0])
		matched_make(&m, c->point, trial_arm_name, VISIT_TIMING, c->estimator,
			     is_alike(c->point[0]) && is_alike(c->point[1]));
	c->n_pairs = m.n;
	c->pair = m.pair;
	c->n_lost = m.n_lost;
	memcpy(c->drifting, m.drifting, sizeof c->drifting);
	for (int i = 0; i < TRIAL_ARMS; i++)
		c->wrong[i] = point_is_wrong(c->point[i], trial_arm_name[i], &c->residual[i]);
	cell_pairs(c, t, number, &x->work);
	cell_aa(c, t, &x->work);
	cell_values(c);
	cell_state(c);
	return 0;
}

int verdict_cells_make(struct verdicts *v, struct diag *d)
{
	struct making x = {.v = v};
	int rc = 0;

	v->cell = mem_alloc(((size_t)v->trial.n_cells + 1) * sizeof *v->cell);
	by_id_make(&x.points, v->run);
	for (int i = 0; i < v->trial.n_cells && rc == 0; i++) {
		v->n_cells = i + 1;
		rc = cell_make(&v->cell[i], i, &x, d);
	}
	free(x.points.entry);
	pairs_work_free(&x.work);
	return rc;
}

void verdict_cells_free(struct verdicts *v)
{
	for (int i = 0; i < v->n_cells; i++) {
		free(v->cell[i].pair);
		free(v->cell[i].aa_pair);
		free(v->cell[i].reason);
	}
	free(v->cell);
}

bool verdict_cell_throttled(const struct verdict_cell *c)
{
	return 2 * c->n_throttled > c->n_pairs;
}

bool verdict_cell_has_interval(const struct verdict_cell *c)
{
	return c->state == POINT_DONE && c->pairs.state == PAIRS_DONE;
}
