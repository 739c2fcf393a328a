/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/verdicts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/stat/size.h"
#include "harness/stat/stat.h"
#include "reports/analysis/verdict_steps.h"

/* ---- what confirms ---- */

struct entry {
	const struct verdict_cell *cell;
};

static int compare_entries(const void *a, const void *b)
{
	const struct trial_cell *x = ((const struct entry *)a)->cell->cell,
				*y = ((const struct entry *)b)->cell->cell;
	int by_a = strcmp(x->id[0], y->id[0]);

	return by_a ? by_a : strcmp(x->id[1], y->id[1]);
}

/* Each cell's own in the confirming trial. */
static void find_confirming(struct verdicts *v)
{
	const struct verdicts *fresh = v->confirming;
	size_t n = fresh ? (size_t)fresh->n_cells : 0;
	struct entry *sorted = mem_alloc((n + 1) * sizeof *sorted);

	for (size_t i = 0; i < n; i++)
		sorted[i].cell = &fresh->cell[i];
	qsort(sorted, n, sizeof *sorted, compare_entries);
	for (int i = 0; i < v->n_cells; i++) {
		const struct entry own = {&v->cell[i]};
		const struct entry *found = bsearch(&own, sorted, n, sizeof *sorted, compare_entries);

		v->cell[i].confirming = found ? found->cell : NULL;
	}
	free(sorted);
}

/* ---- what it means ---- */

static enum verdict_caveat caveat_of(const struct verdicts *v, const struct verdict_cell *c)
{
	if (c->wrong[0] || c->wrong[1])
		return CAVEAT_WRONG;
	if (v->calibration == CALIBRATION_FAILED)
		return CAVEAT_CALIBRATION;
	return v->trial.n_allowed ? CAVEAT_ALLOWED : CAVEAT_NONE;
}

/* Pairs with which an effect as large as the one seen is found at alpha. */
static int pairs_for_effect(const struct verdict_cell *c, double alpha)
{
	double effect = expm1(fabs(c->pairs.theta)), noise = c->pairs.noise;

	return noise > 0 ? size_pairs_for_effect(noise, 0, effect, alpha, PAIRS_POWER) : 0;
}

/*
 * What would decide it: an interval that is narrow enough, or for a large effect that it is found, whichever is less. One
 * of many tests survives for certain at alpha / tests, and no earlier than its p can be so small. A fresh campaign decides
 * what is not confirmed, more pairs do not.
 */
static int pairs_needed(const struct verdict_cell *c, double q, int n_tests)
{
	int n = verdict_pairs_needed(&c->pairs, expm1(c->result.delta_eq)), found;

	switch (c->result.reason) {
	case VERDICT_NO_INTERVAL:
		return n;
	case VERDICT_WIDE:
		found = fabs(c->pairs.theta) >= c->result.delta_fail ? pairs_for_effect(c, 1 - c->pairs.level)
								     : 0;
		return found > c->n_pairs && found < n ? found : n;
	case VERDICT_NOT_SURVIVING:
		n = size_pairs_for_tests(n_tests, q);
		found = pairs_for_effect(c, q / n_tests);
		n = n > found ? n : found;
		return n > c->n_pairs ? n : c->n_pairs + 1;
	default:
		return 0;
	}
}

