/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/jump.h"

#include <stdio.h>
#include <time.h>

#include "engines/base/mem.h"

#define SECOND_NS ((int64_t)1000000000)
/* Clocks are slewed by at most 500 ppm (adjtimex(2)): half of this. */
#define SLEW_SHARE 1000

int64_t jump_look(struct jump *j, int64_t wall_ns, int64_t since_boot_ns)
{
	int64_t passed = since_boot_ns - j->since_boot_ns, by = wall_ns - j->wall_ns - passed;
	bool first = !j->known;
	*j = (struct jump){true, wall_ns, since_boot_ns};
	int64_t allowed = SECOND_NS + passed / SLEW_SHARE;
	return first || (by <= allowed && by >= -allowed) ? 0 : by;
}

int64_t jump_since_boot_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static void put_time(int64_t wall_ns, char *out, size_t size)
{
	time_t t = (time_t)(wall_ns / SECOND_NS);
	struct tm tm;
	if (!gmtime_r(&t, &tm) || strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(out, size, "?");
}

char *jump_text(int64_t by_ns, int64_t from_wall_ns, int64_t to_wall_ns)
{
	char from[40], to[40];
	double seconds = (double)by_ns * 1e-9;
	put_time(from_wall_ns, from, sizeof from);
	put_time(to_wall_ns, to, sizeof to);
	return mem_printf("the wall clock was set %s by %.1f s between two visits, at %s and then at %s UTC; "
			  "durations do "
			  "not depend on it",
			  seconds < 0 ? "back" : "forward", seconds < 0 ? -seconds : seconds, from, to);
}
