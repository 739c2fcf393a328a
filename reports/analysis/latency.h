/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time of one step, from all raw samples behind the warm-up, marked ones among them. Percentiles take samples as
 * independent; rates are never judged by them.
 */
#ifndef IFM_ANALYSIS_LATENCY_H
#define IFM_ANALYSIS_LATENCY_H

#include "reports/analysis/analysis.h"

#define LATENCY_PERCENTILES 5
extern const double latency_share[LATENCY_PERCENTILES]; /* 0.5, 0.9, 0.95, 0.99, 0.999 */

struct latency_percentile {
	double ms, lo, hi; /* NaN when n is too small for a 95 % interval */
	int n_min;	   /* from which n on there is one */
};
struct latency_sample {
	double ms;
	bool marked; /* faulted, preempted, migrated, contended or throttled */
};
struct latency {
	int n, n_marked, n_processes;
	struct latency_sample *sample; /* sorted by time */
	struct latency_percentile percentile[LATENCY_PERCENTILES];
};

/* n = 0 where steps are of several kinds, or there are none. */
struct latency latency_make(const struct row *row);
void latency_free(struct latency *l);

/* The share of samples below sample i: in the middle of its own. */
double latency_share_of(const struct latency *l, int i);
/* Where a share stands on an axis that is stretched towards the tail: 0, 1, 2 for 0, 0.9, 0.99. */
double latency_up(double share);
/*
 * At most max samples that show the whole distribution: evenly spaced on that axis, so that the tail keeps its own, and
 * always the first and the last. index receives them in order; returns how many.
 */
int latency_thin(const struct latency *l, int *index, int max);

#endif
