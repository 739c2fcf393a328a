/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that looks at a GPU every few milliseconds: in counter visits alone, never while steps are timed. */
#ifndef IFM_MEASURE_NVML_WATCH_H
#define IFM_MEASURE_NVML_WATCH_H

#include "harness/measure/counter/nvml_card.h"

#define NVML_WATCH_EVERY_NS 20000000

/* What it saw between its first look and its last. */
struct nvml_seen {
	int n; /* looks */
	int n_throttled;
	int64_t reasons;			    /* of all looks */
	int64_t sm_clock_least, memory_clock_least; /* MHz; 0: never read */
	int n_power;
	double power_mw; /* mean over time; NaN with fewer than two looks */
	int64_t gap_ns;	 /* the longest between two that read power */
};

struct nvml_watch;

/* NULL where no thread can be had. card stays where it is until the end. */
struct nvml_watch *nvml_watch_start(const struct nvml_card *card);
/* It takes its last look and goes; returns at once. */
void nvml_watch_stop(struct nvml_watch *w);
/* Waits until it is gone, and frees it. NULL: it has seen nothing. */
void nvml_watch_end(struct nvml_watch *w, struct nvml_seen *out);

#endif
