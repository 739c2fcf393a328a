/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which events are read together: a processor has few counters, some events take two, some only fit certain ones,
 * and counting in turns (multiplexing) would be a guess. So they are packed greedily into passes, each of
 * which the machine was seen to count.
 */
#ifndef IFM_COUNTER_PACK_H
#define IFM_COUNTER_PACK_H

#include <stdbool.h>

#define PACK_EVENTS_MAX 32

/* Do these n events count together? member: their numbers, anchors first. */
typedef bool pack_fits_fn(void *arg, const int *member, int n);

/*
 * The first n_anchors of n events stand in each pass (those that are usable); pass[i] is the pass of each other, -1
 * where it is not usable or does not count even alone beside the anchors. Returns the number of passes: 0 when no
 * event is usable, 1 when anchors alone are.
 */
int pack_events(const bool *usable, int n, int n_anchors, pack_fits_fn *fits, void *arg, int *pass);

#endif
