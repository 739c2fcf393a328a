/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the visits of a plan will take, and how that is known. Pure: what was measured before comes from
 * harness/store, a pilot from harness/run. In this order:
 *
 * history  visits of the same point on this machine: what a visit needed besides its repetitions, and for one, put
 *          together for the spec's numbers; from the shortest to the longest of them
 * pilot    the same from one repetition without warm-up; from half of it to half as much again
 * work     flops and bytes of the check against the ceilings beside the point as they were measured on this machine:
 *          at the ceiling at best, half of it as a rule, a fifth at worst
 * least    the spec's min_time alone; how long it may take at most is not known
 *
 * The time for which idle power is measured in some counter visits comes on top: that is known.
 */
#ifndef IFM_PLAN_ESTIMATE_H
#define IFM_PLAN_ESTIMATE_H

#include <stdbool.h>

#include "harness/plan/plan.h"
#include "harness/store/history.h"

enum estimate_source { ESTIMATE_LEAST = 0, ESTIMATE_WORK, ESTIMATE_PILOT, ESTIMATE_HISTORY, ESTIMATE_COUNT };
const char *estimate_source_name(enum estimate_source s); /* static */

/* One short visit of a point. */
struct plan_pilot {
	bool done;
	bool cut;	/* it would have taken longer than allowed: whole_s is what was allowed */
	double whole_s; /* of its process */
	double rep_s;	/* of its one repetition */
	char *why;	/* neither done nor cut: why; owned, NULL: none was made */
};

/* A visit of a point, in seconds. */
struct plan_estimate {
	enum estimate_source source;
	double low, likely, high; /* high: infinite when nothing is known */
	int n;			  /* visits that it rests on */
	int n_visits;		  /* of this point in the plan */
	int n_idle;		  /* of these measure idle power */
	double idle;		  /* what that takes of them all, beside the numbers above */
	bool verified;		  /* its outputs will be compared once */
	double verify;		  /* what that takes; 0: unknown */
};

/*
 * One for each point, what is not visited too (n_visits 0). past is sorted by id; pilots: one for each point, or NULL.
 * The result is owned by the caller (free).
 */
struct plan_estimate *plan_estimate(const struct plan *p, const struct spec *spec,
				    const struct wire_hello *hello, const struct store_past *past, int n_past,
				    const struct plan_pilot *pilots);

/* Of the whole plan. */
struct plan_time {
	double low, likely, high; /* seconds of all visits; high may be infinite */
	int n_by[ESTIMATE_COUNT]; /* points by source */
	double verify;		  /* seconds, of those that are known */
	int n_verify_unknown;	  /* points */
};
struct plan_time plan_time(const struct plan *p, const struct plan_estimate *estimates);

#endif
