/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/stat.h"

#include <math.h>
#include <stdlib.h>

double stat_mean(const double *x, int n)
{
	double sum = 0, rest = 0, mean;

	if (n <= 0)
		return NAN;
	for (int i = 0; i < n; i++)
		sum += x[i];
	mean = sum / n;
	/* A second pass takes up what the first lost to rounding. */
	for (int i = 0; i < n; i++)
		rest += x[i] - mean;
	return isfinite(rest) ? mean + rest / n : mean;
}

double stat_sd(const double *x, int n)
{
	double mean = stat_mean(x, n), sum = 0;

	if (n < 2)
		return NAN;
	for (int i = 0; i < n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	return sqrt(sum / (n - 1));
}

double stat_geomean(const double *x, int n)
{
	double *logs = n > 0 ? malloc(sizeof *logs * (size_t)n) : NULL, mean;

	if (!logs)
		return NAN;
	for (int i = 0; i < n; i++)
		logs[i] = log(x[i]);
	mean = exp(stat_mean(logs, n));
	free(logs);
	return mean;
}

double stat_residual(const float *a, const float *b, long n)
{
	double largest = 0, difference = 0;

	if (n <= 0)
		return NAN;
	for (long i = 0; i < n; i++) {
		if (!isfinite(a[i]) || !isfinite(b[i]))
			return NAN;
		largest = fmax(largest, fabs((double)b[i]));
		difference = fmax(difference, fabs((double)a[i] - b[i]));
	}
	if (largest == 0)
		return difference == 0 ? 0 : INFINITY;
	return difference / largest;
}
