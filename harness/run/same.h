/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what a run was begun with is what there is now: visits of two specs, builds or machines are no one run.
 * ERR_USAGE says the first thing that differs, then and now, and how many others do. Within harness/run.
 */
#ifndef IFM_RUN_SAME_H
#define IFM_RUN_SAME_H

#include "engines/base/err.h"
#include "harness/store/store.h"

struct wire_hello;

/* Line by line, as spec_render writes them. */
MUST_CHECK int same_spec(const struct stored_run *run, const char *now, struct diag *d);
MUST_CHECK int same_build(const struct stored_progress *p, const char *program, const struct wire_hello *now,
			  struct diag *d);
MUST_CHECK int same_machine(const struct stored_run *run, struct diag *d);
/* The environment may differ, a kernel be newer: what is to be said of it, NULL: nothing. Owned by the caller. */
char *same_environment(const struct stored_run *run);
/* hash: of the model's content now. */
MUST_CHECK int same_model(const struct stored_point *point, const char *hash, struct diag *d);

#endif
