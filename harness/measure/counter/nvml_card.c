/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/nvml_card.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/library.h"

enum { PCI_ID = 32 };

/* ---- which one ---- */

int nvml_cuda_number(const char *device)
{
	char *end = NULL;
	if (!device || strncmp(device, "cuda:", 5) != 0 || device[5] < '0' || device[5] > '9')
		return -1;
	long n = strtol(device + 5, &end, 10);
	return *end == '\0' && n < 1024 ? (int)n : -1;
}

/* How far libcuda's devices could be asked for. */
enum asked { ASKED_NOT, ASKED_NO_DEVICE, ASKED_FOUND };

/* Not closed again: threads of a driver that was started do not survive its unloading. */
static enum asked pci_id_ask(int number, char id[PCI_ID], char *why, int size)
{
	int (*init)(unsigned), (*get)(int *, int), (*bus_id)(char *, int, int), device = 0;
	void *handle = library_open_cuda("libcuda.so.1", NVML_LIBCUDA_VARIABLE, why, (size_t)size);
	if (!handle)
		return ASKED_NOT;
	*(void **)&init = dlsym(handle, "cuInit");
	*(void **)&get = dlsym(handle, "cuDeviceGet");
	*(void **)&bus_id = dlsym(handle, "cuDeviceGetPCIBusId");
	if (!init || !get || !bus_id) {
		snprintf(why, (size_t)size, "libcuda lacks cuDeviceGetPCIBusId");
		return ASKED_NOT;
	}
	int result = init(0);
	if (result) {
		snprintf(why, (size_t)size, "cuInit gives CUDA error %d", result);
		return ASKED_NOT;
	}
	result = get(&device, number);
	if (result == 0)
		result = bus_id(id, PCI_ID, device);
	if (result == 0)
		return ASKED_FOUND;
	snprintf(why, (size_t)size, "libcuda has no device %d: CUDA error %d", number, result);
	return ASKED_NO_DEVICE;
}

static bool find_by_index(struct nvml_card *card, int number, const char *reason, char *why, int size)
{
	unsigned n = 0;
	int result = card->lib.nvmlDeviceGetCount_v2(&n);
	if (result == NVML_DONE && (unsigned)number >= n)
		result = NVML_NOT_FOUND;
	if (result == NVML_DONE)
		result = card->lib.nvmlDeviceGetHandleByIndex_v2((unsigned)number, &card->device);
	if (result != NVML_DONE) {
		snprintf(why, (size_t)size, "NVML's device %d of %u: %s", number, n, nvml_words(result));
		return false;
	}
	snprintf(card->how, sizeof card->how, "taken for NVML's device %d: %.80s", number, reason);
	return true;
}

static bool device_find(struct nvml_card *card, int number, char *why, int size)
{
	char id[PCI_ID] = "", reason[160] = "";
	enum asked asked = pci_id_ask(number, id, reason, sizeof reason);
	if (asked == ASKED_NO_DEVICE) {
		snprintf(why, (size_t)size, "%s", reason);
		return false;
	}
	if (asked == ASKED_FOUND && !card->lib.nvmlDeviceGetHandleByPciBusId_v2)
		snprintf(reason, sizeof reason, "NVML cannot look for a PCI bus id");
	if (asked == ASKED_NOT || !card->lib.nvmlDeviceGetHandleByPciBusId_v2)
		return find_by_index(card, number, reason, why, size);
	int result = card->lib.nvmlDeviceGetHandleByPciBusId_v2(id, &card->device);
	if (result != NVML_DONE)
		snprintf(why, (size_t)size, "NVML's device at PCI bus %.*s: %s", PCI_ID, id,
			 nvml_words(result));
	return result == NVML_DONE;
}

static bool is_mig(const struct nvml_card *card)
{
	unsigned now = 0, later = 0;
	return card->lib.nvmlDeviceGetMigMode &&
	       card->lib.nvmlDeviceGetMigMode(card->device, &now, &later) == NVML_DONE && now == 1;
}

