/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many tests (facts: statistics, section 8). A NaN is no test: it is neither counted nor rejected.
 *
 * Families (a metric, a group of points that one cause would move) come first: those that are rejected by their own p,
 * then their members at q x rejected families / families (Benjamini and Bogomolov, JRSS B 76, 2014), which holds
 * the share of false ones within what is reported.
 */
#ifndef IFM_STAT_FDR_H
#define IFM_STAT_FDR_H

#include <stdbool.h>
#include <stdint.h>

#define FDR_Q_REPORT 0.05
#define FDR_Q_GATE   0.01

/* Benjamini and Hochberg (JRSS B 57, 1995): which are rejected at q. How many; without memory none is. */
int fdr_reject(const double *p, int n, double q, bool *rejected);
/* Benjamini and Yekutieli (Ann. Stat. 29, 2001): the same for whatever dependence, as of hardware counters. */
int fdr_reject_dependent(const double *p, int n, double q, bool *rejected);

/* p of "nothing changed in any" (Simes, Biometrika 73, 1986): finds one member that changed much. NaN without tests. */
double fdr_simes(const double *p, int n);

/*
 * family[i] in [0, n_families). family_p: of each, as of family_compare(), NaN where there is none; NULL or NaN: that of
 * Simes. A family is entered on the smaller of both, doubled: its mean finds a small change of all, Simes a large one of
 * few. How many members are rejected; without memory none is.
 */
int fdr_reject_families(const double *p, const int *family, int n, const double *family_p, int n_families,
			double q, bool *rejected);

/* The geometric mean of a family's ratios, by bootstrap over workloads: members of one go together. */
#define FAMILY_DRAWS	    10000
#define FAMILY_CLUSTERS_MIN 4
struct family {
	bool ok; /* else the rest is NaN but theta: fewer clusters than FAMILY_CLUSTERS_MIN, or no memory */
	int n_clusters;
	double theta; /* mean of the members' log ratios */
	double lo,
		hi; /* percentiles of FAMILY_DRAWS resamples; negated log ratios give the negated interval */
	double p;   /* two-sided: the smaller share of resamples beyond 0, doubled */
};
/* cluster[i]: any numbers. */
struct family family_compare(const double *theta, const int *cluster, int n, double level, uint64_t seed);

#endif
