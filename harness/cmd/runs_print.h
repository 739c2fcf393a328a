/* SPDX-License-Identifier: Apache-2.0 */
/* Runs as a table or as JSON: what ls and rm share. */
#ifndef IFM_CMD_RUNS_PRINT_H
#define IFM_CMD_RUNS_PRINT_H

#include <stdbool.h>

#include "harness/store/runs.h"

/* Which runs of a listing are wanted. */
typedef bool run_wanted_fn(const struct listed_run *x, const void *arg);

/* A head and a line a run that is wanted. Returns how many: with none, nothing is printed. */
int runs_print_table(const struct run_listing *l, run_wanted_fn *wanted, const void *arg);
/* An array with an object a run that is wanted. */
void runs_print_json(const struct run_listing *l, run_wanted_fn *wanted, const void *arg);

#endif
