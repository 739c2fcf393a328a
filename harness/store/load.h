/* SPDX-License-Identifier: Apache-2.0 */
/* Points of a run with their visits: for harness/store only. */
#ifndef IFM_STORE_LOAD_H
#define IFM_STORE_LOAD_H

#include "harness/store/store.h"

/* Which points of a run. */
struct load_points {
	bool visits;	   /* with their visits */
	bool brief;	   /* without what store_run_load_brief leaves out */
	const char *point; /* id of the only one; NULL: all */
};
/* Into run->points; on failure it keeps what was loaded: stored_run_free frees it. */
MUST_CHECK int load_points(struct store *s, struct stored_run *run, const struct load_points *which,
			   struct diag *d);
/* A run with points that have no visits, within a transaction of the caller. run 0: the newest. */
MUST_CHECK int load_outline(struct store *s, int64_t run, struct stored_run **out, struct diag *d);

/* "the store has no run yet", "there is no run 7: the store has runs 1 to 5": an error. */
int load_no_run(struct store *s, int64_t run, struct diag *d);

#endif
