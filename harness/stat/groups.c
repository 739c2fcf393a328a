/* SPDX-License-Identifier: Apache-2.0 */
/* The floor under a pair interval: what differs between restarts, nodes and campaigns is not in the pairs of one. */
#include "config.h"

#include "harness/stat/pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stat/distribution.h"
#include "harness/stat/stat.h"

struct group_sum {
	int id, n;
	double sum;
};

/* Sums in the order of pairs, groups in the order they come first. How many groups. */
static int sum_up(struct group_sum *s, const double *r, const int *group, int n)
{
	int g = 0;

	for (int j = 0; j < n; j++) {
		int i = 0;
		while (i < g && s[i].id != group[j])
			i++;
		if (i == g)
			s[g++] = (struct group_sum){.id = group[j]};
		s[i].n++;
		s[i].sum += r[j];
	}
	return g;
}

int pairs_group_interval(const double *r, const int *group, int n, double level, double *lo, double *hi,
			 double *p)
{
	struct group_sum *s = calloc((size_t)n, sizeof *s);
	double *mean = malloc(sizeof *mean * (size_t)n), all, error, half;
	int g = 0;

	if (s && mean)
		g = sum_up(s, r, group, n);
	for (int i = 0; i < g; i++)
		mean[i] = s[i].sum / s[i].n;
	if (g >= PAIRS_GROUPS_MIN) {
		all = stat_mean(mean, g);
		error = stat_sd(mean, g) / sqrt(g);
		half = stat_t_quantile((1 + level) / 2, g - 1) * error;
		*lo = all - half;
		*hi = all + half;
		*p = error > 0 ? stat_t_two_sided(all / error, g - 1) : all == 0;
	}
	free(s);
	free(mean);
	return g;
}
