/* SPDX-License-Identifier: Apache-2.0 */
/* What can differ from run to run on one machine and moves its results. Host names and paths stay out. */
#include "config.h"

#include "harness/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "harness/host/facts.h"
#include "harness/host/files.h"

#define CPU_FOLDER "/sys/devices/system/cpu"

static const struct {
	const char *key, *path;
	bool number;
} file_facts[] = {
	/* clang-format off */
	{"kernel", "/proc/sys/kernel/osrelease", false},
	{"kernel_version", "/proc/sys/kernel/version", false},
	{"smt", CPU_FOLDER "/smt/control", false},
	{"cpus_online", CPU_FOLDER "/online", false},
	{"frequency_driver", CPU_FOLDER "/cpu0/cpufreq/scaling_driver", false},
	{"frequency_min_khz", CPU_FOLDER "/cpu0/cpufreq/scaling_min_freq", true},
	{"frequency_max_khz", CPU_FOLDER "/cpu0/cpufreq/scaling_max_freq", true},
	{"idle_driver", CPU_FOLDER "/cpuidle/current_driver", false},
	{"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource", false},
	{"transparent_huge_pages_defrag", "/sys/kernel/mm/transparent_hugepage/defrag", false},
	{"huge_pages", "/proc/sys/vm/nr_hugepages", true},
	{"swappiness", "/proc/sys/vm/swappiness", true},
	{"numa_balancing", "/proc/sys/kernel/numa_balancing", true},
	{"address_randomisation", "/proc/sys/kernel/randomize_va_space", true},
	{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", true},
	/* clang-format on */
};

/* One of the values that are joined by ", ". */
static bool list_has(const char *list, const char *value)
{
	size_t n = strlen(value);

	for (const char *at = list; (at = strstr(at, value)) != NULL; at += n)
		if ((at == list || at[-1] == ' ') && (at[n] == ',' || at[n] == '\0'))
			return true;
	return false;
}

/* The different values of cpuN/NAME over all CPUs, joined by commas. */
static json_t *over_cpus(const char *root, const char *name)
{
	bool cpus[CPUS_MAX] = {false};
	char path[128], line[64], text[FACT_MAX] = "";
	int n = list_read(root, CPU_FOLDER "/online", cpus);

	for (int cpu = 0; cpu < CPUS_MAX && n > 0; cpu++) {
		size_t len = strlen(text);
		snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/%s", cpu, name);
		if (!cpus[cpu] || !file_line(root, path, line, sizeof line) || list_has(text, line))
			continue;
		snprintf(text + len, sizeof text - len, "%s%s", len ? ", " : "", line);
	}
	return text[0] ? fact_text(text) : fact_unknown("no " CPU_FOLDER "/cpu*/%s", name);
}

static json_t *boost(const char *root)
{
	int64_t v;

	if (file_integer(root, CPU_FOLDER "/cpufreq/boost", &v))
		return fact_text(v ? "on" : "off");
	if (file_integer(root, CPU_FOLDER "/intel_pstate/no_turbo", &v))
		return fact_text(v ? "off" : "on");
	return fact_unknown("no " CPU_FOLDER "/cpufreq/boost and no intel_pstate/no_turbo");
}

/* "madvise" of "always [madvise] never". */
static json_t *huge_pages(const char *root)
{
	const char *path = "/sys/kernel/mm/transparent_hugepage/enabled";
	char line[FACT_MAX], *open, *close;

	if (!file_line(root, path, line, sizeof line))
		return fact_unread(path);
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return fact_text(line);
	*close = '\0';
	return fact_text(open + 1);
}

static json_t *distribution(const char *root)
{
	static const char *const paths[] = {"/etc/os-release", "/usr/lib/os-release"};
	char text[SYSFS_MAX], *at;

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (file_head(root, paths[i], text, sizeof text) < 0)
			continue;
		at = strstr(text, "PRETTY_NAME=");
		if (!at || (at != text && at[-1] != '\n'))
			continue;
		at += strlen("PRETTY_NAME=");
		at += *at == '"';
		at[strcspn(at, "\"\n")] = '\0';
		return fact_text(at);
	}
	return fact_unknown("no PRETTY_NAME in %s", paths[0]);
}

static json_t *libc(const char *root)
{
	if (*root)
		return fact_unknown("a captured tree does not say");
#ifdef __GLIBC__
	char text[FACT_MAX];
	snprintf(text, sizeof text, "glibc %s", gnu_get_libc_version());
	return fact_text(text);
#else
	return fact_unknown("not glibc");
#endif
}

static json_t *keyed(const char *root, const char *path, const char *key)
{
	char text[FILE_HEAD], value[FACT_MAX];

	if (file_head(root, path, text, sizeof text) < 0)
		return fact_unread(path);
	if (!text_value(text, key, value, sizeof value))
		return fact_unknown("no \"%s\" in %s", key, path);
	return fact_text(value);
}

/* The soft limit in "Max locked memory   8388608   8388608   bytes". */
static json_t *limit(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	int n;

	if (!at)
		return fact_unknown("no \"%s\" in /proc/self/limits", name);
	at += strlen(name) + strspn(at + strlen(name), " ");
	n = (int)strcspn(at, " \n");
	char value[64];
	snprintf(value, sizeof value, "%.*s", n, at);
	return fact_text(value);
}

static json_t *limits(const char *root)
{
	char text[SYSFS_MAX];
	json_t *o;

	if (file_head(root, "/proc/self/limits", text, sizeof text) < 0)
		return fact_unread("/proc/self/limits");
	o = json_object();
	json_object_set_new(o, "locked_memory", limit(text, "Max locked memory"));
	json_object_set_new(o, "address_space", limit(text, "Max address space"));
	json_object_set_new(o, "stack", limit(text, "Max stack size"));
	return o;
}

json_t *host_environment(const char *root)
{
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof file_facts / sizeof file_facts[0]; i++)
		json_object_set_new(o, file_facts[i].key,
				    file_facts[i].number ? fact_integer(root, file_facts[i].path)
							 : fact_line(root, file_facts[i].path));
	json_object_set_new(o, "distribution", distribution(root));
	json_object_set_new(o, "libc", libc(root));
	json_object_set_new(o, "microcode", keyed(root, "/proc/cpuinfo", "microcode"));
	json_object_set_new(o, "governor", over_cpus(root, "cpufreq/scaling_governor"));
	json_object_set_new(o, "energy_preference", over_cpus(root, "cpufreq/energy_performance_preference"));
	json_object_set_new(o, "boost", boost(root));
	json_object_set_new(o, "transparent_huge_pages", huge_pages(root));
	json_object_set_new(o, "swap_bytes", fact_memory(root, "SwapTotal"));
	json_object_set_new(o, "affinity", keyed(root, "/proc/self/status", "Cpus_allowed_list"));
	json_object_set_new(o, "control_group", fact_control_group(root));
	json_object_set_new(o, "limits", limits(root));
	json_object_set_new(o, "mitigations", fact_mitigations(root));
	return o;
}
