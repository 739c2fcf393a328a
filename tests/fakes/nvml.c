/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries named like NVIDIA's libnvidia-ml and, for PCI bus ids, libcuda, with two cards that they number in opposite orders.
 * $IFM_FAKE_NVML is a list of KEY=NUMBER: init energy power field clock temperature reasons_result ecc pci cu_init cu_device:
 * codes that are returned; count watts step_ms frozen back sm memory celsius reasons watched (reasons that threads see) mig
 * corrected uncorrected persistence compute_mode eccmode ecc_later display limit usual busy processes: what the cards do; state: the
 * code of those from persistence on. It is read at each call; no thread but the tests' own may be calling when it is set.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))

enum { CARDS = 2, ABSENT = 6 };

struct nvml_device {
	int index;
};

/* As nvmlFieldValue_t. */
struct field {
	unsigned id, scope;
	long long time_us, latency_us;
	unsigned type;
	int result;
	unsigned long long value;
};

static struct nvml_device cards[CARDS] = {{0}, {1}};
static const char *const bus_ids[CARDS] = {"0000:17:00.0", "0000:65:00.0"};

static long long number(const char *key, long long otherwise)
{
	const char *at = getenv("IFM_FAKE_NVML");
	size_t n = strlen(key);
	for (; at && *at; at += strcspn(at, " "), at += strspn(at, " "))
		if (strncmp(at, key, n) == 0 && at[n] == '=')
			return strtoll(at + n + 1, NULL, 0);
	return otherwise;
}

static int is_main(void)
{
	return gettid() == getpid();
}

/* ---- energy: what the power was adds up, and shows at each step ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static unsigned long long energy_now(void)
{
	static double sum, shown;
	static int calls;
	static long long last, step;
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	long long now = (long long)t.tv_sec * 1000000000 + t.tv_nsec;
	pthread_mutex_lock(&lock);
	if (last == 0)
		sum = 1e6;
	sum += last ? (double)number("watts", 300) * 1e3 * (double)(now - last) * 1e-9 : 0;
	last = now;
	if (now / (number("step_ms", 5) * 1000000) != step && !number("frozen", 0)) {
		step = now / (number("step_ms", 5) * 1000000);
		shown = sum;
	}
	unsigned long long mj = (unsigned long long)(number("back", 0) ? 1e9 - ++calls : shown);
	pthread_mutex_unlock(&lock);
	return mj;
}

/* ---- NVML ---- */

#ifndef BARE
VISIBLE int nvmlInit_v2(void)
{
	return (int)number("init", 0);
}
#endif

VISIBLE int nvmlDeviceGetCount_v2(unsigned *n)
{
	*n = (unsigned)number("count", CARDS);
	return 0;
}

VISIBLE int nvmlDeviceGetHandleByIndex_v2(unsigned i, struct nvml_device **out)
{
	if (i >= CARDS)
		return ABSENT;
	*out = &cards[i];
	return 0;
}

#ifndef PART
VISIBLE int nvmlShutdown(void)
{
	return 0;
}

VISIBLE int nvmlDeviceGetHandleByPciBusId_v2(const char *id, struct nvml_device **out)
{
	for (int i = 0; i < CARDS && !number("pci", 0); i++)
		if (strcmp(bus_ids[i], id) == 0) {
			*out = &cards[i];
			return 0;
		}
	return (int)number("pci", ABSENT);
}

VISIBLE int nvmlDeviceGetTotalEnergyConsumption(struct nvml_device *d, unsigned long long *mj)
{
	(void)d;
	*mj = energy_now();
	return (int)number("energy", 0);
}

VISIBLE int nvmlDeviceGetFieldValues(struct nvml_device *d, int n, struct field *f)
{
	(void)d;
	for (int i = 0; i < n; i++) {
		f[i].result = f[i].id == 186 ? (int)number("field", 0) : 3;
		f[i].value = (unsigned long long)number("watts", 300) * 1000;
	}
	return 0;
}

VISIBLE int nvmlDeviceGetPowerUsage(struct nvml_device *d, unsigned *mw)
{
	(void)d;
	*mw = (unsigned)number("watts", 300) * 1000;
	return (int)number("power", 0);
}

VISIBLE int nvmlDeviceGetEnforcedPowerLimit(struct nvml_device *d, unsigned *mw)
{
	(void)d;
	*mw = (unsigned)number("limit", 700) * 1000;
	return (int)number("power", 0);
}

