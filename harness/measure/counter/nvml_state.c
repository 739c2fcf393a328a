/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/nvml_state.h"

#include <stdio.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/nvml_card.h"

/* A function that the library lacks is not called. */
#define CALL(f, ...) (card->lib.f ? card->lib.f(card->device, __VA_ARGS__) : NVML_LACKS)

static struct nvml_value value_of(int result, unsigned value)
{
	return (struct nvml_value){result, value};
}

/* ---- switches: 0 and 1 ---- */

static struct nvml_value persistence(const struct nvml_card *card)
{
	unsigned on = 0;
	int result = CALL(nvmlDeviceGetPersistenceMode, &on);
	return value_of(result, on);
}

static struct nvml_value ecc(const struct nvml_card *card)
{
	unsigned on = 0, later = 0;
	int result = CALL(nvmlDeviceGetEccMode, &on, &later);
	return value_of(result, on);
}

static struct nvml_value ecc_later(const struct nvml_card *card)
{
	unsigned on = 0, later = 0;
	int result = CALL(nvmlDeviceGetEccMode, &on, &later);
	return value_of(result, later);
}

static struct nvml_value mig(const struct nvml_card *card)
{
	unsigned on = 0, later = 0;
	int result = CALL(nvmlDeviceGetMigMode, &on, &later);
	return value_of(result, on);
}

static struct nvml_value display(const struct nvml_card *card)
{
	unsigned on = 0;
	int result = CALL(nvmlDeviceGetDisplayActive, &on);
	return value_of(result, on);
}

/* Of the modes that say who may compute, the one in which nobody may. */
static struct nvml_value prohibited(const struct nvml_card *card)
{
	enum { PROHIBITED = 2 };
	unsigned mode = 0;
	int result = CALL(nvmlDeviceGetComputeMode, &mode);
	return value_of(result, mode == PROHIBITED);
}

static struct nvml_value throttled(const struct nvml_card *card)
{
	struct nvml_value v = nvml_read(card, NVML_REASONS);
	return value_of(v.result, nvml_is_throttled(v.value));
}

static struct nvml_value clocks_set(const struct nvml_card *card)
{
	struct nvml_value v = nvml_read(card, NVML_REASONS);
	return value_of(v.result, nvml_clocks_are_set(v.value));
}

/* ---- numbers ---- */

static struct nvml_value number(const struct nvml_card *card)
{
	unsigned n = 0;
	int result = CALL(nvmlDeviceGetIndex, &n);
	return value_of(result, n);
}

static struct nvml_value power_limit_usual(const struct nvml_card *card)
{
	unsigned mw = 0;
	int result = CALL(nvmlDeviceGetPowerManagementDefaultLimit, &mw);
	return value_of(result, mw);
}

static struct nvml_value busy(const struct nvml_card *card)
{
	struct nvml_utilization u = {0};
	int result = CALL(nvmlDeviceGetUtilizationRates, &u);
	return value_of(result, u.gpu);
}

/* This one is not counted, where it is known by its own number: in a container it may have another. Of more than there is room
 * for, only how many is told. */
static struct nvml_value processes(const struct nvml_card *card)
{
	enum { ROOM = 64, TOO_MANY = 7 };
	struct nvml_process p[ROOM] = {{0}};
	unsigned n = ROOM, others = 0;
	int result = CALL(nvmlDeviceGetComputeRunningProcesses_v3, &n, p);
	if (result == TOO_MANY)
		return value_of(NVML_DONE, n);
	for (unsigned i = 0; i < n && i < ROOM; i++)
		others += p[i].pid != (unsigned)getpid();
	return value_of(result, others);
}

/* ---- all of them ---- */

#define OF_WINDOWS(n) NULL, n /* what is read beside windows, too */
#define OWN(fn)	      fn, NVML_NUMBERS

static const struct {
	const char *name, *unit, *function;
	struct nvml_value (*read)(const struct nvml_card *card);
	enum nvml_number number;
} states[] = {
	{"number", "", "nvmlDeviceGetIndex", OWN(number)},
	{"persistence", "0/1", "nvmlDeviceGetPersistenceMode", OWN(persistence)},
	{"prohibited", "0/1", "nvmlDeviceGetComputeMode", OWN(prohibited)},
	{"sm_clock", "MHz", "", OF_WINDOWS(NVML_SM_CLOCK)},
	{"sm_clock_limit", "MHz", "", OF_WINDOWS(NVML_SM_CLOCK_LIMIT)},
	{"clocks_set", "0/1", "nvmlDeviceGetCurrentClocksThrottleReasons", OWN(clocks_set)},
	{"throttled", "0/1", "nvmlDeviceGetCurrentClocksThrottleReasons", OWN(throttled)},
	{"temperature", "C", "", OF_WINDOWS(NVML_TEMPERATURE)},
	{"power_limit", "mW", "", OF_WINDOWS(NVML_POWER_LIMIT)},
	{"power_limit_usual", "mW", "nvmlDeviceGetPowerManagementDefaultLimit", OWN(power_limit_usual)},
	{"ecc", "0/1", "nvmlDeviceGetEccMode", OWN(ecc)},
	{"ecc_later", "0/1", "nvmlDeviceGetEccMode", OWN(ecc_later)},
	{"ecc_uncorrected", "count", "", OF_WINDOWS(NVML_ECC_UNCORRECTED)},
	{"mig", "0/1", "nvmlDeviceGetMigMode", OWN(mig)},
	{"processes", "count", "nvmlDeviceGetComputeRunningProcesses_v3", OWN(processes)},
	{"busy", "%", "nvmlDeviceGetUtilizationRates", OWN(busy)},
	{"display", "0/1", "nvmlDeviceGetDisplayActive", OWN(display)},
};
enum { N_STATES = sizeof states / sizeof states[0] };

static struct wire_state *state_add(struct wire_device *device, const char *name, const char *unit)
{
	device->states = mem_realloc(device->states, ((size_t)device->n_states + 1) * sizeof *device->states);
	struct wire_state *s = &device->states[device->n_states++];
	*s = (struct wire_state){.usable = false};
	snprintf(s->name, sizeof s->name, "%s", name);
	snprintf(s->unit, sizeof s->unit, "%s", unit);
	return s;
}

static void state_put(struct wire_device *device, const struct nvml_card *card, int i)
{
	struct wire_state *s = state_add(device, states[i].name, states[i].unit);
	struct nvml_value v = states[i].read ? states[i].read(card) : nvml_read(card, states[i].number);
	const char *function =
		states[i].read ? states[i].function : nvml_number_function(card, states[i].number);
	s->usable = v.result == NVML_DONE;
	s->value = s->usable ? v.value : 0;
	if (!s->usable)
		snprintf(s->why, sizeof s->why, "%s: %s", function, nvml_words(v.result));
	else if (states[i].read == throttled)
		nvml_reasons_describe(nvml_read(card, NVML_REASONS).value, s->why, sizeof s->why);
	else
		snprintf(s->why, sizeof s->why, "%s", function);
}

void nvml_states(struct wire_device *device)
{
	struct nvml_card card;
	char why[WIRE_WHY];
	if (nvml_cuda_number(device->name) < 0)
		return;
	if (!nvml_card_open(&card, device->name, why, sizeof why)) {
		struct wire_state *s = state_add(device, "nvml", "");
		snprintf(s->why, sizeof s->why, "%s", why);
		return;
	}
	for (int i = 0; i < N_STATES; i++)
		state_put(device, &card, i);
	nvml_card_close(&card);
}
