/* SPDX-License-Identifier: Apache-2.0 */
/* Source "clock": wall and CPU time of the process over the window, and how fine the clock is. */
#include "config.h"

#include <stdlib.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"

struct counter {
	int64_t wall, cpu;
};

extern const struct counter_ops counter_clock;

static int64_t resolution_ns(void)
{
	struct timespec t;
	clock_getres(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool clock_probe(char *why, int size)
{
	(void)why;
	(void)size;
	return true;
}

static int clock_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	(void)config;
	(void)d;
	*out = mem_alloc(sizeof **out);
	return 0;
}

static int clock_start(struct counter *c, struct diag *d)
{
	(void)d;
	c->wall = clock_ns();
	c->cpu = clock_process_ns();
	return 0;
}

static int clock_stop(struct counter *c, struct readings *out, struct diag *d)
{
	int64_t cpu = clock_process_ns() - c->cpu, wall = clock_ns() - c->wall;
	(void)d;
	reading_put(out, "wall_time", "ns", wall, wall);
	reading_put(out, "cpu_time", "ns", cpu, wall);
	reading_put(out, "clock_resolution", "ns", resolution_ns(), wall);
	return 0;
}

static void clock_close(struct counter *c)
{
	free(c);
}

const struct counter_ops counter_clock = {
	.name = "clock",
	.probe = clock_probe,
	.open = clock_open,
	.start = clock_start,
	.stop = clock_stop,
	.close = clock_close,
};
