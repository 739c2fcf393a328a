/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/calibration.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stat/distribution.h"

const char *calibration_state_name(enum calibration_state s)
{
	static const char *const name[] = {"unproven", "calibrated", "failed"};

	return name[s];
}

struct calibration_share calibration_count(int k, int n)
{
	struct stat_interval i = stat_share_interval(k, n, 0.95);

	return (struct calibration_share){n, k, n > 0 ? (double)k / n : NAN, i.lo, i.hi};
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The largest distance between p's distribution and the uniform one; p ascending. */
static double distance_of(const double *p, int n)
{
	double most = 0;

	for (int i = 0; i < n; i++)
		most = fmax(most, fmax((i + 1.0) / n - p[i], p[i] - (double)i / n));
	return most;
}

static int count_below(const double *p, int n, double alpha)
{
	int k = 0;

	while (k < n && p[k] <= alpha)
		k++;
	return k;
}

struct calibration calibration_of(const double *p, const double *theta, int n)
{
	struct calibration out = {.distance = NAN, .distance_p = NAN};
	double *sorted = malloc(sizeof *sorted * (size_t)(n > 0 ? n : 1));
	double *size = malloc(sizeof *size * (size_t)(n > 0 ? n : 1));
	int m = 0;

	for (int i = 0; sorted && size && i < n; i++)
		if (!isnan(p[i]) && !isnan(theta[i])) {
			size[m] = fabs(theta[i]);
			sorted[m++] = p[i];
		}
	if (m)
		qsort(sorted, (size_t)m, sizeof *sorted, compare);
	out.at_05 = calibration_count(m ? count_below(sorted, m, 0.05) : 0, m);
	out.at_01 = calibration_count(m ? count_below(sorted, m, 0.01) : 0, m);
	out.q95 = m ? stat_quantile(size, m, 0.95) : NAN;
	out.q99 = m ? stat_quantile(size, m, 0.99) : NAN;
	if (m) {
		out.distance = distance_of(sorted, m);
		out.distance_p = stat_kolmogorov_p(out.distance, m);
	}
	free(sorted);
	free(size);
	return out;
}

enum calibration_state calibration_judge(const struct calibration_share *at_05, bool missed)
{
	if (missed || at_05->lo > CALIBRATION_ALPHA)
		return CALIBRATION_FAILED;
	return at_05->hi <= 2 * CALIBRATION_ALPHA ? CALIBRATION_CALIBRATED : CALIBRATION_UNPROVEN;
}

double calibration_delta(double delta, double q99)
{
	return fmax(delta, q99 > 0 ? expm1(q99) : 0);
}