VISIBLE int nvmlDeviceGetClockInfo(struct nvml_device *d, int clock, unsigned *mhz)
{
	*mhz = (unsigned)(clock == 1 ? number("sm", 1980) : number("memory", 2619)) +
	       100 * (unsigned)d->index;
	return (int)number("clock", 0);
}

VISIBLE int nvmlDeviceGetMaxClockInfo(struct nvml_device *d, int clock, unsigned *mhz)
{
	*mhz = (clock == 1 ? 1980 : 2619) + 100 * (unsigned)d->index;
	return (int)number("clock", 0);
}

VISIBLE int nvmlDeviceGetTemperature(struct nvml_device *d, int sensor, unsigned *celsius)
{
	(void)d, (void)sensor;
	*celsius = (unsigned)number("celsius", 45);
	return (int)number("temperature", 0);
}

VISIBLE int nvmlDeviceGetCurrentClocksThrottleReasons(struct nvml_device *d, unsigned long long *reasons)
{
	(void)d;
	*reasons = (unsigned long long)number("reasons", 0);
	if (!is_main())
		*reasons |= (unsigned long long)number("watched", 0);
	return (int)number("reasons_result", 0);
}

VISIBLE int nvmlDeviceGetTotalEccErrors(struct nvml_device *d, int kind, int counter, unsigned long long *n)
{
	(void)d, (void)counter;
	*n = (unsigned long long)(kind ? number("uncorrected", 0) : number("corrected", 0));
	return (int)number("ecc", 0);
}

VISIBLE int nvmlDeviceGetMigMode(struct nvml_device *d, unsigned *now, unsigned *later)
{
	(void)d;
	*now = *later = (unsigned)number("mig", 0);
	return 0;
}

/* ---- how a card is set ---- */

static int state(unsigned *out, const char *key, long long otherwise)
{
	*out = (unsigned)number(key, otherwise);
	return (int)number("state", 0);
}

VISIBLE int nvmlDeviceGetIndex(struct nvml_device *d, unsigned *index)
{
	*index = (unsigned)d->index;
	return 0;
}

VISIBLE int nvmlDeviceGetPersistenceMode(struct nvml_device *d, unsigned *on)
{
	(void)d;
	return state(on, "persistence", 1);
}

VISIBLE int nvmlDeviceGetComputeMode(struct nvml_device *d, unsigned *mode)
{
	(void)d;
	return state(mode, "compute_mode", 0);
}

VISIBLE int nvmlDeviceGetEccMode(struct nvml_device *d, unsigned *on, unsigned *later)
{
	(void)d;
	state(later, "ecc_later", number("eccmode", 1));
	return state(on, "eccmode", 1);
}

VISIBLE int nvmlDeviceGetDisplayActive(struct nvml_device *d, unsigned *on)
{
	(void)d;
	return state(on, "display", 0);
}

VISIBLE int nvmlDeviceGetPowerManagementDefaultLimit(struct nvml_device *d, unsigned *mw)
{
	(void)d;
	int result = state(mw, "usual", 700);
	*mw *= 1000;
	return result;
}

/* As nvmlUtilization_t. */
struct utilization {
	unsigned gpu, memory;
};

VISIBLE int nvmlDeviceGetUtilizationRates(struct nvml_device *d, struct utilization *u)
{
	(void)d;
	return state(&u->gpu, "busy", 0);
}

/* As nvmlProcessInfo_t. */
struct process {
	unsigned pid;
	unsigned long long used;
	unsigned gpu_instance, compute_instance;
};

/* The first of them is who asks. */
VISIBLE int nvmlDeviceGetComputeRunningProcesses_v3(struct nvml_device *d, unsigned *n, struct process *p)
{
	unsigned room = *n;
	(void)d;
	int result = state(n, "processes", 1);
	for (unsigned i = 0; i < *n && i < room; i++)
		p[i] = (struct process){.pid = i ? 1 : (unsigned)getpid()};
	return *n > room ? 7 : result;
}

/* ---- libcuda: the other way round ---- */

VISIBLE int cuInit(unsigned flags)
{
	(void)flags;
	return (int)number("cu_init", 0);
}

VISIBLE int cuDeviceGet(int *out, int i)
{
	*out = i;
	return i < CARDS ? (int)number("cu_device", 0) : 101;
}

VISIBLE int cuDeviceGetPCIBusId(char *out, int size, int device)
{
	snprintf(out, (size_t)size, "%s", bus_ids[CARDS - 1 - device]);
	return 0;
}
#endif
