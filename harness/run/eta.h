/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the rest of a run takes. A point that was visited in it takes what its visits took; one that was not what
 * plan_estimate says (history, work or least), times how much longer the visited ones took than that. Within harness/run.
 */
#ifndef IFM_RUN_ETA_H
#define IFM_RUN_ETA_H

#include <stdbool.h>

struct sweep;

/* Of a point: its visits, or the comparing of its outputs. */
struct eta_part {
	double guess_s; /* 0: none */
	double seen_s;	/* of all that were seen */
	int n, left;
};

struct eta {
	int n_points;
	struct eta_part *visit, *verify; /* one for each point */
};

/* Nothing seen yet, nothing left. The history is that of the run's own store; without one the guesses are worse. */
void eta_make(struct eta *e, const struct sweep *s);
void eta_free(struct eta *e);

/* One of these took so long, or is left out; it is no longer left. */
void eta_saw(struct eta_part *part, double seconds);
void eta_skip(struct eta_part *part);

/* Seconds; NaN when there is no way to tell. */
double eta_left(const struct eta *e);

#endif
