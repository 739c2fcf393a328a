/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often comparisons of equal things say that they differ, and of unequal ones do not (facts: statistics, section 10):
 * summaries of A/A campaigns and injected slowdowns, and what follows for the verdicts of this machine.
 */
#ifndef IFM_STAT_CALIBRATION_H
#define IFM_STAT_CALIBRATION_H

#include <stdbool.h>

#include "harness/stat/stat.h"

#define CALIBRATION_ALPHA 0.05
/* Campaigns from which the floor is taken: the last ones. */
#define CALIBRATION_CAMPAIGNS 30

enum calibration_state { CALIBRATION_UNPROVEN = 0, CALIBRATION_CALIBRATED, CALIBRATION_FAILED };
const char *calibration_state_name(enum calibration_state s); /* static */

/* k of n with Clopper and Pearson's 95 % interval. n = 0: NaN. */
struct calibration_share {
	int n, k;
	double share, lo, hi;
};
struct calibration_share calibration_count(int k, int n);

struct calibration {
	struct calibration_share at_05, at_01; /* false alarms: p at or below */
	double distance,
		distance_p; /* of p from uniform: Kolmogorov and Smirnov. Discrete p of few pairs lie above */
	double q95, q99;    /* of |log ratio| */
};
/* One A/A comparison each: p and theta. NaN of p: no test, left out. */
struct calibration calibration_of(const double *p, const double *theta, int n);

/* From the false alarms at CALIBRATION_ALPHA; missed: the 5 % injection was, twice in the last five nights. */
enum calibration_state calibration_judge(const struct calibration_share *at_05, bool missed);

/* The effect to fail on, a ratio less 1: the user's, raised to what A/A reaches (q99 of |log ratio|; NaN: unknown). */
double calibration_delta(double delta, double q99);

#endif
