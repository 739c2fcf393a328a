/* SPDX-License-Identifier: Apache-2.0 */
/* The GPU that a point runs on, as NVML knows it, and single numbers of it. Within harness/measure. */
#ifndef IFM_MEASURE_NVML_CARD_H
#define IFM_MEASURE_NVML_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/measure/counter/nvml_lib.h"

/* The same library that the engine opens. */
#define NVML_LIBCUDA_VARIABLE "INFEROMETER_LIBCUDA"

struct nvml_card {
	struct nvml_lib lib;
	struct nvml_device *device;
	char how[120]; /* "": found by the PCI bus id that libcuda gave; else how, and why not so */
	bool mig;      /* it is cut into slices, and all numbers are of the whole board */
	bool instant;  /* power is that of the moment, not a mean over one second */
};

/* N of "cuda:N", -1 of any other device and of NULL. */
int nvml_cuda_number(const char *device);

/* device: "cuda:N", in the numbering of libcuda, which CUDA_VISIBLE_DEVICES changes. False and why. */
bool nvml_card_open(struct nvml_card *card, const char *device, char *why, int size);
void nvml_card_close(struct nvml_card *card);

enum nvml_number {
	NVML_ENERGY, /* mJ since the driver was loaded; moves in steps */
	NVML_POWER,
	NVML_POWER_LIMIT,
	NVML_SM_CLOCK,
	NVML_MEMORY_CLOCK,
	NVML_SM_CLOCK_LIMIT,
	NVML_MEMORY_CLOCK_LIMIT,
	NVML_TEMPERATURE,
	NVML_REASONS, /* bits: why clocks are below what is possible */
	NVML_ECC_CORRECTED,
	NVML_ECC_UNCORRECTED,
	NVML_NUMBERS,
};
/* Of one number: its name, its unit, the function that gives it. Static. */
const char *nvml_number_name(enum nvml_number n);
const char *nvml_number_unit(enum nvml_number n);
const char *nvml_number_function(const struct nvml_card *card, enum nvml_number n);

struct nvml_value {
	int result; /* of enum nvml_result; value means nothing unless it is NVML_DONE */
	int64_t value;
};
/* Callable from any thread. */
struct nvml_value nvml_read(const struct nvml_card *card, enum nvml_number n);
/* Why a value that is not NVML_DONE could not be read. */
void nvml_explain(const struct nvml_card *card, enum nvml_number n, int result, char *why, int size);

/* Is a reason among them that is neither idleness, nor a setting of the application clocks, nor the software's power cap? A board
 * under full load is held to its power limit all the time: that is what it can do, and the reasons still tell it. */
bool nvml_is_throttled(int64_t reasons);
/* Is it held to its power limit? */
bool nvml_is_power_limited(int64_t reasons);
/* Is the setting of application clocks, or of locked ones, among them? */
bool nvml_clocks_are_set(int64_t reasons);
/* "software power cap, hardware slowdown"; "none". */
void nvml_reasons_describe(int64_t reasons, char *out, int size);

#endif
