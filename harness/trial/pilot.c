/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before the pairs: how long each cell takes to warm up, and to load (facts: statistics, section 4). MSER-5 wants long
 * series, which the pairs do not have: both arms are cut alike, at the largest cut that any process of either showed.
 */
#include "config.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/run/interrupt.h"
#include "harness/stat/stat.h"
#include "harness/stat/warmup.h"
#include "harness/trial/private.h"

enum {
	PILOT_PROCESSES = 5,	/* an arm */
	PILOT_REPETITIONS = 200 /* MSER-5 is wrong of shorter series */
};
/* Of the budget, at most; without one so many seconds a process. */
#define PILOT_SHARE   0.15
#define PILOT_MOST_S  5.0
#define PILOT_LEAST_S 0.05
/* Loading is dear when it takes so many times as long as what is measured, and not less than a second. */
#define DEAR_FACTOR  10
#define DEAR_LEAST_S 1.0
/* Pairs that a persistent worker serves where nothing else decides it, at most. */
#define RESTART_PAIRS_MAX 8

struct seen {
	struct warmup process[PILOT_PROCESSES * TRIAL_ARMS];
	double window_s[PILOT_PROCESSES * TRIAL_ARMS], load_s[PILOT_PROCESSES * TRIAL_ARMS];
	int n;
};

static double most_s(const struct trial_run *t)
{
	double budget = t->deadline_s > 0 ? t->deadline_s - trial_now() : 0;
	double most = PILOT_MOST_S;
	if (t->deadline_s > 0)
		most = budget * PILOT_SHARE / (PILOT_PROCESSES * TRIAL_ARMS * (double)t->plan->n_usable);
	return most < PILOT_LEAST_S ? PILOT_LEAST_S : most < PILOT_MOST_S ? most : PILOT_MOST_S;
}

static int look(struct trial_run *t, int cell, enum side side, int number, double most, struct seen *seen,
		struct diag *d)
{
	struct trial_value value;
	struct trial_visit v = trial_visit_of(t, cell, side, number);
	v.kind = VISIT_PILOT;
	v.warmup = 0;
	v.repeat = PILOT_REPETITIONS;
	v.min_time_s = 0;
	v.max_time_s = most;
	v.kept_alive = false;
	int rc = trial_visit(t, &v, &value, d);
	if (rc == 0 && value.ok) {
		/* Too short a series says "no steady state" of flat ones, too. */
		if (value.n_reps >= WARMUP_N_MIN)
			seen->process[seen->n] = warmup_find(value.log_rep, value.n_reps);
		seen->load_s[seen->n] = value.load_s;
		seen->window_s[seen->n++] = value.window_s / value.n_reps;
	}
	free(value.log_rep);
	return rc;
}

/* "warm-up of 15 in tg32 q8_0; " */
static void say(struct trial_plan *p, const struct cell *c, const struct seen *seen, int n_unsteady)
{
	char label[200];
	if (c->cut == 0 && n_unsteady == 0)
		return;
	strbuf_printf(&p->warmup, "%s%s: ", p->warmup.len ? "; " : "",
		      trial_cell_label(p, c, label, sizeof label));
	if (c->cut)
		strbuf_printf(&p->warmup, "warm-up of %d repetitions", c->cut);
	if (n_unsteady)
		strbuf_printf(&p->warmup, "%sno steady state in %d of %d processes", c->cut ? ", " : "",
			      n_unsteady, seen->n);
}

static void conclude(struct trial_run *t, int cell, const struct seen *seen)
{
	struct trial_plan *p = t->plan;
	struct cell *c = &p->cell[cell];
	int n_unsteady = 0;
	const struct trial_visit v = trial_visit_of(t, cell, SIDE_A, 1);
	if (seen->n == 0)
		return;
	c->cut = warmup_cut(seen->process, seen->n, &n_unsteady);
	c->load_s = stat_median(seen->load_s, seen->n);
	c->window_s = stat_median(seen->window_s, seen->n) * (v.repeat + c->cut);
	if (c->window_s < v.min_time_s)
		c->window_s = v.min_time_s;
	bool dear = c->load_s > DEAR_LEAST_S && c->load_s > DEAR_FACTOR * c->window_s;
	c->persistent = p->ask.restarts > 0 || (p->ask.restarts == 0 && dear);
	p->cut = c->cut > p->cut ? c->cut : p->cut;
	say(p, c, seen, n_unsteady);
}

/* One load of a dear model says enough. */
static int pilot_cell(struct trial_run *t, int cell, double most, struct diag *d)
{
	struct seen seen = {0};
	int rc = 0;
	bool dear = false;
	for (int i = 0; i < PILOT_PROCESSES && rc == 0 && !dear; i++)
		for (int side = SIDE_A; side <= SIDE_B && rc == 0; side++) {
			bool gone = t->contest[cell].reason != NULL || t->refusal->len;
			if (gone || interrupt_count())
				break;
			progress_at(&t->sweep[SIDE_A].listener.progress, "", 0);
			rc = look(t, cell, (enum side)side, i + 1, most, &seen, d);
			progress_skip(&t->sweep[SIDE_A].listener.progress);
			dear = seen.n && seen.load_s[seen.n - 1] > DEAR_LEAST_S;
		}
	conclude(t, cell, &seen);
	return rc;
}

/* How many pairs a worker serves: six restarts at least of what is asked, or of each comparison of many in one, more of them
 * where loading is cheaper. */
static void choose_restarts(struct trial_run *t)
{
	struct trial_plan *p = t->plan;
	int restarts = p->ask.restarts > TRIAL_RESTARTS_MIN ? p->ask.restarts : TRIAL_RESTARTS_MIN;
	bool any = false;
	for (int i = 0; i < p->n_cells; i++)
		any = any || p->cell[i].persistent;
	p->restart_pairs = any ? (p->ask.block ? p->ask.block : t->n_max) / restarts : 0;
	if (any && p->ask.restarts == 0 && p->ask.pairs == 0 && p->restart_pairs > RESTART_PAIRS_MAX)
		p->restart_pairs = RESTART_PAIRS_MAX;
	if (any && p->restart_pairs == 0)
		p->restart_pairs = 1;
}

int pilot_run(struct trial_run *t, struct diag *d)
{
	struct trial_plan *p = t->plan;
	double most = most_s(t);
	int rc = 0;
	if (p->has_pilot)
		return 0;
	p->has_pilot = true;
	progress_phase(&t->sweep[SIDE_A].listener.progress, "pilot",
		       p->n_usable * PILOT_PROCESSES * TRIAL_ARMS);
	if (p->ask.no_pilot)
		for (int i = 0; i < p->n_cells; i++)
			p->cell[i].persistent = p->ask.restarts > 0;
	for (int i = 0; !p->ask.no_pilot && i < p->n_cells && rc == 0 && !interrupt_count(); i++)
		if (!p->cell[i].reason[0])
			rc = pilot_cell(t, i, most, d);
	if (!p->ask.no_pilot && p->cut < 0)
		p->cut = 0;
	choose_restarts(t);
	return rc;
}
