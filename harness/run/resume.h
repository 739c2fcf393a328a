/* SPDX-License-Identifier: Apache-2.0 */
/* Going on with a run of the store. Within harness/run; run.h has what others call. */
#ifndef IFM_RUN_RESUME_H
#define IFM_RUN_RESUME_H

#include "harness/run/sweep.h"

/* Marks the run as running again, and notes that and when it was interrupted. */
MUST_CHECK int resume_begin(struct sweep *s, struct diag *d);

/* survey.c: what the worker can, and whether each model of those points is still what it was. */
MUST_CHECK int survey_again(const struct spec *spec, const char *worker, const struct stored_run *run,
			    struct wire_hello *hello, struct diag *d);

#endif
