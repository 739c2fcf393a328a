/* SPDX-License-Identifier: Apache-2.0 */
/* compare on fresh pairs: two arms measured in turns, once or many times. */
#ifndef IFM_CMD_COMPARE_FRESH_H
#define IFM_CMD_COMPARE_FRESH_H

#include "harness/cmd/fresh.h"

struct compare_fresh {
	struct fresh fresh;
	const char *range, *build, *rev_worker; /* of --rev; NULL: not given */
	int replicates;				/* 0: one comparison with a report; else a row of CSV each */
};

/* Returns the exit status; *status is not set on an error. command: as typed. */
MUST_CHECK int compare_fresh(const struct compare_fresh *c, const char *command, int *status, struct diag *d);

#endif
