/* SPDX-License-Identifier: Apache-2.0 */
/* Which engine a point runs on, by its engine and device, and whether the device can what it asks for. */
#ifndef IFM_MEASURE_DEVICES_H
#define IFM_MEASURE_DEVICES_H

#include "engines/base/err.h"

struct device_caps;
struct diag;
struct engine_ops;
struct point;
struct server;

/* The engine and the device of the point, whose choices can all be used there. Where one of the two is not named it goes by
 * the other. Engines are probed when first asked for; *device belongs to s. */
MUST_CHECK int device_find(struct server *s, const struct point *p, const struct engine_ops **ops,
			   const struct device_caps **device, struct diag *d);
void devices_forget(struct server *s);

#endif
