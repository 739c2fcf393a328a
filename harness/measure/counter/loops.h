/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops whose events are known: a counter is believed when one of them moved it as it must. Names of counters,
 * lists of components and successful calls prove nothing.
 *
 * instructions, cycles, branches: 10^6 times eight dependent additions, a decrement and a branch
 * random: branches that nobody can guess; chase: loads that each miss the caches and the TLB
 * pages: 1,000 pages that were never touched
 * fp64 ... fp32x16: 10^6 additions of that width; none: nothing here can move it, what it says is taken
 */
#ifndef IFM_COUNTER_LOOPS_H
#define IFM_COUNTER_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* NULL when there is none of that name. Static. */
const struct loop *loop_find(const char *name);
/* False where this processor cannot run it, with the reason (at most size bytes). */
bool loop_can_run(const struct loop *l, char *why, int size);
/* Runs it once. */
void loop_run(const struct loop *l);
/* Is a count of one run what it must be? Else why not: "never moved", or expected and found. */
bool loop_accepts(const struct loop *l, int64_t count, char *why, int size);

/* A plausible pair of anchors: a processor retires between 1 instruction in 20 cycles and 8 in one. */
bool loop_anchors_accept(int64_t instructions, int64_t cycles, char *why, int size);

/* Gives back what loops hold. */
void loops_free(void);

#endif
