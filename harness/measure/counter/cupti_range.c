/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/cupti_range.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/cupti_why.h"

#define RANGE_NAME "window"

/* Calls f of the library; on failure returns false from where it stands, with the reason. */
#define TRY(f, params)                                                                                       \
	do {                                                                                                 \
		CUptiResult try_r = r->lib->f(params);                                                       \
		if (try_r != CUPTI_SUCCESS)                                                                  \
			return cupti_explain(r->lib, try_r, #f, why, size);                                  \
	} while (0)

/* ---- the device ---- */

bool cupti_context(const struct cupti_driver *driver, CUcontext *context, int *device, char *why, int size)
{
	CUcontext c = NULL;
	CUdevice d = 0;
	if (driver->cuCtxGetCurrent(&c) != CUDA_SUCCESS || !c || driver->cuCtxGetDevice(&d) != CUDA_SUCCESS) {
		snprintf(why, (size_t)size, "no CUDA context is current: the point runs on cpu");
		return false;
	}
	*context = c;
	*device = d;
	return true;
}

static bool chip_get(const struct cupti_lib *lib, int device, char *chip, int chip_size, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Device_GetChipName_Params, p);
	p.deviceIndex = (size_t)device;
	CUptiResult r = lib->cuptiDeviceGetChipName(&p);
	if (r != CUPTI_SUCCESS)
		return cupti_explain(lib, r, "cuptiDeviceGetChipName", why, size);
	snprintf(chip, (size_t)chip_size, "%s", p.pChipName ? p.pChipName : "unknown");
	return true;
}

bool cupti_chip(const struct cupti_lib *lib, int device, char *chip, int chip_size, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_Initialize_Params, init);
	CUPTI_PARAMS(CUpti_Profiler_DeInitialize_Params, end);
	CUptiResult r = lib->cuptiProfilerInitialize(&init);
	if (r != CUPTI_SUCCESS)
		return cupti_explain(lib, r, "cuptiProfilerInitialize", why, size);
	bool good = chip_get(lib, device, chip, chip_size, why, size);
	lib->cuptiProfilerDeInitialize(&end);
	return good;
}

static bool profiler_start(struct cupti_range *r, int device, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_Initialize_Params, init);
	CUPTI_PARAMS(CUpti_Profiler_DeviceSupported_Params, supported);
	TRY(cuptiProfilerInitialize, &init);
	r->initialized = true;
	supported.cuDevice = device;
	supported.api = CUPTI_PROFILER_RANGE_PROFILING;
	TRY(cuptiProfilerDeviceSupported, &supported);
	return cupti_supported(&supported, why, size);
}

/* ---- images ---- */

static bool availability_get(struct cupti_range *r, CUcontext context, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_GetCounterAvailability_Params, p);
	p.ctx = context;
	TRY(cuptiProfilerGetCounterAvailability, &p);
	p.pCounterAvailabilityImage = r->availability = mem_alloc(p.counterAvailabilityImageSize);
	TRY(cuptiProfilerGetCounterAvailability, &p);
	return true;
}

static bool config_make(struct cupti_range *r, int device, CUcontext context, char *why, int size)
{
	char chip[32];
	if (!chip_get(r->lib, device, chip, sizeof chip, why, size) ||
	    !availability_get(r, context, why, size) ||
	    !cupti_host_open(&r->host, r->lib, chip, r->availability, why, size) ||
	    !cupti_host_configure(&r->host, r->metric, r->n, &r->image, why, size))
		return false;
	if (r->image.passes == 1)
		return true;
	snprintf(why, (size_t)size, "%s: these metrics take %zu passes here, expected one", chip,
		 r->image.passes);
	return false;
}

static bool data_make(struct cupti_range *r, char *why, int size)
{
	CUPTI_PARAMS(CUpti_RangeProfiler_GetCounterDataSize_Params, s);
	CUPTI_PARAMS(CUpti_RangeProfiler_CounterDataImage_Initialize_Params, p);
	s.pRangeProfilerObject = p.pRangeProfilerObject = r->profiler;
	s.pMetricNames = r->metric;
	s.numMetrics = (size_t)r->n;
	s.maxNumOfRanges = 1;
	s.maxNumRangeTreeNodes = 1;
	TRY(cuptiRangeProfilerGetCounterDataSize, &s);
	r->data_size = p.counterDataSize = s.counterDataSize;
	r->data = p.pCounterData = mem_alloc(s.counterDataSize);
	TRY(cuptiRangeProfilerCounterDataImageInitialize, &p);
	return true;
}

static bool config_set(struct cupti_range *r, char *why, int size)
{
	CUPTI_PARAMS(CUpti_RangeProfiler_SetConfig_Params, p);
	p.pRangeProfilerObject = r->profiler;
	p.configSize = r->image.size;
	p.pConfig = r->image.bytes;
	p.counterDataImageSize = r->data_size;
	p.pCounterDataImage = r->data;
	p.range = CUPTI_UserRange;
	p.replayMode = CUPTI_UserReplay;
	p.maxRangesPerPass = 1;
	p.numNestingLevels = p.minNestingLevel = p.targetNestingLevel = 1;
	TRY(cuptiRangeProfilerSetConfig, &p);
	return true;
}

/* ---- from begin to end ---- */

