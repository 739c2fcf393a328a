/* SPDX-License-Identifier: Apache-2.0 */
/* Source "rusage": what the kernel accounts to the process: faults, switches, memory, CPU time. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"

enum { MAX_RESIDENT = 6, N_COUNTERS };

struct counter {
	int64_t wall;
	int64_t before[N_COUNTERS];
};

extern const struct counter_ops counter_rusage;

/* peak: a height, not a count: its value at the end is what it tells. */
static const struct {
	const char *name, *unit;
	bool peak;
} counters[N_COUNTERS] = {
	{"page_faults_minor", "count", false},
	{"page_faults_major", "count", false},
	{"switches_voluntary", "count", false},
	{"switches_involuntary", "count", false},
	{"user_time", "ns", false},
	{"system_time", "ns", false},
	[MAX_RESIDENT] = {"max_resident", "bytes", true},
};

static int64_t time_ns(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000;
}

/* All but MAX_RESIDENT. */
static int take(int64_t out[N_COUNTERS], struct diag *d)
{
	struct rusage u;
	if (getrusage(RUSAGE_SELF, &u))
		return diag_set(d, ERR_IO, "rusage: getrusage: %s", strerror(errno));
	const int64_t values[N_COUNTERS] = {
		u.ru_minflt,	     u.ru_majflt,	  u.ru_nvcsw, u.ru_nivcsw,
		time_ns(u.ru_utime), time_ns(u.ru_stime), 0,
	};
	memcpy(out, values, sizeof values);
	return 0;
}

static bool rusage_probe(char *why, int size)
{
	struct rusage u;
	if (getrusage(RUSAGE_SELF, &u) == 0)
		return true;
	snprintf(why, (size_t)size, "getrusage: %s", strerror(errno));
	return false;
}

static int rusage_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	(void)config;
	(void)d;
	*out = mem_alloc(sizeof **out);
	return 0;
}

static int rusage_start(struct counter *c, struct diag *d)
{
	c->wall = clock_ns();
	return take(c->before, d);
}

static int rusage_stop(struct counter *c, struct readings *out, struct diag *d)
{
	int64_t after[N_COUNTERS];
	int rc = take(after, d);
	if (rc)
		return rc;
	int64_t wall = clock_ns() - c->wall;
	/* Read last: it opens a file, which the counts before it must not see. */
	after[MAX_RESIDENT] = (int64_t)mem_peak();
	for (int i = 0; i < N_COUNTERS; i++)
		reading_put(out, counters[i].name, counters[i].unit,
			    counters[i].peak ? after[i] : after[i] - c->before[i], wall);
	return 0;
}

static void rusage_close(struct counter *c)
{
	free(c);
}

const struct counter_ops counter_rusage = {
	.name = "rusage",
	.probe = rusage_probe,
	.open = rusage_open,
	.start = rusage_start,
	.stop = rusage_stop,
	.close = rusage_close,
};
