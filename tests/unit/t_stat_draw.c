/* SPDX-License-Identifier: Apache-2.0 */
/* Draws, distributions, the order of pairs and warm-up, against published values and slow counts. */
#include "config.h"

#include "harness/stat/draw.h"

#include "engines/base/rng.h"
#include "harness/stat/distribution.h"
#include "harness/stat/order.h"
#include "harness/stat/warmup.h"
#include "tests/tap.h"

static void test_draws(void)
{
	struct draw d = {.seed = 42};
	struct rng r = {.seed = 42};
	double sum = 0, squares = 0, least = 1, most = 0;
	int bad = 0;

	for (int i = 0; i < 1000; i++)
		bad += i % 2 ? draw_bits(&d) != rng_next(&r) : draw_below(&d, 7) != rng_below(&r, 7);
	is_int(bad, 0, "the numbers of engines/base/rng.h");
	/* The first ones of seed 1, for good: reports are redrawn from seeds. */
	d = (struct draw){.seed = 1};
	is_near(draw_normal(&d), 0.1676268464091558, 0, "a normal draw has these bits");
	is_near(draw_normal(&d), 0.6612741976640493, 0, "and the next");
	for (int i = 0; i < 100000; i++) {
		double u = draw_uniform(&d), z = draw_normal(&d);
		least = fmin(least, u);
		most = fmax(most, u);
		sum += z;
		squares += z * z;
	}
	ok(least > 0 && most < 1, "uniform draws lie between 0 and 1");
	/* Seeds whose first number is 2^64 - 1, and 0. */
	is_near(1 - draw_uniform(&(struct draw){.seed = 0x31628af67b2131ab}), 0x1p-53, 0,
		"the largest is below 1");
	is_near(draw_uniform(&(struct draw){.seed = 0x61c8864680b583eb}), 0x1p-54, 0, "the least above 0");
	/* 3 standard errors. */
	is_near(sum / 1e5, 0, 0.0095, "mean of normal draws");
	is_near(squares / 1e5, 1, 0.0135, "their variance");
	ok(draw_stream(1, 0) != draw_stream(1, 1) && draw_stream(1, 0) != draw_stream(2, 0),
	   "streams differ");
}

/* P(|t_3| > 3.182446) = .05. */
static void test_t3(void)
{
	struct draw d = {.seed = 3};
	int beyond = 0;

	for (int i = 0; i < 40000; i++)
		beyond += fabs(draw_t3(&d)) > 3.182446305284263;
	is_near(beyond / 40000.0, .05, .0033, "tail of t draws");
}

static void test_normal(void)
{
	static const struct {
		double p, z;
	} rows[] = {{1e-300, -37.0470962993612},   {1e-20, -9.262340089798405},
		    {1e-05, -4.2648907939228256},  {0.01, -2.3263478740408408},
		    {0.0749, -1.4402382675279632}, {0.075, -1.4395314709384557},
		    {0.2, -0.8416212335729142},	   {0.5, 0.0},
		    {0.8, 0.8416212335729144},	   {0.925, 1.439531470938456},
		    {0.975, 1.9599639845400536},   {0.999, 3.090232306167813}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		is_near(stat_normal_quantile(rows[i].p), rows[i].z, 4e-16 * (1 + fabs(rows[i].z)),
			"normal quantile");
		if (rows[i].p > 1e-30)
			is_near(stat_normal_cdf(rows[i].z) / rows[i].p, 1, 1e-12, "and back");
	}
	ok(isnan(stat_normal_quantile(0)) && isnan(stat_normal_quantile(1)) &&
		   isnan(stat_normal_quantile(NAN)),
	   "0 and 1 have none");
	is_near(stat_normal_quantile(.25) + stat_normal_quantile(.75), 0, 0, "mirrored");
}

static double choose(int n, int k)
{
	double c = 1;

	for (int i = 0; i < k; i++)
		c = c * (n - i) / (i + 1);
	return c;
}

