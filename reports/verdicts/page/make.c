/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the page are told: which keys name points, which bounds hold, what comes first. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

/* Cells of which the bounds are counted: nearly all share theirs. */
#define BOUNDS_TRIED 64

/* Keys that vary over the cells, less those that an arm declares: both arms' cells have them. */
static void keys_make(struct trial_page *t)
{
	const struct verdicts *v = t->v;
	const struct point *first = NULL;
	bool varies[KEY_COUNT] = {false};

	for (int i = 0; i < v->n_cells; i++) {
		const struct point *p = cell_point(&v->cell[i]);

		first = first ? first : p;
		for (int k = 0; p && k < KEY_COUNT; k++)
			varies[k] |= strcmp(point_get(first, (enum point_key)k),
					    point_get(p, (enum point_key)k)) != 0;
	}
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		for (int k = 0; k < KEY_COUNT; k++)
			varies[k] &= !v->trial.arm[arm].keys.value[k];
	t->n_keys = label_keys(varies, t->key);
}

/* What people look for first: what is called, then what might be, then the rest; large ones first. */
static int rank_of(const struct verdict_cell *c)
{
	static const int rank[] = {[VERDICT_INCONCLUSIVE] = 2,
				   [VERDICT_SAME] = 0,
				   [VERDICT_CHANGED_SMALL] = 1,
				   [VERDICT_FASTER] = 4,
				   [VERDICT_SLOWER] = 5};

	if (c->result.verdict == VERDICT_INCONCLUSIVE && c->result.reason >= VERDICT_NOT_SURVIVING)
		return 3;
	return rank[c->result.verdict];
}

static int cells_compare(const void *a, const void *b)
{
	const struct verdict_cell *x = *(const struct verdict_cell *const *)a;
	const struct verdict_cell *y = *(const struct verdict_cell *const *)b;
	double dx = fabs(x->pairs.theta), dy = fabs(y->pairs.theta);

	if (rank_of(x) != rank_of(y))
		return rank_of(y) - rank_of(x);
	if (dx != dy)
		return dx < dy ? 1 : -1;
	return x < y ? -1 : x > y;
}

static bool same_bounds(const struct verdict_result *a, const struct verdict_result *b)
{
	return fabs(a->delta_fail - b->delta_fail) < 1e-12 && fabs(a->delta_eq - b->delta_eq) < 1e-12;
}

/* Those of most cells; without any, the trial's. */
static void bounds_make(struct trial_page *t)
{
	const struct trial *trial = &t->v->trial;
	int best = 0;

	t->delta_fail = calibration_delta(trial->delta_fail > 0 ? trial->delta_fail : VERDICT_DELTA_FAIL,
					  trial->calibration.q99);
	t->delta_eq = calibration_delta(trial->delta_eq > 0 ? trial->delta_eq : VERDICT_DELTA_EQ,
					trial->calibration.q99);
	for (int i = 0; i < t->n_ranked && i < BOUNDS_TRIED; i++) {
		const struct verdict_result *one = &t->ranked[i]->result;
		int n = 0;

		for (int k = 0; k < t->n_ranked; k++)
			n += same_bounds(one, &t->ranked[k]->result);
		if (n <= best)
			continue;
		best = n;
		t->delta_fail = expm1(one->delta_fail);
		t->delta_eq = expm1(one->delta_eq);
	}
}

bool cell_has_own_bounds(const struct trial_page *t, const struct verdict_cell *c)
{
	const struct verdict_result most = {.delta_fail = log1p(t->delta_fail),
					    .delta_eq = log1p(t->delta_eq)};

	return cell_has_interval(c) && !same_bounds(&most, &c->result);
}

void trial_page_make(struct trial_page *t, const struct verdicts *v)
{
	*t = (struct trial_page){.v = v};
	t->ranked = mem_alloc(sizeof(const struct verdict_cell *) * ((size_t)v->n_cells + 1));
	for (int i = 0; i < v->n_cells; i++) {
		t->n_compared += v->cell[i].state == POINT_DONE;
		if (cell_has_interval(&v->cell[i]))
			t->ranked[t->n_ranked++] = &v->cell[i];
	}
	qsort(t->ranked, (size_t)t->n_ranked, sizeof(const struct verdict_cell *), cells_compare);
	bounds_make(t);
	keys_make(t);
}

void trial_page_free(struct trial_page *t)
{
	free(t->ranked);
}
