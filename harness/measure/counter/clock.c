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

static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

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

static int clock_open(struct counter **out, struct diag *d)
{
	(void)d;
	*out = mem_alloc(sizeof **out);
	return 0;
}

static int clock_passes(const struct counter *c)
{
	(void)c;
	return 1;
}

static int clock_start(struct counter *c, int pass, struct diag *d)
{
	(void)pass;
	(void)d;
	c->wall = clock_ns();
	c->cpu = cpu_ns();
	return 0;
}

static int clock_stop(struct counter *c, struct wire_reading *out, struct diag *d)
{
	int64_t cpu = cpu_ns() - c->cpu, wall = clock_ns() - c->wall;
	(void)d;
	out[0] = (struct wire_reading){.counter = "wall_time", .unit = "ns", .value = wall};
	out[1] = (struct wire_reading){.counter = "cpu_time", .unit = "ns", .value = cpu};
	out[2] = (struct wire_reading){.counter = "clock_resolution", .unit = "ns", .value = resolution_ns()};
	for (int i = 0; i < 3; i++)
		out[i].enabled_ns = out[i].running_ns = wall;
	return 3;
}

static void clock_close(struct counter *c)
{
	free(c);
}

const struct counter_ops counter_clock = {
	.name = "clock",
	.probe = clock_probe,
	.open = clock_open,
	.passes = clock_passes,
	.start = clock_start,
	.stop = clock_stop,
	.close = clock_close,
};
