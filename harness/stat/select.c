/* SPDX-License-Identifier: Apache-2.0 */
/* Selection without sorting (Hoare, "Algorithm 65: Find", CACM 4, 1961), and medians. */
#include "config.h"

#include "harness/stat/select.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stat/stat.h"

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void swap(double *a, double *b)
{
	double t = *a;

	*a = *b;
	*b = t;
}

static double median_of_three(double a, double b, double c)
{
	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Halves that do not get smaller, as of an order that was made to be bad, are sorted in the end: no input takes longer
 * than that. */
void stat_select(double *x, int n, int k)
{
	int lo = 0, hi = n - 1, patience = 64;

	while (lo < hi && patience-- > 0) {
		double pivot = median_of_three(x[lo], x[lo + (hi - lo) / 2], x[hi]);
		int i = lo, j = hi;

		while (i <= j) {
			while (x[i] < pivot)
				i++;
			while (x[j] > pivot)
				j--;
			if (i <= j)
				swap(&x[i++], &x[j--]);
		}
		if (k <= j)
			hi = j;
		else if (k >= i)
			lo = i;
		else
			return;
	}
	if (lo < hi)
		qsort(x + lo, (size_t)hi - (size_t)lo + 1, sizeof *x, compare);
}

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
