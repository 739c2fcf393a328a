/* SPDX-License-Identifier: Apache-2.0 */
/* Runs named on a command line, loaded and compared: what compare and report --by do. */
#ifndef IFM_CMD_COMPARE_RUNS_H
#define IFM_CMD_COMPARE_RUNS_H

#include "harness/cmd/output.h"
#include "harness/cmd/run_named.h"

struct compare_ask;

/* Prints the comparison and writes its HTML. ERR_USAGE when it is refused: what differs stands on standard error. */
MUST_CHECK int compare_runs(const struct run_named *runs, int n, const struct compare_ask *ask,
			    const struct output *o, struct diag *d);

#endif
