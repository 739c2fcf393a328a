/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counter visits of a point: one for all sources that can be read together, then one for each pass of
 * each group, since hardware counters are few and are never shared in turns.
 */
#ifndef IFM_PLAN_COUNTING_H
#define IFM_PLAN_COUNTING_H

#include "harness/spec/spec.h"
#include "harness/wire/wire.h"

/* How many; 0 when no counter is asked for. */
int counting_visits(const struct spec *spec, const struct wire_hello *hello);

/* Is the at-length answer of hello needed to know? */
bool counting_needs_events(const struct spec *spec);

/* What one of them reads. Names belong to the spec; what cannot be asked for is in the first visit's absent. */
struct counting {
	int pass;   /* of the request */
	bool idles; /* one of them measures how much the device takes idle, before the window and after it */
	int n, n_absent;
	char **name; /* of n sources. free() it */
	struct counting_absent {
		const char *name, *why; /* belong to the spec, to hello, or are static */
	} * absent;			/* free() it */
};
void counting_make(struct counting *c, const struct spec *spec, const struct wire_hello *hello, int visit);
void counting_free(struct counting *c);

#endif
