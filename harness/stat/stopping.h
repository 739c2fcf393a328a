/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When enough pairs were run (facts: statistics, section 7): at fixed looks, when the interval is narrow enough for what
 * is asked. Never on p: stopping when p < 0.05 at these looks is wrong in 18 of 100 null comparisons, on width in 5 to 7.
 */
#ifndef IFM_STAT_STOPPING_H
#define IFM_STAT_STOPPING_H

#include <stdbool.h>

/* 10, 15, 22, 33, 50, 75, 110: each half as much again. */
extern const int stopping_looks[];
extern const int stopping_n_looks;

/* The next look after n pairs; 0: n is the last, or beyond. */
int stopping_next(int n);

bool stopping_is_look(int n);

/* The half width that is enough: the larger of half the equivalence bound and 0.25 %, as a log ratio. delta_eq is a
 * ratio less 1. */
double stopping_half_width(double delta_eq);

/* Nothing is over before so many pairs: with fewer an effect that stands alone among n_tests tests, however large, does not
 * survive the correction at q, since p cannot be so small. In families twice as many are reckoned with, which covers those of
 * about one size; a single one in a family much larger than the others may need a pair or two more. */
int stopping_least(int n_tests, double q);

/* Whether an interval of log ratios is narrow enough. An interval with a NaN never is. */
bool stopping_narrow(double lo, double hi, double delta_eq);

#endif
