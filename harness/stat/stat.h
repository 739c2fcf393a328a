/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics as pure functions of arrays: no I/O, no allocation failures that
 * matter, no hidden state. NaN never goes in; n = 0 (and no memory for a copy) gives NaN out.
 */
#ifndef IFM_STAT_STAT_H
#define IFM_STAT_STAT_H

#include <stdbool.h>

/* Quantile p in [0, 1] by linear interpolation (Hyndman and Fan's type 7, NumPy's default).
 * x need not be sorted and is not changed. */
double stat_quantile(const double *x, int n, double p);

/*
 * Order-statistic interval of the quantile p: the narrowest equal-tailed pair x[l], x[u] whose
 * binomial coverage reaches `level`. ok = false when n is too small (level 0.95, median: 6); lo and hi are
 * then the extremes and coverage says what they cover.
 */
struct stat_interval {
	double lo, hi;
	double coverage;
	bool ok;
};
struct stat_interval stat_quantile_interval(const double *x, int n, double p, double level);

/* Smallest n with an equal-tailed interval of that level for the quantile; INT_MAX when no n has one. */
int stat_quantile_min_n(double p, double level);

/*
 * Interval of median(a) / median(b) of values that are not paired: percentile bootstrap over both sides, exact (no
 * draws). ok = false, lo and hi NaN, when a side is too small for an interval of its own median at that level, or has
 * a value that is not above 0. coverage is the nominal one.
 */
struct stat_interval stat_ratio_interval(const double *a, int n_a, const double *b, int n_b, double level);

/*
 * Amdahl's law through the seconds of equal work on so many threads, by least squares of relative deviations, no part
 * of the time below 0. ok = false and all NaN for fewer than three different counts (two fit any law), or a value that is
 * not above 0.
 */
struct stat_amdahl {
	double serial_s, parallel_s; /* on one thread */
	double fraction;	     /* of that time which is parallel */
	double rms;		     /* of the relative deviations */
	bool ok;
};
struct stat_amdahl stat_amdahl(const double *threads, const double *seconds, int n);

double stat_mean(const double *x, int n);
double stat_sd(const double *x, int n);	 /* ddof 1; NaN for n < 2 */
double stat_mad(const double *x, int n); /* 1.4826 x median absolute deviation */
/* As stat_mad, and stat_median as the quantile 0.5, but to the last bit: x negated gives the same spread and the negated
 * median. Comparisons use these. NaN for n = 0, and without memory for a copy. */
double stat_spread(const double *x, int n);
double stat_median(const double *x, int n);
/* How many lie further from the median than ten spreads (14.826 median deviations): they are counted and kept. */
int stat_outliers(const double *x, int n);
double stat_geomean(const double *x, int n); /* NaN when a value is negative */

/* Largest |a - b| divided by the largest |b|; infinity when b is all zero and a is not, NaN
 * when an input is not finite. The residual of outputs a against reference b. */
double stat_residual(const float *a, const float *b, long n);

#endif
