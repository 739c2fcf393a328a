/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of a GPU that saw less than its own events say. */
#include "config.h"

#include "harness/measure/device_time.h"

#include <stdlib.h>
#include <string.h>

#include "tests/tap.h"

/* A warm-up and two steps of 3 ms by the device's clock, of 4 ms by the host's. */
static struct wire_series series(const char *name, const char *clock)
{
	static int64_t device[] = {90000000, 3000000, 3000000}, host[] = {100000000, 4000000, 4000000},
		       marks[] = {MARK_WARMUP, 0, 0}, reps[] = {0, 1, 2}, offsets[] = {0, 1, 2};
	struct wire_series s = {.n = 3,
				.values = strcmp(clock, "device") == 0 ? device : host,
				.offsets = offsets,
				.marks = marks,
				.reps = reps};
	snprintf(s.name, sizeof s.name, "%s", name);
	return s;
}

static struct wire_reading reading(const char *counter, int pass, int64_t value)
{
	struct wire_reading r = {.pass = pass, .usable = true, .value = value};
	snprintf(r.counter, sizeof r.counter, "%s", counter);
	snprintf(r.source, sizeof r.source, "cupti:core");
	return r;
}

static void judged(const char *name, int64_t range, int64_t active, bool by_device, bool good)
{
	struct wire_series both[2];
	struct wire_reading all[] = {reading("dram_read", 0, 7), reading("gpu_time", 0, range),
				     reading("gpu_active", 0, active), reading("gpu_active", 1, 1000000)};
	struct wire_run_result r = {
		.n_series = 2, .series = both, .n_readings = active < 0 ? 2 : 4, .readings = all};
	both[0] = series("step", by_device ? "device" : "host");
	both[1] = by_device ? series("host", "host") : series("device", "device");
	device_time_judge(&r);
	ok(all[0].usable == good && (all[0].value == 7) == good, "%s", name);
	if (!good)
		has_text(all[0].why, "of 6.000 ms that the device was at work", "with the reason");
}

int main(void)
{
	judged("a range as long as its work", 6000000, -1, false, true);
	judged("less than a tenth of it", 500000, -1, false, false);
	judged("a long range, much of it at work", 9000000, 700000, false, true);
	judged("a long range, hardly any of it at work", 9000000, 50000, false, false);
	judged("where steps go by the device's clock", 9000000, 700000, true, true);
	judged("the same, hardly any at work", 9000000, 50000, true, false);
	struct wire_reading alone = reading("gpu_time", 0, 1);
	struct wire_run_result r = {.n_readings = 1, .readings = &alone};
	device_time_judge(&r);
	ok(alone.usable, "no clock of a device: nothing is judged");
	return tap_done();
}
