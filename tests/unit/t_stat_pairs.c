/* SPDX-License-Identifier: Apache-2.0 */
/* Signed ranks, pairs, sizes and stopping: every vector of the statistics page, slow counts beside, and symmetry. */
#include "config.h"

#include "harness/stat/pairs.h"

#include "harness/stat/draw.h"
#include "harness/stat/size.h"
#include "harness/stat/stat.h"
#include "harness/stat/stopping.h"
#include "tests/tap.h"

static const double example[] = {.031, .012, .027, -.004, .019, .022, .008, .035, .016, .024};

/* The table of section 6: critical counts are exact integers, coverages given to four digits. */
static void test_critical(void)
{
	static const struct {
		int n, c05, c01;
		double coverage;
	} rows[] = {{6, 0, -1, .9688},	   {8, 3, 0, .9609},	  {10, 8, 3, .9512},	{12, 13, 7, .9575},
		    {15, 25, 15, .9521},   {20, 52, 37, .9516},	  {25, 89, 68, .9517},	{30, 137, 109, .9503},
		    {40, 264, 220, .9502}, {50, 434, 373, .9506}, {60, 648, 567, .9507}};
	struct signed_rank s = {0};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!signed_rank_make(&s, rows[i].n))
			bail("no memory");
		is_int(signed_rank_critical(&s, 0.025), rows[i].c05, "c at .05");
		is_int(signed_rank_critical(&s, 0.005), rows[i].c01, "c at .01");
		is_near(1 - 2 * signed_rank_below(&s, rows[i].c05), rows[i].coverage, 0.5e-4,
			"its exact coverage");
	}
	signed_rank_free(&s);
	is_int(signed_rank_min_n(0.95), 6, "the fewest pairs at .05");
	is_int(signed_rank_min_n(0.99), 8, "at .01");
}

/* Against all 2^n signs. */
static void test_null(void)
{
	struct signed_rank s = {0};
	int bad = 0;

	for (int n = 1; n <= 14; n++) {
		int count[106] = {0}, m = n * (n + 1) / 2, below = 0;

		for (int signs = 0; signs < 1 << n; signs++) {
			int t = 0;
			for (int i = 0; i < n; i++)
				t += signs >> i & 1 ? i + 1 : 0;
			count[t]++;
		}
		if (!signed_rank_make(&s, n))
			bail("no memory");
		for (int k = 0; k <= m; k++) {
			below += count[k];
			bad += fabs(signed_rank_below(&s, k) - ldexp(below, -n)) > 1e-12;
		}
		bad += signed_rank_below(&s, -1) != 0 || fabs(signed_rank_below(&s, m + 5) - 1) > 1e-12;
	}
	is_int(bad, 0, "the null distribution is a count of all signs, to 14 pairs");
	signed_rank_free(&s);
}

/* Beyond the exact ones: where both are known they agree to a step. */
static void test_normal(void)
{
	struct signed_rank exact = {0}, normal = {0};

	if (!signed_rank_make(&exact, SIGNED_RANK_EXACT) || !signed_rank_make(&normal, SIGNED_RANK_EXACT + 1))
		bail("no memory");
	ok(exact.below && !normal.below, "exact to 110 pairs");
	normal.n = SIGNED_RANK_EXACT;
	for (int k = 2000; k < 3053; k += 50)
		is_near(signed_rank_below(&normal, k), signed_rank_below(&exact, k), 1e-3, "normal is near");
	int c = signed_rank_critical(&normal, 0.025), want = signed_rank_critical(&exact, 0.025);
	ok(abs(c - want) <= 3, "so is its critical count: %d, exactly %d", c, want);
	normal.n = 0;
	signed_rank_free(&exact);
	signed_rank_free(&normal);
}

static void test_example(void)
{
	struct pairs p = pairs_compare(example, 10, NULL, NULL);

	is_int(p.state, PAIRS_DONE, "the page's example");
	is_near(p.theta, .0195, 1e-12, "theta");
	is_near(p.lo, .0100, 1e-12, "lower end");
	is_near(p.hi, .0270, 1e-12, "upper end");
	is_near(p.t_plus, 54, 0, "T+");
	is_near(p.p, 4.0 / 1024, 1e-12, "p");
	is_near(p.spread, 1.4826 * .0075, 1e-12, "spread");
	is_near(p.coverage, 1 - 2 * 25.0 / 1024, 1e-12, "coverage of c = 8: 25 of 1024 subsets");
	ok(!p.flipped && p.n_groups == 0 && p.n_outliers == 0, "nothing special");
	is_near(expm1(p.theta), .0197, 0.5e-4, "as a percentage");
}

