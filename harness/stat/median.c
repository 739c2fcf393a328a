/* SPDX-License-Identifier: Apache-2.0 */
/* Medians and what lies around them, the same to the last bit for negated values. */
#include "config.h"

#include "harness/stat/stat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stat/select.h"

double stat_select_median(double *x, int n)
{
	double upper = INFINITY;

	stat_select(x, n, (n - 1) / 2);
	if (n % 2)
		return x[n / 2];
	for (int i = n / 2; i < n; i++)
		upper = fmin(upper, x[i]);
	/* Not x + (upper - x) / 2: that is not the negative of what negated values give. */
	return (x[n / 2 - 1] + upper) / 2;
}

double stat_median(const double *x, int n)
{
	double *copy = n > 0 ? malloc(sizeof *copy * (size_t)n) : NULL, median;

	if (!copy)
		return NAN;
	memcpy(copy, x, sizeof *copy * (size_t)n);
	median = stat_select_median(copy, n);
	free(copy);
	return median;
}

/* The median of |x - median|; NaN as stat_median. */
static double deviation(const double *x, int n, double median)
{
	double *copy = n > 0 ? malloc(sizeof *copy * (size_t)n) : NULL, d;

	if (!copy)
		return NAN;
	for (int i = 0; i < n; i++)
		copy[i] = fabs(x[i] - median);
	d = stat_select_median(copy, n);
	free(copy);
	return d;
}

double stat_spread(const double *x, int n)
{
	return MAD_SCALE * deviation(x, n, stat_median(x, n));
}

int stat_outliers(const double *x, int n)
{
	double median = stat_median(x, n), most = 10 * MAD_SCALE * deviation(x, n, median);
	int count = 0;

	for (int i = 0; i < n; i++)
		count += fabs(x[i] - median) > most;
	return count;
}
