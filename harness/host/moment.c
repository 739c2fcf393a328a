/* SPDX-License-Identifier: Apache-2.0 */
/* How busy the machine is now: a handful of small files, for it is asked before and after every visit. */
#include "config.h"

#include "harness/host/host.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "harness/host/files.h"

/* Share of the time in which somebody waited for a CPU, or had none. */
#define BUSY_SHARE 0.1

#define CPU_ONLINE "/sys/devices/system/cpu/online"
#define FREQUENCY  "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq"

static json_t *fact_real(double v, const char *path)
{
	return isfinite(v) ? json_real(v) : fact_unknown("%s is not understood", path);
}

static void put_load(json_t *o, const char *root)
{
	const char *path = "/proc/loadavg";
	char line[FACT_MAX];
	double load;
	int64_t runnable;

	if (!file_line(root, path, line, sizeof line)) {
		json_object_set_new(o, "load_1", fact_unread(path));
		json_object_set_new(o, "runnable", fact_unread(path));
		return;
	}
	/* "0.49 0.22 0.08 2/96 19803": averages of 1, 5 and 15 minutes, runnable of all threads. */
	if (sscanf(line, "%lf %*f %*f %" SCNd64 "/", &load, &runnable) != 2)
		load = NAN;
	json_object_set_new(o, "load_1", fact_real(load, path));
	json_object_set_new(o, "runnable",
			    isfinite(load) ? json_integer(runnable)
					   : fact_unknown("%s is not understood", path));
}

/* "some avg10=2.00 avg60=1.80 avg300=0.69 total=6834452" */
static void put_pressure(json_t *o, const char *root, const char *path, const char *avg_key,
			 const char *total_key)
{
	char line[FACT_MAX];
	double avg10;
	int64_t total;

	if (!file_line(root, path, line, sizeof line)) {
		json_object_set_new(o, avg_key, fact_unread(path));
		return;
	}
	if (sscanf(line, "some avg10=%lf avg60=%*f avg300=%*f total=%" SCNd64, &avg10, &total) != 2)
		avg10 = NAN;
	json_object_set_new(o, avg_key, fact_real(avg10, path));
	if (isfinite(avg10) && total_key)
		json_object_set_new(o, total_key, json_integer(total));
}

static json_t *steal(const char *root)
{
	const char *path = "/proc/stat";
	char line[FACT_MAX];
	int64_t ticks;

	if (!file_line(root, path, line, sizeof line))
		return fact_unread(path);
	if (sscanf(line, "cpu %*d %*d %*d %*d %*d %*d %*d %" SCNd64, &ticks) != 1)
		return fact_unknown("%s is not understood", path);
	return json_integer(ticks);
}

/* Of the first CPU: asking them all costs an interrupt each. */
static json_t *frequency(const char *root)
{
	char text[SYSFS_MAX], value[64];
	int64_t khz;

	if (file_integer(root, FREQUENCY, &khz) && khz > 0)
		return json_real((double)khz / 1000);
	if (file_head(root, "/proc/cpuinfo", text, sizeof text) < 0 ||
	    !text_value(text, "cpu MHz", value, sizeof value))
		return fact_unknown("no " FREQUENCY " and no \"cpu MHz\" in /proc/cpuinfo");
	double mhz = strtod(value, NULL);
	return fact_real(mhz > 0 ? mhz : NAN, "\"cpu MHz\" in /proc/cpuinfo");
}

/* The sensor whose name file begins with one of the names: the reading beside it, in degrees. */
static bool sensor(const char *root, const char *folder, const char *name_file, const char *reading,
		   const char *const *names, double *out)
{
	enum { SENSORS_MAX = 32 };
	char path[128], line[64];
	int64_t milli;

	for (int i = 0; i < SENSORS_MAX; i++) {
		snprintf(path, sizeof path, "%s%d/%s", folder, i, name_file);
		if (!file_line(root, path, line, sizeof line))
			continue;
		for (const char *const *n = names; *n; n++) {
			if (strncmp(line, *n, strlen(*n)) != 0)
				continue;
			snprintf(path, sizeof path, "%s%d/%s", folder, i, reading);
			if (!file_integer(root, path, &milli))
				break;
			*out = (double)milli / 1000;
			return true;
		}
	}
	return false;
}

static json_t *temperature(const char *root)
{
	/* Drivers of processors: Documentation/hwmon of the kernel; zones: x86_pkg_temp and device trees. */
	static const char *const drivers[] = {"coretemp", "k10temp", "zenpower", "cpu_thermal", NULL};
	static const char *const zones[] = {"x86_pkg_temp", "cpu", "soc", NULL};
	double v;

	if (sensor(root, "/sys/class/hwmon/hwmon", "name", "temp1_input", drivers, &v) ||
	    sensor(root, "/sys/class/thermal/thermal_zone", "type", "temp", zones, &v))
		return json_real(v);
	return fact_unknown("no sensor of the processor in /sys/class/hwmon or /sys/class/thermal");
}

json_t *host_moment(const char *root)
{
	bool cpus[CPUS_MAX];
	json_t *o = json_object();
	int n = list_read(root, CPU_ONLINE, cpus);

	put_load(o, root);
	json_object_set_new(o, "cpus", n ? json_integer(n) : fact_unknown("no " CPU_ONLINE));
	put_pressure(o, root, "/proc/pressure/cpu", "pressure_cpu_avg10", "pressure_cpu_us");
	put_pressure(o, root, "/proc/pressure/memory", "pressure_memory_avg10", NULL);
	put_pressure(o, root, "/proc/pressure/io", "pressure_io_avg10", NULL);
	json_object_set_new(o, "steal_ticks", steal(root));
	json_object_set_new(o, "mhz", frequency(root));
	json_object_set_new(o, "temperature_celsius", temperature(root));
	return o;
}

/* What a counter of both moments rose by; false when either does not tell it. */
static bool risen(const json_t *before, const json_t *after, const char *key, int64_t *out)
{
	int64_t from = json_opt_int(before, key, -1), to = json_opt_int(after, key, -1);

	*out = to - from;
	return from >= 0 && to >= from;
}

int host_contended(const json_t *before, const json_t *after, double seconds)
{
	int64_t cpus = json_opt_int(before, "cpus", 0), us, ticks;
	bool pressure = risen(before, after, "pressure_cpu_us", &us);
	/* A tick of steal may have begun long before: one is no evidence. */
	bool steal = cpus > 0 && risen(before, after, "steal_ticks", &ticks) && ticks > 1;

	if (steal && (double)ticks > BUSY_SHARE * seconds * (double)(cpus * sysconf(_SC_CLK_TCK)))
		return 1;
	if (pressure)
		return (double)us > BUSY_SHARE * seconds * 1e6;
	return cpus > 0 && json_opt_int(before, "runnable", 0) > cpus;
}
