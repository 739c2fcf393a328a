/* SPDX-License-Identifier: Apache-2.0 */
/* CUPTI's host half: what metrics of a chip are called, what they take, what their counters mean. No GPU is needed. */
#ifndef IFM_COUNTER_CUPTI_HOST_H
#define IFM_COUNTER_CUPTI_HOST_H

#include "harness/measure/counter/cupti_lib.h"

struct cupti_host {
	const struct cupti_lib *lib;
	CUpti_Profiler_Host_Object *object; /* NULL: not open */
};

/* What a device is configured with. */
struct cupti_image {
	uint8_t *bytes; /* size of them; free() it */
	size_t size;
	size_t passes;
};

/* chip: "GH100". availability: of a context, NULL: all that the chip has. False and why. */
bool cupti_host_open(struct cupti_host *h, const struct cupti_lib *lib, const char *chip,
		     const uint8_t *availability, char *why, int size);
/* For n metrics, once for a host that was opened. A metric that the chip has not and one that cannot be counted beside
 * the others look alike. */
bool cupti_host_configure(const struct cupti_host *h, const char **metric, int n, struct cupti_image *out,
			  char *why, int size);
void cupti_host_close(struct cupti_host *h); /* one that is not open is fine */

/* How many passes n metrics take together; 0 and why where they cannot be. */
size_t cupti_host_passes(const struct cupti_lib *lib, const char *chip, const char **metric, int n, char *why,
			 int size);

#endif
