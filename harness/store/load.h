/* SPDX-License-Identifier: Apache-2.0 */
/* Points of a run with their visits: for harness/store only. */
#ifndef IFM_STORE_LOAD_H
#define IFM_STORE_LOAD_H

#include "harness/store/store.h"

/* Into run->points; on failure it keeps what was loaded: stored_run_free frees it. */
MUST_CHECK int load_points(struct store *s, struct stored_run *run, struct diag *d);

#endif