static bool enable(struct cupti_range *r, CUcontext context, char *why, int size)
{
	CUPTI_PARAMS(CUpti_RangeProfiler_Enable_Params, p);
	p.ctx = context;
	TRY(cuptiRangeProfilerEnable, &p);
	r->profiler = p.pRangeProfilerObject;
	return true;
}

/* The range is pushed last: what comes before is not in it. */
static bool push(struct cupti_range *r, char *why, int size)
{
	CUPTI_PARAMS(CUpti_RangeProfiler_Start_Params, start);
	CUPTI_PARAMS(CUpti_RangeProfiler_PushRange_Params, p);
	start.pRangeProfilerObject = p.pRangeProfilerObject = r->profiler;
	p.pRangeName = RANGE_NAME;
	if (r->driver->cuCtxSynchronize() != CUDA_SUCCESS) {
		snprintf(why, (size_t)size, "cuCtxSynchronize failed before the window");
		return false;
	}
	TRY(cuptiRangeProfilerStart, &start);
	r->started = true;
	TRY(cuptiRangeProfilerPushRange, &p);
	r->pushed = true;
	return true;
}

static bool begin(struct cupti_range *r, char *why, int size)
{
	CUcontext context;
	int device;
	return cupti_context(r->driver, &context, &device, why, size) &&
	       profiler_start(r, device, why, size) && config_make(r, device, context, why, size) &&
	       enable(r, context, why, size) && data_make(r, why, size) && config_set(r, why, size) &&
	       push(r, why, size);
}

bool cupti_range_begin(struct cupti_range *r, const struct cupti_lib *lib, const struct cupti_driver *driver,
		       const char *const *metric, int n, char *why, int size)
{
	*r = (struct cupti_range){.lib = lib, .driver = driver, .n = n};
	memcpy(r->metric, metric, (size_t)n * sizeof *metric);
	if (begin(r, why, size))
		return true;
	cupti_range_close(r);
	return false;
}

/* Until all of it is in the data image. */
static bool pop(struct cupti_range *r, char *why, int size)
{
	CUPTI_PARAMS(CUpti_RangeProfiler_PopRange_Params, p);
	CUPTI_PARAMS(CUpti_RangeProfiler_Stop_Params, stop);
	p.pRangeProfilerObject = stop.pRangeProfilerObject = r->profiler;
	if (r->driver->cuCtxSynchronize() != CUDA_SUCCESS) {
		snprintf(why, (size_t)size, "cuCtxSynchronize failed after the window");
		return false;
	}
	TRY(cuptiRangeProfilerPopRange, &p);
	r->pushed = false;
	TRY(cuptiRangeProfilerStop, &stop);
	r->started = false;
	if (stop.isAllPassSubmitted)
		return true;
	snprintf(why, (size_t)size, "CUPTI wants another pass over the window");
	return false;
}

static bool decode(struct cupti_range *r, char *why, int size)
{
	CUPTI_PARAMS(CUpti_RangeProfiler_DecodeData_Params, p);
	CUPTI_PARAMS(CUpti_RangeProfiler_GetCounterDataInfo_Params, info);
	p.pRangeProfilerObject = r->profiler;
	TRY(cuptiRangeProfilerDecodeData, &p);
	info.pCounterDataImage = r->data;
	info.counterDataImageSize = r->data_size;
	TRY(cuptiRangeProfilerGetCounterDataInfo, &info);
	if (p.numOfRangeDropped == 0 && info.numTotalRanges == 1)
		return true;
	snprintf(why, (size_t)size, "CUPTI dropped %zu ranges and has %zu, expected one", p.numOfRangeDropped,
		 info.numTotalRanges);
	return false;
}

static bool evaluate(struct cupti_range *r, double *value, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_Host_EvaluateToGpuValues_Params, p);
	p.pHostObject = r->host.object;
	p.pCounterDataImage = r->data;
	p.counterDataImageSize = r->data_size;
	p.ppMetricNames = r->metric;
	p.numMetrics = (size_t)r->n;
	p.pMetricValues = value;
	TRY(cuptiProfilerHostEvaluateToGpuValues, &p);
	return true;
}

bool cupti_range_end(struct cupti_range *r, double *value, char *why, int size)
{
	bool good = pop(r, why, size) && decode(r, why, size) && evaluate(r, value, why, size);
	cupti_range_close(r);
	return good;
}

/* What was begun is ended, in the reverse order; answers do not matter any more. */
void cupti_range_close(struct cupti_range *r)
{
	CUPTI_PARAMS(CUpti_RangeProfiler_PopRange_Params, popped);
	CUPTI_PARAMS(CUpti_RangeProfiler_Stop_Params, stop);
	CUPTI_PARAMS(CUpti_RangeProfiler_Disable_Params, disable);
	CUPTI_PARAMS(CUpti_Profiler_DeInitialize_Params, end);
	popped.pRangeProfilerObject = stop.pRangeProfilerObject = disable.pRangeProfilerObject = r->profiler;
	if (!r->lib)
		return;
	if (r->pushed)
		r->lib->cuptiRangeProfilerPopRange(&popped);
	if (r->started)
		r->lib->cuptiRangeProfilerStop(&stop);
	if (r->profiler)
		r->lib->cuptiRangeProfilerDisable(&disable);
	cupti_host_close(&r->host);
	if (r->initialized)
		r->lib->cuptiProfilerDeInitialize(&end);
	free(r->image.bytes);
	free(r->availability);
	free(r->data);
	*r = (struct cupti_range){.lib = NULL};
}
