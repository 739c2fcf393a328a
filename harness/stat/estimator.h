/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one process says of a point (facts: statistics, section 5): one number of its repetitions, chosen in the plan and
 * equal for both arms. A low quantile resists what other processes add to a time; the mean is work over time, what a user
 * of throughput gets. Never the minimum: processes that never saw the fast mode are rare and real.
 */
#ifndef IFM_STAT_ESTIMATOR_H
#define IFM_STAT_ESTIMATOR_H

#include <stdint.h>

enum estimator {
	ESTIMATOR_AUTO = 0, /* by what is measured: estimator_for */
	ESTIMATOR_P10,
	ESTIMATOR_MEDIAN,
	ESTIMATOR_MEAN,
	ESTIMATOR_COUNT
};
const char *estimator_name(enum estimator e); /* "auto", "p10", "median", "mean"; static */
/* ESTIMATOR_COUNT: none of that name. */
enum estimator estimator_find(const char *name);

/* The 10th percentile for an operator, the mean for what makes tokens; asked unless that is AUTO. */
enum estimator estimator_for(enum estimator asked, int makes_tokens);

/*
 * Samples of one process in the order they were taken: values in nanoseconds, reps[i] the repetition that sample i
 * belongs to; those of one repetition stand beside each other. A repetition with a bit of `skip` in the marks of any of its
 * samples is left out whole: a part of one is no time of a repetition. Nothing else is left out. Returns the estimate of
 * the time of a repetition (its samples summed) in seconds; NaN without a repetition, with one whose time is not above 0,
 * for AUTO (ask estimator_for first), or without memory. *n: repetitions that went in, may be NULL.
 */
double estimator_value(enum estimator e, const int64_t *values, const int64_t *marks, const int64_t *reps,
		       int n_samples, int64_t skip, int *n);

#endif
