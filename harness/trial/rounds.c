/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pairs: each round has one of every cell, in drawn order; which arm comes first in a pair is balanced. A cell is over
 * when its interval is narrow enough at a look, or it failed too often; never because of what its ratio says.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "harness/run/interrupt.h"
#include "harness/stat/order.h"
#include "harness/stat/pairs.h"
#include "harness/stat/stopping.h"
#include "harness/trial/private.h"

/* Standing A/A pairs are this share of all visits at least (facts: statistics, section 10). */
#define AA_SHARE 0.05
/* Streams of numbers of one seed. */
enum { STREAM_ORDER = 1, STREAM_SHUFFLE = 1 << 20, STREAM_AA = 1 << 21 };

/* Balanced between looks, so that it is balanced at each. */
static void draw_orders(const struct trial_run *t, struct contest *x, int cell)
{
	uint64_t seed = rng_at(rng_at(t->seed, STREAM_ORDER), (uint64_t)cell);
	int from = 0;
	while (from < t->n_max) {
		const struct trial_ask *ask = &t->plan->ask;
		int to = ask->block ? from + ask->block : ask->pairs ? t->n_max : stopping_next(from);
		if (to == 0 || to > t->n_max)
			to = t->n_max;
		order_pairs(x->b_first + from, ask->block ? 0 : from, to - from,
			    rng_at(seed, (uint64_t)from));
		from = to;
	}
}

static bool is_stopped(const struct trial_run *t)
{
	return interrupt_count() || t->killed || t->refusal->len || t->out_of_time;
}

/* Another pair that takes as long as the longest of this cell would end too late. */
static bool has_time(struct trial_run *t, const struct contest *x)
{
	if (t->deadline_s > 0 && x->n_r && trial_now() + x->pair_s > t->deadline_s)
		t->out_of_time = true;
	return !t->out_of_time;
}

static void say(struct trial_run *t, int cell, double r)
{
	char label[200], what[64];
	struct progress *p = &t->sweep[SIDE_A].listener.progress;
	snprintf(what, sizeof what, isfinite(r) ? "%+.2f %%" : "failed", expm1(r) * 100);
	trial_cell_label(t->plan, &t->plan->cell[cell], label, sizeof label);
	const struct progress_step step = {
		.label = label,
		.what = isfinite(r) || !t->contest[cell].reason ? what : t->contest[cell].reason,
		.failed = !isfinite(r),
		.first = !isfinite(r) && t->contest[cell].n_lost == 1,
		.left_s = t->deadline_s > 0 ? t->deadline_s - trial_now() : NAN};
	progress_step(p, &step);
}

static void lose(struct contest *x)
{
	x->n_lost++;
	if (++x->failures_in_row >= RUN_FAILURES_IN_ROW)
		x->over = true;
}

/* At a look, with pairs enough to be called among so many points, and with as many restarts as say something. */
static void judge(struct trial_run *t, int cell)
{
	struct contest *x = &t->contest[cell];
	const struct trial_plan *p = t->plan;
	int least = stopping_least(p->n_usable, t->trial.q);
	if (p->cell[cell].persistent && least < p->restart_pairs * TRIAL_RESTARTS_MIN)
		least = p->restart_pairs * TRIAL_RESTARTS_MIN;
	if (!stopping_is_look(x->n_r) || p->ask.pairs || x->n_r < least)
		return;
	const struct pairs_ask ask = {.level = t->trial.level};
	const struct pairs c = pairs_compare(x->r, x->n_r, &ask, NULL);
	if (c.state == PAIRS_DONE && stopping_narrow(c.lo, c.hi, t->trial.delta_eq))
		x->over = true;
}

static void draw_label(struct trial_run *t, int cell)
{
	char label[200];
	double left = t->deadline_s > 0 ? t->deadline_s - trial_now() : NAN;
	progress_at(&t->sweep[SIDE_A].listener.progress,
		    trial_cell_label(t->plan, &t->plan->cell[cell], label, sizeof label), left);
}

/* Both sides of a pair; NaN when one failed, and after it the other is not made. */
static int make_pair(struct trial_run *t, const struct trial_visit side[2], bool second_first,
		     double value[2], struct diag *d)
{
	int rc = 0;
	value[0] = value[1] = NAN;
	for (int i = 0; i < 2 && rc == 0 && !t->killed; i++) {
		struct trial_value v;
		int k = second_first ? 1 - i : i;
		rc = trial_visit(t, &side[k], &v, d);
		if (rc == 0 && !v.ok)
			return 0;
		value[k] = v.seconds;
	}
	return rc;
}

