/* SPDX-License-Identifier: Apache-2.0 */
/* Families of cells, and the correction for the number of tests. */
#include "config.h"

#include "reports/analysis/verdict_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/stat/draw.h"
#include "harness/stat/stat.h"

/* ---- what is equal ---- */

struct text {
	const char *text;
	int length, at;
};

static bool is_same(const struct text *x, const struct text *y)
{
	return x->length == y->length && memcmp(x->text, y->text, (size_t)x->length) == 0;
}

static int compare_texts(const void *a, const void *b)
{
	const struct text *x = a, *y = b;
	int by_text = memcmp(x->text, y->text, (size_t)(x->length < y->length ? x->length : y->length));

	if (by_text)
		return by_text;
	return x->length != y->length ? x->length - y->length : x->at - y->at;
}

/* first[i]: where the first text stands that is as text i. Sorts them: a stored run may hold any number of them. */
static void find_first(int *first, struct text *text, int n)
{
	qsort(text, (size_t)n, sizeof *text, compare_texts);
	for (int i = 0; i < n; i++)
		first[text[i].at] =
			i > 0 && is_same(&text[i - 1], &text[i]) ? first[text[i - 1].at] : text[i].at;
}

static const char *workload_of(const struct verdict_cell *c)
{
	return point_get(&c->point[0]->point, KEY_WORKLOAD);
}

/* ---- families ---- */

/* The cells in the order of their families, those of family i from start[i] on. */
struct members {
	int *family; /* of each cell */
	int *at, *start;
};

/* Names the families in the order of their first cells; "all" has room behind them. */
static void families_name(struct verdicts *v, struct members *m)
{
	struct text *kind = mem_alloc(((size_t)v->n_cells + 1) * sizeof *kind);
	int *first = mem_alloc(((size_t)v->n_cells + 1) * sizeof *first);

	for (int i = 0; i < v->n_cells; i++) {
		const char *text = workload_of(&v->cell[i]);

		kind[i] = (struct text){text, trial_kind_length(text), i};
	}
	find_first(first, kind, v->n_cells);
	v->family = mem_alloc(((size_t)v->n_cells + 2) * sizeof *v->family);
	for (int i = 0; i < v->n_cells; i++) {
		const char *text = workload_of(&v->cell[i]);

		if (first[i] == i)
			v->family[v->n_families].name = mem_strndup(text, (size_t)trial_kind_length(text));
		m->family[i] = first[i] == i ? v->n_families++ : m->family[first[i]];
	}
	free(kind);
	free(first);
}

/* The speed of something else is no speed of the family's. */
static bool is_member(const struct verdict_cell *c)
{
	return verdict_cell_has_interval(c) && !c->wrong[0] && !c->wrong[1] && !verdict_cell_throttled(c);
}

static void members_make(struct members *m, const struct verdicts *v)
{
	m->start = mem_alloc(((size_t)v->n_families + 2) * sizeof *m->start);
	for (int i = 0; i < v->n_cells; i++)
		m->start[m->family[i] + 2] += is_member(&v->cell[i]);
	for (int f = 0; f < v->n_families; f++)
		m->start[f + 2] += m->start[f + 1];
	for (int i = 0; i < v->n_cells; i++)
		if (is_member(&v->cell[i]))
			m->at[m->start[m->family[i] + 1]++] = i;
}

/* Fresh pairs are made of single cells: a family is confirmed by none. */
static void family_judge(struct verdict_family *f, const struct verdicts *v, bool survives)
{
	const struct effect e = {f->family.ok, f->family.theta, f->family.lo, f->family.hi};
	const struct verdict_ask ask = {.delta_fail = v->trial.delta_fail,
					.delta_eq = v->trial.delta_eq,
					.survives = survives,
					.needs_confirmation = v->confirmable};

	f->verdict = verdict_of(&e, &ask).verdict;
}

/* at: its cells with an interval. */
static void family_make(struct verdicts *v, struct verdict_family *f, const int *at, int n, uint64_t seed)
{
	double *theta = mem_alloc(((size_t)n + 1) * sizeof *theta);
	int *cluster = mem_alloc(((size_t)n + 1) * sizeof *cluster);
	struct text *workload = mem_alloc(((size_t)n + 1) * sizeof *workload);

	f->n = n;
	for (int i = 0; i < n; i++) {
		const char *text = workload_of(&v->cell[at[i]]);

		theta[i] = v->cell[at[i]].pairs.theta;
		workload[i] = (struct text){text, (int)strlen(text), i};
	}
	/* Cells of one workload with all its numbers go together. */
	find_first(cluster, workload, n);
	f->theta = stat_mean(theta, n);
	f->family = family_compare(theta, cluster, n, v->trial.level, seed);
	family_judge(f, v, f->family.ok && f->family.p <= v->trial.q);
	free(theta);
	free(cluster);
	free(workload);
}

/* Which cells survive the number of tests; the family first. */
static void correct(struct verdicts *v, const int *family)
{
	size_t n = (size_t)v->n_cells + 1;
	double *p = mem_alloc(n * sizeof *p), *family_p = mem_alloc(n * sizeof *family_p);
	bool *rejected = mem_alloc(n * sizeof *rejected);

	for (int i = 0; i < v->n_cells; i++)
		p[i] = verdict_cell_has_interval(&v->cell[i]) ? v->cell[i].pairs.p : NAN;
	for (int f = 0; f < v->n_families; f++)
		family_p[f] = v->family[f].family.ok ? v->family[f].family.p : NAN;
	/* One family is entered without a test of its own: there is nothing to choose between. */
	if (v->n_families > 1)
		fdr_reject_families(p, family, v->n_cells, family_p, v->n_families, v->trial.q, rejected);
	else
		fdr_reject(p, v->n_cells, v->trial.q, rejected);
	for (int i = 0; i < v->n_cells; i++)
		v->cell[i].survives = rejected[i];
	free(p);
	free(family_p);
	free(rejected);
}

/* Of the members of all, behind them. */
static void whole_family(struct verdicts *v)
{
	int *at = mem_alloc(((size_t)v->n_cells + 1) * sizeof *at), n = 0;

	for (int i = 0; i < v->n_cells; i++)
		if (is_member(&v->cell[i]))
			at[n++] = i;
	if (v->n_families > 1) {
		struct verdict_family *f = &v->family[v->n_families++];

		f->name = mem_strdup("all");
		family_make(v, f, at, n, draw_stream(v->trial.seed, 2 * (uint64_t)v->n_cells + 1));
	}
	free(at);
}

void verdict_families_make(struct verdicts *v)
{
	struct members m = {.family = mem_alloc(((size_t)v->n_cells + 1) * sizeof *m.family),
			    .at = mem_alloc(((size_t)v->n_cells + 1) * sizeof *m.at)};

	families_name(v, &m);
	members_make(&m, v);
	for (int f = 0; f < v->n_families; f++)
		family_make(v, &v->family[f], m.at + m.start[f], m.start[f + 1] - m.start[f],
			    draw_stream(v->trial.seed, (uint64_t)v->n_cells + (uint64_t)f));
	correct(v, m.family);
	whole_family(v);
	free(m.family);
	free(m.at);
	free(m.start);
}
