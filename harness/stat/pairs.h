/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two arms, paired by round (facts: statistics, section 6): the log ratio, its exact interval and test, and what noise
 * of that size could have shown. Whoever calls it has decided what a value of a process is; the unit here is a pair of
 * processes, never an iteration. Verdicts are verdict.h's.
 *
 * Swapped arms negate theta, swap and negate lo and hi, and leave p, spread, rho and mde alone, to the last bit: all
 * sums run in the order of rounds, and no step prefers a sign. A zero is never negative.
 */
#ifndef IFM_STAT_PAIRS_H
#define IFM_STAT_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/stat/signed_rank.h"

/* Walsh averages are n (n + 1) / 2: these take 67 MB. */
#define PAIRS_MAX   4096
#define PAIRS_LEVEL 0.95
#define PAIRS_POWER 0.8
#define PAIRS_FLIPS 10000
/* Fewer groups tell nothing of what differs between groups. */
#define PAIRS_GROUPS_MIN 4

/*
 * r[j] = ln b[j] - ln a[j] of times (b is the new one), the other way round of rates: above 0 is slower. NaN where a
 * value is not above 0 or not finite.
 */
void pairs_log_ratios(double *r, const double *a, const double *b, int n, bool rates);

/* Why there is no interval. */
enum pairs_state {
	PAIRS_NONE = 0,
	PAIRS_DONE,
	PAIRS_TOO_FEW,
	PAIRS_TOO_MANY,
	PAIRS_NOT_FINITE,
	PAIRS_NO_MEMORY
};
const char *pairs_state_text(enum pairs_state s); /* "too few pairs"; static */

struct pairs_ask {
	double level;	  /* 0: PAIRS_LEVEL */
	double power;	  /* of the detectable effect; 0: PAIRS_POWER */
	uint64_t seed;	  /* of sign flips, where ties need them: to be recorded */
	const int *group; /* of each pair, any numbers: restart, node, campaign; NULL: one group */
};

struct pairs {
	enum pairs_state
		state; /* PAIRS_DONE: all below is set; else n, and of few finite pairs theta, spread */
	int n;
	double theta;  /* Hodges and Lehmann's median of Walsh averages (Ann. Math. Stat. 34, 1963) */
	double lo, hi; /* of theta, at the level; the wider of pairs and groups on each side */
	double level, coverage; /* asked; what the interval of the pairs covers exactly */
	double p;		/* two-sided; with groups the larger of both */
	double t_plus;		/* signed ranks above 0, ties halved */
	bool flipped;	/* more than a fifth ties and zeros: p is by PAIRS_FLIPS sign flips of theta */
	int n_groups;	/* that widened the interval; 0: none, or fewer than PAIRS_GROUPS_MIN */
	double spread;	/* 1.4826 median absolute deviation of r */
	double noise;	/* spread of independent pairs that further ones are reckoned with, see below */
	double rho;	/* lag-1 autocorrelation of r; 0 when all are equal */
	double mde;	/* the least true log ratio that n pairs of this noise find with that power */
	int n_outliers; /* counted, kept */
};

/*
 * noise is the larger of spread and of that which makes an interval as wide as this one, times size_inflation of rho unless
 * groups have widened the interval for what neighbours have in common: the median deviation is blind to the
 * quarter of the pairs that holds an interval open, and of few pairs it is often too small. mde is of it, and of Student's
 * quantiles, as it was estimated of these pairs. Simulated, what 10, 20, 30, 60 pairs print as detected in 80 of 100 is
 * detected in 88, 86, 84, 83 of normal pairs and in 73, 77, 78, 80 where a fifth of them is ten times as wide; by spread
 * and normal quantiles it would be in 59, 70, 74, 76 and 40, 53, 58, 64.
 */

/* Tables and memory that calls share. All zero is empty; not for two threads at once. */
struct pairs_work {
	struct signed_rank rank;
	double *walsh;
	int n_walsh;
};
void pairs_work_free(struct pairs_work *w);

/* n may be anything; work NULL: it is made for this call. ask NULL: all defaults. */
struct pairs pairs_compare(const double *r, int n, const struct pairs_ask *ask, struct pairs_work *work);

/* Two-sided p of theta by sign flips, Monte Carlo: (1 + flips that move theta as far) / (1 + flips). Estimates that
 * differ by rounding alone are as far. NaN for n < 1, and without memory. Flips are the same for r and -r. */
double pairs_flip_p(const double *r, int n, double theta, uint64_t seed, int flips);

/* The interval of the mean over groups' means, mean +- t s / sqrt g (facts: section 6, "Floor"); *p as of that t test.
 * How many groups; lo, hi and p are left alone for fewer than PAIRS_GROUPS_MIN, or without memory. */
int pairs_group_interval(const double *r, const int *group, int n, double level, double *lo, double *hi,
			 double *p);

#endif
