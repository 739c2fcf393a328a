/* SPDX-License-Identifier: Apache-2.0 */
/* Which engine a point runs on, by its engine and device, and whether the device can what it asks for. */
#ifndef IFM_MEASURE_DEVICES_H
#define IFM_MEASURE_DEVICES_H

#include "engines/base/err.h"

struct diag;
struct engine_ops;
struct point;
struct server;

/* The engine of the point, whose choices on its device can all be used, and how many threads that one may use at most.
 * Engines are probed when first asked for. */
MUST_CHECK int device_find(struct server *s, const struct point *p, const struct engine_ops **out,
			   int *n_cpus, struct diag *d);
void devices_forget(struct server *s);

#endif
