/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many pairs (facts: statistics, section 7): what a number of pairs can show, how many a question needs, and how
 * repetitions are spread over levels. Effects are log ratios. 0.955 = 3 / pi is the efficiency of signed ranks at normal
 * noise (Hodges and Lehmann, Ann. Math. Stat. 27, 1956); neighbours that go together (rho > 0.1) count for less.
 */
#ifndef IFM_STAT_SIZE_H
#define IFM_STAT_SIZE_H

#define SIZE_EFFICIENCY 0.955
#define SIZE_RHO_MIN	0.1
#define SIZE_N_MAX	1000000000

/* sqrt((1 + rho) / (1 - rho)) where rho is above SIZE_RHO_MIN, else 1. */
double size_inflation(double rho);

/* The minimum detectable effect: the least log ratio that n pairs of that spread find with that power at alpha. */
double size_mde(double spread, double rho, int n, double alpha, double power);

/* How much larger it is where the spread was estimated of n pairs: Student's quantiles in place of normal ones; 1 for n < 2. */
double size_of_few(int n, double alpha, double power);

/* Pairs with which the effect delta (a ratio less 1, above 0) is found with that power; SIZE_N_MAX: no number is. */
int size_pairs_for_effect(double spread, double rho, double delta, double alpha, double power);

/* Pairs until the interval's half width (a log ratio) is that of the stopping rule, at the noise seen. */
int size_pairs_for_width(double spread, double rho, double half, double alpha);

/* The spread whose interval over n pairs has that half width: turns size_pairs_for_width round, rho left alone. */
double size_spread_of_width(double half, int n, double alpha);

/* The fewest pairs with which one of m tests under Benjamini and Hochberg at q can be rejected: two-sided exact p is 2 /
 * 2^n at least. */
int size_pairs_for_tests(int m, double q);

/*
 * Kalibera and Jones ("Rigorous benchmarking in reasonable time", ISMM 2013): repetitions of a level within one unit of
 * the next, ceil(sqrt(c_next / c * T2 / T2_next)): cost in seconds of one unit, T2 the variance component, whose estimate
 * may be below 0 and then is 0. At least 1; SIZE_N_MAX when the upper level has no variance or this one no cost.
 */
int size_repetitions(double cost, double variance, double cost_next, double variance_next);

#endif
