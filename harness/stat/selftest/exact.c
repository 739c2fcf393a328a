/* SPDX-License-Identifier: Apache-2.0 */
/* Checks 12 to 14: what holds exactly. Each row counts what is wrong. */
#include "config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "harness/stat/distribution.h"
#include "harness/stat/fdr.h"
#include "harness/stat/selftest/rig.h"
#include "harness/stat/size.h"
#include "harness/stat/unpaired.h"
#include "harness/stat/verdict.h"

/* The page's tolerance for probabilities; figures that it rounds are held to half of their last digit. */
#define EXACT 1e-12

static const double example[] = {.031, .012, .027, -.004, .019, .022, .008, .035, .016, .024};

static void none_wrong(struct selftest *t, int wrong, const char *what)
{
	rig_value(t, SELFTEST_NEAR, wrong, 0, 0, "%s", what);
}

static enum verdict verdict_alone(const struct pairs *p)
{
	struct effect e = effect_of_pairs(p);

	return verdict_of(&e, &(struct verdict_ask){.survives = p->p <= 0.05}).verdict;
}

static bool undecided(const double *r, int n, enum pairs_state why)
{
	struct pairs p = pairs_compare(r, n, NULL, NULL);

	return p.state == why && verdict_alone(&p) == VERDICT_INCONCLUSIVE && *pairs_state_text(why);
}

void rig_edges(struct selftest *t)
{
	const double nan[] = {0, 0, NAN, 0, 0, 0, 0}, zero[8] = {0}, times[] = {1, 2, 0}, ones[] = {1, 1, 1};
	const double tied[] = {.02, .02, -.02, .02, 0, 0, .02, .02, 0, .02};
	double r[3];
	int wrong = 0;
	struct pairs p = pairs_compare(tied, 10, NULL, NULL);

	none_wrong(t, !(p.state == PAIRS_DONE && p.flipped && p.lo <= p.theta && p.theta <= p.hi),
		   "ties and zeros: sign flips");
	for (int n = 1; n < 6; n++)
		wrong += !undecided(example, n, PAIRS_TOO_FEW) || !undecided(zero, n, PAIRS_TOO_FEW);
	none_wrong(t, wrong, "fewer than six pairs: INCONCLUSIVE, with a reason");
	none_wrong(t, !undecided(NULL, 0, PAIRS_TOO_FEW), "an empty arm: INCONCLUSIVE, with a reason");
	pairs_log_ratios(r, times, ones, 3, false);
	none_wrong(t, !undecided(nan, 7, PAIRS_NOT_FINITE) || !isnan(r[2]),
		   "NaN, a time of 0: with a reason");
	p = pairs_compare(zero, 8, NULL, NULL);
	none_wrong(t, !(p.theta == 0 && verdict_alone(&p) == VERDICT_SAME),
		   "equal arms of six and more: SAME");
}

static bool negated(double a, double b)
{
	double mirror = b == 0 ? 0 : -b;

	return memcmp(&a, &mirror, sizeof a) == 0;
}

static bool mirrors(const struct pairs *p, const struct pairs *q)
{
	return p->state == PAIRS_DONE && q->state == PAIRS_DONE && negated(p->theta, q->theta) &&
	       negated(p->lo, q->hi) && negated(p->hi, q->lo) && p->p == q->p && p->mde == q->mde &&
	       verdict_alone(p) == verdict_mirror(verdict_alone(q));
}

#define MIRROR_PAIRS 40

/* Times that are smooth or of a coarse clock; arms that are equal or apart; with and without groups. */
static int mirror_once(struct draw *d, int i, struct pairs_work *work)
{
	double a[MIRROR_PAIRS], b[MIRROR_PAIRS], r[MIRROR_PAIRS], s[MIRROR_PAIRS];
	int n = 6 + (int)draw_below(d, MIRROR_PAIRS - 5), group[MIRROR_PAIRS];
	double shift = .1 * (draw_uniform(d) - .5), noise = .05 * draw_uniform(d);
	struct pairs_ask ask = {.seed = draw_bits(d), .group = i % 3 ? NULL : group};
	struct pairs p, q;

	for (int j = 0; j < n; j++) {
		group[j] = j % 5;
		a[j] = exp(noise * draw_normal(d));
		b[j] = exp(noise * draw_normal(d) + (i % 2 ? shift : 0));
		if (i % 50 == 0) {
			a[j] = 10 + (double)draw_below(d, 3);
			b[j] = 10 + (double)draw_below(d, 3);
		}
	}
	pairs_log_ratios(r, a, b, n, i % 4 == 0);
	pairs_log_ratios(s, b, a, n, i % 4 == 0);
	p = pairs_compare(r, n, &ask, work);
	q = pairs_compare(s, n, &ask, work);
	return !mirrors(&p, &q);
}