static void cell_judge(const struct verdicts *v, struct verdict_cell *c, int n_tests)
{
	const struct effect e = effect_of_pairs(&c->pairs);
	struct effect fresh = {0};

	if (c->confirming && verdict_cell_has_interval(c->confirming) &&
	    !verdict_cell_throttled(c->confirming))
		fresh = effect_of_pairs(&c->confirming->pairs);
	c->confirmed = c->confirming && verdict_confirms(&e, &fresh);
	const struct verdict_ask ask = {
		.delta_fail = c->delta,
		.delta_eq = v->trial.delta_eq,
		.floor = c->cell->floor,
		.survives = c->survives,
		.needs_confirmation = v->confirmable,
		.confirmed = c->confirmed,
		.throttled = verdict_cell_throttled(c),
	};
	if (c->state == POINT_DONE)
		c->result = verdict_of(&e, &ask);
	c->caveat = caveat_of(v, c);
	c->pairs_needed = c->state == POINT_DONE ? pairs_needed(c, v->trial.q, n_tests) : 0;
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

static void find_varying(struct verdicts *v)
{
	for (int i = 1; i < v->n_cells; i++)
		for (int k = 0; k < KEY_COUNT; k++)
			v->varies[k] |=
				strcmp(point_get(&v->cell[i].point[0]->point, (enum point_key)k),
				       point_get(&v->cell[0].point[0]->point, (enum point_key)k)) != 0;
}

static bool has_failed(const struct verdict_cell *c)
{
	return c->state == POINT_FAILED || c->state == POINT_UNAVAILABLE;
}

static void count(struct verdicts *v)
{
	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cell[i];

		if (c->state == POINT_DONE)
			v->count[c->result.verdict]++;
		v->n_failed += has_failed(c) || c->wrong[0] || c->wrong[1] ||
			       (verdict_cell_unsettled(c) && has_failed(c->confirming));
		v->n_required_open += c->cell->required &&
				      (c->state != POINT_DONE || c->result.verdict == VERDICT_INCONCLUSIVE);
	}
}

static void judge(struct verdicts *v)
{
	const struct trial_calibration *known = &v->trial.calibration;
	int n_tests = 0;

	v->complete = strcmp(v->run->state, "done") == 0;
	v->confirmable = v->trial.purpose == TRIAL_GATE;
	v->false_alarms = calibration_count(known->k, known->n);
	v->calibration = calibration_judge(&v->false_alarms, known->missed);
	verdict_families_make(v);
	find_confirming(v);
	for (int i = 0; i < v->n_cells; i++)
		n_tests += verdict_cell_has_interval(&v->cell[i]);
	for (int i = 0; i < v->n_cells; i++)
		cell_judge(v, &v->cell[i], n_tests);
	find_varying(v);
	all_aa(v);
	count(v);
}

int verdicts_make(struct verdicts **out, const struct stored_run *run, const struct stored_run *confirming,
		  struct diag *d)
{
	struct verdicts *v = mem_alloc(sizeof *v);
	int rc;

	v->run = run;
	rc = stored_trial(&v->trial, run, d);
	if (rc == 0)
		rc = verdict_cells_make(v, d);
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
	verdict_cells_free(v);
	for (int i = 0; i < v->n_families; i++)
		free(v->family[i].name);
	free(v->family);
	verdicts_free(v->confirming);
	trial_free(&v->trial);
	free(v);
}

bool verdict_cell_unsettled(const struct verdict_cell *c)
{
	return c->state == POINT_DONE && c->result.reason == VERDICT_UNCONFIRMED && c->confirming &&
	       !verdict_cell_has_interval(c->confirming);
}

bool verdict_cell_fails(const struct verdict_cell *c)
{
	return c->state == POINT_DONE && c->result.verdict == VERDICT_SLOWER && c->caveat != CAVEAT_WRONG &&
	       c->caveat != CAVEAT_CALIBRATION;
}

static bool is_any_done(const struct verdicts *v)
{
	for (int i = 0; i < v->n_cells; i++)
		if (v->cell[i].state == POINT_DONE)
			return true;
	return false;
}

int verdicts_exit(const struct verdicts *v)
{
	if (!v->complete || (v->confirming && !v->confirming->complete))
		return VERDICTS_INTERRUPTED;
	if (v->calibration == CALIBRATION_FAILED)
		return 4;
	for (int i = 0; i < v->n_cells; i++)
		if (verdict_cell_fails(&v->cell[i]))
			return 1;
	if (v->n_failed || (v->n_cells && !is_any_done(v)))
		return 5;
	return v->n_required_open ? 3 : 0;
}
