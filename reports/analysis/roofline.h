/* SPDX-License-Identifier: Apache-2.0 */
/* What a roofline shows: points of known work, and the ceilings that were measured where they ran. */
#ifndef IFM_ANALYSIS_ROOFLINE_H
#define IFM_ANALYSIS_ROOFLINE_H

#include "reports/analysis/analysis.h"

struct roof_line {
	double rate; /* 10^9 bytes or operations a second */
	const struct row *row;
};
struct roof {
	/* A row of the place: engine, device, instruction set, threads and where they are. The one of the device with
	 * ceilings that has the most points; NULL: there is none, and all below is empty. */
	const struct row *place;
	bool known; /* the work of some point of the device is known */
	int n;
	const struct row **point; /* of the place, the fastest first */
	int n_unknown, n_other;	  /* points whose work is not known; that ran elsewhere */
	int n_memory, n_peaks;
	struct roof_line *memory, *peak; /* the slowest first */
};
/* Of what ran on that device: points of a CPU and a GPU stand under ceilings of their own. */
struct roof roof_make(const struct analysis *a, const char *device);
void roof_free(struct roof *r);

/* Operations a byte, of a row whose work is known. */
double row_intensity(const struct row *r);

#endif
