/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on counters, on GPUs that are seen and on what is installed. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/host/doctor_check.h"

#define EVENT_SOURCES "/sys/bus/event_source/devices"

/* ---- counters ---- */

/* Names of the core's own unit: of x86, of its hybrids, of arm. */
static bool is_core_unit(const char *name)
{
	static const char *const whole[] = {"cpu", "cpu_core", "cpu_atom", "cpu_lowpower"};

	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
		if (strcmp(name, whole[i]) == 0)
			return true;
	return strncmp(name, "armv8", 5) == 0 || strncmp(name, "armv9", 5) == 0;
}

void check_pmu(const struct doctor *d, struct finding *f)
{
	char **names, unit[64] = "";
	int n = folder_names(d->root, EVENT_SOURCES, &names);

	if (n < 0) {
		finding_unknown(f, "%s", errno == ENOENT ? "no such folder" : strerror(errno));
		return;
	}
	for (int i = 0; i < n && !*unit; i++)
		if (is_core_unit(names[i]))
			snprintf(unit, sizeof unit, "%.60s", names[i]);
	names_free(names, n);
	finding_value(f, "%s", *unit ? unit : "no unit of the core among the event sources");
	if (*unit)
		return;
	finding_bad(
		f,
		"no PMU is shown here: instructions, cycles and cache misses cannot be counted; time, page "
		"faults and switches can");
	finding_fix(
		f,
		"a guest: ask its host for a virtual PMU (QEMU: -cpu host,pmu=on), or measure on the host");
}

void check_paranoid(const struct doctor *d, struct finding *f)
{
	double level;

	if (!doctor_number(d, f, "host.perf_event_paranoid", &level))
		return;
	finding_value(f, "%.0f", level);
	/* 2: events of user space; 3 and 4 are of distributions, and leave nothing. */
	if (level <= 2)
		return;
	finding_bad(f, "only root can count events");
	finding_fix(f, "sudo sysctl kernel.perf_event_paranoid=2");
}

void check_watchdog(const struct doctor *d, struct finding *f)
{
	double on;

	if (!doctor_number(d, f, "host.watchdog", &on))
		return;
	finding_value(f, on ? "on" : "off");
	if (on == 0)
		return;
	finding_bad(f, "it holds one counter of each core and interrupts it");
	finding_fix(f, "sudo sysctl kernel.nmi_watchdog=0");
}

/* ---- GPUs: whether one can be used is a worker's to say ---- */

static const char *gpu_text(const json_t *facts, int gpu, const char *name)
{
	char key[64];

	snprintf(key, sizeof key, "gpu.%d.%s", gpu, name);
	const char *text = json_string_value(json_object_get(facts, key));
	return text ? text : "";
}

/* The first of NVIDIA's; -1: none. A driver that tells a name without a bus is NVIDIA's own. */
static int nvidia_first(const json_t *facts, int *n)
{
	int all = (int)json_integer_value(json_object_get(facts, "gpu.count")), first = -1;

	*n = 0;
	for (int i = all - 1; i >= 0; i--) {
		const char *id = gpu_text(facts, i, "pci_id");
		if (strncmp(id, "NVIDIA ", 7) != 0 && strncmp(gpu_text(facts, i, "name"), "NVIDIA ", 7) != 0)
			continue;
		first = i;
		++*n;
	}
	return first;
}

bool doctor_sees_nvidia(const json_t *facts)
{
	int n;

	return nvidia_first(facts, &n) >= 0;
}

void check_gpu(const struct doctor *d, struct finding *f)
{
	char driver[FACT_MAX], count[FACT_MAX];
	struct finding no_driver = {0};
	int n, first = nvidia_first(d->facts, &n);

	if (!doctor_text(d, f, "gpu.count", count))
		return;
	if (first < 0) {
		finding_value(f, "none of NVIDIA's");
		return;
	}
	bool loaded = doctor_text(d, &no_driver, "gpu.driver", driver);
	finding_value(f, "%d: %.100s, driver %.60s", n, gpu_text(d->facts, first, "name"),
		      loaded ? driver : "not loaded");
	if (loaded)
		return;
	finding_bad(f, "the kernel's driver is not loaded (%.120s): it cannot be used", no_driver.why);
	finding_fix(f, "install NVIDIA's driver, then sudo modprobe nvidia");
}

/* ---- the rest ---- */

void check_layout(const struct doctor *d, struct finding *f)
{
	double level;

	if (!doctor_number(d, f, "host.address_randomisation", &level))
		return;
	finding_value(f, level >= 2   ? "random addresses"
			 : level >= 1 ? "random but for the heap"
				      : "fixed addresses");
	if (level > 0)
		return;
	finding_bad(
		f, "every process has the same layout: its luck is in all of them, and no interval shows it");
	finding_fix(f, "sudo sysctl kernel.randomize_va_space=2; or run without setarch -R");
}
