/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Was the GPU slowed down where steps are timed? It is asked before the first measured repetition and after the last, and
 * never between them. Within harness/measure.
 */
#ifndef IFM_MEASURE_THROTTLE_H
#define IFM_MEASURE_THROTTLE_H

#include "harness/measure/counter/counter.h"

struct throttle;

/* NULL for a device that is no NVIDIA GPU: nothing is asked. */
struct throttle *throttle_open(const char *device);
void throttle_before(struct throttle *t);
void throttle_after(struct throttle *t);
/* Marks all samples of n series when either side was throttled or at its power limit, and adds clocks, temperatures and reasons of both sides. */
void throttle_put(const struct throttle *t, struct wire_series *s, int n, struct readings *out);
void throttle_close(struct throttle *t); /* NULL is fine */

#endif
