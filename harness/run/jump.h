/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wall time that jumps: durations come from the monotonic clock and do not care, but what is stored as a time of day
 * must be read with it. Suspending the machine is no jump. Within harness/run.
 */
#ifndef IFM_RUN_JUMP_H
#define IFM_RUN_JUMP_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: not looked at yet. */
struct jump {
	bool known;
	int64_t wall_ns, since_boot_ns; /* of the last look */
};

/* By how much wall time moved against time since boot since the last look, when that is more than setting a clock
 * gently does (a second, and a thousandth of the time between); else 0. */
int64_t jump_look(struct jump *j, int64_t wall_ns, int64_t since_boot_ns);

/* Since boot, sleep included. */
int64_t jump_since_boot_ns(void);

/* "the wall clock was set back by 3600 s between 12:00:01 and 11:00:02 UTC". Owned by the caller. */
char *jump_text(int64_t by_ns, int64_t from_wall_ns, int64_t to_wall_ns);

#endif
