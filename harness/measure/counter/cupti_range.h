/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One user range of CUPTI's range profiler: metrics that take one pass, counted from begin to end on the CUDA context
 * that is current in the calling thread. Ranges are cut at what was submitted: the work has to be waited for.
 */
#ifndef IFM_COUNTER_CUPTI_RANGE_H
#define IFM_COUNTER_CUPTI_RANGE_H

#include "harness/measure/counter/cupti_host.h"
#include "harness/wire/group.h"

struct cupti_range {
	const struct cupti_lib *lib; /* NULL: it is closed */
	const struct cupti_driver *driver;
	const char *metric[GROUP_EVENTS_MAX]; /* n of them; belong to the caller */
	int n;
	struct cupti_host host;
	struct cupti_image image;
	uint8_t *availability, *data;
	size_t data_size;
	CUpti_RangeProfiler_Object *profiler; /* NULL: not enabled */
	bool initialized, started, pushed;
};

/* The context that is current here and the number of its device; false and why where there is none. */
bool cupti_context(const struct cupti_driver *driver, CUcontext *context, int *device, char *why, int size);

/* The name of a device's chip: "GH100" (at most size bytes). */
bool cupti_chip(const struct cupti_lib *lib, int device, char *chip, int chip_size, char *why, int size);

/* Begins to count. False and why: nothing stays on. */
bool cupti_range_begin(struct cupti_range *r, const struct cupti_lib *lib, const struct cupti_driver *driver,
		       const char *const *metric, int n, char *why, int size);

/* Ends it and gives n values; false and why where they are none. All is off either way. */
bool cupti_range_end(struct cupti_range *r, double *value, char *why, int size);

void cupti_range_close(struct cupti_range *r); /* one that is closed is fine */

#endif
