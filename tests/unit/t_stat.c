/* SPDX-License-Identifier: Apache-2.0 */
/* Quantiles, intervals and residuals against known values and a slow count of the same thing. */
#include "config.h"

#include "harness/stat/stat.h"

#include <limits.h>

#include "engines/base/rng.h"
#include "tests/tap.h"

#define N_MAX 80

static void test_quantile(void)
{
	/* The example by which other tools' percentiles were told apart; NumPy's default answers these. */
	double x[] = {25, 11, 12, 60, 14, 15, 16, 18, 10, 13};
	const double one[] = {7}, two[] = {4, 2};

	is_near(stat_quantile(x, 10, 0.5), 14.5, 1e-12, "p50");
	is_near(stat_quantile(x, 10, 0.9), 28.5, 1e-12, "p90");
	is_near(stat_quantile(x, 10, 0.95), 44.25, 1e-12, "p95");
	is_near(stat_quantile(x, 10, 0), 10, 0, "the least");
	is_near(stat_quantile(x, 10, 1), 60, 0, "the largest");
	ok(x[0] == 25 && x[9] == 13, "the input keeps its order");
	is_near(stat_quantile(one, 1, 0.99), 7, 0, "of one value");
	is_near(stat_quantile(two, 2, 0.25), 2.5, 1e-12, "between two values");
	ok(isnan(stat_quantile(x, 0, 0.5)), "of nothing");
	ok(isnan(stat_quantile(x, 10, 1.5)) && isnan(stat_quantile(x, 10, NAN)), "of no probability");
	const double ends[] = {1, 2, INFINITY};
	is_near(stat_quantile(ends, 3, 0.5), 2, 0, "infinity beside an element does not leak into it");
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Against sorting, with ties, in order, backwards and shuffled. */
static void test_quantile_selects(void)
{
	struct rng rng = {.seed = 5};
	int bad = 0;

	for (int n = 1; n <= 200; n++)
		for (int kind = 0; kind < 4; kind++) {
			double x[200], sorted[200];
			for (int i = 0; i < n; i++)
				sorted[i] = x[i] = kind == 0   ? i
						   : kind == 1 ? n - i
						   : kind == 2 ? (double)rng_below(&rng, 5)
							       : (double)rng_below(&rng, 1000);
			qsort(sorted, (size_t)n, sizeof *sorted, compare_numbers);
			for (int k = 0; k <= 20; k++) {
				double h = (n - 1) * (k / 20.0);
				int i = (int)h;
				double want = h == i ? sorted[i]
						     : sorted[i] + (h - i) * (sorted[i + 1] - sorted[i]);
				bad += stat_quantile(x, n, k / 20.0) != want;
			}
		}
	is_int(bad, 0, "quantiles have the bits of a sorted array's");
}

static void test_moments(void)
{
	const double r[] = {.031, .012, .027, -.004, .019, .022, .008, .035, .016, .024};
	const double far[] = {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4}, ratios[] = {0.5, 2, 8, 0.125};
	const double negative[] = {1, -1};

	is_near(stat_mean(r, 10), 0.019, 1e-15, "mean");
	is_near(stat_sd(r, 10), 0.011575836902790225, 1e-15, "standard deviation, ddof 1");
	is_near(stat_mad(r, 10), 1.4826 * 0.0075, 1e-15, "spread by the median deviation");
	is_near(stat_mean(far, 4), 1e9 + 2.5, 0, "mean far from zero");
	is_near(stat_sd(far, 4), sqrt(5.0 / 3), 1e-12, "standard deviation far from zero");
	is_near(stat_geomean(ratios, 4), 1, 1e-15, "geometric mean");
	ok(isnan(stat_geomean(negative, 2)), "geometric mean of a negative value");
	ok(isnan(stat_mean(r, 0)) && isnan(stat_sd(r, 0)) && isnan(stat_mad(r, 0)) &&
		   isnan(stat_geomean(r, 0)),
	   "of nothing: NaN");
	ok(isnan(stat_sd(r, 1)), "one value has no standard deviation");
	is_near(stat_mad(r, 1), 0, 0, "one value does not deviate from itself");
}

/* P(B = k) for k = 0..n by adding one trial at a time: no logarithms. */
static void binomial(int n, double p, double *pmf)
{
	memset(pmf, 0, sizeof *pmf * (N_MAX + 1));
	pmf[0] = 1;
	for (int i = 0; i < n; i++)
		for (int k = i + 1; k >= 0; k--)
			pmf[k] = pmf[k] * (1 - p) + (k ? pmf[k - 1] * p : 0);
}

static double sum(const double *pmf, int from, int to)
{
	double s = 0;

	for (int k = from; k <= to; k++)
		s += pmf[k];
	return s;
}

/* The interval of the values 1..n as the definition says it, by trying every pair of tails. */
static struct stat_interval slow_interval(int n, double p, double level)
{
	double pmf[N_MAX + 2], most = (1 - level) / 2;
	struct stat_interval r = {1, n, 1, false};
	int l = 0, u = n + 1;

	binomial(n, p, pmf);
	while (l < n && sum(pmf, 0, l) <= most)
		l++;
	while (u > 1 && sum(pmf, u - 1, n) <= most)
		u--;
	r.ok = l > 0 && u <= n;
	r.lo = r.ok ? l : 1;
	r.hi = r.ok ? u : n;
	r.coverage = sum(pmf, (int)r.lo, (int)r.hi - 1);
	return r;
}

static void test_interval_definition(void)
{
	const double ps[] = {0.5, 0.9, 0.95, 0.25, 0.01}, levels[] = {0.95, 0.9, 0.5};
	double x[N_MAX];
	int wrong = 0;

	for (int i = 0; i < N_MAX; i++)
		x[i] = (i * 37) % N_MAX + 1; /* 1..80 in another order */
	for (int c = 0; c < 15; c++)
		for (int n = 1; n <= N_MAX; n++) {
			double y[N_MAX];
			int m = 0;
			for (int i = 0; i < N_MAX; i++)
				if (x[i] <= n)
					y[m++] = x[i];
			struct stat_interval got = stat_quantile_interval(y, n, ps[c % 5], levels[c / 5]);
			struct stat_interval want = slow_interval(n, ps[c % 5], levels[c / 5]);
			if (got.lo != want.lo || got.hi != want.hi || got.ok != want.ok ||
			    fabs(got.coverage - want.coverage) > 1e-12) {
				printf("# p %g level %g n %d: [%g, %g] %d %.15g, expected [%g, %g] %d "
				       "%.15g\n",
				       ps[c % 5], levels[c / 5], n, got.lo, got.hi, got.ok, got.coverage,
				       want.lo, want.hi, want.ok, want.coverage);
				wrong++;
			}
			bool enough = n >= stat_quantile_min_n(ps[c % 5], levels[c / 5]);
			wrong += enough != got.ok;
		}
	is_int(wrong, 0, "1,200 intervals are the definition's, and min_n says from where on they are");
}

static void test_interval_edges(void)
{
	const double six[] = {6, 1, 5, 2, 4, 3};
	struct stat_interval r = stat_quantile_interval(six, 6, 0.5, 0.95);

	ok(r.ok && r.lo == 1 && r.hi == 6, "six values: the extremes");
	is_near(r.coverage, 0.96875, 1e-15, "cover 31/32");
	r = stat_quantile_interval(six, 5, 0.5, 0.95);
	ok(!r.ok && r.lo == 1 && r.hi == 6, "five: too few, the extremes all the same");
	is_near(r.coverage, 0.9375, 1e-15, "and what they cover");
	r = stat_quantile_interval(six, 6, 0.5, 0.96875);
	ok(r.ok, "a level that is reached exactly is reached");
	r = stat_quantile_interval(six, 0, 0.5, 0.95);
	ok(!r.ok && isnan(r.lo) && isnan(r.hi) && r.coverage == 0, "nothing: NaN");
	r = stat_quantile_interval(six, 6, 1, 0.95);
	ok(!r.ok && r.lo == 1 && r.hi == 6 && r.coverage == 0, "p = 1 has no interval");
	r = stat_quantile_interval(six, 6, NAN, 0.95);
	ok(!r.ok && isnan(r.lo), "p is no number");
}

static void test_min_n(void)
{
	const struct {
		double p, level;
		int n;
	} rows[] = {{0.5, 0.95, 6},	 {0.9, 0.95, 36},    {0.95, 0.95, 72},	{0.99, 0.95, 368},
		    {0.999, 0.95, 3688}, {0.1, 0.95, 36},    {0.5, 0.99, 8},	{0.5, 0, 1},
		    {1, 0.95, INT_MAX},	 {0, 0.95, INT_MAX}, {0.5, 1, INT_MAX}, {0.5, 1.5, INT_MAX}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char name[64];
		snprintf(name, sizeof name, "fewest values for p %g at %g", rows[i].p, rows[i].level);
		is_int(stat_quantile_min_n(rows[i].p, rows[i].level), rows[i].n, name);
	}
}

/* Where p^n underflows, the ranks are those of the normal approximation, give or take one. */
static void test_large(void)
{
	enum { N = 1000000 };
	double *x = malloc(sizeof *x * N);

	for (int i = 0; i < N; i++)
		x[i] = i + 1;
	struct stat_interval r = stat_quantile_interval(x, N, 0.5, 0.95);
	is_near(r.lo, 500000 - 1.959964 * 500, 2, "a million values: lower rank");
	is_near(r.lo + r.hi, N + 1, 0, "the upper mirrors it");
	ok(r.ok && r.coverage >= 0.95 && r.coverage < 0.9505, "coverage is just above the level");
	r = stat_quantile_interval(x, N, 0.999, 0.95);
	is_near(r.hi, 999000 + 1.959964 * 31.607, 3, "p99.9: upper rank");
	ok(r.ok && r.coverage >= 0.95 && r.coverage < 0.96, "and its coverage");
	free(x);
}

/* Seed 11: the interval of the median holds the true median about as often as it says. */
static void test_coverage(void)
{
	struct rng rng = {.seed = 11};
	int held = 0;
	const int n = 9, repeats = 4000;

	for (int i = 0; i < repeats; i++) {
		double x[9];
		for (int j = 0; j < n; j++) {
			double u = ((double)(rng_next(&rng) >> 11) + 0.5) / 9007199254740992.0;
			x[j] = -log(u); /* skewed: exponential, median log 2 */
		}
		struct stat_interval r = stat_quantile_interval(x, n, 0.5, 0.95);
		held += r.lo <= log(2) && log(2) <= r.hi;
	}
	/* Exact coverage 0.9609 (ranks 2 and 8); 3 standard errors of 4,000 draws are 0.0092. */
	is_near((double)held / repeats, 0.9609, 0.0092, "simulated coverage");
}

static void test_residual(void)
{
	const float b[] = {1, -4, 2}, a[] = {1.5f, -4, 2}, zero[3] = {0}, bad[] = {1, NAN, 2};
	const float huge[] = {3.0e38f, 1, 1}, minus[] = {-3.0e38f, 1, 1}, endless[] = {INFINITY, 1, 1};

	is_near(stat_residual(a, b, 3), 0.125, 0, "largest difference over the largest magnitude");
	is_near(stat_residual(b, b, 3), 0, 0, "of itself");
	is_near(stat_residual(zero, zero, 3), 0, 0, "zero of zero");
	ok(isinf(stat_residual(a, zero, 3)), "something of zero is infinite");
	ok(isnan(stat_residual(bad, b, 3)) && isnan(stat_residual(b, bad, 3)), "a NaN gives NaN");
	ok(isnan(stat_residual(endless, endless, 3)), "infinity gives NaN");
	ok(isnan(stat_residual(a, b, 0)), "of nothing");
	is_near(stat_residual(huge, minus, 3), 2, 1e-12, "a difference beyond float is held");
}

static double middle_of(const double *x, int n)
{
	double copy[8];
	memcpy(copy, x, sizeof *copy * (size_t)n);
	qsort(copy, (size_t)n, sizeof *copy, compare_numbers);
	return n % 2 ? copy[n / 2] : (copy[n / 2 - 1] + copy[n / 2]) / 2;
}

/* The medians of all n^n resamples, in order. */
static double *medians_of_all(const double *x, int n, int *count)
{
	double *all = malloc(sizeof *all * 900000);
	*count = 1;
	for (int i = 0; i < n; i++)
		*count *= n;
	for (int i = 0; i < *count; i++) {
		double sample[8];
		for (int j = 0, rest = i; j < n; j++, rest /= n)
			sample[j] = x[rest % n];
		all[i] = middle_of(sample, n);
	}
	qsort(all, (size_t)*count, sizeof *all, compare_numbers);
	return all;
}

/* Share of all pairs of resamples whose ratio of medians is at most t. */
static double share_below(const double *a, int n_a, const double *b, int n_b, double t)
{
	double sum = 0;
	for (int i = 0, j = 0; i < n_a; i++) {
		while (j < n_b && a[i] > t * b[j])
			j++;
		sum += n_b - j;
	}
	return sum / n_a / n_b;
}

/* Against a count of every resample of both sides. */
static void test_ratio_definition(void)
{
	const double x[] = {10, 13, 11, 12.5, 10.5, 17, 9}, y[] = {8, 8.1, 7.7, 8.4, 7.9, 9};
	static const struct {
		int n_a, n_b;
	} sizes[] = {{6, 6}, {7, 6}};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		int m_a, m_b, n_a = sizes[i].n_a, n_b = sizes[i].n_b;
		double *a = medians_of_all(x, n_a, &m_a), *b = medians_of_all(y, n_b, &m_b);
		struct stat_interval r = stat_ratio_interval(x, n_a, y, n_b, 0.95);
		struct stat_interval back = stat_ratio_interval(y, n_b, x, n_a, 0.95);

		ok(r.ok, "%d against %d values have an interval", n_a, n_b);
		ok(share_below(a, m_a, b, m_b, r.lo * (1 + 1e-9)) >= 0.025 &&
			   share_below(a, m_a, b, m_b, r.lo * (1 - 1e-9)) < 0.025,
		   "its lower end is the 2.5 %% quantile of all resamples");
		ok(share_below(a, m_a, b, m_b, r.hi * (1 + 1e-9)) >= 0.975 &&
			   share_below(a, m_a, b, m_b, r.hi * (1 - 1e-9)) <= 0.975,
		   "its upper end the 97.5 %% one");
		is_near(r.lo * back.hi, 1, 1e-12, "swapped sides give the inverse, lower end");
		is_near(r.hi * back.lo, 1, 1e-12, "and upper end");
		free(a);
		free(b);
	}
}

