/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that stands for libcupti and libcuda: it knows a chip, says what was called in a log, finds calls that come at
 * the wrong time or with wrong sizes, and refuses what it is told to refuse. For tests of the counter sources.
 */
#include <cuda.h>
#include <cupti.h>
#include <cupti_profiler_host.h>
#include <cupti_profiler_target.h>
#include <cupti_range_profiler.h>
#include <cupti_target.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/gpu/activity_example.h"
#include "tests/gpu/fake_records.h"

/* Counters that a pass has; sizes of images. */
enum { FIT = 12, CONFIG = 128, DATA = 256, AVAILABILITY = 64, METRICS_MAX = 64 };

static char text[8192], refused[64];
static int code, n_hosts, initialized;
static int enabled, configured, started, pushed, popped;
static size_t n_metrics, dropped;
static long long pushed_ns, popped_ns;

/* ---- for the test ---- */

const char *fake_log(void);
void fake_reset(void);
void fake_refuse(const char *call, int with);
int fake_left(void);
void fake_drop(int records);
void fake_node(int event, uint64_t node, uint64_t original);

const char *fake_log(void)
{
	return text;
}

void fake_reset(void)
{
	text[0] = refused[0] = '\0';
	dropped = 0;
	popped = 0;
}

void fake_refuse(const char *call, int with)
{
	snprintf(refused, sizeof refused, "%s", call);
	code = with;
}

/* What was begun and not ended. */
int fake_left(void)
{
	return n_hosts + initialized + enabled + started + pushed;
}

void fake_drop(int records)
{
	dropped = (size_t)records;
}

static void say(const char *what)
{
	size_t n = strlen(text);
	snprintf(text + n, sizeof text - n, "%s ", what);
}

static int is_refused(const char *call)
{
	return strcmp(refused, call) == 0 ? code : 0;
}

