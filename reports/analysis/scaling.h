/* SPDX-License-Identifier: Apache-2.0 */
/* What more threads bring, as Amdahl's law has it. */
#ifndef IFM_ANALYSIS_SCALING_H
#define IFM_ANALYSIS_SCALING_H

#include "reports/analysis/analysis.h"

/* A curve further off than this says more than is known. */
#define AMDAHL_RMS_MOST 0.15

struct amdahl {
	struct estimate parallel; /* fraction of one thread's time, a fit a round; n = 0: there is none */
	double rms; /* relative deviation of the speed-ups over the first row from the law at `parallel`; also when refused */
	int n_counts; /* of threads */
	bool refused; /* the law does not hold: more threads gain nothing, or the speed-ups are off it by more than AMDAHL_RMS_MOST */
};

/*
 * Rows of the same work on different numbers of threads, the fewest first. A fit takes the times of one round, which ran beside each other;
 * the interval is over rounds. Fewer than three counts give no fit.
 */
struct amdahl amdahl_fit(const struct row *const *rows, int n);

/* Speed-up of `threads` over `base` threads at that parallel fraction. */
double amdahl_speed_up(double parallel, double base, double threads);

#endif
