/* SPDX-License-Identifier: Apache-2.0 */
/* perf_event_open(2), and why it would not count here. */
#ifndef IFM_COUNTER_PMU_H
#define IFM_COUNTER_PMU_H

#include <linux/perf_event.h>
#include <stdbool.h>

/* Of the calling thread, on any CPU. A descriptor, or -1 with errno. */
int pmu_open(struct perf_event_attr *attr);

/* What errno of pmu_open means: "no PMU: ...", "perf_event_paranoid is 3", ... */
void pmu_explain(int error, char *why, int size);

/* Does the kernel open the first hardware event of all, instructions? Else why not. */
bool pmu_present(char *why, int size);

#endif
