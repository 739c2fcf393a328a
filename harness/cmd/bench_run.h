/* SPDX-License-Identifier: Apache-2.0 */
/* The run behind `bench`. */
#ifndef IFM_CMD_BENCH_RUN_H
#define IFM_CMD_BENCH_RUN_H

#include "engines/base/err.h"
#include "harness/cmd/bench.h"

/* Measures, stores and writes the records; what came to nothing is told on standard error. *status: to exit with. */
MUST_CHECK int bench_run(struct bench *b, const char *command, int *status, struct diag *d);

#endif
