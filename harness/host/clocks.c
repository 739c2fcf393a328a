/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks of the processor and of time, and what the kernel was started with. */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/names.h"
#include "harness/host/sysfs.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0"

static const struct {
	const char *key, *name; /* below cpuN/ */
} cpu_files[] = {
	{"clocks.governor", "cpufreq/scaling_governor"},
	{"clocks.driver", "cpufreq/scaling_driver"},
	{"clocks.min_khz", "cpufreq/scaling_min_freq"},
	{"clocks.max_khz", "cpufreq/scaling_max_freq"},
	{"clocks.hardware_min_khz", "cpufreq/cpuinfo_min_freq"},
	{"clocks.hardware_max_khz", "cpufreq/cpuinfo_max_freq"},
	{"clocks.base_khz", "cpufreq/base_frequency"},
	{"clocks.energy_preference", "cpufreq/energy_performance_preference"},
};

static const struct {
	const char *key, *path;
} files[] = {
	{"clocks.idle_driver", CPU_FOLDER "/cpuidle/current_driver"},
	{"clocks.source", CLOCKSOURCE "/current_clocksource"},
	{"clocks.sources", CLOCKSOURCE "/available_clocksource"},
};

static json_t *boost(const char *root)
{
	int64_t v;

	if (file_integer(root, CPU_FOLDER "/cpufreq/boost", &v))
		return fact_text(v ? "on" : "off");
	if (file_integer(root, CPU_FOLDER "/intel_pstate/no_turbo", &v))
		return fact_text(v ? "off" : "on");
	return fact_missing(root, CPU_FOLDER "/intel_pstate/no_turbo and cpufreq/boost");
}

/* Whether the processor's counter is a clock at all: "constant, nonstop". */
static json_t *tsc(const char *root)
{
	static const char *const flags[] = {"constant_tsc", "nonstop_tsc", "tsc_known_freq", "tsc_reliable"};
	char cpuinfo[FILE_HEAD], words[SYSFS_MAX];
	struct strbuf text = {0};

	if (file_head(root, "/proc/cpuinfo", cpuinfo, sizeof cpuinfo) < 0)
		return fact_unread("/proc/cpuinfo");
	if (!text_value(cpuinfo, "flags", words, sizeof words))
		return fact_absent("no x86");
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (strstr(words, flags[i]))
			strbuf_printf(&text, "%s%s", text.len ? ", " : "", flags[i]);
	json_t *fact = fact_text(text.len ? text.text : "neither constant nor nonstop");
	strbuf_free(&text);
	return fact;
}

static json_t *command_line(const char *root, bool clear)
{
	char line[SYSFS_MAX];

	return file_line(root, "/proc/cmdline", line, sizeof line) ? fact_names_in(root, line, clear)
								   : fact_unread("/proc/cmdline");
}

void put_clock_facts(json_t *o, const char *root, bool clear)
{
	for (size_t i = 0; i < sizeof cpu_files / sizeof cpu_files[0]; i++)
		json_object_set_new(o, cpu_files[i].key, fact_over_cpus(root, cpu_files[i].name));
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		json_object_set_new(o, files[i].key, fact_line(root, files[i].path));
	json_object_set_new(o, "clocks.boost", boost(root));
	json_object_set_new(o, "clocks.tsc", tsc(root));
	json_object_set_new(o, "clocks.mitigations", fact_mitigations(root));
	json_object_set_new(o, "clocks.command_line", command_line(root, clear));
}
