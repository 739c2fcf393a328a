/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/estimator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stat/stat.h"

static const char *const names[ESTIMATOR_COUNT] = {"auto", "p10", "median", "mean"};

const char *estimator_name(enum estimator e)
{
	return e >= 0 && e < ESTIMATOR_COUNT ? names[e] : "unknown";
}

enum estimator estimator_find(const char *name)
{
	int e = 0;

	while (e < ESTIMATOR_COUNT && strcmp(names[e], name) != 0)
		e++;
	return (enum estimator)e;
}

enum estimator estimator_for(enum estimator asked, int makes_tokens)
{
	if (asked != ESTIMATOR_AUTO)
		return asked;
	return makes_tokens ? ESTIMATOR_MEAN : ESTIMATOR_P10;
}

/* Seconds of the repetitions that are whole, into out, which has room for each sample; how many. */
static int times_of(double *out, const int64_t *values, const int64_t *marks, const int64_t *reps,
		    int n_samples, int64_t skip)
{
	int n = 0;

	for (int i = 0, end; i < n_samples; i = end) {
		/* Of doubles: int64 could overflow. Exact up to 104 days. */
		double ns = 0;
		int64_t seen = 0;

		for (end = i; end < n_samples && reps[end] == reps[i]; end++) {
			ns += (double)values[end];
			seen |= marks[end];
		}
		if (!(seen & skip))
			out[n++] = ns / 1e9;
	}
	return n;
}

static double value_of(enum estimator e, const double *x, int n)
{
	for (int i = 0; i < n; i++)
		if (!(x[i] > 0))
			return NAN;
	switch (e) {
	case ESTIMATOR_P10:
		return stat_quantile(x, n, 0.1);
	case ESTIMATOR_MEDIAN:
		return stat_median(x, n);
	case ESTIMATOR_MEAN:
		return stat_mean(x, n);
	default:
		return NAN;
	}
}

double estimator_value(enum estimator e, const int64_t *values, const int64_t *marks, const int64_t *reps,
		       int n_samples, int64_t skip, int *n)
{
	double *x = n_samples > 0 ? malloc(sizeof *x * (size_t)n_samples) : NULL, value = NAN;
	int count = 0;

	if (x) {
		count = times_of(x, values, marks, reps, n_samples, skip);
		value = value_of(e, x, count);
		free(x);
	}
	if (n)
		*n = count;
	return value;
}
