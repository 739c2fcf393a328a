/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a process has warmed up (facts: statistics, section 4), of the natural logarithms of its iterations' times. Both
 * arms of a pair are cut alike, at warmup_cut() of a pilot's processes of both, or the rule itself would be a treatment.
 */
#ifndef IFM_STAT_WARMUP_H
#define IFM_STAT_WARMUP_H

#include <stdbool.h>

#define WARMUP_BATCH 5
/* Shorter series say "no steady state" of flat ones too often (3 % at 100, 10 % at 50). */
#define WARMUP_N_MIN 100
/* What a window may drift and still be called steady. */
#define WARMUP_DRIFT 0.005

enum warmup_class {
	WARMUP_UNKNOWN = 0,
	WARMUP_FLAT,
	WARMUP_WARM_UP,
	WARMUP_SLOWDOWN,
	WARMUP_NO_STEADY_STATE
};
const char *warmup_class_name(enum warmup_class c); /* static */

struct warmup {
	enum warmup_class class_; /* UNKNOWN: fewer than two batches, or not finite */
	int cut;		  /* iterations before the steady state; a multiple of WARMUP_BATCH */
};
/* MSER-5 (White, Simulation 69, 1997; Spratt 1998): the cut with the least squared standard error of what is left, at
 * most half; there it is NO_STEADY_STATE. */
struct warmup warmup_find(const double *log_time, int n);

/* The largest cut of processes of all arms: the plan's. *n_unsteady: how many have no steady state; may be NULL. */
int warmup_cut(const struct warmup *process, int n, int *n_unsteady);

/* Least-squares slope over the last max(20, n / 4) of n kept iterations, times their number. */
enum warmup_trend { WARMUP_UNPROVEN = 0, WARMUP_STEADY, WARMUP_DRIFTING };
struct warmup_slope {
	enum warmup_trend trend; /* UNPROVEN: neither; reported, no failure */
	int window;
	double drift, error; /* over the window, as a log ratio, and its standard error; NaN for n < 20 */
};
struct warmup_slope warmup_slope(const double *log_time, int n);

#endif
