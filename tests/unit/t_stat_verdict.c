/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts, many tests, calibration and sides that are not paired. */
#include "config.h"

#include "harness/stat/verdict.h"

#include "harness/stat/calibration.h"
#include "harness/stat/draw.h"
#include "harness/stat/fdr.h"
#include "harness/stat/size.h"
#include "harness/stat/unpaired.h"
#include "tests/tap.h"

static void test_table(void)
{
	static const struct {
		double theta, lo, hi;
		bool survives, needs, confirmed;
		enum verdict verdict;
		enum verdict_reason reason;
	} rows[] = {
		{.05, .01, .09, true, false, false, VERDICT_SLOWER, VERDICT_DECIDED},
		{.05, .01, .09, false, false, false, VERDICT_INCONCLUSIVE, VERDICT_NOT_SURVIVING},
		{.05, .01, .09, true, true, false, VERDICT_INCONCLUSIVE, VERDICT_UNCONFIRMED},
		{.05, .01, .09, true, true, true, VERDICT_SLOWER, VERDICT_DECIDED},
		{.05, -.001, .09, true, true, true, VERDICT_INCONCLUSIVE, VERDICT_WIDE},
		{.05, 0, .09, true, true, true, VERDICT_INCONCLUSIVE, VERDICT_WIDE},
		{.02, .01, .03, true, false, false, VERDICT_CHANGED_SMALL, VERDICT_DECIDED},
		{.02, .01, .03, false, true, false, VERDICT_CHANGED_SMALL, VERDICT_DECIDED},
		{.01, .006, .014, true, true, true, VERDICT_SAME, VERDICT_DECIDED},
		{0, -.014, .014, false, false, false, VERDICT_SAME, VERDICT_DECIDED},
		{0, -.014, .0149, false, false, false, VERDICT_INCONCLUSIVE, VERDICT_WIDE},
		{0, -.5, .5, false, false, false, VERDICT_INCONCLUSIVE, VERDICT_WIDE},
		{0, 0, 0, false, false, false, VERDICT_SAME, VERDICT_DECIDED},
		{NAN, NAN, NAN, true, true, true, VERDICT_INCONCLUSIVE, VERDICT_NO_INTERVAL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct verdict_ask ask = {.survives = rows[i].survives,
					  .needs_confirmation = rows[i].needs,
					  .confirmed = rows[i].confirmed};
		struct effect e = {true, rows[i].theta, rows[i].lo, rows[i].hi};
		struct effect m = {true, -rows[i].theta, -rows[i].hi, -rows[i].lo};
		struct verdict_result v = verdict_of(&e, &ask), w = verdict_of(&m, &ask);
		is_text(verdict_name(v.verdict), verdict_name(rows[i].verdict), "verdict");
		is_int(v.reason, rows[i].reason, "its reason");
		ok(w.verdict == verdict_mirror(v.verdict) && w.reason == v.reason, "mirrored");
	}
}

/* Of throttled devices nothing large is called; what is small stays what it is. */
static void test_throttled(void)
{
	const struct verdict_ask ask = {
		.survives = true, .needs_confirmation = true, .confirmed = true, .throttled = true};
	const struct effect large = {true, .1, .08, .12}, small = {true, .001, -.002, .004};
	struct verdict_result v = verdict_of(&large, &ask);

	is_text(verdict_name(v.verdict), "INCONCLUSIVE", "a large effect of throttled pairs");
	is_text(verdict_reason_text(v.reason), "large, but most of its pairs are throttled",
		"is said to be one");
	is_text(verdict_name(verdict_of(&small, &ask).verdict), "SAME", "a small one is the same");
}

static void test_bounds(void)
{
	const struct effect e = {true, .05, .01, .09}, just = {true, log1p(.03), .01, .05}, none = {0};
	struct verdict_ask ask = {.survives = true};
	struct verdict_result v = verdict_of(&just, &ask);

	is_int(v.verdict, VERDICT_SLOWER, "exactly the bound is slower");
	is_near(v.delta_fail, log1p(.03), 0, "3 %");
	is_near(v.delta_eq, log1p(.015), 0, "1.5 %");
	ask.delta_fail = .1;
	is_int(verdict_of(&e, &ask).verdict, VERDICT_CHANGED_SMALL, "below a bound of 10 %");
	ask = (struct verdict_ask){.survives = true, .floor = .1};
	v = verdict_of(&e, &ask);
	ok(v.verdict == VERDICT_SAME && v.delta_eq == .1, "inside what equal things are apart");
	is_int(verdict_of(&none, &ask).reason, VERDICT_NO_INTERVAL, "without an interval there is none");
	ok(*verdict_reason_text(VERDICT_WIDE) && !*verdict_reason_text(VERDICT_DECIDED),
	   "reasons have texts");
}

static void test_confirms(void)
{
	const struct effect up = {true, .05, .01, .09}, down = {true, -.05, -.09, -.01},
			    wide = {true, .05, -.1, .2}, none = {false, .05, .01, .09};

	ok(verdict_confirms(&up, &up) && verdict_confirms(&down, &down), "the same side");
	ok(!verdict_confirms(&up, &down) && !verdict_confirms(&up, &wide) && !verdict_confirms(&none, &up),
	   "nothing else");
}

/* Through all of it: random pairs, both ways. */
static void test_mirror(void)
{
	struct draw d = {.seed = 31};
	struct pairs_work work = {0};
	int bad = 0, n_by[5] = {0};

	for (int i = 0; i < 5000; i++) {
		double a[30], b[30], r[30], s[30];
		int n = 4 + (int)draw_below(&d, 27);
		double shift = .08 * (draw_uniform(&d) - .5), noise = .05 * draw_uniform(&d);
		for (int j = 0; j < n; j++) {
			a[j] = exp(noise * draw_normal(&d));
			b[j] = exp(noise * draw_normal(&d) + (i % 3 ? shift : 0));
		}
		pairs_log_ratios(r, a, b, n, false);
		pairs_log_ratios(s, b, a, n, false);
		struct pairs p = pairs_compare(r, n, NULL, &work), q = pairs_compare(s, n, NULL, &work);
		struct effect e = effect_of_pairs(&p), f = effect_of_pairs(&q);
		struct verdict_ask of_p = {.survives = p.p <= .05}, of_q = {.survives = q.p <= .05};
		struct verdict_result v = verdict_of(&e, &of_p), w = verdict_of(&f, &of_q);
		bad += w.verdict != verdict_mirror(v.verdict) || w.reason != v.reason;
		bad += verdict_pairs_needed(&p, 0) != verdict_pairs_needed(&q, 0);
		n_by[v.verdict]++;
	}
	is_int(bad, 0, "5,000 verdicts are mirrored");
	ok(n_by[0] > 100 && n_by[1] > 100 && n_by[2] > 100 && n_by[3] > 100 && n_by[4] > 100, "of all kinds");
	pairs_work_free(&work);
}

static void test_equal(void)
{
	const double zeros[8] = {0};

	for (int n = 0; n <= 8; n++) {
		struct pairs p = pairs_compare(zeros, n, NULL, NULL);
		struct effect e = effect_of_pairs(&p);
		struct verdict_result v = verdict_of(&e, &(struct verdict_ask){0});
		is_int(v.verdict, n >= 6 ? VERDICT_SAME : VERDICT_INCONCLUSIVE,
		       "equal arms are the same from six on");
		is_int(verdict_pairs_needed(&p, 0), n >= 6 ? 0 : 6, "and need six");
	}
}

static void test_needed(void)
{
	double r[10];

	for (int i = 0; i < 10; i++)
		r[i] = .05 * (i - 4.5) / 4.5;
	struct pairs p = pairs_compare(r, 10, NULL, NULL);
	int n = verdict_pairs_needed(&p, .015);
	double half = log1p(.015) / 2, z = 1.959963984540054, seen = (p.hi - p.lo) / 2 * sqrt(.955 * 10) / z,
	       x = z * fmax(p.spread, seen) / half * size_inflation(p.rho);
	is_int(n, (int)ceil(x * x / .955), "pairs until it is narrow");
	is_int(verdict_pairs_needed(&p, .5), 0, "none when it is");
	for (int i = 0; i < 10; i++)
		r[i] *= 1e-3;
	p = pairs_compare(r, 3, NULL, NULL);
	is_int(verdict_pairs_needed(&p, .015), 6, "three that hardly differ: six, or there is no interval");
	/* Half of them agree, and the interval knows of the others. */
	const double wild[] = {.001, -.001, .002, -.002, .001, .9, -.8, .7};
	p = pairs_compare(wild, 8, NULL, NULL);
	n = verdict_pairs_needed(&p, .015);
	ok(p.spread < .01 && p.hi - p.lo > .5 && n > 1000, "a spread of %g, an interval of %g: %d pairs",
	   p.spread, p.hi - p.lo, n);
}

/* ---- many tests ---- */

static void test_fdr(void)
{
	const double p[] = {.0004, .0021, .009, .013, .021, .041, .06, .2, .5, .8};
	bool rejected[10];
	const double some[] = {.5, NAN, .01, .02}, none[] = {NAN, NAN};

	is_int(fdr_reject(p, 10, .05, rejected), 5, "the page's example: five");
	ok(rejected[0] && rejected[4] && !rejected[5] && !rejected[9], "the first ones");
	/* sum 1/i to 10 = 2.92897: the bounds are .01707 k / 10. */
	is_int(fdr_reject_dependent(p, 10, .05, rejected), 2, "of dependent ones two");
	is_int(fdr_reject(some, 4, .05, rejected), 2, "NaN is no test: .02 <= .05 x 2 / 3");
	ok(!rejected[0] && !rejected[1] && rejected[2] && rejected[3], "and not rejected");
	is_int(fdr_reject(none, 2, .05, rejected), 0, "of no tests none");
	is_int(fdr_reject(p, 0, .05, rejected), 0, "of nothing none");
	is_near(fdr_simes(p, 10), .004, 1e-15, "Simes: the least of p m / i");
	ok(isnan(fdr_simes(none, 2)), "of no tests");
}

static void test_families(void)
{
	const double p[] = {.001, .9, .04, .03, .5, .6, .7, .8};
	const int family[] = {0, 0, 0, 0, 1, 1, 1, 1};
	const double mean[] = {NAN, .0001};
	bool rejected[8];

	/* Simes of the first: min(.004, .06, .0533, .9) <= .05 / 2; of two families one: members at .025. */
	is_int(fdr_reject_families(p, family, 8, NULL, 2, .05, rejected), 1, "members of one family");
	ok(rejected[0] && !rejected[2] && !rejected[3], "the one that stands out");
	is_int(fdr_reject_families(p, family, 8, mean, 2, .05, rejected), 1, "a family whose mean moved");
	ok(rejected[0] && !rejected[4], "may have no member that did");
	const double shared[] = {.02, .021, .022, .023, .5, .6, .7, .8};
	is_int(fdr_reject_families(shared, family, 8, NULL, 2, .05, rejected), 4, "all at .025");
	is_int(fdr_reject_families(shared, family, 8, NULL, 2, .04, rejected), 0, "not entered at .02");
	is_int(fdr_reject_families(p, family, 0, NULL, 0, .05, rejected), 0, "nothing");
}

static void test_family(void)
{
	double theta[24], minus[24];
	int cluster[24], bad = 0, excluded = 0;
	struct draw d = {.seed = 77};

	for (int i = 0; i < 60; i++) {
		for (int j = 0; j < 24; j++) {
			cluster[j] = j / 2;
			theta[j] = .02 * draw_normal(&d) + (i % 2) * .05;
			minus[j] = -theta[j];
		}
		struct family f = family_compare(theta, cluster, 24, .95, 5),
			      g = family_compare(minus, cluster, 24, .95, 5);
		bad += !f.ok || f.n_clusters != 12 || f.lo != -g.hi || f.hi != -g.lo || f.theta != -g.theta ||
		       f.p != g.p;
		bad += f.lo > f.theta || f.theta > f.hi;
		excluded += i % 2 && f.lo > 0 && f.p < .01;
	}
	is_int(bad, 0, "families mirror to the last bit");
	is_int(excluded, 30, "all shifted ones are found");
	for (int j = 0; j < 24; j++)
		cluster[j] = j % 3;
	struct family f = family_compare(theta, cluster, 24, .95, 5);
	ok(!f.ok && isnan(f.lo) && isnan(f.p), "three workloads have no interval");
	ok(!family_compare(theta, cluster, 0, .95, 5).ok, "nor does nothing");
}

/* ---- calibration ---- */

static void test_calibration(void)
{
	double p[500], theta[500];

	for (int i = 0; i < 500; i++) {
		p[i] = (i + .5) / 500;
		theta[i] = (i % 2 ? 1 : -1) * (i + 1) / 50000.0;
	}
	p[499] = NAN;
	struct calibration c = calibration_of(p, theta, 500);
	ok(c.at_05.n == 499 && c.at_05.k == 25 && c.at_01.k == 5, "false alarms are counted");
	is_near(c.distance, .5 / 500, 3e-3, "uniform p");
	ok(c.distance_p > .99, "look it");
	is_near(c.q99, .99 * 499 / 50000, 2e-5, "q99 of the sizes");
	for (int i = 0; i < 500; i++)
		p[i] /= 4;
	c = calibration_of(p, theta, 500);
	ok(c.distance_p < 1e-6, "p that are not uniform");
	c = calibration_of(p, theta, 0);
	ok(c.at_05.n == 0 && isnan(c.at_05.share) && isnan(c.q99), "of nothing");
	is_near(calibration_delta(.03, .05), expm1(.05), 0, "A/A raises the bound");
	is_near(calibration_delta(.03, .01), .03, 0, "never lowers it");
	is_near(calibration_delta(.03, NAN), .03, 0, "unknown: as it is");
}

static void test_judge(void)
{
	static const struct {
		int k, n;
		bool missed;
		enum calibration_state want;
	} rows[] = {{0, 30, false, CALIBRATION_UNPROVEN},  {25, 500, false, CALIBRATION_CALIBRATED},
		    {25, 500, true, CALIBRATION_FAILED},   {60, 500, false, CALIBRATION_FAILED},
		    {0, 0, false, CALIBRATION_UNPROVEN},   {3, 30, false, CALIBRATION_UNPROVEN},
		    {0, 37, false, CALIBRATION_CALIBRATED}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct calibration_share s = calibration_count(rows[i].k, rows[i].n);
		is_text(calibration_state_name(calibration_judge(&s, rows[i].missed)),
			calibration_state_name(rows[i].want), "state of a calibration");
	}
}

/* ---- not paired ---- */

static void test_brunner_munzel(void)
{
	/* Pain scores of Brunner and Munzel's paper, section 5. */
	const double x[] = {1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1},
		     y[] = {3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4};
	const double low[] = {1, 2, 3}, high[] = {4, 5, 6}, same[] = {2, 2, 2};

	is_near(unpaired_p(x, 14, y, 11), 0.0057862086661515377, 1e-12, "Brunner and Munzel's example");
	is_near(unpaired_p(y, 11, x, 14), unpaired_p(x, 14, y, 11), 0, "swapped");
	is_near(unpaired_p(low, 3, high, 3), 0, 0, "sides apart");
	is_near(unpaired_p(same, 3, same, 3), 1, 0, "all equal");
	ok(isnan(unpaired_p(low, 1, high, 3)) && isnan(unpaired_p(low, 3, high, 0)), "one value is no side");
	/* U = 0 of 3 x 3: z = (4.5 - .5) / sqrt(5.25). */
	is_near(unpaired_mann_whitney_p(low, 3, high, 3), erfc(4 / sqrt(5.25) / sqrt(2)), 1e-12,
		"Mann and Whitney");
	is_near(unpaired_mann_whitney_p(same, 3, same, 3), 1, 0, "of equal ones");
}

static void test_unpaired(void)
{
	struct draw d = {.seed = 6};
	int bad = 0;

	for (int i = 0; i < 300; i++) {
		double a[12], b[12];
		int n_a = 6 + (int)draw_below(&d, 7), n_b = 6 + (int)draw_below(&d, 7);
		for (int j = 0; j < 12; j++) {
			a[j] = exp(.03 * draw_normal(&d));
			b[j] = i % 5 ? exp(.03 * draw_normal(&d)) : a[j];
		}
		struct unpaired u = unpaired_compare(a, n_a, b, n_b, i % 2, .95, .004);
		struct unpaired v = unpaired_compare(b, n_b, a, n_a, i % 2, .95, .004);
		struct unpaired w = unpaired_compare(a, n_a, b, n_b, i % 2, .95, NAN);
		bad += !u.ok || u.lo != -v.hi || u.hi != -v.lo || u.theta != -v.theta || u.p != v.p;
		bad += u.unverified || !w.unverified || fabs(w.lo - .004 - u.lo) > 1e-15;
		bad += !(u.lo <= u.theta && u.theta <= u.hi);
	}
	is_int(bad, 0, "300 swapped comparisons are mirrored to the last bit, and widened");
	const double one[] = {1, 1, 1, 1, 1}, six[] = {2, 2, 2, 2, 2, 2};
	struct unpaired u = unpaired_compare(one, 5, six, 6, false, .95, 0);
	ok(!u.ok && isnan(u.lo) && isnan(u.theta), "five processes have no interval");
	u = unpaired_compare(six, 6, six, 6, false, .95, 0);
	ok(u.ok && u.theta == 0 && u.p == 1, "equal sides");
}

int main(void)
{
	test_throttled();
	test_table();
	test_bounds();
	test_confirms();
	test_mirror();
	test_equal();
	test_needed();
	test_fdr();
	test_families();
	test_family();
	test_calibration();
	test_judge();
	test_brunner_munzel();
	test_unpaired();
	return tap_done();
}
