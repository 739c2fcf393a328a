/* SPDX-License-Identifier: Apache-2.0 */
/* One short visit of a point, to learn how long a real one takes. Nothing of it is stored. */
#ifndef IFM_RUN_PILOT_H
#define IFM_RUN_PILOT_H

#include "harness/plan/estimate.h"

/*
 * A fresh worker process, one repetition without warm-up, within `seconds` from its start to its answer. out is
 * overwritten; its why, when there is one, is owned by the caller.
 */
void pilot_make(const struct spec *spec, const char *worker, const struct plan_point *point, double seconds,
		struct plan_pilot *out);

#endif
