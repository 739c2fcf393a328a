/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Did the counters of a GPU see what ran? What they say of time is held against the device's own events of the same window.
 * Within harness/measure.
 */
#ifndef IFM_MEASURE_DEVICE_TIME_H
#define IFM_MEASURE_DEVICE_TIME_H

#include "harness/wire/wire.h"

/* A group of counters whose gpu_time, or the part gpu_active of it where it has that, is below a tenth of the time that the
 * device's events give to the measured steps has not counted most kernels: its readings become unusable, with the reason.
 * Without a second series nothing is judged. */
void device_time_judge(struct wire_run_result *r);

#endif
