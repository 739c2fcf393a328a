/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUPTI's values are fractions, readings are whole numbers: a share or ratio becomes millionths, what counts something stays.
 * The unit is told by the metric's name, so that no library is needed to read a reading.
 */
#ifndef IFM_COUNTER_CUPTI_METRIC_H
#define IFM_COUNTER_CUPTI_METRIC_H

#include <stdbool.h>
#include <stdint.h>

/* "ns", "bytes", "count"; of means "1/s" and "ppm" (100 %, and a ratio of 1, are 1000000). Static. */
const char *cupti_metric_unit(const char *metric);

/* The value of a metric as a reading; false where it is none (NaN, too large, negative). */
bool cupti_metric_value(const char *metric, double value, int64_t *out);

#endif
