/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/cupti_metric.h"

#include <math.h>
#include <string.h>

/* The first row of which the name has the part. */
static const struct form {
	const char *part, *unit;
	double scale;
} forms[] = {
	{".per_second", "1/s", 1}, {".pct", "ppm", 1e4},  {".ratio", "ppm", 1e6}, {".per_cycle", "ppm", 1e6},
	{"__time_", "ns", 1},	   {"bytes", "bytes", 1}, {"", "count", 1},
};

static const struct form *form_of(const char *metric)
{
	const struct form *f = forms;
	while (!strstr(metric, f->part))
		f++;
	return f;
}

const char *cupti_metric_unit(const char *metric)
{
	return form_of(metric)->unit;
}

bool cupti_metric_value(const char *metric, double value, int64_t *out)
{
	double scaled = value * form_of(metric)->scale;
	/* What a double holds exactly. */
	if (!(scaled >= 0 && scaled <= 9007199254740992.0))
		return false;
	*out = llround(scaled);
	return true;
}
