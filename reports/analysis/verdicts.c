/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/verdicts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/stat/draw.h"
#include "harness/stat/size.h"
#include "harness/stat/stat.h"
#include "reports/analysis/rows.h"
#include "reports/analysis/verdict_pairs.h"

/* ---- points by id ---- */

static int compare_points(const void *a, const void *b)
{
	return strcmp((*(const struct stored_point *const *)a)->id,
		      (*(const struct stored_point *const *)b)->id);
}

static int compare_id(const void *id, const void *p)
{
	return strcmp(id, (*(const struct stored_point *const *)p)->id);
}

struct by_id {
	int n;
	const struct stored_point **point;
};

static void by_id_make(struct by_id *x, const struct stored_run *run)
{
	x->n = run->n_points;
	x->point = mem_alloc(((size_t)x->n + 1) * sizeof *x->point);
	for (int i = 0; i < x->n; i++)
		x->point[i] = &run->points[i];
	qsort(x->point, (size_t)x->n, sizeof *x->point, compare_points);
}

static const struct stored_point *by_id_find(const struct by_id *x, const char *id)
{
	const struct stored_point *const *p =
		x->n ? bsearch(id, x->point, (size_t)x->n, sizeof *x->point, compare_id) : NULL;

	return p ? *p : NULL;
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

static void cell_pairs(struct verdict_cell *c, const struct trial *t, int number)
{
	struct pairs_ask ask = {.level = t->level, .seed = draw_stream(t->seed, (uint64_t)number)};
	double *r = ratios_of(c->pair, c->n_pairs);
	bool grouped = c->cell->persistent && t->restart_pairs > 0;
	int *group = grouped ? groups_of(c->pair, c->n_pairs, t->restart_pairs) : NULL;

	ask.group = group;
	c->pairs = pairs_compare(r, c->n_pairs, &ask, NULL);
	free(group);
	free(r);
}

static void cell_aa(struct verdict_cell *c, const struct trial *t)
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

		c->aa = pairs_compare(r, m.n, &ask, NULL);
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
	for (int i = 0; i < c->n_pairs; i++)
		c->n_contended += c->pair[i].contended[0] || c->pair[i].contended[1];
	double tokens = tokens_of(c->point[0]);
	c->tokens_s = tokens > 0 ? tokens / c->median[0] : NAN;
	free(x);
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
	for (int i = 0; i < TRIAL_ARMS; i++)
		if (c->point[i]->state != POINT_DONE && c->point[i]->state != POINT_PLANNED && !c->reason) {
			c->state = c->point[i]->state;
			c->reason = mem_strdup(c->point[i]->reason);
			return;
		}
	c->state = c->n_pairs ? POINT_DONE : POINT_PLANNED;
	c->reason = mem_strdup(c->n_pairs ? "" : "no pair was made");
}

static int cell_make(struct verdict_cell *c, const struct trial *t, int number, const struct by_id *points,
		     const struct stored_run *run, struct diag *d)
{
	struct matched_pairs m = {0};

	c->cell = &t->cell[number];
	c->delta = c->cell->delta > 0 ? c->cell->delta : t->delta_fail;
	for (int i = 0; i < TRIAL_ARMS; i++) {
		c->point[i] = by_id_find(points, c->cell->id[i]);
		c->residual[i] = c->median[i] = NAN;
		if (!c->point[i])
			return diag_set(d, ERR_FORMAT,
					"run %lld: the trial names point %s, which the run has not",
					(long long)run->id, c->cell->id[i]);
	}
	c->estimator = estimator_for((enum estimator)t->estimator, tokens_of(c->point[0]) > 0);
	if (!c->cell->reason[0])
		matched_make(&m, c->point, trial_arm_name, VISIT_TIMING, c->estimator, is_alike(c->point[0]));
	c->n_pairs = m.n;
	c->pair = m.pair;
	c->n_lost = m.n_lost;
	memcpy(c->drifting, m.drifting, sizeof c->drifting);
	for (int i = 0; i < TRIAL_ARMS; i++)
		c->wrong[i] = point_is_wrong(c->point[i], trial_arm_name[i], &c->residual[i]);
	cell_pairs(c, t, number);
	cell_aa(c, t);
	cell_values(c);
	cell_state(c);
	return 0;
}

/* ---- what it means ---- */

static bool has_interval(const struct verdict_cell *c)
{
	return c->state == POINT_DONE && c->pairs.state == PAIRS_DONE;
}

/* The same cell of the confirming trial. */
static const struct verdict_cell *confirming_cell(const struct verdicts *fresh, const struct verdict_cell *c)
{
	for (int i = 0; fresh && i < fresh->n_cells; i++)
		if (strcmp(fresh->cell[i].cell->id[0], c->cell->id[0]) == 0 &&
		    strcmp(fresh->cell[i].cell->id[1], c->cell->id[1]) == 0)
			return &fresh->cell[i];
	return NULL;
}

