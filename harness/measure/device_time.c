/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/device_time.h"

#include <stdio.h>
#include <string.h>

/* The range's time, and the part of it in millionths that the GPU was at work. */
#define RANGE  "gpu_time"
#define ACTIVE "gpu_active"
/* Of what the events say. Events also span gaps between kernels, but a device that waits nine tenths of its steps is not
 * what engines have: kernels of graphs that no range counts are. */
#define SHARE_MIN 10

/* 0: the device has no clock. */
static int64_t events_ns(const struct wire_run_result *r)
{
	int64_t sum = 0;
	if (r->n_series < 2)
		return 0;
	/* The step itself, where the host's clock is beside it. */
	const struct wire_series *s = &r->series[strcmp(r->series[1].name, "device") == 0];
	for (int i = 0; i < s->n; i++)
		sum += s->marks[i] & MARK_WARMUP || s->values[i] < 0 ? 0 : s->values[i];
	return sum;
}

static bool is_reading(const struct wire_reading *r, const char *source, int pass, const char *counter)
{
	return r->usable && strcmp(r->source, source) == 0 && r->pass == pass &&
	       strcmp(r->counter, counter) == 0;
}

/* What a source has counted as work, in ns; its whole range where it tells no part of it. */
static double counted_ns(const struct wire_run_result *r, const struct wire_reading *range)
{
	for (int i = 0; i < r->n_readings; i++)
		if (is_reading(&r->readings[i], range->source, range->pass, ACTIVE))
			return (double)range->value * 1e-6 * (double)r->readings[i].value;
	return (double)range->value;
}

static void disbelieve(struct wire_run_result *r, const char *source, const char *why)
{
	for (int i = 0; i < r->n_readings; i++) {
		struct wire_reading *one = &r->readings[i];
		if (!one->usable || strcmp(one->source, source) != 0)
			continue;
		one->usable = false;
		one->value = 0;
		snprintf(one->why, sizeof one->why, "%s", why);
	}
}

void device_time_judge(struct wire_run_result *r)
{
	double events = (double)events_ns(r);
	for (int i = 0; i < r->n_readings; i++) {
		const struct wire_reading *one = &r->readings[i];
		char why[WIRE_WHY], source[sizeof one->source];
		if (!one->usable || strcmp(one->counter, RANGE) != 0)
			continue;
		double counted = counted_ns(r, one);
		if (counted >= events / SHARE_MIN)
			continue;
		snprintf(source, sizeof source, "%s", one->source);
		snprintf(why, sizeof why,
			 "counted %.3f ms of %.3f ms that the device was at work: kernels of graphs may not "
			 "be seen",
			 counted / 1e6, events / 1e6);
		disbelieve(r, source, why);
	}
}
