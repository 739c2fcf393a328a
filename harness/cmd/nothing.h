/* SPDX-License-Identifier: Apache-2.0 */
/* Plans of which nothing, or not all, can be measured: what plan, run and bench say of them. */
#ifndef IFM_CMD_NOTHING_H
#define IFM_CMD_NOTHING_H

#include <stdbool.h>

#include "engines/base/err.h"
#include "harness/plan/plan.h"

/* No visit, and nothing failed either: its run is printed as any other, out of a transaction that is undone, and not stored. */
bool nothing_to_store(const struct plan *p);

/* Says at standard error that it is not; where an error says why, that is not needed. */
void nothing_say(void);

/* Nothing was measured because nothing of it can be: ERR_USAGE with the first reason, which tells what was mistyped or is
 * missing; 0 when no point was skipped. */
MUST_CHECK int nothing_ran(const struct plan *p, struct diag *d);
/* The same of a plan that is not run: 0 also when a point is planned, unavailable or failed, which is no mistake. */
MUST_CHECK int nothing_planned(const struct plan *p, struct diag *d);

/* Would run end with EXIT_POINTS, whatever comes of those that can be measured? */
bool some_unavailable(const struct plan *p);

#endif
