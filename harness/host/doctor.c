/* SPDX-License-Identifier: Apache-2.0 */
/* The table of checks and what they share. */
#include "config.h"

#include "harness/host/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/host/doctor_check.h"
#include "harness/host/sysfs.h"

/* ---- findings ---- */

const char *finding_verdict_name(enum verdict v)
{
	static const char *const names[VERDICT_COUNT] = {"ok", "advice", "warning", "problem", "unknown"};

	return names[v];
}

struct finding *finding_add(struct findings *list, const char *group, const char *name, enum verdict severity,
			    const char *source)
{
	list->item = mem_realloc(list->item, ((size_t)list->n + 1) * sizeof *list->item);
	struct finding *f = &list->item[list->n++];
	*f = (struct finding){.name = name, .severity = severity};
	snprintf(f->group, sizeof f->group, "%s", group);
	finding_source(f, "%s", source);
	return f;
}

/* Facts are printable, but what is written here may quote a program's name or a path of the user. */
static void set(char out[FINDING_TEXT], const char *fmt, va_list ap)
{
	vsnprintf(out, FINDING_TEXT, fmt, ap);
	for (char *at = out; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
}

void finding_value(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(f->value, fmt, ap);
	va_end(ap);
}

void finding_source(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(f->source, fmt, ap);
	va_end(ap);
}

void finding_bad(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	f->verdict = f->severity;
	va_start(ap, fmt);
	set(f->why, fmt, ap);
	va_end(ap);
}

void finding_judge(struct finding *f, enum verdict v, const char *fmt, ...)
{
	va_list ap;

	f->verdict = v;
	va_start(ap, fmt);
	set(f->why, fmt, ap);
	va_end(ap);
}

void finding_unknown(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	f->verdict = VERDICT_UNKNOWN;
	va_start(ap, fmt);
	set(f->why, fmt, ap);
	va_end(ap);
}

void finding_fix(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(f->fix, fmt, ap);
	va_end(ap);
}

/* ---- facts ---- */

/* What stands behind "unknown: " or "absent: "; NULL for a value. */
static const char *reason_of(const char *text)
{
	static const char *const words[] = {"unknown: ", "absent: "};

	for (size_t i = 0; text && i < sizeof words / sizeof words[0]; i++)
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return text + strlen(words[i]);
	return NULL;
}

const char *doctor_absent(const struct doctor *d, const char *key)
{
	const char *text = json_string_value(json_object_get(d->facts, key));

	return text && strncmp(text, "absent: ", 8) == 0 ? text + 8 : NULL;
}

/* The fact, unless it is none. */
static const json_t *known(const struct doctor *d, struct finding *f, const char *key)
{
	const json_t *v = json_object_get(d->facts, key);
	const char *text = json_string_value(v), *why = reason_of(text);

	if (v && !why && !(text && !*text))
		return v;
	finding_unknown(f, "%s", why && *why ? why : "not told");
	return NULL;
}

bool doctor_text(const struct doctor *d, struct finding *f, const char *key, char buf[FACT_MAX])
{
	const json_t *v = known(d, f, key);

	if (!v)
		return false;
	if (json_is_string(v))
		snprintf(buf, FACT_MAX, "%s", json_string_value(v));
	else
		snprintf(buf, FACT_MAX, "%.15g", json_number_value(v));
	return true;
}

const char *doctor_string(const struct doctor *d, struct finding *f, const char *key)
{
	const json_t *v = known(d, f, key);

	if (v && !json_is_string(v))
		finding_unknown(f, "no text");
	return json_string_value(v);
}

const char *doctor_peek(const struct doctor *d, const char *key, char buf[FACT_MAX])
{
	struct finding nobody = {0};

	return doctor_text(d, &nobody, key, buf) ? buf : "not told";
}

bool doctor_number(const struct doctor *d, struct finding *f, const char *key, double *out)
{
	const json_t *v = known(d, f, key);

	if (v && !json_is_number(v))
		finding_unknown(f, "\"%s\" is no number", json_string_value(v));
	if (!json_is_number(v))
		return false;
	*out = json_number_value(v);
	return true;
}

bool doctor_is_here(const struct doctor *d, struct finding *f)
{
	if (*d->root)
		finding_unknown(f, "a captured tree does not say");
	return !*d->root;
}

/* ---- the checks ---- */

/* clang-format off */
static const struct {
	const char *group, *name;
	enum verdict severity;
	const char *source;
	check_fn *check;
} checks[] = {
	{"clocks", "governor", VERDICT_WARNING, CPU_FOLDER "/cpu*/cpufreq/scaling_governor", check_governor},
	{"clocks", "boost", VERDICT_ADVICE, CPU_FOLDER "/intel_pstate/no_turbo and cpufreq/boost", check_boost},
	{"clocks", "clock limit", VERDICT_WARNING, CPU_FOLDER "/cpu*/cpufreq/scaling_max_freq", check_clock_limit},
	{"clocks", "throttling", VERDICT_WARNING, CPU_FOLDER "/cpu*/thermal_throttle", check_throttle},
	{"clocks", "temperature", VERDICT_WARNING, "/sys/class/hwmon and /sys/class/thermal", check_temperature},
	{"clocks", "power", VERDICT_WARNING, "/sys/class/power_supply", check_power},
	{"clocks", "clock source", VERDICT_WARNING, "/sys/devices/system/clocksource/clocksource0", check_clock_source},
	{"clocks", "tsc", VERDICT_WARNING, "flags in /proc/cpuinfo", check_tsc},
	{"clocks", "timer", VERDICT_WARNING, "clock_gettime and clock_getres of CLOCK_MONOTONIC", check_timer},
	{"clocks", "wall clock", VERDICT_ADVICE, "adjtimex", check_wall_clock},

	{"cpus", "smt", VERDICT_ADVICE, CPU_FOLDER "/smt and topology", check_smt},
	{"cpus", "kinds of cores", VERDICT_ADVICE, "/proc/cpuinfo and /sys/devices/cpu_core", check_kinds},
	{"cpus", "cpu quota", VERDICT_PROBLEM, "cpu.max or cpu.cfs_quota_us of our control groups", check_quota},
	{"cpus", "affinity", VERDICT_ADVICE, "Cpus_allowed_list in /proc/self/status", check_affinity},
	{"cpus", "isolation", VERDICT_ADVICE, CPU_FOLDER "/isolated and nohz_full", check_isolation},
	{"cpus", "hypervisor", VERDICT_ADVICE, "flags in /proc/cpuinfo and /sys/class/dmi/id", check_hypervisor},
	{"cpus", "steal", VERDICT_WARNING, "/proc/stat", check_steal},
	{"cpus", "container", VERDICT_ADVICE, "/proc/self/cgroup, /run and the root's mount", check_container},

	{"load", "load", VERDICT_WARNING, "/proc/loadavg", check_load},
	{"load", "processes", VERDICT_WARNING, "/proc/*/stat, twice", check_processes},
	{"load", "cpu pressure", VERDICT_WARNING, "/proc/pressure/cpu", check_pressure_cpu},
	{"load", "memory pressure", VERDICT_WARNING, "/proc/pressure/memory", check_pressure_memory},
	{"load", "io pressure", VERDICT_ADVICE, "/proc/pressure/io", check_pressure_io},

	{"memory", "available", VERDICT_WARNING, "MemAvailable in /proc/meminfo", check_available},
	{"memory", "memory limit", VERDICT_ADVICE, "memory.max or memory.limit_in_bytes of our control groups", check_memory_limit},
	{"memory", "swap", VERDICT_ADVICE, "/proc/meminfo and /proc/sys/vm/swappiness", check_swap},
	{"memory", "huge pages", VERDICT_ADVICE, "/sys/kernel/mm/transparent_hugepage/enabled", check_huge_pages},
	{"memory", "numa balancing", VERDICT_WARNING, "/proc/sys/kernel/numa_balancing", check_numa_balancing},
	{"memory", "address space", VERDICT_WARNING, "/proc/self/limits", check_address_space},
	{"memory", "locked memory", VERDICT_ADVICE, "/proc/self/limits", check_locked_memory},

	{"counters", "pmu", VERDICT_ADVICE, "/sys/bus/event_source/devices", check_pmu},
	{"counters", "paranoid", VERDICT_WARNING, "/proc/sys/kernel/perf_event_paranoid", check_paranoid},
	{"counters", "watchdog", VERDICT_ADVICE, "/proc/sys/kernel/nmi_watchdog", check_watchdog},

	{"gpu", "hardware", VERDICT_ADVICE, "/sys/bus/pci/devices and /proc/driver/nvidia", check_gpu},

	{"system", "layout", VERDICT_ADVICE, "/proc/sys/kernel/randomize_va_space", check_layout},
};
/* clang-format on */

void doctor_examine(struct findings *list, const char *root, const json_t *facts)
{
	const struct doctor d = {root, facts};

	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		checks[i].check(&d, finding_add(list, checks[i].group, checks[i].name, checks[i].severity,
						checks[i].source));
}