/* ---- numbers ---- */

enum { FIELD_POWER_INSTANT = 186, CLOCK_SM = 1, CLOCK_MEMORY = 2, SENSOR_GPU = 0, COUNT_VOLATILE = 0 };

static int read_instant(const struct nvml_card *card, unsigned *mw)
{
	struct nvml_field f = {.id = FIELD_POWER_INSTANT};
	if (!card->lib.nvmlDeviceGetFieldValues)
		return NVML_LACKS;
	int result = card->lib.nvmlDeviceGetFieldValues(card->device, 1, &f);
	*mw = f.value.whole;
	return result ? result : f.result;
}

static const struct {
	const char *name, *unit, *function;
} numbers[NVML_NUMBERS] = {
	[NVML_ENERGY] = {"energy_gpu", "mJ", "nvmlDeviceGetTotalEnergyConsumption"},
	[NVML_POWER] = {"power", "mW", "nvmlDeviceGetPowerUsage"},
	[NVML_POWER_LIMIT] = {"power_limit", "mW", "nvmlDeviceGetEnforcedPowerLimit"},
	[NVML_SM_CLOCK] = {"sm_clock", "MHz", "nvmlDeviceGetClockInfo"},
	[NVML_MEMORY_CLOCK] = {"memory_clock", "MHz", "nvmlDeviceGetClockInfo"},
	[NVML_SM_CLOCK_LIMIT] = {"sm_clock_limit", "MHz", "nvmlDeviceGetMaxClockInfo"},
	[NVML_MEMORY_CLOCK_LIMIT] = {"memory_clock_limit", "MHz", "nvmlDeviceGetMaxClockInfo"},
	[NVML_TEMPERATURE] = {"temperature", "C", "nvmlDeviceGetTemperature"},
	[NVML_REASONS] = {"throttle_reasons", "bits", "nvmlDeviceGetCurrentClocksThrottleReasons"},
	[NVML_ECC_CORRECTED] = {"ecc_corrected", "count", "nvmlDeviceGetTotalEccErrors"},
	[NVML_ECC_UNCORRECTED] = {"ecc_uncorrected", "count", "nvmlDeviceGetTotalEccErrors"},
};

const char *nvml_number_name(enum nvml_number n)
{
	return numbers[n].name;
}

const char *nvml_number_unit(enum nvml_number n)
{
	return numbers[n].unit;
}

const char *nvml_number_function(const struct nvml_card *card, enum nvml_number n)
{
	return n == NVML_POWER && card->instant ? "nvmlDeviceGetFieldValues, field 186" : numbers[n].function;
}

/* A function that the library lacks is not called. */
#define CALL(f, ...) (card->lib.f ? card->lib.f(card->device, __VA_ARGS__) : NVML_LACKS)

struct nvml_value nvml_read(const struct nvml_card *card, enum nvml_number n)
{
	unsigned long long wide = 0;
	unsigned whole = 0;
	int result = NVML_NOT_SUPPORTED;
	switch (n) {
	case NVML_ENERGY:
		result = CALL(nvmlDeviceGetTotalEnergyConsumption, &wide);
		break;
	case NVML_POWER:
		result = card->instant ? read_instant(card, &whole) : CALL(nvmlDeviceGetPowerUsage, &whole);
		break;
	case NVML_POWER_LIMIT:
		result = CALL(nvmlDeviceGetEnforcedPowerLimit, &whole);
		break;
	case NVML_SM_CLOCK:
	case NVML_MEMORY_CLOCK:
		result = CALL(nvmlDeviceGetClockInfo, n == NVML_SM_CLOCK ? CLOCK_SM : CLOCK_MEMORY, &whole);
		break;
	case NVML_SM_CLOCK_LIMIT:
	case NVML_MEMORY_CLOCK_LIMIT:
		result = CALL(nvmlDeviceGetMaxClockInfo, n == NVML_SM_CLOCK_LIMIT ? CLOCK_SM : CLOCK_MEMORY,
			      &whole);
		break;
	case NVML_TEMPERATURE:
		result = CALL(nvmlDeviceGetTemperature, SENSOR_GPU, &whole);
		break;
	case NVML_REASONS:
		result = CALL(nvmlDeviceGetCurrentClocksThrottleReasons, &wide);
		break;
	case NVML_ECC_CORRECTED:
	case NVML_ECC_UNCORRECTED:
		result = CALL(nvmlDeviceGetTotalEccErrors, n == NVML_ECC_UNCORRECTED, COUNT_VOLATILE, &wide);
		break;
	case NVML_NUMBERS:
		break;
	}
	/* The protocol has no numbers below 0; what is as large was never counted. */
	return (struct nvml_value){result, (int64_t)((wide + whole) & INT64_MAX)};
}

