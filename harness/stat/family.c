/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster bootstrap of a family's mean (Field and Welsh, JRSS B 69, 2007). */
#include "config.h"

#include "harness/stat/fdr.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stat/draw.h"
#include "harness/stat/stat.h"

struct cluster {
	int id, n;
	double sum;
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int clusters_make(struct cluster *c, const double *theta, const int *id, int n)
{
	int k = 0;

	for (int j = 0; j < n; j++) {
		int i = 0;
		while (i < k && c[i].id != id[j])
			i++;
		if (i == k)
			c[k++] = (struct cluster){.id = id[j]};
		c[i].n++;
		c[i].sum += theta[j];
	}
	return k;
}

static double resample(const struct cluster *c, int k, struct draw *d)
{
	double sum = 0;
	int n = 0;

	for (int i = 0; i < k; i++) {
		const struct cluster *drawn = &c[draw_below(d, (uint64_t)k)];
		sum += drawn->sum;
		n += drawn->n;
	}
	return sum / n;
}

/* Ranks at the same distance from both ends: negated means give the negated ends. */
static void percentiles(struct family *out, double *mean, double level)
{
	int cut = (int)(FAMILY_DRAWS * (1 - level) / 2), below = 0, above = 0, fewer;

	qsort(mean, FAMILY_DRAWS, sizeof *mean, compare);
	out->lo = mean[cut];
	out->hi = mean[FAMILY_DRAWS - 1 - cut];
	for (int i = 0; i < FAMILY_DRAWS; i++) {
		below += mean[i] <= 0;
		above += mean[i] >= 0;
	}
	fewer = below < above ? below : above;
	out->p = fmin(1, 2 * (1.0 + fewer) / (1.0 + FAMILY_DRAWS));
	out->ok = true;
}

struct family family_compare(const double *theta, const int *cluster, int n, double level, uint64_t seed)
{
	struct family out = {.theta = stat_mean(theta, n), .lo = NAN, .hi = NAN, .p = NAN};
	struct cluster *c = calloc((size_t)(n > 0 ? n : 1), sizeof *c);
	double *mean = malloc(sizeof *mean * FAMILY_DRAWS);
	struct draw d = {.seed = seed};

	if (c && mean && isfinite(out.theta))
		out.n_clusters = clusters_make(c, theta, cluster, n);
	if (mean && out.n_clusters >= FAMILY_CLUSTERS_MIN) {
		for (int i = 0; i < FAMILY_DRAWS; i++)
			mean[i] = resample(c, out.n_clusters, &d);
		percentiles(&out, mean, level);
	}
	free(c);
	free(mean);
	return out;
}