static void test_ratio_edges(void)
{
	const double x[] = {4, 4, 4, 4, 4, 4}, y[] = {2, 2, 2, 2, 2, 2}, bad[] = {1, 1, 1, 1, 1, 0};
	struct stat_interval r = stat_ratio_interval(x, 6, y, 6, 0.95);
	static const int sizes[] = {998, 999, 1000, 1001, 1002, 20001};
	double *many = malloc(sizeof *many * 20001);

	ok(r.ok, "six values a side are enough");
	is_near(r.lo, 2, 1e-12, "constants: lower end");
	is_near(r.hi, 2, 1e-12, "constants: upper end");
	ok(!stat_ratio_interval(x, 5, y, 6, 0.95).ok && !stat_ratio_interval(x, 6, y, 5, 0.95).ok,
	   "five are not");
	ok(!stat_ratio_interval(bad, 6, y, 6, 0.95).ok && !stat_ratio_interval(y, 6, bad, 6, 0.95).ok,
	   "what is not above 0 has no ratio");
	ok(isnan(stat_ratio_interval(x, 0, y, 6, 0.95).lo), "nothing has none");
	for (int i = 0; i < 20001; i++)
		many[i] = 1 + i * 1e-4;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		int n = sizes[i];
		struct stat_interval own = stat_quantile_interval(many, n, 0.5, 0.95);
		r = stat_ratio_interval(many, n, x, 6, 0.95);
		/* The other side is exact: what is left is the interval of one median. */
		is_near(r.lo * 4, own.lo, 3e-4, "many values: lower end");
		is_near(r.hi * 4, own.hi, 3e-4, "many values: upper end");
	}
	free(many);
}

