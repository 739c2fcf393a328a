/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on clocks: how fast the processor runs, and how time is told. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>

#include "harness/host/doctor_check.h"
#include "harness/host/sysfs.h"

/* A processor slows down by itself from about 95 on (its data sheet's Tjmax is 90 to 105). */
#define HOT_CELSIUS 85.0
/* Reading the clock must not be a hundredth of a step of 25 us. */
#define TIMER_COST_NS	    250.0
#define TIMER_RESOLUTION_NS 1000.0

void check_governor(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];

	if (doctor_absent(d, "clocks.governor"))
		finding_source(f, CPU_FOLDER "/cpu*/cpufreq, which is not there");
	if (!doctor_text(d, f, "clocks.governor", text))
		return;
	finding_value(f, "%s", text);
	if (strcmp(text, "performance") == 0)
		return;
	finding_bad(f, "the clock follows the load: short windows and first repetitions run slower than "
		       "long ones");
	finding_fix(f, "sudo cpupower frequency-set -g performance");
}

void check_boost(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];
	bool intel = file_is(d->root, CPU_FOLDER "/intel_pstate/no_turbo");

	if (!doctor_text(d, f, "clocks.boost", text))
		return;
	finding_value(f, "%s", text);
	if (strcmp(text, "on") != 0)
		return;
	finding_bad(f, "the clock falls as cores get busy or hot, so that a first run can beat a later one; "
		       "off, it is "
		       "slower and steady");
	finding_fix(f, intel ? "echo 1 | sudo tee " CPU_FOLDER "/intel_pstate/no_turbo"
			     : "echo 0 | sudo tee " CPU_FOLDER "/cpufreq/boost");
}

void check_clock_limit(const struct doctor *d, struct finding *f)
{
	char limit[FACT_MAX], most[FACT_MAX];

	if (!doctor_text(d, f, "clocks.max_khz", limit) ||
	    !doctor_text(d, f, "clocks.hardware_max_khz", most))
		return;
	finding_value(f, "%s kHz of %s", limit, most);
	if (strcmp(limit, most) == 0)
		return;
	finding_bad(f, "the clock may not rise to what the processor can do");
	finding_fix(f, "sudo cpupower frequency-set -u %.*skHz", (int)strcspn(most, ","), most);
}

/* ---- heat and power ---- */

/* How often the CPU that has the most was slowed down since boot; false when no file says so. A package's counter is shown
 * at each CPU of it, a core's at each thread: a sum would count them again. */
static bool throttle_count(const char *root, int64_t *out)
{
	static const char *const names[] = {"core_throttle_count", "package_throttle_count"};
	bool cpus[CPUS_MAX], seen = false;
	char path[128];
	int64_t v;
	int n = list_read(root, CPU_FOLDER "/online", cpus);

	*out = 0;
	for (int i = 0; i < 2 * CPUS_MAX && n > 0; i++) {
		snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/thermal_throttle/%s", i / 2, names[i % 2]);
		if (!cpus[i / 2] || !file_integer(root, path, &v) || v < 0 || v > INT32_MAX)
			continue;
		seen = true;
		*out = v > *out ? v : *out;
	}
	return seen;
}

void check_throttle(const struct doctor *d, struct finding *f)
{
	int64_t n;

	if (!throttle_count(d->root, &n)) {
		finding_unknown(f, "no counter of it is shown");
		return;
	}
	finding_value(f, "up to %" PRId64 " times at a CPU since boot", n);
	if (n == 0)
		return;
	finding_bad(f, "heat slowed the CPUs down: what runs later is slower, whatever it is");
	finding_fix(f, "better cooling, fewer threads, or boost off; compare with duration: sustained");
}

void check_temperature(const struct doctor *d, struct finding *f)
{
	double celsius;

	if (!doctor_number(d, f, "run.start_temperature_celsius", &celsius))
		return;
	finding_value(f, "%.0f degrees Celsius", celsius);
	if (celsius < HOT_CELSIUS)
		return;
	finding_bad(f, "near where the processor slows down by itself");
	finding_fix(f, "let the machine cool down, then measure");
}

/* What the supplies say: on battery, plugged in, or nothing. */
struct supplies {
	int n_batteries, n_discharging, n_mains, n_online;
};

