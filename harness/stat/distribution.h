/* SPDX-License-Identifier: Apache-2.0 */
/* Distributions that intervals and tests rest on. Pure; what is outside a domain gives NaN. */
#ifndef IFM_STAT_DISTRIBUTION_H
#define IFM_STAT_DISTRIBUTION_H

#include "harness/stat/stat.h"

/* The standard normal distribution. The quantile is Wichura's PPND16 (AS 241, Applied Statistics 37, 1988; relative
 * error 1e-16) and has the same bits on every machine. p in (0, 1). */
double stat_normal_quantile(double p);
double stat_normal_cdf(double z);

/* Regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22); a, b > 0. */
double stat_beta_cdf(double x, double a, double b);
/* x with I_x(a, b) = p, by halving. */
double stat_beta_quantile(double p, double a, double b);

/* Student's t: the quantile p, and P(|T| >= |t|). */
double stat_t_quantile(double p, double df);
double stat_t_two_sided(double t, double df);

/* Clopper and Pearson's interval of a share, k of n (Biometrika 26, 1934). ok = false, NaN for n < 1 or k outside
 * [0, n]; coverage is the nominal one, what it covers is never less. */
struct stat_interval stat_share_interval(int k, int n, double level);

/* P that the largest distance between the distribution of n values and theirs is at least d (Kolmogorov 1933; finite n
 * by Stephens, JRSS B 32, 1970). */
double stat_kolmogorov_p(double d, int n);

#endif
