/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stored trial made by hand, for tests of verdicts and their reports: a run as stored_run.h makes them, with the
 * annotation that makes it a trial, cells and pairs. No worker, no database, the same numbers every time.
 */
#ifndef IFM_TESTS_GOLDEN_STORED_TRIAL_H
#define IFM_TESTS_GOLDEN_STORED_TRIAL_H

#include "harness/store/trial_text.h"
#include "reports/analysis/verdicts.h"
#include "tests/golden/stored_run.h"
#include "tests/tap.h"

#define TRIAL_VISITS 400 /* of a point */
#define TRIAL_CELLS  40
/* Of a step: ratios of whole nanoseconds are those asked for to 1e-12. */
#define TRIAL_STEP_NS 1e12

struct trial_maker {
	struct maker *m;
	struct trial t;
	struct stored_annotation annotation;
	struct stored_point *point[TRIAL_CELLS][TRIAL_ARMS];
	int position; /* of the last visit */
};

__attribute__((unused)) static struct trial_maker *trial_start(void)
{
	struct trial_maker *x = mem_alloc(sizeof *x);

	x->m = made_start();
	x->t = (struct trial){.delta_fail = VERDICT_DELTA_FAIL,
			      .delta_eq = VERDICT_DELTA_EQ,
			      .level = PAIRS_LEVEL,
			      .q = FDR_Q_REPORT,
			      .pairs_max = 110,
			      .warmup = mem_strdup("flat"),
			      .seed = 42,
			      .copy = mem_strdup("/tmp/copy/worker"),
			      .no_copy = mem_strdup(""),
			      .calibration = {.q99 = NAN},
			      .cell = mem_alloc(sizeof *x->t.cell * TRIAL_CELLS)};
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		x->t.arm[arm] =
			(struct trial_arm){.title = mem_strdup(arm ? "new" : "old"),
					   .worker = mem_strdup(arm ? "./new/worker" : "./old/worker"),
					   .version = mem_strdup("0.2.0"),
					   .build = mem_strdup("")};
	return x;
}

static struct stored_point *trial_point(struct trial_maker *x, const char *keys)
{
	struct stored_point *p = made_point(x->m, ROLE_MEASURE, POINT_DONE, "", keys);

	p->visits = made_own(x->m, mem_alloc(sizeof *p->visits * TRIAL_VISITS));
	return p;
}

/* b: keys of its point; NULL: the point of a is of both arms. Returns the number of the cell. */
__attribute__((unused)) static int trial_cell_of(struct trial_maker *x, const char *a, const char *b)
{
	int n = x->t.n_cells++;

	x->point[n][0] = x->point[n][1] = trial_point(x, a);
	if (b)
		x->point[n][1] = trial_point(x, b);
	x->t.cell[n] = (struct trial_cell){.reason = mem_strdup("")};
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		memcpy(x->t.cell[n].id[arm], x->point[n][arm]->id, POINT_ID_SIZE);
	return n;
}

/* Three repetitions of seconds times TRIAL_STEP_NS / 1e9 after one of warm-up. */
static struct stored_visit *trial_visit(struct trial_maker *x, struct stored_point *p, enum visit_kind kind,
					const char *arm, int round, double time)
{
	static const double none[3] = {0, 0, 0};
	struct stored_visit *v;

	v = made_timing(x->m, p, round, (int64_t)llround(time * TRIAL_STEP_NS), 3, 1, none);
	v->kind = kind;
	v->arm = made_text(x->m, arm);
	v->position = ++x->position;
	v->wall_ns = 500000000;
	return v;
}

/* first: the arm that comes first. */
__attribute__((unused)) static void trial_pair(struct trial_maker *x, int cell, int round, double r,
					       int first)
{
	for (int i = 0; i < TRIAL_ARMS; i++) {
		int arm = i ? 1 - first : first;

		trial_visit(x, x->point[cell][arm], VISIT_TIMING, trial_arm_name[arm], round,
			    arm ? exp(r) : 1);
	}
}

__attribute__((unused)) static void trial_pairs(struct trial_maker *x, int cell, const double *r, int n)
{
	for (int i = 0; i < n; i++)
		trial_pair(x, cell, i + 1, r[i], i % 2);
}

__attribute__((unused)) static void trial_aa(struct trial_maker *x, int cell, int round, double r)
{
	trial_visit(x, x->point[cell][0], VISIT_AA, "a", round, 1);
	trial_visit(x, x->point[cell][0], VISIT_AA, TRIAL_ARM_COPY, round, exp(r));
}

/* Standard normal quantiles of n equal shares in a shuffled order, so that a small sample looks as noise does. */
__attribute__((unused)) static void trial_noise(double *r, int n, double shift, double spread)
{
	static const double quantile[] = {-1.64, -1.04, -0.67, -0.39, -0.13, 0.13, 0.39, 0.67, 1.04, 1.64};

	for (int i = 0; i < n; i++)
		r[i] = shift + spread * quantile[i * 7 % 10];
}

/* The run with what its trial is now. */
__attribute__((unused)) static const struct stored_run *trial_run(struct trial_maker *x)
{
	static char key[] = TRIAL_KEY;
	struct diag d = {0};
	char *text;

	if (trial_format(&x->t, &text, &d) != 0)
		bail(d.text);
	x->annotation = (struct stored_annotation){key, made_own(x->m, text)};
	x->m->run.annotations = &x->annotation;
	x->m->run.n_annotations = 1;
	return &x->m->run;
}

__attribute__((unused)) static struct verdicts *trial_verdicts(struct trial_maker *x,
							       struct trial_maker *fresh)
{
	struct verdicts *v = NULL;
	struct diag d = {0};

	if (verdicts_make(&v, trial_run(x), fresh ? trial_run(fresh) : NULL, &d) != 0)
		bail(d.text);
	return v;
}

__attribute__((unused)) static void trial_end(struct trial_maker *x)
{
	trial_free(&x->t);
	made_free(x->m);
	free(x);
}

#endif