static enum verdict_caveat caveat_of(const struct verdicts *v, const struct verdict_cell *c)
{
	if (c->wrong[0] || c->wrong[1])
		return CAVEAT_WRONG;
	if (v->calibration == CALIBRATION_FAILED)
		return CAVEAT_CALIBRATION;
	return v->trial.n_allowed ? CAVEAT_ALLOWED : CAVEAT_NONE;
}

/* What would decide it: narrow enough for "the same", or enough for the effect that is to be found, whichever is less. */
static int pairs_needed(const struct verdict_cell *c)
{
	if (c->result.verdict != VERDICT_INCONCLUSIVE)
		return 0;
	return verdict_pairs_needed(&c->pairs, expm1(c->result.delta_eq));
}

static void cell_judge(struct verdicts *v, struct verdict_cell *c)
{
	const struct effect e = effect_of_pairs(&c->pairs);
	struct effect fresh = {0};

	c->confirming = confirming_cell(v->confirming, c);
	if (c->confirming)
		fresh = effect_of_pairs(&c->confirming->pairs);
	c->confirmed = c->confirming && verdict_confirms(&e, &fresh);
	const struct verdict_ask ask = {
		.delta_fail = c->delta,
		.delta_eq = v->trial.delta_eq,
		.floor = c->cell->floor,
		.survives = c->survives,
		.needs_confirmation = v->confirmable,
		.confirmed = c->confirmed,
	};
	if (c->state == POINT_DONE)
		c->result = verdict_of(&e, &ask);
	c->caveat = caveat_of(v, c);
	c->pairs_needed = c->state == POINT_DONE ? pairs_needed(c) : 0;
}

/* ---- families ---- */

static int family_of(struct verdicts *v, const struct verdict_cell *c)
{
	const char *text = point_get(&c->point[0]->point, KEY_WORKLOAD);
	int n = trial_kind_length(text);

	for (int i = 0; i < v->n_families; i++)
		if ((int)strlen(v->family[i].name) == n && strncmp(v->family[i].name, text, (size_t)n) == 0)
			return i;
	v->family[v->n_families] = (struct verdict_family){.name = mem_strndup(text, (size_t)n)};
	return v->n_families++;
}

/* Cells of one workload with all its numbers go together. */
static int cluster_of(const struct verdict_cell *cell, const int *at, int n, int i)
{
	const char *text = point_get(&cell[at[i]].point[0]->point, KEY_WORKLOAD);

	for (int k = 0; k < i && k < n; k++)
		if (strcmp(point_get(&cell[at[k]].point[0]->point, KEY_WORKLOAD), text) == 0)
			return k;
	return i;
}

static void family_judge(struct verdict_family *f, const struct trial *t, bool survives)
{
	const struct effect e = {f->family.ok, f->family.theta, f->family.lo, f->family.hi};
	const struct verdict_ask ask = {
		.delta_fail = t->delta_fail, .delta_eq = t->delta_eq, .survives = survives};

	f->verdict = verdict_of(&e, &ask).verdict;
}

/* at: its cells with an interval. */
static void family_make(struct verdicts *v, struct verdict_family *f, const int *at, int n, uint64_t seed)
{
	double *theta = mem_alloc(((size_t)n + 1) * sizeof *theta);
	int *cluster = mem_alloc(((size_t)n + 1) * sizeof *cluster);

	f->n = n;
	for (int i = 0; i < n; i++) {
		theta[i] = v->cell[at[i]].pairs.theta;
		cluster[i] = cluster_of(v->cell, at, n, i);
	}
	f->theta = stat_mean(theta, n);
	f->family = family_compare(theta, cluster, n, v->trial.level, seed);
	family_judge(f, &v->trial, f->family.ok && f->family.p <= v->trial.q);
	free(theta);
	free(cluster);
}

/* Families, and which cells survive the number of tests; the family first. */
static void correct(struct verdicts *v)
{
	int n = v->n_cells, n_at = 0, n_tests = 0;
	double *p = mem_alloc(((size_t)n + 1) * sizeof *p),
	       *family_p = mem_alloc(((size_t)n + 1) * sizeof *family_p);
	int *family = mem_alloc(((size_t)n + 1) * sizeof *family),
	    *at = mem_alloc(((size_t)n + 1) * sizeof *at);
	bool *rejected = mem_alloc(((size_t)n + 1) * sizeof *rejected);

	v->family = mem_alloc(((size_t)n + 2) * sizeof *v->family);
	for (int i = 0; i < n; i++) {
		p[i] = has_interval(&v->cell[i]) ? v->cell[i].pairs.p : NAN;
		family[i] = family_of(v, &v->cell[i]);
		n_tests += !isnan(p[i]);
	}
	for (int f = 0; f < v->n_families; f++, n_at = 0) {
		for (int i = 0; i < n; i++)
			if (family[i] == f && !isnan(p[i]))
				at[n_at++] = i;
		family_make(v, &v->family[f], at, n_at, draw_stream(v->trial.seed, (uint64_t)(n + f)));
		family_p[f] = v->family[f].family.ok ? v->family[f].family.p : NAN;
	}
	/* One family is entered without a test of its own: there is nothing to choose between. */
	if (v->n_families > 1)
		fdr_reject_families(p, family, n, family_p, v->n_families, v->trial.q, rejected);
	else
		fdr_reject(p, n, v->trial.q, rejected);
	for (int i = 0; i < n; i++)
		v->cell[i].survives = n_tests > 0 && rejected[i];
	free(p);
	free(family_p);
	free(family);
	free(at);
	free(rejected);
}