static int mirror_unpaired(struct draw *d, int i)
{
	double a[10], b[10];
	struct unpaired u, v;

	for (int j = 0; j < 10; j++) {
		a[j] = exp(.05 * draw_normal(d));
		b[j] = exp(.05 * draw_normal(d));
	}
	u = unpaired_compare(a, 6 + i % 5, b, 8, i % 2, .95, .01);
	v = unpaired_compare(b, 8, a, 6 + i % 5, i % 2, .95, .01);
	return !(u.ok && u.lo == -v.hi && u.hi == -v.lo && u.theta == -v.theta && u.p == v.p);
}

void rig_mirror(struct selftest *t)
{
	struct draw d = rig_draws(t, 1300);
	struct pairs_work work = {0};
	int wrong = 0, unpaired = 0;

	for (int i = 0; i < rig_repeats(t, 10000); i++)
		wrong += mirror_once(&d, i, &work);
	for (int i = 0; i < rig_repeats(t, 1000); i++)
		unpaired += mirror_unpaired(&d, i);
	pairs_work_free(&work);
	none_wrong(t, wrong, "pairs: verdict mirrored, interval negated");
	none_wrong(t, unpaired, "not interleaved: interval negated");
}

static bool apart(double got, double want, double most)
{
	return !(fabs(got - want) <= most);
}

static int wrong_critical(void)
{
	static const struct {
		int n, c05, c01;
		double coverage;
	} rows[] = {{6, 0, -1, .9688},	   {8, 3, 0, .9609},	  {10, 8, 3, .9512},	{12, 13, 7, .9575},
		    {15, 25, 15, .9521},   {20, 52, 37, .9516},	  {25, 89, 68, .9517},	{30, 137, 109, .9503},
		    {40, 264, 220, .9502}, {50, 434, 373, .9506}, {60, 648, 567, .9507}};
	struct signed_rank s = {0};
	int wrong = 0;

	for (int i = 0; i < 11; i++) {
		if (!signed_rank_make(&s, rows[i].n))
			return 1;
		wrong += signed_rank_critical(&s, .025) != rows[i].c05;
		wrong += signed_rank_critical(&s, .005) != rows[i].c01;
		wrong += apart(1 - 2 * signed_rank_below(&s, rows[i].c05), rows[i].coverage, .5e-4);
	}
	signed_rank_free(&s);
	return wrong;
}

static int wrong_example(void)
{
	struct pairs p = pairs_compare(example, 10, NULL, NULL);

	return apart(p.theta, .0195, EXACT) + apart(p.lo, .01, EXACT) + apart(p.hi, .027, EXACT) +
	       apart(p.t_plus, 54, 0) + apart(p.p, .00390625, EXACT) + apart(p.spread, .0111195, EXACT);
}

static int wrong_shares(void)
{
	static const struct {
		int k;
		double lo, hi;
	} rows[] = {{0, 0, .0074}, {25, .0326, .0729}, {28, .0375, .0799}, {29, .0392, .0822}};
	int wrong = apart(stat_share_interval(0, 500, .95).hi, 1 - pow(.025, 1 / 500.0), EXACT);

	for (int i = 0; i < 4; i++) {
		struct stat_interval s = stat_share_interval(rows[i].k, 500, .95);
		wrong += apart(s.lo, rows[i].lo, .5e-4) + apart(s.hi, rows[i].hi, .5e-4);
	}
	return wrong + apart(stat_share_interval(0, 30, .95).hi, .116, .5e-3);
}

static int wrong_tests(void)
{
	static const double p[] = {.0004, .0021, .009, .013, .021, .041, .06, .2, .5, .8};
	bool rejected[10];
	int wrong = fdr_reject(p, 10, .05, rejected) != 5;

	for (int i = 0; i < 10; i++)
		wrong += rejected[i] != (i < 5);
	return wrong + (size_pairs_for_tests(100, .05) != 12) + (size_pairs_for_tests(1000, .05) != 16);
}

static int wrong_sizes(void)
{
	static const struct {
		double spread, percent[4], half[4]; /* of the last digit */
	} rows[] = {{.01, {.91, .52, .37, .27}, {.005, .005, .005, .005}},
		    {.02, {1.8, 1.05, .74, .55}, {.05, .005, .005, .005}},
		    {.05, {4.6, 2.7, 1.9, 1.4}, {.05, .05, .05, .05}},
		    {.127, {12, 6.9, 4.8, 3.5}, {.5, .05, .05, .05}}};
	static const int n[] = {10, 30, 60, 110};
	int wrong = apart(size_mde(1, 0, 1, .05, .8), 2.867, .5e-3);

	for (int i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++)
			wrong += apart(100 * expm1(size_mde(rows[i].spread, 0, n[j], .05, .8)),
				       rows[i].percent[j], rows[i].half[j] * 1.02);
	return wrong;
}

void rig_vectors(struct selftest *t)
{
	none_wrong(t, wrong_critical(), "critical counts and coverages, 6 to 60 pairs");
	none_wrong(t, wrong_example(), "the ten pairs: estimate, interval, T+, p, spread");
	none_wrong(t, wrong_sizes(), "minimum detectable effects");
	none_wrong(t, wrong_tests(), "Benjamini and Hochberg, pairs for many tests");
	none_wrong(t, wrong_shares(), "Clopper and Pearson");
}
