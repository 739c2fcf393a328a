/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which metrics of a group a chip has and which are counted together. The work of a window is not repeated for the
 * next pass of CUPTI's: each visit counts a set that takes one pass, with the group's anchors in all of them.
 */
#ifndef IFM_COUNTER_CUPTI_PLAN_H
#define IFM_COUNTER_CUPTI_PLAN_H

#include "harness/measure/counter/cupti_lib.h"
#include "harness/wire/group.h"

struct cupti_event {
	const char *metric; /* of this chip; NULL: it has none of them. Belongs to the group */
	char why[200];	    /* then, or where pass is -1, why; "" else */
	int pass;	    /* -1: none; anchors stand in every pass */
};

struct cupti_plan {
	struct group *group;
	char chip[32]; /* "GH100" */
	struct cupti_event event[GROUP_EVENTS_MAX];
	int n_passes; /* 0: nothing of the group can be counted */
};

/* ERR_UNAVAILABLE for a chip that libcupti does not know; a metric that the chip has not is no error. Free it by
 * cupti_plan_free. */
MUST_CHECK int cupti_plan_make(struct cupti_plan **out, const struct cupti_lib *lib, const char *chip,
			       const char *group, struct diag *d);
void cupti_plan_free(struct cupti_plan *p);

/* Numbers and names of the metrics that are read in a pass, anchors first; returns how many. */
int cupti_plan_pass(const struct cupti_plan *p, int pass, int *number, const char **metric);

#endif
