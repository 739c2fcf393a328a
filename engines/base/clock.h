/* SPDX-License-Identifier: Apache-2.0 */
/* The one monotonic clock: CLOCK_MONOTONIC, nanoseconds; beside it CPU time. Durations never come from wall time. */
#ifndef IFM_BASE_CLOCK_H
#define IFM_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_NAME "CLOCK_MONOTONIC"

static inline int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Time on CPUs, of this thread or of all threads of the process. */
static inline int64_t clock_thread_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int64_t clock_process_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Wall time for records, nanoseconds since 1970. */
static inline int64_t clock_wall_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
