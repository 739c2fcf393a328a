/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/fdr.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Those that are numbers, ascending; free() it. NULL without any, or without memory. */
static double *tests_sorted(const double *p, int n, int *m)
{
	double *sorted = n > 0 ? malloc(sizeof *sorted * (size_t)n) : NULL;

	*m = 0;
	for (int i = 0; sorted && i < n; i++)
		if (!isnan(p[i]))
			sorted[(*m)++] = p[i];
	if (sorted)
		qsort(sorted, (size_t)*m, sizeof *sorted, compare);
	return sorted;
}

int fdr_reject(const double *p, int n, double q, bool *rejected)
{
	int m, k;
	double *sorted = tests_sorted(p, n, &m), bound = -1;

	for (k = m; sorted && k > 0; k--)
		if (sorted[k - 1] <= q * k / m) {
			bound = sorted[k - 1];
			break;
		}
	free(sorted);
	for (int i = 0; i < n; i++)
		rejected[i] = p[i] <= bound;
	return k > 0 && bound >= 0 ? k : 0;
}

int fdr_reject_dependent(const double *p, int n, double q, bool *rejected)
{
	double sum = 0;
	int m = 0;

	for (int i = 0; i < n; i++)
		m += !isnan(p[i]);
	for (int i = 1; i <= m; i++)
		sum += 1.0 / i;
	return fdr_reject(p, n, m ? q / sum : q, rejected);
}

double fdr_simes(const double *p, int n)
{
	int m;
	double *sorted = tests_sorted(p, n, &m), least = NAN;

	for (int i = 0; sorted && i < m; i++)
		least = fmin(least, sorted[i] * m / (i + 1));
	free(sorted);
	return least;
}

/* What is needed for one family after the other. */
struct members {
	double *p;
	int *index;
	bool *rejected;
	int n;
};

static void members_of(struct members *m, const double *p, const int *family, int n, int f)
{
	m->n = 0;
	for (int i = 0; i < n; i++)
		if (family[i] == f) {
			m->index[m->n] = i;
			m->p[m->n++] = p[i];
		}
}

/* The smaller of mean and Simes, doubled (Bonferroni); one of them alone as it is. */
static double entry_p(double of_mean, double simes)
{
	return isnan(of_mean) || isnan(simes) ? fmin(of_mean, simes) : fmin(1, 2 * fmin(of_mean, simes));
}

int fdr_reject_families(const double *p, const int *family, int n, const double *family_p, int n_families,
			double q, bool *rejected)
{
	size_t size = (size_t)(n > 0 ? n : 1), families = (size_t)(n_families > 0 ? n_families : 1);
	struct members m = {malloc(sizeof *m.p * size), malloc(sizeof *m.index * size),
			    malloc(sizeof *m.rejected * size), 0};
	double *entry = malloc(sizeof *entry * families);
	bool *entered = calloc(families, sizeof *entered),
	     enough = m.p && m.index && m.rejected && entry && entered;
	int total = 0, k, tested = 0;

	for (int i = 0; i < n; i++)
		rejected[i] = false;
	for (int f = 0; enough && f < n_families; f++) {
		members_of(&m, p, family, n, f);
		entry[f] = entry_p(family_p ? family_p[f] : NAN, fdr_simes(m.p, m.n));
		tested += !isnan(entry[f]);
	}
	k = enough ? fdr_reject(entry, n_families, q, entered) : 0;
	for (int f = 0; k > 0 && f < n_families; f++) {
		if (!entered[f])
			continue;
		members_of(&m, p, family, n, f);
		total += fdr_reject(m.p, m.n, q * k / tested, m.rejected);
		for (int i = 0; i < m.n; i++)
			rejected[m.index[i]] = m.rejected[i];
	}
	free(m.p);
	free(m.index);
	free(m.rejected);
	free(entry);
	free(entered);
	return total;
}
