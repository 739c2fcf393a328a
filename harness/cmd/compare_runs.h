/* SPDX-License-Identifier: Apache-2.0 */
/* Runs named on a command line, loaded and compared: what report --by does. */
#ifndef IFM_CMD_COMPARE_RUNS_H
#define IFM_CMD_COMPARE_RUNS_H

#include "harness/cmd/output.h"

struct compare_ask;

struct run_named {
	char *store; /* path, owned */
	long run;    /* 0: the newest */
};

/* "a.db", "a.db#3", or a number: a run of the store `usual`. ERR_USAGE names what is wrong. */
MUST_CHECK int run_named_parse(struct run_named *out, const char *text, const char *usual, struct diag *d);

/* Prints the comparison and writes its HTML. ERR_USAGE when it is refused: what differs stands on standard error. */
MUST_CHECK int compare_runs(const struct run_named *runs, int n, const struct compare_ask *ask,
			    const struct output *o, struct diag *d);

#endif
