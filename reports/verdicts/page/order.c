/* SPDX-License-Identifier: Apache-2.0 */
/* Every visit of the comparison in the order in which it was made: a trend or a step that both arms share is the machine. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

/* Fewer are no time line. */
#define VISITS_MIN 12
/* Of each kind, evenly. */
#define DOTS_MAX 400

static const char *const arm_name[TRIAL_ARMS] = {"a", "b"};

struct step {
	int position, arm;
	double r; /* log of the time over the median of its point and arm */
	bool contended;
};
struct steps {
	int n;
	struct step *step;
	struct reach reach;
	int n_outside, n_thinned;
};

static int pair_compare(const void *key, const void *pair)
{
	int round = *(const int *)key, other = ((const struct verdict_pair *)pair)->round;

	return (round > other) - (round < other);
}

static int step_compare(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return x->position != y->position ? (x->position > y->position) - (x->position < y->position)
					  : x->arm - y->arm;
}

static void steps_add(struct steps *s, const struct verdict_cell *c, const struct stored_visit *visit,
		      int arm)
{
	const struct verdict_pair *pair;

	if (visit->kind != VISIT_TIMING || visit->failed || !visit->arm ||
	    strcmp(visit->arm, arm_name[arm]) != 0)
		return;
	pair = bsearch(&visit->round, c->pair, (size_t)c->n_pairs, sizeof *c->pair, pair_compare);
	if (!pair || !(pair->value[arm] > 0) || !(c->median[arm] > 0))
		return;
	s->step[s->n++] = (struct step){visit->position, arm, log(pair->value[arm] / c->median[arm]),
					pair->contended[arm]};
}

/* Both arms may be visits of one point. */
static void steps_of_cell(struct steps *s, const struct verdict_cell *c)
{
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		for (int i = 0; c->point[arm] && i < c->point[arm]->n_visits && c->n_pairs > 0; i++)
			steps_add(s, c, &c->point[arm]->visits[i], arm);
}

static struct steps steps_make(const struct trial_page *t)
{
	struct steps s = {0};
	size_t most = 1;
	double *r;

	for (int i = 0; i < t->v->n_cells; i++)
		for (int arm = 0; arm < TRIAL_ARMS; arm++)
			if (t->v->cell[i].point[arm])
				most += (size_t)t->v->cell[i].point[arm]->n_visits;
	s.step = mem_alloc(sizeof *s.step * most);
	for (int i = 0; i < t->v->n_cells; i++)
		if (t->v->cell[i].state == POINT_DONE)
			steps_of_cell(&s, &t->v->cell[i]);
	qsort(s.step, (size_t)s.n, sizeof *s.step, step_compare);
	r = mem_alloc(sizeof *r * most);
	for (int i = 0; i < s.n; i++)
		r[i] = s.step[i].r;
	s.reach = reach_of(r, s.n, 100 * t->delta_eq);
	free(r);
	return s;
}

/* ---- data ---- */

enum block { BLOCK_A = 0, BLOCK_B, BLOCK_CONTENDED, BLOCK_OUTSIDE, BLOCK_COUNT };
static const char *const block_name[] = {"a", "b", "contended", "outside"};

static bool is_of(const struct steps *s, const struct step *x, enum block block)
{
	bool outside = !reach_holds(&s->reach, percent_of(x->r));

	if (block == BLOCK_OUTSIDE || outside)
		return outside == (block == BLOCK_OUTSIDE);
	if (block == BLOCK_CONTENDED)
		return x->contended;
	return (x->arm != 0) == (block == BLOCK_B);
}

static void put_block(struct strbuf *data, struct steps *s, enum block block)
{
	int all = 0, nth = 0, stride, n = 0;

	for (int i = 0; i < s->n; i++)
		all += is_of(s, &s->step[i], block);
	stride = (all + DOTS_MAX - 1) / DOTS_MAX;
	strbuf_printf(data, "%s# columns: visit percent\n# %s\n", data->len ? "\n\n" : "", block_name[block]);
	for (int i = 0; i < s->n; i++) {
		if (!is_of(s, &s->step[i], block) || nth++ % stride != 0)
			continue;
		strbuf_printf(data, "%d %.4g\n", s->step[i].position,
			      reach_clip(&s->reach, percent_of(s->step[i].r)));
		n++;
	}
	s->n_thinned += all - n;
	s->n_outside += block == BLOCK_OUTSIDE ? all : 0;
	if (n == 0)
		strbuf_puts(data, "NaN NaN\n");
}

static void put_script(struct strbuf *text, const struct steps *s)
{
	char *body = embed_text(report_files, "reports/plots/order.gp");
	double first = s->step[0].position, last = s->step[s->n - 1].position;

	strbuf_puts(text, "load 'style.gp'\n");
	gp_number(text, "first_visit", first);
	gp_number(text, "last_visit", last);
	gp_number(text, "step_x", fmax(1, gp_tic_step(fmax(last - first, 4))));
	gp_number(text, "from", s->reach.lo);
	gp_number(text, "to", s->reach.hi);
	gp_number(text, "step_y", gp_tic_step(s->reach.hi - s->reach.lo));
	strbuf_puts(text, body ? body : "");
	free(body);
}

static void picture_describe(struct picture *p, const struct steps *s)
{
	struct strbuf text = {0};
	int contended = 0;

	for (int i = 0; i < s->n; i++)
		contended += s->step[i].contended;
	p->title = mem_strdup("The trial, visit by visit");
	strbuf_printf(
		&text,
		"%d visits of complete pairs in their order, %d contended: each dot is the time of one "
		"process over the median of its point and arm. What moves both arms alike is the machine, "
		"and leaves their ratios alone.",
		s->n, contended);
	if (s->n_outside > 0)
		strbuf_printf(&text, " %d %s farther out and %s at the edge, with a triangle.", s->n_outside,
			      s->n_outside == 1 ? "lies" : "lie", s->n_outside == 1 ? "stands" : "stand");
	if (s->n_thinned > 0)
		strbuf_printf(&text, " Of each kind at most %d are drawn, evenly; %d are not.", DOTS_MAX,
			      s->n_thinned);
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Time line of %d visits, %d of them contended.", s->n, contended);
	p->finding = strbuf_take(&text);
}

void trial_plot_order(struct plots *plots, const struct trial_page *t)
{
	struct steps s = steps_make(t);

	if (s.n >= VISITS_MIN) {
		struct script *script = plots_add(plots, PLOT_ORDER, "order");

		script->heading = mem_strdup("all visits");
		for (int block = 0; block < BLOCK_COUNT; block++)
			put_block(&script->data, &s, (enum block)block);
		picture_describe(script_add(script, ""), &s);
		put_script(&script->text, &s);
	}
	free(s.step);
}

struct plots *trial_plots(const struct trial_page *t)
{
	struct plots *p = mem_alloc(sizeof *p);

	trial_plot_forest(p, t);
	trial_plot_pairs(p, t);
	trial_plot_aa(p, t);
	trial_plot_order(p, t);
	return p;
}
