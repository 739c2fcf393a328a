/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the counter visits of a row gave: counters a repetition, and the metrics that the groups of hardware counters
 * derive of them (harness/wire/group.h). Never of timing visits: a window with counters has a time of its own.
 */
#ifndef IFM_ANALYSIS_COUNTERS_H
#define IFM_ANALYSIS_COUNTERS_H

#include "reports/analysis/analysis.h"

/* Passes of a group may differ by so much in their instructions; beyond, nothing is derived over several. */
#define COUNTERS_ANCHOR_TOLERANCE 0.02

struct row_counter {
	char *name, *unit, *source; /* "ipc", "1/cycle", "papi:base" */
	bool derived;		    /* by a formula */
	struct estimate value;	    /* over visits; of a repetition where it is a sum. NaN: there is none */
	const char *quality;	    /* of energy: "good", "fair", "poor"; NULL: it has none. Static */
	char *why; /* then why; else how it was counted or derived, "" when nothing is known */
};
struct row_counters {
	int n;
	struct row_counter *item; /* by source in the order of their visits: metrics, then counters */
};

/* Of the process as a whole: threads are left to `show`. */
struct row_counters row_counters_make(const struct row *row);
void row_counters_free(struct row_counters *c);

static inline bool row_counter_has_value(const struct row_counter *c)
{
	return c->value.n > 0;
}

/* Sources that every run reads and hardly anybody asked for: a short report leaves them out. */
bool row_counter_is_usual(const struct row_counter *c);

#endif
