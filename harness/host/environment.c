/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can be told of a machine and of what runs on it. */
#include "config.h"

#include "harness/host/host.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "engines/base/fact.h"
#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "harness/host/facts.h"
#include "harness/host/files.h"
#include "harness/host/sha256.h"
#include "harness/host/sysfs.h"

static const struct {
	const char *key, *path;
	bool number;
} file_facts[] = {
	/* clang-format off */
	{"host.kernel", "/proc/sys/kernel/osrelease", false},
	{"host.kernel_version", "/proc/sys/kernel/version", false},
	{"host.address_randomisation", "/proc/sys/kernel/randomize_va_space", true},
	{"host.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", true},
	{"host.watchdog", "/proc/sys/kernel/nmi_watchdog", true},
	/* clang-format on */
};

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

/* ---- what this process may do ---- */

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

static void put_limits(json_t *o, const char *root)
{
	static const char *const limits[][2] = {{"host.limit_locked_memory", "Max locked memory"},
						{"host.limit_address_space", "Max address space"},
						{"host.limit_stack", "Max stack size"},
						{"host.limit_processes", "Max processes"},
						{"host.limit_realtime", "Max realtime priority"}};
	char text[SYSFS_MAX];
	bool read = file_head(root, "/proc/self/limits", text, sizeof text) >= 0;
	int error = errno;

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		errno = error;
		json_object_set_new(o, limits[i][0],
				    read ? limit(text, limits[i][1]) : fact_unread("/proc/self/limits"));
	}
}

static json_t *scheduling(const char *root)
{
	static const char *const names[] = {[SCHED_OTHER] = "other",
					    [SCHED_FIFO] = "fifo",
					    [SCHED_RR] = "rr",
					    [SCHED_BATCH] = "batch",
					    [SCHED_IDLE] = "idle"};
	char text[64];

	if (*root)
		return fact_unknown("a captured tree does not say");
	int policy = sched_getscheduler(0), n_names = (int)(sizeof names / sizeof names[0]);
	bool named = policy >= 0 && policy < n_names && names[policy];
	snprintf(text, sizeof text, "%s, nice %d", named ? names[policy] : "of another kind",
		 getpriority(PRIO_PROCESS, 0));
	return fact_text(text);
}

/* The word behind the first address in numa_maps: "default", "interleave:0-1". */
static json_t *numa_policy(const char *root)
{
	const char *path = "/proc/self/numa_maps";
	char line[FACT_MAX], *blank;

	if (!file_line(root, path, line, sizeof line))
		return fact_missing(root, path);
	blank = strchr(line, ' ');
	if (!blank)
		return fact_unknown("%s is not understood", path);
	blank[1 + strcspn(blank + 1, " ")] = '\0';
	return fact_text(blank + 1);
}

/* ---- what measures power and heat ---- */

/* "intel-rapl:0 package-0, ..." : the names of what stands in a folder, by their file NAME. */
static json_t *named_in(const char *root, const char *folder, const char *prefix, const char *file)
{
	char **names, path[FACT_MAX * 2], line[64];
	struct strbuf text = {0};
	int n = folder_names(root, folder, &names);

	if (n < 0)
		return fact_missing(root, folder);
	for (int i = 0; i < n && text.len < FACT_MAX * 4; i++) {
		snprintf(path, sizeof path, "%.100s/%.100s/%.30s", folder, names[i], file);
		if (strncmp(names[i], prefix, strlen(prefix)) == 0 &&
		    file_line(root, path, line, sizeof line))
			strbuf_printf(&text, "%s%.60s %s", text.len ? ", " : "", names[i], line);
	}
	names_free(names, n);
	json_t *fact = text.len ? fact_long(text.text) : fact_absent("nothing in %s", folder);
	strbuf_free(&text);
	return fact;
}

static void put_host(json_t *o, const char *root)
{
	for (size_t i = 0; i < sizeof file_facts / sizeof file_facts[0]; i++)
		json_object_set_new(o, file_facts[i].key,
				    file_facts[i].number ? fact_integer(root, file_facts[i].path)
							 : fact_line(root, file_facts[i].path));
	json_object_set_new(o, "host.distribution", distribution(root));
	json_object_set_new(o, "host.libc", libc(root));
	json_object_set_new(o, "host.affinity", fact_keyed(root, "/proc/self/status", "Cpus_allowed_list"));
	json_object_set_new(o, "host.affinity_nodes",
			    fact_keyed(root, "/proc/self/status", "Mems_allowed_list"));
	json_object_set_new(o, "host.scheduling", scheduling(root));
	json_object_set_new(o, "host.numa_policy", numa_policy(root));
	json_object_set_new(o, "host.energy_counters", named_in(root, "/sys/class/powercap", "", "name"));
	json_object_set_new(o, "host.sensors", named_in(root, "/sys/class/hwmon", "hwmon", "name"));
	json_object_set_new(o, "host.thermal_zones",
			    named_in(root, "/sys/class/thermal", "thermal_zone", "type"));
	put_limits(o, root);
	put_control_group(o, root);
	put_container(o, root);
}

/* ---- all of it ---- */

json_t *host_facts(const char *root, bool clear_names)
{
	json_t *o = json_object();

	put_processor_facts(o, root);
	put_topology_facts(o, root);
	put_memory_facts(o, root);
	put_memory_modules(o, root);
	put_clock_facts(o, root, clear_names);
	put_gpu_facts(o, root, clear_names);
	put_host(o, root);
	put_firmware(o, root, clear_names);
	put_run_facts(o, root, clear_names);
	put_run_moment(o, root, HOST_START);
	return o;
}

json_t *host_environment(const char *root)
{
	return host_facts(root, false);
}

void host_put_end(json_t *environment)
{
	put_run_moment(environment, "", HOST_STOP);
}

void host_fingerprint(const json_t *facts, char out[65])
{
	json_t *stable = json_object(), *v;
	const char *key;
	struct sha256 h;

	json_object_foreach((json_t *)facts, key, v)
	{
		if (!fact_is_volatile(key))
			json_object_set(stable, key, v);
	}
	char *text = json_text(stable);
	sha256_begin(&h);
	sha256_add(&h, text, strlen(text));
	sha256_end(&h, out);
	free(text);
	json_decref(stable);
}
