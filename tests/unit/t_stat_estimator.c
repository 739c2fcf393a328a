/* SPDX-License-Identifier: Apache-2.0 */
/* What a process says of a point, against a slow count of the same thing. */
#include "config.h"

#include "harness/stat/estimator.h"

#include "harness/stat/draw.h"
#include "tests/tap.h"

enum { SAMPLES = 120, WARMUP = 1, FAULTED = 2, CONTENDED = 16 };

struct samples {
	int64_t values[SAMPLES], marks[SAMPLES], reps[SAMPLES];
	int n;
};

static double of(enum estimator e, const struct samples *s, int64_t skip, int *n)
{
	return estimator_value(e, s->values, s->marks, s->reps, s->n, skip, n);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Each number of a repetition is looked for in all samples. */
static double slowly(enum estimator e, const struct samples *s, int64_t skip, int64_t last_rep, int *n)
{
	double x[SAMPLES], sum = 0, h;

	*n = 0;
	for (int64_t rep = 0; rep <= last_rep; rep++) {
		int64_t ns = 0;
		int of_it = 0, skipped = 0;
		for (int i = 0; i < s->n; i++)
			if (s->reps[i] == rep) {
				ns += s->values[i];
				of_it++;
				skipped += (s->marks[i] & skip) != 0;
			}
		if (of_it && !skipped)
			x[(*n)++] = (double)ns / 1e9;
	}
	if (*n == 0)
		return NAN;
	qsort(x, (size_t)*n, sizeof *x, compare_numbers);
	for (int i = 0; i < *n; i++)
		sum += x[i] / *n;
	if (e == ESTIMATOR_MEAN)
		return sum;
	h = (*n - 1) * (e == ESTIMATOR_P10 ? 0.1 : 0.5);
	return x[(int)h] + (h > (int)h ? (h - (int)h) * (x[(int)h + 1] - x[(int)h]) : 0);
}

static void test_brute(void)
{
	struct draw d = {.seed = 17};
	int bad = 0, nothing = 0, left_out = 0;

	for (int i = 0; i < 3000; i++) {
		struct samples s = {.n = 1 + (int)draw_below(&d, SAMPLES)};
		int64_t rep = 0;
		for (int k = 0; k < s.n; k++) {
			s.values[k] = 1 + (int64_t)draw_below(&d, 1000000000);
			s.marks[k] = draw_below(&d, 8) ? 0 : 1 << draw_below(&d, 5);
			rep += k > 0 && draw_below(&d, (uint64_t)i % 5 + 1) == 0;
			s.reps[k] = rep;
		}
		int64_t skip = (int64_t)draw_below(&d, 32);
		for (int e = ESTIMATOR_P10; e < ESTIMATOR_COUNT; e++) {
			int n, n_want;
			double x = of((enum estimator)e, &s, skip, &n),
			       want = slowly((enum estimator)e, &s, skip, rep, &n_want);
			bad += n != n_want || (n ? !(fabs(x - want) <= 1e-12 * want) : !isnan(x));
			nothing += n == 0;
			left_out += n > 0 && n < rep + 1;
		}
	}
	is_int(bad, 0, "9,000 estimates as counted slowly");
	ok(nothing > 30 && left_out > 1000, "%d without a repetition, %d with some left out", nothing,
	   left_out);
}

static void test_values(void)
{
	struct samples s = {.n = 11};
	int n;

	for (int i = 0; i < 11; i++) {
		s.values[i] = (int64_t)(11 - i) * 1000000000;
		s.reps[i] = i;
	}
	is_near(of(ESTIMATOR_P10, &s, 0, &n), 2, 0, "p10 of 1 to 11 s");
	is_int(n, 11, "of eleven repetitions");
	is_near(of(ESTIMATOR_MEDIAN, &s, 0, NULL), 6, 0, "their median");
	is_near(of(ESTIMATOR_MEAN, &s, 0, NULL), 6, 0, "their mean");
	s.values[10] = (int64_t)1 << 62;
	s.values[9] = INT64_MAX;
	is_near(of(ESTIMATOR_MEAN, &s, 0, NULL) / ((0x1p63 + 0x1p62 + 63e9) / 11e9), 1, 1e-15,
		"a sum that int64 cannot hold");
}

/* Repetitions of two steps: warm-up before, and again in the middle. */
static void test_skip(void)
{
	const int64_t values[] = {9, 9, 1, 2, 8, 8, 3, 4, 5, 6};
	const int64_t marks[] = {WARMUP,  WARMUP, 0, 0, WARMUP | FAULTED, WARMUP, 0, FAULTED | CONTENDED,
				 FAULTED, 0};
	const int64_t reps[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
	int n = -1;

	is_near(estimator_value(ESTIMATOR_MEAN, values, marks, reps, 10, WARMUP, &n), 7e-9, 1e-22,
		"3, 7 and 11 ns besides the warm-up");
	is_int(n, 3, "three repetitions");
	is_near(estimator_value(ESTIMATOR_MEDIAN, values, marks, reps, 10, 0, &n), 11e-9, 1e-22,
		"nothing is skipped unasked");
	is_int(n, 5, "all of them");
	is_near(estimator_value(ESTIMATOR_MEAN, values, marks, reps, 10, WARMUP | CONTENDED, &n), 7e-9, 1e-22,
		"a mark on one step of two: 3 and 11 ns");
	is_int(n, 2, "the repetition is left out whole");
	ok(isnan(estimator_value(ESTIMATOR_MEAN, values, marks, reps, 2, WARMUP, &n)) && n == 0,
	   "warm-up alone: NaN");
	ok(isnan(estimator_value(ESTIMATOR_MEAN, values, marks, reps, 10, WARMUP | FAULTED, &n)) == 0 &&
		   n == 1,
	   "one is left");
}

static void test_nothing(void)
{
	const int64_t values[] = {5, 0, 7}, negative[] = {5, -5, 7}, none[] = {0, 0, 0}, reps[] = {0, 1, 2};
	const int64_t marks[] = {0, CONTENDED, 0};
	int n = -1;

	ok(isnan(estimator_value(ESTIMATOR_P10, NULL, NULL, NULL, 0, 0, &n)) && n == 0, "no samples: NaN");
	ok(isnan(estimator_value(ESTIMATOR_P10, values, none, reps, -1, 0, NULL)), "nor a number below 0");
	for (int e = ESTIMATOR_P10; e < ESTIMATOR_COUNT; e++) {
		ok(isnan(estimator_value((enum estimator)e, values, none, reps, 3, 0, &n)) && n == 3,
		   "%s: a repetition without time", estimator_name((enum estimator)e));
		ok(isnan(estimator_value((enum estimator)e, negative, none, reps, 3, 0, NULL)),
		   "%s: one of less", estimator_name((enum estimator)e));
	}
	is_near(estimator_value(ESTIMATOR_MEAN, values, marks, reps, 3, CONTENDED, &n), 6e-9, 1e-22,
		"unless it is left out");
	ok(isnan(estimator_value(ESTIMATOR_AUTO, values, marks, reps, 3, CONTENDED, NULL)),
	   "auto is no estimator yet");
}

static void test_names(void)
{
	static const char *const names[] = {"auto", "p10", "median", "mean"};

	for (int e = 0; e < ESTIMATOR_COUNT; e++) {
		is_text(estimator_name((enum estimator)e), names[e], "name");
		is_int(estimator_find(names[e]), e, "found by it");
	}
	ok(estimator_find("p99") == ESTIMATOR_COUNT && estimator_find("") == ESTIMATOR_COUNT, "no such one");
	is_int(estimator_for(ESTIMATOR_AUTO, 0), ESTIMATOR_P10, "an operator: the 10th percentile");
	is_int(estimator_for(ESTIMATOR_AUTO, 1), ESTIMATOR_MEAN, "tokens: the mean");
	is_int(estimator_for(ESTIMATOR_MEDIAN, 1), ESTIMATOR_MEDIAN, "asked for is asked for");
}

int main(void)
{
	test_brute();
	test_values();
	test_skip();
	test_nothing();
	test_names();
	return tap_done();
}