/* ---- swapped arms ---- */

static bool same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0;
}

static double mirrored(double x)
{
	return x == 0 ? 0 : -x;
}

static bool mirrors(const struct pairs *p, const struct pairs *q)
{
	return p->state == q->state && same_bits(p->theta, mirrored(q->theta)) &&
	       same_bits(p->lo, mirrored(q->hi)) && same_bits(p->hi, mirrored(q->lo)) &&
	       same_bits(p->p, q->p) && same_bits(p->spread, q->spread) && same_bits(p->rho, q->rho) &&
	       same_bits(p->mde, q->mde) && p->n_outliers == q->n_outliers && p->flipped == q->flipped &&
	       p->n_groups == q->n_groups;
}

/* Times of all kinds: smooth, with ties, far apart, equal ones, tiny and huge. */
static double time_of(struct draw *d, int kind)
{
	switch (kind) {
	case 0:
		return exp(0.05 * draw_normal(d));
	case 1:
		return 100 + (double)draw_below(d, 5);
	case 2:
		return exp(20 * draw_normal(d));
	case 3:
		return draw_below(d, 4) ? 1 : 1 + draw_uniform(d);
	default:
		return 3e-4 * (1 + fabs(draw_t3(d)));
	}
}

static void test_mirror(void)
{
	struct draw d = {.seed = 21};
	struct pairs_work work = {0};
	int bad = 0, n_groups = 0, n_flipped = 0, n_done = 0;

	for (int i = 0; i < 4000; i++) {
		double a[40], b[40], r[40], s[40];
		int group[40], n = 6 + (int)draw_below(&d, 35), kind = (int)draw_below(&d, 5);
		struct pairs_ask ask = {.seed = draw_bits(&d), .group = i % 3 ? NULL : group};

		/* Flips are dear. */
		if ((kind == 1 || kind == 3) && i % 30)
			kind = 4;
		for (int j = 0; j < n; j++) {
			a[j] = time_of(&d, kind);
			b[j] = time_of(&d, kind);
			group[j] = j % 6;
		}
		pairs_log_ratios(r, a, b, n, i % 2);
		pairs_log_ratios(s, b, a, n, i % 2);
		struct pairs p = pairs_compare(r, n, &ask, &work), q = pairs_compare(s, n, &ask, &work);
		bad += !mirrors(&p, &q);
		n_groups += p.n_groups > 0;
		n_flipped += p.flipped;
		n_done += p.state == PAIRS_DONE;
		bad += !(p.lo <= p.theta && p.theta <= p.hi);
	}
	is_int(bad, 0, "4,000 swapped comparisons are mirrored to the last bit");
	is_int(n_done, 4000, "all of them have an interval");
	ok(n_groups > 1000 && n_flipped > 20, "%d with groups, %d by flips among them", n_groups, n_flipped);
	pairs_work_free(&work);
}

/* ---- flips ---- */

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double slow_theta(const double *r, int n)
{
	double w[128];
	int m = 0;

	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++)
			w[m++] = (r[i] + r[j]) / 2;
	qsort(w, (size_t)m, sizeof *w, compare_numbers);
	return (w[(m - 1) / 2] + w[m / 2]) / 2;
}

/* Monte Carlo against all 2^n flips, with ties, odd and even numbers of Walsh averages. */
static void test_flips(void)
{
	static const double tied[] = {.02, .02, -.02, .01, .01, .03, .03, .01, -.01, .02, 0};

	for (int n = 6; n <= 11; n++) {
		double r[11], theta = slow_theta(tied, n);
		int far = 0;
		for (int signs = 0; signs < 1 << n; signs++) {
			for (int i = 0; i < n; i++)
				r[i] = signs >> i & 1 ? -tied[i] : tied[i];
			/* Sums of other members of a tie differ in their last bits. */
			far += fabs(slow_theta(r, n)) >= fabs(theta) - 1e-14;
		}
		double want = ldexp(far, -n), got = pairs_flip_p(tied, n, theta, 5, PAIRS_FLIPS);
		is_near(got, want, 3 * sqrt(want * (1 - want) / PAIRS_FLIPS) + 1e-4, "flips near all flips");
	}
	/* Hundredths: .03 - .01 and .01 + .01 differ in their last bits. 252 of 512 flips are as far as the estimate, by
	 * whole numbers; by doubles that are equal 92. */
	static const double steps[] = {-.02, .01, .01, .01, .03, .03, -.01, .01, .01};
	is_near(pairs_flip_p(steps, 9, slow_theta(steps, 9), 5, PAIRS_FLIPS), 252 / 512., .015,
		"estimates that are equal but for rounding are as far");
	ok(isnan(pairs_flip_p(steps, 0, 0, 5, 10)), "flips of nothing");
	struct pairs p = pairs_compare(tied, 11, &(struct pairs_ask){.seed = 9}, NULL);
	ok(p.flipped && p.p == pairs_flip_p(tied, 11, p.theta, 9, PAIRS_FLIPS), "many ties are flipped");
}

