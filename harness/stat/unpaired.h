/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sides that were not interleaved: stored runs, two machines. Values are one a process. What differs between the
 * times of two runs is in no sample of either, so the interval is widened by what A/A runs of different times were apart;
 * where nobody knows that, it is unverified whatever it says.
 */
#ifndef IFM_STAT_UNPAIRED_H
#define IFM_STAT_UNPAIRED_H

#include <stdbool.h>

struct unpaired {
	bool ok; /* each side has enough values above 0 (6 for 0.95); else all but the counts is NaN */
	bool unverified; /* `apart` is unknown */
	int n_a, n_b;
	double theta;  /* ln median b - ln median a of times; of rates the other way: above 0 is slower */
	double lo, hi; /* bootstrap over processes (stat_ratio_interval), each end moved out by apart */
	double p;      /* Brunner and Munzel, of whether one side tends to be larger; not widened */
};
/* apart: |log ratio| that A/A runs of different times reach (q95), NaN: unknown. Swapped sides negate the interval to the
 * last bit. */
struct unpaired unpaired_compare(const double *a, int n_a, const double *b, int n_b, bool rates, double level,
				 double apart);

/* Brunner and Munzel's two-sided p (Biometrical Journal 42, 2000), t approximation: variances may differ, ties may be.
 * 0 where the sides do not overlap; 1 where all are equal; NaN for fewer than two values a side, or without memory. */
double unpaired_p(const double *a, int n_a, const double *b, int n_b);

/* Mann and Whitney's, normal with correction for ties and continuity: what others use, for control. NaN as above. */
double unpaired_mann_whitney_p(const double *a, int n_a, const double *b, int n_b);

#endif
