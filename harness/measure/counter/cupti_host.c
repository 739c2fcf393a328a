/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/cupti_host.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/cupti_why.h"

bool cupti_host_open(struct cupti_host *h, const struct cupti_lib *lib, const char *chip,
		     const uint8_t *availability, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_Host_Initialize_Params, p);
	p.profilerType = CUPTI_PROFILER_TYPE_RANGE_PROFILER;
	p.pChipName = chip;
	p.pCounterAvailabilityImage = availability;
	*h = (struct cupti_host){.lib = lib};
	CUptiResult r = lib->cuptiProfilerHostInitialize(&p);
	if (r != CUPTI_SUCCESS)
		return cupti_explain(lib, r, "cuptiProfilerHostInitialize", why, size);
	h->object = p.pHostObject;
	return true;
}

static bool metrics_add(const struct cupti_host *h, const char **metric, int n, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_Host_ConfigAddMetrics_Params, p);
	p.pHostObject = h->object;
	p.ppMetricNames = metric;
	p.numMetrics = (size_t)n;
	CUptiResult r = h->lib->cuptiProfilerHostConfigAddMetrics(&p);
	return r == CUPTI_SUCCESS || cupti_explain(h->lib, r, "cuptiProfilerHostConfigAddMetrics", why, size);
}

static bool image_get(const struct cupti_host *h, struct cupti_image *image, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_Host_GetConfigImageSize_Params, s);
	CUPTI_PARAMS(CUpti_Profiler_Host_GetConfigImage_Params, p);
	s.pHostObject = p.pHostObject = h->object;
	CUptiResult r = h->lib->cuptiProfilerHostGetConfigImageSize(&s);
	if (r != CUPTI_SUCCESS)
		return cupti_explain(h->lib, r, "cuptiProfilerHostGetConfigImageSize", why, size);
	image->size = p.configImageSize = s.configImageSize;
	image->bytes = p.pConfigImage = mem_alloc(s.configImageSize);
	r = h->lib->cuptiProfilerHostGetConfigImage(&p);
	return r == CUPTI_SUCCESS || cupti_explain(h->lib, r, "cuptiProfilerHostGetConfigImage", why, size);
}

static bool passes_get(const struct cupti_host *h, struct cupti_image *image, char *why, int size)
{
	CUPTI_PARAMS(CUpti_Profiler_Host_GetNumOfPasses_Params, p);
	p.configImageSize = image->size;
	p.pConfigImage = image->bytes;
	CUptiResult r = h->lib->cuptiProfilerHostGetNumOfPasses(&p);
	image->passes = p.numOfPasses;
	return r == CUPTI_SUCCESS || cupti_explain(h->lib, r, "cuptiProfilerHostGetNumOfPasses", why, size);
}

bool cupti_host_configure(const struct cupti_host *h, const char **metric, int n, struct cupti_image *out,
			  char *why, int size)
{
	struct cupti_image image = {.bytes = NULL};
	if (metrics_add(h, metric, n, why, size) && image_get(h, &image, why, size) &&
	    passes_get(h, &image, why, size)) {
		*out = image;
		return true;
	}
	free(image.bytes);
	return false;
}

void cupti_host_close(struct cupti_host *h)
{
	CUPTI_PARAMS(CUpti_Profiler_Host_Deinitialize_Params, p);
	p.pHostObject = h->object;
	if (h->object)
		h->lib->cuptiProfilerHostDeinitialize(&p);
	*h = (struct cupti_host){.lib = NULL};
}

size_t cupti_host_passes(const struct cupti_lib *lib, const char *chip, const char **metric, int n, char *why,
			 int size)
{
	struct cupti_image image = {.bytes = NULL};
	struct cupti_host h;
	if (!cupti_host_open(&h, lib, chip, NULL, why, size))
		return 0;
	bool good = cupti_host_configure(&h, metric, n, &image, why, size);
	cupti_host_close(&h);
	free(image.bytes);
	return good ? image.passes : 0;
}
