/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a group counts on this machine: every event by itself on a loop that must move it, then together, as
 * many as the processor counts at once. Made before a run opens sets of its own, which would take counters away.
 */
#ifndef IFM_COUNTER_PAPI_PLAN_H
#define IFM_COUNTER_PAPI_PLAN_H

#include <stdint.h>

#include "harness/wire/group.h"

struct papi_lib;

struct papi_event {
	const char *event; /* as programmed; NULL: none of its alternatives counts. Belongs to the group */
	char why[200];	   /* then why; "" else */
	int pass;	   /* -1: none; anchors stand in every pass */
};

struct papi_plan {
	const struct papi_lib *lib;
	struct group *group;
	struct papi_event event[GROUP_EVENTS_MAX];
	int n_passes;	  /* 0: no event beside the anchors counts */
	int64_t read_ns;  /* of one PAPI_read of the largest pass */
	int64_t start_ns; /* of a start and a stop of it */
};

/* ERR_UNAVAILABLE without libpapi; an event that does not count is no error. Free it by papi_plan_free. */
MUST_CHECK int papi_plan_make(struct papi_plan **out, const char *group, struct diag *d);
void papi_plan_free(struct papi_plan *p);

/* Numbers and names of the events that are read in a pass, anchors first; returns how many. */
int papi_plan_pass(const struct papi_plan *p, int pass, int *number, const char **event);

#endif