void nvml_explain(const struct nvml_card *card, enum nvml_number n, int result, char *why, int size)
{
	snprintf(why, (size_t)size, "%s: %s", nvml_number_function(card, n), nvml_words(result));
}

/* ---- life ---- */

bool nvml_card_open(struct nvml_card *card, const char *device, char *why, int size)
{
	unsigned ignored;
	*card = (struct nvml_card){.device = NULL};
	if (!nvml_start(&card->lib, why, size))
		return false;
	if (!device_find(card, nvml_cuda_number(device), why, size)) {
		nvml_stop(&card->lib);
		return false;
	}
	card->mig = is_mig(card);
	card->instant = read_instant(card, &ignored) == NVML_DONE;
	return true;
}

void nvml_card_close(struct nvml_card *card)
{
	nvml_stop(&card->lib);
}

/* ---- throttling ---- */

enum {
	REASON_IDLE = 1,
	REASON_APPLICATION_CLOCKS = 2,
	REASON_POWER_CAP = 4,
	REASON_SYNC_BOOST = 0x10,
	REASON_DISPLAY_CLOCKS = 0x100,
};

/* What somebody has set, or a board under load always meets, is how this GPU is. */
#define REASONS_USUAL                                                                                        \
	(REASON_IDLE | REASON_APPLICATION_CLOCKS | REASON_POWER_CAP | REASON_SYNC_BOOST |                    \
	 REASON_DISPLAY_CLOCKS)

bool nvml_is_throttled(int64_t reasons)
{
	return (reasons & ~(int64_t)REASONS_USUAL) != 0;
}

bool nvml_is_power_limited(int64_t reasons)
{
	return (reasons & REASON_POWER_CAP) != 0;
}

bool nvml_clocks_are_set(int64_t reasons)
{
	return (reasons & REASON_APPLICATION_CLOCKS) != 0;
}

void nvml_reasons_describe(int64_t reasons, char *out, int size)
{
	static const struct {
		int64_t bit;
		const char *words;
	} known[] = {
		{REASON_IDLE, "idle"},
		{REASON_APPLICATION_CLOCKS, "application clocks"},
		{REASON_POWER_CAP, "software power cap"},
		{0x8, "hardware slowdown"},
		{REASON_SYNC_BOOST, "sync boost"},
		{0x20, "software thermal slowdown"},
		{0x40, "hardware thermal slowdown"},
		{0x80, "hardware power brake"},
		{REASON_DISPLAY_CLOCKS, "display clocks"},
	};
	int n = 0;
	snprintf(out, (size_t)size, "none");
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (!(reasons & known[i].bit))
			continue;
		reasons &= ~known[i].bit;
		if (n < size)
			n += snprintf(out + n, (size_t)(size - n), "%s%s", n ? ", " : "", known[i].words);
	}
	if (reasons && n < size)
		snprintf(out + n, (size_t)(size - n), "%sreason 0x%llx", n ? ", " : "",
			 (unsigned long long)reasons);
}