static void whole_family(struct verdicts *v)
{
	int *at = mem_alloc(((size_t)v->n_cells + 1) * sizeof *at), n = 0;

	for (int i = 0; i < v->n_cells; i++)
		if (has_interval(&v->cell[i]))
			at[n++] = i;
	if (v->n_families > 1) {
		struct verdict_family *f = &v->family[v->n_families++];

		f->name = mem_strdup("all");
		family_make(v, f, at, n, draw_stream(v->trial.seed, (uint64_t)(2 * v->n_cells + 1)));
	}
	free(at);
}

/* ---- A/A ---- */

static void all_aa(struct verdicts *v)
{
	double *r, *size;
	int n = 0;

	for (int i = 0; i < v->n_cells; i++)
		n += v->cell[i].n_aa;
	r = mem_alloc(((size_t)n + 1) * sizeof *r);
	size = mem_alloc(((size_t)n + 1) * sizeof *size);
	n = 0;
	for (int i = 0; i < v->n_cells; i++)
		for (int k = 0; k < v->cell[i].n_aa; k++, n++) {
			r[n] = v->cell[i].aa_pair[k].r;
			size[n] = fabs(r[n]);
		}
	const struct pairs_ask ask = {.level = v->trial.level, .seed = v->trial.seed};
	const struct pairs all = pairs_compare(r, n, &ask, NULL);
	bool done = all.state == PAIRS_DONE;

	v->n_aa = n;
	v->aa_p = done ? all.p : NAN;
	v->aa_theta = done ? all.theta : NAN;
	v->aa_q95 = stat_quantile(size, n, 0.95);
	free(r);
	free(size);
}

/* ---- all of it ---- */

static void count(struct verdicts *v)
{
	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cell[i];

		if (c->state == POINT_DONE)
			v->count[c->result.verdict]++;
		v->n_failed += c->state == POINT_FAILED || c->state == POINT_UNAVAILABLE || c->wrong[0] ||
			       c->wrong[1];
		v->n_required_open += c->cell->required &&
				      (c->state != POINT_DONE || c->result.verdict == VERDICT_INCONCLUSIVE);
	}
}

static int make(struct verdicts *v, struct diag *d)
{
	struct by_id points;
	int rc = stored_trial(&v->trial, v->run, d);

	if (rc)
		return rc;
	v->cell = mem_alloc(((size_t)v->trial.n_cells + 1) * sizeof *v->cell);
	by_id_make(&points, v->run);
	for (int i = 0; i < v->trial.n_cells && rc == 0; i++) {
		v->n_cells = i + 1;
		rc = cell_make(&v->cell[i], &v->trial, i, &points, v->run, d);
	}
	free(points.point);
	return rc;
}

static void judge(struct verdicts *v)
{
	const struct trial_calibration *known = &v->trial.calibration;

	v->complete = strcmp(v->run->state, "done") == 0;
	v->confirmable = v->trial.purpose == TRIAL_GATE;
	v->false_alarms = calibration_count(known->k, known->n);
	v->calibration = calibration_judge(&v->false_alarms, known->missed);
	correct(v);
	whole_family(v);
	for (int i = 0; i < v->n_cells; i++)
		cell_judge(v, &v->cell[i]);
	all_aa(v);
	count(v);
}

int verdicts_make(struct verdicts **out, const struct stored_run *run, const struct stored_run *confirming,
		  struct diag *d)
{
	struct verdicts *v = mem_alloc(sizeof *v);
	int rc;

	v->run = run;
	rc = make(v, d);
	if (rc == 0 && confirming) {
		rc = verdicts_make(&v->confirming, confirming, NULL, d);
		v->confirming_run = confirming->id;
	}
	if (rc) {
		verdicts_free(v);
		return rc;
	}
	judge(v);
	*out = v;
	return 0;
}

void verdicts_free(struct verdicts *v)
{
	if (!v)
		return;
	for (int i = 0; i < v->n_cells; i++) {
		free(v->cell[i].pair);
		free(v->cell[i].aa_pair);
		free(v->cell[i].reason);
	}
	for (int i = 0; i < v->n_families; i++)
		free(v->family[i].name);
	free(v->cell);
	free(v->family);
	verdicts_free(v->confirming);
	trial_free(&v->trial);
	free(v);
}

/* A gate's SLOWER is confirmed already, or it is none. */
int verdicts_exit(const struct verdicts *v)
{
	if (v->calibration == CALIBRATION_FAILED)
		return 4;
	if (v->count[VERDICT_SLOWER])
		return 1;
	if (v->n_failed)
		return 5;
	return v->n_required_open ? 3 : 0;
}