static long long now_ns(void)
{
	struct timespec t;
	timespec_get(&t, TIME_UTC);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Logs a call with its last words and leaves the function when it is refused, or called wrongly. */
#define CALL(name, holds)                                                                                    \
	do {                                                                                                 \
		say(name);                                                                                   \
		if (!(holds))                                                                                \
			say("WRONG");                                                                        \
		if (is_refused(name))                                                                        \
			return (CUptiResult)code;                                                            \
	} while (0)
#define SIZED(p, type) ((p)->structSize == type##_STRUCT_SIZE && !(p)->pPriv)

/* ---- libcuda ---- */

static int context;

CUresult CUDAAPI cuInit(unsigned flags)
{
	return flags ? CUDA_ERROR_INVALID_VALUE : (CUresult)is_refused("cuInit");
}

CUresult CUDAAPI cuGetErrorName(CUresult error, const char **name)
{
	*name = error == CUDA_ERROR_NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR";
	return CUDA_SUCCESS;
}

CUresult CUDAAPI cuDeviceGetCount(int *n)
{
	*n = getenv("FAKE_NO_DEVICE") ? 0 : 1;
	return CUDA_SUCCESS;
}

CUresult CUDAAPI cuCtxGetCurrent(CUcontext *c)
{
	*c = is_refused("context") ? NULL : (CUcontext)&context;
	return CUDA_SUCCESS;
}

CUresult CUDAAPI cuCtxGetDevice(CUdevice *d)
{
	*d = 0;
	return CUDA_SUCCESS;
}

CUresult CUDAAPI cuCtxSynchronize(void)
{
	say("sync");
	return (CUresult)is_refused("sync");
}

/* ---- the host half ---- */

struct CUpti_Profiler_Host_Object {
	size_t n, taken;
};

/* Counters that a metric takes by what is in its name, else one: so that each group of ours takes as many visits as CUPTI's
 * host half says of a real GH100 (t_cupti_host). */
static size_t taken_by(const char *metric)
{
	static const struct {
		const char *part;
		size_t counters;
	} rows[] = {{"stalled", 4}, {"mma.sum", 4}, {"ops_path", 3}, {"l1tex__", 4}, {"lts__", 2}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strstr(metric, rows[i].part))
			return rows[i].counters;
	return 1;
}

CUptiResult CUPTIAPI cuptiGetVersion(uint32_t *version)
{
	*version = getenv("FAKE_OLD") ? CUPTI_API_VERSION - 1 : CUPTI_API_VERSION + 1;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiGetResultString(CUptiResult result, const char **words)
{
	*words = result == CUPTI_ERROR_UNKNOWN ? "CUPTI_ERROR_UNKNOWN" : "CUPTI_ERROR_OTHER";
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiProfilerHostInitialize(CUpti_Profiler_Host_Initialize_Params *p)
{
	if (!SIZED(p, CUpti_Profiler_Host_Initialize_Params) ||
	    p->profilerType != CUPTI_PROFILER_TYPE_RANGE_PROFILER || strcmp(p->pChipName, "GH100") != 0)
		return CUPTI_ERROR_INVALID_CHIP_NAME;
	/* That of a context is told apart from planning without one. */
	if (p->pCounterAvailabilityImage)
		CALL("host", p->pCounterAvailabilityImage[0] == 42);
	p->pHostObject = calloc(1, sizeof *p->pHostObject);
	n_hosts++;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiProfilerHostDeinitialize(CUpti_Profiler_Host_Deinitialize_Params *p)
{
	if (!SIZED(p, CUpti_Profiler_Host_Deinitialize_Params))
		return CUPTI_ERROR_INVALID_PARAMETER;
	free(p->pHostObject);
	n_hosts--;
	return CUPTI_SUCCESS;
}

/* The range took as long as the test says, else as it did. */
static double range_ns(void)
{
	const char *told = getenv("FAKE_CUPTI_TIME");
	if (is_refused("time"))
		return 1e15;
	return told ? strtod(told, NULL) : (double)(popped_ns - pushed_ns);
}

/* It has no warp-group instructions. */
CUptiResult CUPTIAPI cuptiProfilerHostConfigAddMetrics(CUpti_Profiler_Host_ConfigAddMetrics_Params *p)
{
	if (!SIZED(p, CUpti_Profiler_Host_ConfigAddMetrics_Params) || p->numMetrics > METRICS_MAX)
		return CUPTI_ERROR_INVALID_PARAMETER;
	for (size_t i = 0; i < p->numMetrics; i++)
		if (strstr(p->ppMetricNames[i], "gmma"))
			return CUPTI_ERROR_INVALID_PARAMETER;
	p->pHostObject->n += p->numMetrics;
	for (size_t i = 0; i < p->numMetrics; i++)
		p->pHostObject->taken += taken_by(p->ppMetricNames[i]);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiProfilerHostGetConfigImageSize(CUpti_Profiler_Host_GetConfigImageSize_Params *p)
{
	p->configImageSize = CONFIG;
	return SIZED(p, CUpti_Profiler_Host_GetConfigImageSize_Params) ? CUPTI_SUCCESS
								       : CUPTI_ERROR_INVALID_PARAMETER;
}

CUptiResult CUPTIAPI cuptiProfilerHostGetConfigImage(CUpti_Profiler_Host_GetConfigImage_Params *p)
{
	if (!SIZED(p, CUpti_Profiler_Host_GetConfigImage_Params) || p->configImageSize != CONFIG)
		return CUPTI_ERROR_INVALID_PARAMETER;
	memset(p->pConfigImage, 0, CONFIG);
	p->pConfigImage[0] = (uint8_t)p->pHostObject->n;
	p->pConfigImage[1] = (uint8_t)p->pHostObject->taken;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiProfilerHostGetNumOfPasses(CUpti_Profiler_Host_GetNumOfPasses_Params *p)
{
	if (!SIZED(p, CUpti_Profiler_Host_GetNumOfPasses_Params) || p->configImageSize != CONFIG)
		return CUPTI_ERROR_INVALID_PARAMETER;
	p->numOfPasses = (p->pConfigImage[1] + FIT - 1) / FIT + (is_refused("passes") != 0);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiProfilerHostEvaluateToGpuValues(CUpti_Profiler_Host_EvaluateToGpuValues_Params *p)
{
	CALL("evaluate", SIZED(p, CUpti_Profiler_Host_EvaluateToGpuValues_Params) && popped &&
				 p->counterDataImageSize == DATA && p->pCounterDataImage[0] == 9 &&
				 p->numMetrics == n_metrics && p->rangeIndex == 0);
	for (size_t i = 0; i < p->numMetrics; i++) {
		const char *name = p->ppMetricNames[i];
		p->pMetricValues[i] = strstr(name, "ctas")	     ? 500 * (is_refused("blocks") == 0)
				      : strstr(name, "time")	     ? range_ns()
				      : strstr(name, "bytes")	     ? 8e9
				      : strstr(name, ".pct")	     ? 62.5
				      : strstr(name, "dram__cycles") ? 0.0 / 0.0
								     : 1500;
	}
	return CUPTI_SUCCESS;
}

/* ---- the device ---- */

CUptiResult CUPTIAPI cuptiProfilerInitialize(CUpti_Profiler_Initialize_Params *p)
{
	if (!SIZED(p, CUpti_Profiler_Initialize_Params) || is_refused("cuptiProfilerInitialize"))
		return (CUptiResult)code;
	initialized++;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiProfilerDeInitialize(CUpti_Profiler_DeInitialize_Params *p)
{
	initialized--;
	return SIZED(p, CUpti_Profiler_DeInitialize_Params) ? CUPTI_SUCCESS : CUPTI_ERROR_INVALID_PARAMETER;
}

CUptiResult CUPTIAPI cuptiProfilerDeviceSupported(CUpti_Profiler_DeviceSupported_Params *p)
{
	const CUpti_Profiler_Support_Level yes = CUPTI_PROFILER_CONFIGURATION_SUPPORTED;
	const CUpti_Profiler_Support_Level no = CUPTI_PROFILER_CONFIGURATION_UNSUPPORTED;
	CALL("supported", SIZED(p, CUpti_Profiler_DeviceSupported_Params) && p->cuDevice == 0 &&
				  p->api == CUPTI_PROFILER_RANGE_PROFILING);
	p->architecture = p->sli = p->vGpu = p->confidentialCompute = p->cmp = p->wsl = p->isSupported = yes;
	if (is_refused("vgpu"))
		p->vGpu = p->isSupported = no;
	if (is_refused("confidential"))
		p->confidentialCompute = p->sli = p->isSupported = no;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiProfilerGetCounterAvailability(CUpti_Profiler_GetCounterAvailability_Params *p)
{
	CALL("availability",
	     SIZED(p, CUpti_Profiler_GetCounterAvailability_Params) && p->ctx == (CUcontext)&context &&
		     (!p->pCounterAvailabilityImage || p->counterAvailabilityImageSize == AVAILABILITY));
	if (p->pCounterAvailabilityImage)
		p->pCounterAvailabilityImage[0] = 42;
	p->counterAvailabilityImageSize = AVAILABILITY;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiDeviceGetChipName(CUpti_Device_GetChipName_Params *p)
{
	if (!SIZED(p, CUpti_Device_GetChipName_Params) || p->deviceIndex || !initialized)
		return CUPTI_ERROR_INVALID_PARAMETER;
	p->pChipName = "GH100";
	return CUPTI_SUCCESS;
}

/* ---- ranges ---- */

static int profiler;
#define IS_MINE(p) ((p)->pRangeProfilerObject == (CUpti_RangeProfiler_Object *)&profiler)

CUptiResult CUPTIAPI cuptiRangeProfilerEnable(CUpti_RangeProfiler_Enable_Params *p)
{
	CALL("enable",
	     SIZED(p, CUpti_RangeProfiler_Enable_Params) && !enabled && p->ctx == (CUcontext)&context);
	p->pRangeProfilerObject = (CUpti_RangeProfiler_Object *)&profiler;
	enabled = 1;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerDisable(CUpti_RangeProfiler_Disable_Params *p)
{
	CALL("disable", SIZED(p, CUpti_RangeProfiler_Disable_Params) && enabled && IS_MINE(p));
	enabled = configured = 0;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerGetCounterDataSize(CUpti_RangeProfiler_GetCounterDataSize_Params *p)
{
	CALL("size", SIZED(p, CUpti_RangeProfiler_GetCounterDataSize_Params) && enabled && IS_MINE(p) &&
			     p->maxNumOfRanges == 1 && p->maxNumRangeTreeNodes >= 1);
	n_metrics = p->numMetrics;
	p->counterDataSize = DATA;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI
cuptiRangeProfilerCounterDataImageInitialize(CUpti_RangeProfiler_CounterDataImage_Initialize_Params *p)
{
	CALL("image", SIZED(p, CUpti_RangeProfiler_CounterDataImage_Initialize_Params) && IS_MINE(p) &&
			      p->counterDataSize == DATA);
	memset(p->pCounterData, 1, DATA);
	return CUPTI_SUCCESS;
}

static uint8_t *data_image;

CUptiResult CUPTIAPI cuptiRangeProfilerSetConfig(CUpti_RangeProfiler_SetConfig_Params *p)
{
	CALL("config", SIZED(p, CUpti_RangeProfiler_SetConfig_Params) && enabled && IS_MINE(p) &&
			       p->configSize == CONFIG && p->pConfig[0] == n_metrics &&
			       p->counterDataImageSize == DATA && p->pCounterDataImage[0] == 1 &&
			       p->range == CUPTI_UserRange && p->replayMode == CUPTI_UserReplay &&
			       p->maxRangesPerPass == 1 && p->numNestingLevels == 1 &&
			       p->minNestingLevel == 1 && p->passIndex == 0 && p->targetNestingLevel == 1);
	data_image = p->pCounterDataImage;
	configured = 1;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerStart(CUpti_RangeProfiler_Start_Params *p)
{
	CALL("start", SIZED(p, CUpti_RangeProfiler_Start_Params) && configured && !started && IS_MINE(p));
	started = 1;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerStop(CUpti_RangeProfiler_Stop_Params *p)
{
	CALL("stop", SIZED(p, CUpti_RangeProfiler_Stop_Params) && started && !pushed && IS_MINE(p));
	started = 0;
	p->isAllPassSubmitted = is_refused("unfinished") == 0;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerPushRange(CUpti_RangeProfiler_PushRange_Params *p)
{
	CALL("push", SIZED(p, CUpti_RangeProfiler_PushRange_Params) && started && !pushed && IS_MINE(p) &&
			     strcmp(p->pRangeName, "window") == 0);
	pushed = 1;
	pushed_ns = now_ns();
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerPopRange(CUpti_RangeProfiler_PopRange_Params *p)
{
	CALL("pop", SIZED(p, CUpti_RangeProfiler_PopRange_Params) && pushed && IS_MINE(p));
	pushed = 0;
	popped = 1;
	popped_ns = now_ns();
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerDecodeData(CUpti_RangeProfiler_DecodeData_Params *p)
{
	CALL("decode", SIZED(p, CUpti_RangeProfiler_DecodeData_Params) && !started && IS_MINE(p));
	data_image[0] = 9;
	p->numOfRangeDropped = is_refused("lost") ? 1 : 0;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiRangeProfilerGetCounterDataInfo(CUpti_RangeProfiler_GetCounterDataInfo_Params *p)
{
	CALL("info",
	     SIZED(p, CUpti_RangeProfiler_GetCounterDataInfo_Params) && p->counterDataImageSize == DATA);
	p->numTotalRanges = is_refused("lost") ? 0 : 1;
	return CUPTI_SUCCESS;
}

/* ---- activities ---- */

static CUpti_BuffersCallbackRequestFunc request;
static CUpti_BuffersCallbackCompleteFunc complete;
static CUpti_CallbackFunc callback;
static void *callback_arg;
static unsigned callbacks; /* a bit each that is enabled */
static int n_flushes, n_kinds, n_stamps;
static uint64_t op_first, op_last;

/* A node of ours is no address, and its handle is not its id. */
#define NODE_HANDLE ((uintptr_t)0x0cdb000000000000u)

static CUgraphNode node_handle(uint64_t id)
{
	return id ? (CUgraphNode)(NODE_HANDLE + 16 * (uintptr_t)id) : NULL;
}

static void node_told(CUpti_CallbackId id, CUgraphNode node, CUgraphNode original)
{
	CUpti_GraphData g = {.node = node, .originalNode = original};
	const CUpti_ResourceData r = {.resourceDescriptor = &g};
	if (callback && (callbacks >> id & 1))
		callback(callback_arg, CUPTI_CB_DOMAIN_RESOURCE, id, &r);
}

/* What a driver would tell of a node: an id of domain RESOURCE. */
void fake_node(int event, uint64_t node, uint64_t original)
{
	node_told((CUpti_CallbackId)event, node_handle(node), node_handle(original));
}

CUptiResult CUPTIAPI cuptiGetGraphNodeId(CUgraphNode node, uint64_t *id)
{
	uintptr_t number = (uintptr_t)node - NODE_HANDLE;
	if (is_refused("node"))
		return (CUptiResult)code;
	*id = records_on() ? records_node_id(node) : number % 16 == 0 ? number / 16 : 0;
	return *id ? CUPTI_SUCCESS : CUPTI_ERROR_INVALID_PARAMETER;
}

CUptiResult CUPTIAPI cuptiSubscribe(CUpti_SubscriberHandle *s, CUpti_CallbackFunc fn, void *arg)
{
	CALL("subscribe", fn && arg && !callback);
	callback = fn;
	callback_arg = arg;
	records_open(node_told);
	*s = (CUpti_SubscriberHandle)&context;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiUnsubscribe(CUpti_SubscriberHandle s)
{
	CALL("unsubscribe", s == (CUpti_SubscriberHandle)&context && n_kinds == 0);
	records_close();
	callback = NULL;
	callbacks = 0;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiEnableCallback(uint32_t on, CUpti_SubscriberHandle s, CUpti_CallbackDomain domain,
					 CUpti_CallbackId id)
{
	CALL("callback", s == (CUpti_SubscriberHandle)&context && domain == CUPTI_CB_DOMAIN_RESOURCE &&
				 id > CUPTI_CBID_RESOURCE_INVALID && id < CUPTI_CBID_RESOURCE_SIZE);
	callbacks = on ? callbacks | 1u << id : callbacks & ~(1u << id);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiActivityRegisterCallbacks(CUpti_BuffersCallbackRequestFunc r,
						    CUpti_BuffersCallbackCompleteFunc c)
{
	CALL("register", r && c && n_kinds == 0);
	request = r;
	complete = c;
	records_buffers(r, c);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiActivityEnable(CUpti_ActivityKind kind)
{
	CALL("kind", request && kind != CUPTI_ACTIVITY_KIND_KERNEL);
	n_kinds++;
	records_kind(kind, true);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiActivityDisable(CUpti_ActivityKind kind)
{
	CALL("unkind", kind != CUPTI_ACTIVITY_KIND_INVALID && n_kinds > 0);
	n_kinds--;
	records_kind(kind, false);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiGetTimestamp(uint64_t *t)
{
	*t = records_on() ? records_ns() : n_stamps++ == 0 ? 1000 : 9000;
	CALL("timestamp", 1);
	return CUPTI_SUCCESS;
}

/* The driver's, where there is one. Else the first time what ran before the window, then the window: a kernel of the first
 * operation, a copy, a launch of a graph of the last. */
CUptiResult CUPTIAPI cuptiActivityFlushAll(uint32_t flag)
{
	static const char name[] = "gemm_\"bf16\"\\\x01\xff";
	struct activity_buffer b = {NULL, 0, 0};
	size_t most = 1;
	CALL("flush", flag == CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
	if (records_on()) {
		records_flush();
		return CUPTI_SUCCESS;
	}
	request(&b.bytes, &b.size, &most);
	if (!b.bytes || most || ((uintptr_t)b.bytes & 7))
		say("WRONG");
	if (!b.bytes)
		return CUPTI_SUCCESS;
	n_flushes++;
	activity_kernel(&b, "before", 100, 900, 1, 0);
	if (n_flushes > 1) {
		activity_external(&b, op_first, 2);
		activity_call(&b, 2);
		activity_kernel(&b, name, 2000, 3000, 2, 0);
		activity_strange(&b);
		activity_copy(&b, CUPTI_ACTIVITY_MEMCPY_KIND_HTOD, 4096, 3500, 3600, 3);
		activity_external(&b, op_last, 4);
		activity_node(&b, "node", 4000, 4500, 4, 6, FAKE_NODE);
		activity_node(&b, "node", 4500, 5000, 4, 6, FAKE_NODE + 1);
		activity_kernel(&b, "unfinished", 5000, 0, 5, 0);
	}
	complete((CUcontext)&context, 0, b.bytes, b.size, b.n);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiActivityGetNextRecord(uint8_t *buffer, size_t valid, CUpti_Activity **record)
{
	uint8_t *at = buffer;
	if (*record) {
		at = (uint8_t *)*record;
		at += activity_size(at, valid);
	}
	if ((size_t)(at - buffer) >= valid)
		return CUPTI_ERROR_MAX_LIMIT_REACHED;
	*record = (CUpti_Activity *)at;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiActivityGetNumDroppedRecords(CUcontext c, uint32_t stream, size_t *n)
{
	(void)c;
	(void)stream;
	*n = n_flushes > 1 ? dropped : 0;
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiActivityPushExternalCorrelationId(CUpti_ExternalCorrelationKind kind, uint64_t id)
{
	CALL("op", kind == CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0 && id);
	op_first = op_first ? op_first : id;
	op_last = id;
	records_op(id);
	return CUPTI_SUCCESS;
}

CUptiResult CUPTIAPI cuptiActivityPopExternalCorrelationId(CUpti_ExternalCorrelationKind kind, uint64_t *last)
{
	CALL("unop", kind == CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0);
	records_op(0);
	*last = op_last;
	return CUPTI_SUCCESS;
}
