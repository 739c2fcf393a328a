/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcupti and what of libcuda goes with it, loaded when they are first asked for and never linked: the same worker starts
 * where they are not. Its records and structs are those of the headers, so an older library is refused. Not here: what
 * is counted (cupti_plan.h), how (cupti_range.h, trace_feed.h).
 */
#ifndef IFM_COUNTER_CUPTI_LIB_H
#define IFM_COUNTER_CUPTI_LIB_H

#include <cuda.h>
#include <cupti.h>
#include <cupti_profiler_host.h>
#include <cupti_profiler_target.h>
#include <cupti_range_profiler.h>
#include <cupti_target.h>
#include <stdbool.h>

/* The tables have the headers' own types: a prototype that changed is an error of the compiler. */
struct cupti_lib {
#define DRIVER(f)
#define CUPTI(f) __typeof__(&f) f;
#include "harness/measure/counter/cupti_lib.inc"
#undef CUPTI
#undef DRIVER
};
struct cupti_driver {
#define CUPTI(f)
#define DRIVER(f) __typeof__(&f) f;
#include "harness/measure/counter/cupti_lib.inc"
#undef DRIVER
#undef CUPTI
};

/* Files that are opened instead of what the loader finds. */
#define CUPTI_VARIABLE	      "INFEROMETER_LIBCUPTI"
#define CUPTI_DRIVER_VARIABLE "INFEROMETER_LIBCUDA"

/* A params struct of CUPTI: its size in front, the rest zero. */
#define CUPTI_PARAMS(type, name) type name = {.structSize = type##_STRUCT_SIZE}

/* Both: loaded at the first call; NULL with the reason. Static. Not for several threads at once the first time. */
const struct cupti_lib *cupti_lib(char *why, int size);
/* Started, with at least one device. */
const struct cupti_driver *cupti_driver(char *why, int size);

/*
 * CUPTI's interfaces exclude each other in a process: the first source that uses one keeps the right to. False and
 * why for another one.
 */
bool cupti_claim(const char *source, char *why, int size);

#endif