static int pair(struct trial_run *t, int cell, int round, struct diag *d)
{
	struct contest *x = &t->contest[cell];
	double value[2], r = NAN, begun = trial_now();
	draw_label(t, cell);
	const struct trial_visit side[2] = {trial_visit_of(t, cell, SIDE_A, round),
					    trial_visit_of(t, cell, SIDE_B, round)};
	int rc = make_pair(t, side, x->b_first[round - 1], value, d);
	if (rc || t->killed)
		return rc;
	pairs_log_ratios(&r, &value[0], &value[1], 1, false);
	if (isfinite(r)) {
		x->r[x->n_r++] = r;
		x->failures_in_row = 0;
		t->n_pairs++;
	} else {
		lose(x);
	}
	double took = trial_now() - begun;
	x->pair_s = took > x->pair_s ? took : x->pair_s;
	say(t, cell, r);
	judge(t, cell);
	return sweep_clock(&t->sweep[SIDE_A], d);
}

/* a against its copy, as if it were a pair. What fails here fails in the pairs, too, and is told there. */
static int aa_pair(struct trial_run *t, int cell, int round, struct diag *d)
{
	double ignored[2];
	struct trial_visit side[2] = {trial_visit_of(t, cell, SIDE_A, round),
				      trial_visit_of(t, cell, SIDE_COPY, round)};
	for (int i = 0; i < 2; i++) {
		side[i].kind = VISIT_AA;
		side[i].kept_alive = false;
	}
	t->n_aa++;
	return make_pair(t, side, rng_at(rng_at(t->seed, STREAM_AA), (uint64_t)t->n_aa) & 1, ignored, d);
}

static bool wants_aa(const struct trial_run *t)
{
	return t->plan->copy && t->n_aa < AA_SHARE / (1 - AA_SHARE) * t->n_pairs;
}

static void release(struct trial_run *t)
{
	for (int i = 0; i < SIDE_COUNT; i++)
		held_stop(&t->held[i]);
}

/* A cell's part of a round: one pair, or those that a persistent worker serves. */
static int block(struct trial_run *t, int cell, int round, struct diag *d)
{
	struct contest *x = &t->contest[cell];
	int n = t->plan->cell[cell].persistent ? t->plan->restart_pairs : 1, rc = 0;
	for (int i = 0; i < n && round + i <= t->n_max && rc == 0 && !x->over; i++) {
		if (is_stopped(t) || !has_time(t, x))
			break;
		rc = pair(t, cell, round + i, d);
	}
	release(t);
	for (int i = 0; i < n && rc == 0 && !is_stopped(t) && wants_aa(t); i++)
		rc = aa_pair(t, cell, round + i, d);
	return rc;
}

/* The cells at work in a round, in drawn order. Returns how many; order has room for all. */
static int draw_round(const struct trial_run *t, int round, int *order)
{
	struct rng r = {.seed = rng_at(rng_at(t->seed, STREAM_SHUFFLE), (uint64_t)round)};
	const struct trial_plan *p = t->plan;
	int n = 0;
	for (int i = 0; i < p->n_cells; i++) {
		bool due = !p->cell[i].persistent || (round - 1) % p->restart_pairs == 0;
		if (due && !t->contest[i].over)
			order[n++] = i;
	}
	for (int i = n - 1; i > 0; i--) {
		int j = (int)rng_below(&r, (uint64_t)i + 1), held = order[i];
		order[i] = order[j];
		order[j] = held;
	}
	return n;
}

static bool any_left(const struct trial_run *t)
{
	for (int i = 0; i < t->plan->n_cells; i++)
		if (!t->contest[i].over)
			return true;
	return false;
}

int rounds_run(struct trial_run *t, struct diag *d)
{
	int *order = mem_alloc(((size_t)t->plan->n_cells + 1) * sizeof *order), rc = 0;
	for (int i = 0; i < t->plan->n_cells; i++)
		if (!t->contest[i].over)
			draw_orders(t, &t->contest[i], i);
	progress_phase(&t->sweep[SIDE_A].listener.progress, "pairs", t->plan->n_usable * t->n_max);
	for (int round = 1; round <= t->n_max && rc == 0 && any_left(t) && !is_stopped(t); round++) {
		int n = draw_round(t, round, order);
		for (int i = 0; i < n && rc == 0 && !is_stopped(t); i++)
			rc = block(t, order[i], round, d);
	}
	free(order);
	return rc;
}
