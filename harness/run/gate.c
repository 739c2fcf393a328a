/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/gate.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "harness/host/host.h"
#include "harness/run/interrupt.h"

/* Of two looks: long enough for ticks of steal, which are 10 ms. */
#define LOOK_NS ((int64_t)200000000)
/* What a processor that has cooled down between visits stays within. */
#define WARMER_KELVIN 3

void gate_judge(const json_t *first, const json_t *before, const json_t *after, double seconds, char *why,
		int size)
{
	int64_t runnable = json_opt_int(after, "runnable", 0), cpus = json_opt_int(after, "cpus", INT64_MAX);
	double was = json_opt_real(first, "temperature_celsius", NAN),
	       is = json_opt_real(after, "temperature_celsius", NAN);
	snprintf(why, (size_t)size, "%s", "");
	if (runnable > cpus)
		snprintf(why, (size_t)size, "%lld threads want to run on %lld CPUs", (long long)runnable,
			 (long long)cpus);
	else if (host_contended(before, after, seconds))
		snprintf(why, (size_t)size, "threads waited for a CPU, or it was taken away");
	else if (is - was > WARMER_KELVIN)
		snprintf(why, (size_t)size, "the processor is %.1f K warmer than before the first visit",
			 is - was);
}

static void look(struct gate *g, const json_t *first)
{
	const struct timespec span = {.tv_nsec = LOOK_NS};
	json_t *before = host_moment("");
	int64_t begun = clock_ns();
	nanosleep(&span, NULL);
	json_t *after = host_moment("");
	gate_judge(first, before, after, (double)(clock_ns() - begun) * 1e-9, g->why, sizeof g->why);
	g->quiet = !g->why[0];
	json_decref(before);
	json_decref(after);
}

void gate_wait(struct gate *g, const json_t *first, int64_t limit_ns)
{
	int64_t begun = clock_ns();
	*g = (struct gate){.asked = limit_ns > 0};
	while (limit_ns > 0 && !g->quiet && !interrupt_count() && g->waited_ns < limit_ns) {
		look(g, first);
		g->waited_ns = clock_ns() - begun;
	}
}

void gate_record(const struct gate *g, json_t *moment)
{
	if (!g->asked || !moment)
		return;
	json_object_set_new(moment, "gate", json_string(g->quiet ? "quiet" : g->why));
	json_object_set_new(moment, "gate_waited_ns", json_integer(g->waited_ns));
}
