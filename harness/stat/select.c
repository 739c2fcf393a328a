/* SPDX-License-Identifier: Apache-2.0 */
/* Selection without sorting (Hoare, "Algorithm 65: Find", CACM 4, 1961). */
#include "config.h"

#include "harness/stat/select.h"

#include <math.h>
#include <stdlib.h>

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