static void supply_look(struct supplies *s, const char *root, const char *name)
{
	char path[FACT_MAX * 2], line[64], scope[64];
	int64_t online;

	snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/type", name);
	if (!file_line(root, path, line, sizeof line))
		return;
	/* Of a mouse or a headset: this machine does not run on it. */
	snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/scope", name);
	if (file_line(root, path, scope, sizeof scope) && strcmp(scope, "Device") == 0)
		return;
	if (strcmp(line, "Battery") == 0) {
		snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/status", name);
		s->n_batteries++;
		s->n_discharging +=
			file_line(root, path, line, sizeof line) && strcmp(line, "Discharging") == 0;
	} else if (strcmp(line, "Mains") == 0) {
		snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/online", name);
		s->n_mains++;
		s->n_online += file_integer(root, path, &online) && online == 1;
	}
}

void check_power(const struct doctor *d, struct finding *f)
{
	struct supplies s = {0};
	char **names;
	int n = folder_names(d->root, "/sys/class/power_supply", &names);

	if (n < 0) {
		finding_unknown(f, "%s", errno == ENOENT ? "no such folder" : strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++)
		supply_look(&s, d->root, names[i]);
	names_free(names, n);
	if (s.n_discharging == 0 && !(s.n_mains && s.n_online == 0)) {
		finding_value(f, s.n_mains	 ? "mains"
				 : s.n_batteries ? "a battery that is not used"
						 : "no battery");
		return;
	}
	finding_value(f, "battery");
	finding_bad(f, "on battery the firmware limits clocks as it likes");
	finding_fix(f, "plug the machine in");
}

/* ---- time ---- */

void check_clock_source(const struct doctor *d, struct finding *f)
{
	/* Read in user space, without a call of the kernel and without a device that is slow to answer. */
	static const char *const fast[] = {"tsc",
					   "kvm-clock",
					   "arch_sys_counter",
					   "hyperv_clocksource_tsc_page",
					   "hyperv_clocksource",
					   "timebase",
					   "riscv_clocksource",
					   "tod",
					   "stick",
					   "Constant"};
	char text[FACT_MAX];

	if (!doctor_text(d, f, "clocks.source", text))
		return;
	finding_value(f, "%s", text);
	for (size_t i = 0; i < sizeof fast / sizeof fast[0]; i++)
		if (strcmp(text, fast[i]) == 0)
			return;
	finding_bad(
		f,
		"every reading of the clock asks the kernel and a slow device: a microsecond or more on both "
		"sides of a step");
	finding_fix(
		f, "see why with 'sudo dmesg | grep -i clocksource'; where the TSC can be trusted, boot with "
		   "clocksource=tsc tsc=reliable");
}

void check_tsc(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];
	const char *absent = doctor_absent(d, "clocks.tsc");

	if (absent) {
		finding_value(f, "none: %s", absent);
		return;
	}
	if (!doctor_text(d, f, "clocks.tsc", text))
		return;
	finding_value(f, "%s", text);
	if (!strstr(text, "constant_tsc") || !strstr(text, "nonstop_tsc"))
		finding_bad(f, "not told to be constant and nonstop: it may run with the clock of the core, "
			       "or stop in "
			       "sleep");
}

void check_timer(const struct doctor *d, struct finding *f)
{
	double cost, resolution;

	if (!doctor_is_here(d, f) || !doctor_number(d, f, "run.start_timer_cost_ns", &cost) ||
	    !doctor_number(d, f, "run.timer_resolution_ns", &resolution))
		return;
	finding_value(f, "%.0f ns a reading, resolution %.0f ns", cost, resolution);
	if (resolution > TIMER_RESOLUTION_NS)
		finding_judge(f, VERDICT_PROBLEM, "short steps cannot be timed: the clock moves too seldom");
	else if (cost > TIMER_COST_NS)
		finding_bad(f, "a step of 25 us is longer by a hundredth for being timed");
}

void check_wall_clock(const struct doctor *d, struct finding *f)
{
	struct timex t = {0};

	if (!doctor_is_here(d, f))
		return;
	int state = adjtimex(&t);
	if (state < 0) {
		finding_unknown(f, "adjtimex: %s", strerror(errno));
		return;
	}
	finding_value(f, state == TIME_ERROR ? "not synchronised" : "synchronised");
	if (state != TIME_ERROR)
		return;
	finding_bad(f,
		    "times of day in the store may be wrong and may jump; durations come from another clock");
	finding_fix(f, "sudo timedatectl set-ntp true");
}