/* Seed 12: how often the interval of the ratio holds the true one, 1, with skewed noise of some per cent. */
static void test_ratio_coverage(void)
{
	static const int sizes[][2] = {{6, 6}, {10, 6}, {15, 15}};
	struct rng rng = {.seed = 12};
	const int repeats = 2000;

	for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
		int held = 0;
		for (int i = 0; i < repeats; i++) {
			double x[2][16];
			for (int side = 0; side < 2; side++)
				for (int j = 0; j < sizes[k][side]; j++) {
					double u =
						((double)(rng_next(&rng) >> 11) + 0.5) / 9007199254740992.0;
					x[side][j] = 1 - 0.05 * log(u);
				}
			struct stat_interval r =
				stat_ratio_interval(x[0], sizes[k][0], x[1], sizes[k][1], 0.95);
			held += r.lo <= 1 && 1 <= r.hi;
		}
		/* 3 standard errors of 2,000 draws at 0.95 are 0.0147. */
		ok((double)held / repeats >= 0.95 - 0.0147,
		   "%d against %d: the interval holds the ratio in %.3f", sizes[k][0], sizes[k][1],
		   (double)held / repeats);
	}
}

static void test_amdahl(void)
{
	const double threads[] = {1, 2, 4, 8}, exact[] = {10, 6, 4, 3}, ideal[] = {8, 4, 2, 1};
	const double super[] = {8, 3.8, 1.8, 0.8}, worse[] = {1, 1.1, 1.2, 1.4}, twice[] = {1, 2, 2, 2};
	const double noisy[] = {10.2, 5.9, 4.05, 2.97}, broken[] = {10, NAN, 4, 3}, zero[] = {10, 6, 0, 3};
	struct stat_amdahl r = stat_amdahl(threads, exact, 4);

	ok(r.ok, "four counts have a fit");
	is_near(r.serial_s, 2, 1e-9, "exact: what no thread shortens");
	is_near(r.parallel_s, 8, 1e-9, "exact: what they share");
	is_near(r.fraction, 0.8, 1e-12, "exact: the fraction");
	is_near(r.rms, 0, 1e-9, "exact: no deviation");
	r = stat_amdahl(threads, ideal, 4);
	is_near(r.fraction, 1, 1e-12, "ideal speed-up is all parallel");
	r = stat_amdahl(threads, super, 4);
	ok(r.fraction == 1 && r.serial_s == 0, "more than ideal is not above it");
	ok(r.rms > 0.01, "but deviates");
	r = stat_amdahl(threads, worse, 4);
	ok(r.fraction == 0 && r.parallel_s == 0, "what threads slow down has no parallel part");
	/* By numpy.linalg.lstsq on [1/t, 1/(n t)] against 1. */
	r = stat_amdahl(threads, noisy, 4);
	is_near(r.serial_s, 1.96169921, 1e-8, "noisy: serial");
	is_near(r.parallel_s, 8.12816449, 1e-8, "noisy: parallel");
	ok(!stat_amdahl(threads, exact, 2).ok, "two counts fit any law");
	ok(!stat_amdahl(twice, exact, 4).ok, "however often they were measured");
	ok(!stat_amdahl(threads, broken, 4).ok, "no number, no fit");
	ok(!stat_amdahl(threads, zero, 4).ok && !stat_amdahl(threads, exact, 0).ok, "nor without time");
}

int main(void)
{
	test_ratio_definition();
	test_ratio_edges();
	test_ratio_coverage();
	test_quantile();
	test_quantile_selects();
	test_moments();
	test_interval_definition();
	test_interval_edges();
	test_min_n();
	test_large();
	test_coverage();
	test_residual();
	test_amdahl();
	return tap_done();
}