/* ---- edges ---- */

static void test_edges(void)
{
	const double bad[] = {1, 2, 3, 4, 5, NAN, 7}, zeros[8] = {0}, times[] = {1, 0, 2},
		     other[] = {1, 1, INFINITY};
	double r[3];
	struct pairs p = pairs_compare(NULL, 0, NULL, NULL);

	is_int(p.state, PAIRS_TOO_FEW, "an empty arm");
	ok(isnan(p.theta) && isnan(p.lo) && isnan(p.mde), "has no values");
	is_int(pairs_compare(example, -3, NULL, NULL).state, PAIRS_TOO_FEW, "fewer than none");
	p = pairs_compare(example, 5, NULL, NULL);
	is_int(p.state, PAIRS_TOO_FEW, "five pairs");
	ok(isnan(p.lo) && p.theta > 0.01 && p.spread > 0, "have an estimate, no interval");
	is_int(pairs_compare(example, 6, NULL, NULL).state, PAIRS_DONE, "six have one");
	is_int(pairs_compare(example, 7, &(struct pairs_ask){.level = 0.99}, NULL).state, PAIRS_TOO_FEW,
	       "at .01 seven have none");
	is_int(pairs_compare(bad, 7, NULL, NULL).state, PAIRS_NOT_FINITE, "NaN");
	is_text(pairs_state_text(PAIRS_NOT_FINITE), "a value is not above 0 or not finite", "says so");
	is_int(pairs_compare(bad, PAIRS_MAX + 1, NULL, NULL).state, PAIRS_TOO_MANY, "too many");
	p = pairs_compare(zeros, 8, NULL, NULL);
	ok(p.state == PAIRS_DONE && p.theta == 0 && p.lo == 0 && p.hi == 0 && p.p == 1, "equal arms");
	ok(!signbit(p.lo) && !signbit(p.theta), "their zeros have no sign");
	is_near(p.rho, 0, 0, "nor do they go together");
	pairs_log_ratios(r, times, other, 3, false);
	ok(r[0] == 0 && isnan(r[1]) && isnan(r[2]), "zero and infinity have no ratio");
	p = pairs_compare(example, 10, &(struct pairs_ask){.level = 0.01}, NULL);
	ok(p.state == PAIRS_DONE && p.lo <= p.theta && p.theta <= p.hi, "a level near none");
}

/* Values of equal groups: the pair interval is not below that of their means. */
static void test_groups(void)
{
	const double r[] = {.01, .012, .02, .021, .03, .029, -.01, -.011};
	const int four[] = {7, 7, 1, 1, 3, 3, 9, 9}, three[] = {7, 7, 1, 1, 3, 3, 3, 3};
	double lo, hi, value;

	is_int(pairs_group_interval(r, four, 8, 0.95, &lo, &hi, &value), 4, "four groups");
	/* Means .011 .0205 .0295 -.0105; t_3 is 3.18245. */
	is_near((lo + hi) / 2, .012625, 1e-15, "middle of the means");
	is_near(hi - lo,
		3.182446305284263 *
			sqrt((.001625 * .001625 + .007875 * .007875 + .016875 * .016875 + .023125 * .023125) /
			     3),
		1e-12, "t interval");
	struct pairs p = pairs_compare(r, 8, &(struct pairs_ask){.group = four}, NULL);
	double width = size_spread_of_width((p.hi - p.lo) / 2, 8, .05);
	is_near(p.noise, fmax(p.spread, width), 1e-12,
		"groups have widened it: neighbours are not reckoned with again");
	is_near(p.mde, size_mde(p.noise, 0, 8, .05, .8) * size_of_few(8, .05, .8), 1e-12,
		"nor in what is detected");
	ok(p.n_groups == 4 && p.lo <= lo && p.hi >= hi && p.p >= value, "widens the pairs'");
	struct pairs q = pairs_compare(r, 8, &(struct pairs_ask){.group = three}, NULL),
		     plain = pairs_compare(r, 8, NULL, NULL);
	ok(q.n_groups == 0 && q.lo == plain.lo && q.hi == plain.hi, "three groups do not");
}

