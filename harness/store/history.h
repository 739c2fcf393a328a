/* SPDX-License-Identifier: Apache-2.0 */
/* How long visits took on a machine before: for the estimate of a plan. */
#ifndef IFM_STORE_HISTORY_H
#define IFM_STORE_HISTORY_H

#include <stdint.h>

#include "harness/store/store.h"

/* A visit that is done. Times in nanoseconds, none negative. */
struct store_past {
	char id[POINT_ID_SIZE];
	enum visit_kind kind;
	int64_t whole_ns; /* of its process, from start to end; of a quality visit until the next visit began, unless the run was
			     interrupted in between: there is no row of it then */
	int64_t run_ns;	      /* of the request `run`; at most whole_ns */
	int64_t load_ns;      /* of the request `prepare` */
	int64_t weight_bytes; /* that were loaded */
	int64_t reps;	      /* repetitions of the run, 0: unknown */
	double flops, bytes;  /* of a repetition; 0: not stated */
};

/* More would not change a median; the newest count. */
#define STORE_PAST_MAX 200000

/* The timing, counter and quality visits on that machine, sorted by id. *out is owned by the caller (free). */
MUST_CHECK int store_history(struct store *s, const char *machine_id, struct store_past **out, int *n,
			     struct diag *d);

#endif
