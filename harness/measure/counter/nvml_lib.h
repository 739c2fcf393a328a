/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVIDIA's management library, opened when it is first asked for and never linked; its prototypes are ours, since a
 * toolkit may come without nvml.h. Within harness/measure.
 */
#ifndef IFM_MEASURE_NVML_LIB_H
#define IFM_MEASURE_NVML_LIB_H

#include <stdbool.h>

/* The library that is opened instead, for tests and unusual installations. */
#define NVML_VARIABLE "INFEROMETER_LIBNVML"

struct nvml_device; /* NVML's own */

enum nvml_result {
	NVML_DONE = 0,
	NVML_NOT_SUPPORTED = 3,
	NVML_NO_PERMISSION = 4,
	NVML_NOT_FOUND = 6,
	NVML_DRIVER_NOT_LOADED = 9,
	NVML_GPU_IS_LOST = 15,
	NVML_VERSIONS_DIFFER = 18, /* of library and driver */
	NVML_LACKS = -1,	   /* ours: the library has no such function */
};

/* nvmlFieldValue_t. */
struct nvml_field {
	unsigned id, scope;
	long long time_us, latency_us;
	unsigned type;
	int result;
	union {
		double real;
		unsigned whole;
		unsigned long long wide;
	} value;
};

/* nvmlUtilization_t: percent of the last sixth of a second to second. */
struct nvml_utilization {
	unsigned gpu, memory;
};

/* nvmlProcessInfo_t. */
struct nvml_process {
	unsigned pid;
	unsigned long long memory_bytes;
	unsigned gpu_instance, compute_instance;
};

struct nvml_lib {
#define ENTRY(f, arguments) int(*f) arguments;
#include "harness/measure/counter/nvml_lib.inc"
#undef ENTRY
};

/* False when there is none here or it does not start, and why, with what helps. nvml_stop() what was started. */
bool nvml_start(struct nvml_lib *lib, char *why, int size);
void nvml_stop(struct nvml_lib *lib);

/* "not supported by this device": a code in words, and what helps. Static. */
const char *nvml_words(int result);

#endif
