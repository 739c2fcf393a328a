/* SPDX-License-Identifier: Apache-2.0 */
/* The visits of a run in the order of time, each against its point's median: what a disturbed machine looks like. */
#ifndef IFM_ANALYSIS_TIMELINE_H
#define IFM_ANALYSIS_TIMELINE_H

#include "reports/analysis/analysis.h"

enum moment_state { MOMENT_CLEAN = 0, MOMENT_MARKED, MOMENT_CONTENDED, MOMENT_FAILED, MOMENT_STATES };

struct moment {
	int64_t visit; /* id */
	double second; /* of its start, in time that the run was running */
	enum moment_state state;
	double rate;	 /* over its point's median, less 1; NaN: failed, or no sample */
	double pressure; /* share of its time in which some thread waited for a CPU; NaN: not told */
	double mhz;	 /* behind it; NaN: not told */
};
/* The run stood still: interrupted and resumed, or the machine slept. */
struct lull {
	double at, length; /* seconds: `at` as of a moment */
};
struct timeline {
	int n;
	struct moment *moment; /* timing visits, and failed ones of any kind, of rows and ceilings */
	int count[MOMENT_STATES];
	double length; /* seconds up to the end of the last visit, without lulls */
	int n_lulls;
	struct lull *lull;
};

/* n = 0 where visits do not say when they began. */
struct timeline timeline_make(const struct analysis *a);
void timeline_free(struct timeline *t);

/* So long without a visit, where no note says that the run was resumed: the gate before one waits half of it at most. */
#define LULL_MIN_S 120

#endif
