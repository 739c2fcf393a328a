/* SPDX-License-Identifier: Apache-2.0 */
/* Why CUPTI does not count or trace here, in words, with what helps. */
#ifndef IFM_COUNTER_CUPTI_WHY_H
#define IFM_COUNTER_CUPTI_WHY_H

#include "harness/measure/counter/cupti_lib.h"

/* What the answer of a call means ("cuptiRangeProfilerEnable"). Returns false. */
bool cupti_explain(const struct cupti_lib *lib, CUptiResult result, const char *call, char *why, int size);

/* Does the answer of cuptiProfilerDeviceSupported say yes? Else what of the device says no. */
bool cupti_supported(const CUpti_Profiler_DeviceSupported_Params *p, char *why, int size);

/* May this process count by the driver's parameters (text of /proc/driver/nvidia/params) and its capabilities (text of
 * /proc/self/status)? Where either says nothing, yes: the driver will tell. */
bool cupti_permitted(const char *params, const char *status, char *why, int size);
/* The same by those files. */
bool cupti_permitted_here(char *why, int size);

#endif