/* I_p(k, n - k + 1) is P(B >= k), B ~ Bin(n, p). */
static void test_beta(void)
{
	int bad = 0;

	for (int n = 1; n <= 40; n++)
		for (int k = 1; k <= n; k++)
			for (int i = 1; i < 10; i++) {
				double p = i / 10.0, sum = 0;
				for (int j = k; j <= n; j++)
					sum += choose(n, j) * pow(p, j) * pow(1 - p, n - j);
				bad += fabs(stat_beta_cdf(p, k, n - k + 1.0) - sum) > 1e-12;
			}
	is_int(bad, 0, "incomplete beta is the binomial's tail");
	is_near(stat_beta_cdf(0, 2, 3), 0, 0, "at 0");
	is_near(stat_beta_cdf(1, 2, 3), 1, 0, "at 1");
	ok(isnan(stat_beta_cdf(.5, 0, 1)) && isnan(stat_beta_quantile(2, 1, 1)), "outside its domain");
	is_near(stat_t_quantile(.975, 3), 3.182446305284263, 1e-12, "t with 3 degrees of freedom");
	is_near(stat_t_quantile(.975, 1), 12.706204736174694, 1e-11, "with one: Cauchy's");
	is_near(stat_t_quantile(.025, 9), -2.262157162798204, 1e-12, "the lower one");
	is_near(stat_t_two_sided(3.182446305284263, 3), .05, 1e-12, "and back");
	is_near(stat_t_two_sided(0, 3), 1, 0, "of 0");
}

/* Section 10. */
static void test_share(void)
{
	static const struct {
		int k, n;
		double lo, hi;
	} rows[] = {{0, 500, 0, .0074},
		    {25, 500, .0326, .0729},
		    {28, 500, .0375, .0799},
		    {29, 500, .0392, .0822}};

	for (size_t i = 0; i < 4; i++) {
		struct stat_interval r = stat_share_interval(rows[i].k, rows[i].n, 0.95);
		is_near(r.lo, rows[i].lo, 0.5e-4, "Clopper and Pearson, lower");
		is_near(r.hi, rows[i].hi, 0.5e-4, "upper");
	}
	is_near(stat_share_interval(0, 30, 0.95).hi, .116, 0.5e-3, "none of 30");
	/* The ends by their closed form. */
	is_near(stat_share_interval(0, 500, 0.95).hi, 1 - pow(.025, 1 / 500.0), 1e-12, "none: exactly");
	is_near(stat_share_interval(7, 7, 0.95).lo, pow(.025, 1 / 7.0), 1e-12, "all: exactly");
	ok(!stat_share_interval(0, 0, 0.95).ok && !stat_share_interval(3, 2, 0.95).ok, "of nothing: none");
}

static void test_kolmogorov(void)
{
	/* The asymptotic 5 % point is 1.3581. */
	is_near(stat_kolmogorov_p(1.3581 / 1000, 1000000), .05, 2e-4, "Kolmogorov's 5 % point");
	is_near(stat_kolmogorov_p(0, 10), 1, 0, "no distance");
	is_near(stat_kolmogorov_p(1, 100), 0, 1e-12, "all distance");
}

/* ---- order ---- */

static void test_order(void)
{
	int bad = 0, first[8] = {0}, seen[6] = {0};

	for (int n = 0; n < 200; n++) {
		bool b_first[200];
		int count = 0;
		order_pairs(b_first, 0, n, (uint64_t)n);
		for (int j = 0; j < n; j++)
			count += b_first[j];
		bad += count != n / 2;
	}
	is_int(bad, 0, "half of the pairs run B first, of an odd number the smaller half");
	bad = 0;
	for (int n = 1, from = 0, count = 0; from < 200; from += n, n = n % 7 + 2) {
		bool b_first[9];
		order_pairs(b_first, from, n, (uint64_t)from);
		for (int j = 0; j < n; j++)
			count += b_first[j];
		bad += count != (from + n) / 2;
	}
	is_int(bad, 0, "so it is behind each piece of an order that is drawn in pieces");
	for (uint64_t seed = 0; seed < 6000; seed++) {
		static const int number[16] = {[3] = 0, [5] = 1, [6] = 2, [9] = 3, [10] = 4, [12] = 5};
		bool b[8];
		order_pairs(b, 0, 4, seed);
		seen[number[b[0] | b[1] << 1 | b[2] << 2 | b[3] << 3]]++;
		order_pairs(b, 0, 8, seed);
		for (int j = 0; j < 8; j++)
			first[j] += b[j];
	}
	for (int i = 0; i < 6; i++)
		is_near(seen[i], 1000, 3 * sqrt(6000 * (1 / 6.0) * (5 / 6.0)), "each order as often");
	for (int j = 0; j < 8; j++)
		is_near(first[j], 3000, 3 * sqrt(1500), "each position as often");
}

/* ---- warm-up ---- */