/* ---- section 7 ---- */

static void test_sizes(void)
{
	static const struct {
		double spread, percent[4];
	} rows[] = {{.01, {.91, .52, .37, .27}},
		    {.02, {1.8, 1.05, .74, .55}},
		    {.05, {4.6, 2.7, 1.9, 1.4}},
		    {.127, {12, 6.9, 4.8, 3.5}}};
	static const int n[] = {10, 30, 60, 110};
	int bad = 0;

	for (size_t i = 0; i < 4; i++)
		for (int j = 0; j < 4; j++) {
			double got = 100 * expm1(size_mde(rows[i].spread, 0, n[j], .05, .8));
			double digit = rows[i].percent[j] >= 10					     ? 1
				       : rows[i].percent[j] == (int)(rows[i].percent[j] * 10) / 10.0 ? .1
												     : .01;
			bad += fabs(got - rows[i].percent[j]) > 0.51 * digit;
		}
	is_int(bad, 0, "the table of detectable effects");
	is_near(size_mde(1, 0, 1, .05, .8), 2.867, 0.5e-3, "the factor");
	is_near(size_of_few(20, .05, .8), (2.093024 + .860951) / 2.801585, 1e-5,
		"by Student's quantiles of 19");
	is_near(size_of_few(1000000, .05, .8), 1, 1e-5, "many are as good as all");
	is_near(size_of_few(1, .05, .8), 1, 0, "one says nothing of it");
	is_near(size_mde(1, .5, 1, .05, .8) / size_mde(1, 0, 1, .05, .8), sqrt(3), 1e-12, "neighbours of .5");
	is_near(size_inflation(.1), 1, 0, "of .1: as none");
	is_near(size_inflation(-.9), 1, 0, "against each other: as none");
	is_int(size_pairs_for_effect(.02, 0, .0105, .05, .8), 31, "pairs for 1.05 % at 2 %");
	is_int(size_pairs_for_effect(.02, 0, 0, .05, .8), SIZE_N_MAX, "none find nothing");
	is_int(size_pairs_for_effect(INFINITY, 0, .1, .05, .8), SIZE_N_MAX, "nor within any noise");
	is_int(size_pairs_for_tests(100, .05), 12, "100 tests");
	is_int(size_pairs_for_tests(1000, .05), 16, "1000 tests");
	is_int(size_repetitions(1, 4, 9, 1), 6, "levels: sqrt(9 x 4)");
	is_int(size_repetitions(1, 4, 10, 1), 7, "rounded up");
	is_int(size_repetitions(5, 0, 1, 1), 1, "at least one");
	is_int(size_repetitions(5, -.1, 1, 1), 1, "a variance that is estimated below 0");
	is_int(size_repetitions(1, 1, 1, 0), SIZE_N_MAX, "nothing between the upper ones");
}

static void test_stopping(void)
{
	static const int looks[] = {10, 15, 22, 33, 50, 75, 110, 0};
	int n = 0;

	for (int i = 0; i < 8; i++) {
		n = stopping_next(n);
		is_int(n, looks[i], "looks");
	}
	is_int(stopping_next(16), 22, "between two");
	ok(stopping_is_look(22) && !stopping_is_look(21) && !stopping_is_look(0), "a look is one of them");
	is_int(stopping_least(24, .01), 14, "24 tests at 1 %: 2 / 2^14 can survive in one of its families");
	is_int(stopping_least(1, .05), 7, "one at 5 %");
	is_near(stopping_half_width(.015), log1p(.015) / 2, 1e-15, "half the bound");
	is_near(stopping_half_width(.001), .0025, 0, "not below 0.25 %");
	ok(stopping_narrow(-.007, .007, .015) && !stopping_narrow(-.008, .008, .015), "narrow enough");
	ok(!stopping_narrow(NAN, .001, .015), "no interval is none");
}

int main(void)
{
	test_critical();
	test_null();
	test_normal();
	test_example();
	test_mirror();
	test_flips();
	test_edges();
	test_groups();
	test_sizes();
	test_stopping();
	return tap_done();
}
