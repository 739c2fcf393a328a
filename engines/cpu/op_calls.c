/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/op_calls.h"

#include <time.h>

#include "engines/base/clock.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"

/* A call of a function takes a nanosecond, a reading of the clock some 25, a region of several threads from a fraction of a
 * microsecond to some tens of it where they sleep. */
enum { REGIONS_ALONE = 200000, REGIONS = 1000, READINGS = 10000 };

long calls_of(enum op_kind kind, int n_threads)
{
	if (kind == OP_TIMER)
		return READINGS;
	return n_threads == 1 ? REGIONS_ALONE : REGIONS;
}

static void nothing(void *arg, int thread, int n_threads)
{
	(void)arg, (void)thread, (void)n_threads;
}

static void regions_run(struct pool *pool)
{
	for (long n = calls_of(OP_FORKJOIN, pool_threads(pool)); n > 0; n--)
		pool_run(pool, nothing, NULL);
}

static void clock_run(void)
{
	for (long n = READINGS; n > 0; n--) {
		int64_t now = clock_ns();
		__asm__ volatile("" ::"r"(now));
	}
}

void calls_run(enum op_kind kind, struct pool *pool)
{
	if (kind == OP_TIMER)
		clock_run();
	else
		regions_run(pool);
}

/* The least that two readings differ by, when they do; 0 when they never did. */
static int64_t clock_step(void)
{
	int64_t least = 0, before = clock_ns();
	for (long n = READINGS; n > 0; n--) {
		int64_t now = clock_ns();
		if (now > before && (least == 0 || now - before < least))
			least = now - before;
		before = now;
	}
	return least;
}

void calls_describe(enum op_kind kind, struct pool *pool, struct strbuf *out)
{
	struct timespec r = {0};
	if (kind == OP_FORKJOIN) {
		strbuf_printf(out, "kernels: empty parallel region\nregions: %ld a step, of %d threads\n",
			      calls_of(kind, pool_threads(pool)), pool_threads(pool));
		return;
	}
	clock_getres(CLOCK_MONOTONIC, &r);
	strbuf_printf(
		out,
		"kernels: %s\nresolution: %lld ns (the system says %lld ns)\nreadings: %d a step, by one "
		"thread\n",
		CLOCK_NAME, (long long)clock_step(), (long long)r.tv_sec * 1000000000 + r.tv_nsec,
		(int)READINGS);
}