/* The definition, by trying all cuts. */
static int slow_mser(const double *y, int n)
{
	int m = n / 5, best = 0;
	double least = INFINITY;

	for (int d = 0; d <= m / 2; d++) {
		double sum = 0, squares = 0;
		for (int j = d; j < m; j++)
			sum += (y[5 * j] + y[5 * j + 1] + y[5 * j + 2] + y[5 * j + 3] + y[5 * j + 4]) / 5;
		for (int j = d; j < m; j++) {
			double z = (y[5 * j] + y[5 * j + 1] + y[5 * j + 2] + y[5 * j + 3] + y[5 * j + 4]) / 5;
			squares += (z - sum / (m - d)) * (z - sum / (m - d));
		}
		if (squares / (m - d) / (m - d) < least) {
			least = squares / (m - d) / (m - d);
			best = d;
		}
	}
	return best * 5;
}

static void test_warmup(void)
{
	struct draw d = {.seed = 8};
	double y[240] = {0};
	int bad = 0, n_class[5] = {0};

	for (int i = 0; i < 1000; i++) {
		int n = 10 + (int)draw_below(&d, 231), kind = i % 4;
		for (int j = 0; j < n; j++)
			y[j] = -8 + .02 * draw_normal(&d) + (kind == 1) * log1p(.3 * exp(-j / 10.0)) +
			       (kind == 2) * .002 * j + (kind == 3) * (j > 30) * .2;
		struct warmup w = warmup_find(y, n);
		bad += w.cut != slow_mser(y, n) || (w.class_ == WARMUP_FLAT) != (w.cut == 0);
		n_class[w.class_]++;
	}
	is_int(bad, 0, "a thousand cuts are the definition's");
	ok(n_class[1] > 50 && n_class[2] > 50 && n_class[3] > 50 && n_class[4] > 50 && !n_class[0],
	   "of all classes");
	is_text(warmup_class_name(WARMUP_SLOWDOWN), "slowdown", "they have names");
	for (int j = 0; j < 100; j++)
		y[j] = 1;
	ok(warmup_find(y, 100).class_ == WARMUP_FLAT, "a constant is flat");
	for (int i = 1; i <= 100; i++) {
		double slow = -9 - i / 37.0;
		for (int j = 0; j < 200; j++)
			y[j] = j < 5 ? slow + .1 : slow;
		bad += warmup_find(y, 200).cut != 5;
	}
	is_int(bad, 0, "where the rest is constant, rounding cuts no more");
	for (int j = 0; j < 100; j++)
		y[j] = 1;
	is_int(warmup_find(y, 9).class_, WARMUP_UNKNOWN, "one batch tells nothing");
	is_int(warmup_find(y, 0).class_, WARMUP_UNKNOWN, "nor does nothing");
	y[3] = NAN;
	is_int(warmup_find(y, 100).class_, WARMUP_UNKNOWN, "nor NaN");
}

static void test_cut(void)
{
	const struct warmup both[] = {{WARMUP_FLAT, 0}, {WARMUP_WARM_UP, 35}, {WARMUP_NO_STEADY_STATE, 10}};
	int n_unsteady;

	is_int(warmup_cut(both, 3, &n_unsteady), 35, "the largest cut is everybody's");
	is_int(n_unsteady, 1, "and who never got steady is counted");
	is_int(warmup_cut(both, 0, NULL), 0, "of none");
}

static void test_slope(void)
{
	double y[100];
	struct draw d = {.seed = 4};
	int n[3] = {0};

	for (int j = 0; j < 100; j++)
		y[j] = 3 + .0004 * j;
	struct warmup_slope s = warmup_slope(y, 100);
	is_int(s.window, 25, "a quarter");
	is_near(s.drift, .01, 1e-12, "of a line");
	is_int(s.trend, WARMUP_DRIFTING, "drifts");
	is_int(warmup_slope(y, 80).window, 20, "at least twenty");
	ok(isnan(warmup_slope(y, 19).drift), "nineteen have none");
	for (int i = 0; i < 2000; i++) {
		for (int j = 0; j < 100; j++)
			y[j] = .002 * draw_normal(&d);
		n[warmup_slope(y, 100).trend]++;
	}
	ok(n[WARMUP_DRIFTING] < 20 && n[WARMUP_STEADY] > 1000,
	   "0.2 %% noise: %d steady, %d drifting of 2,000", n[WARMUP_STEADY], n[WARMUP_DRIFTING]);
}

int main(void)
{
	test_draws();
	test_t3();
	test_normal();
	test_beta();
	test_share();
	test_kolmogorov();
	test_order();
	test_warmup();
	test_cut();
	test_slope();
	return tap_done();
}
