/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/trace_records.h"

#include <cupti.h>
#include <string.h>

/* Longer than this is no time of a kernel but a broken record: about 18 minutes in ns. */
#define LONGEST ((uint64_t)1 << 40)

/* What all records of something that ran have in common, whatever their type. */
struct span {
	uint64_t start, end;
	uint32_t device, stream, correlation, graph;
	uint64_t node;
};
#define SPAN_OF(record)                                                                                      \
	{                                                                                                    \
		(record).start, (record).end, (record).deviceId, (record).streamId, (record).correlationId,  \
			(record).graphId, (record).graphNodeId                                               \
	}

/* Else it did not end. */
static bool times_are_good(struct trace *t, const struct span *of)
{
	bool good = of->start != 0 && of->end >= of->start && of->end - of->start <= LONGEST;
	t->unfinished += !good;
	return good;
}

static struct trace_event *span_add(struct trace *t, enum trace_kind kind, const char *name,
				    const struct span *of)
{
	struct trace_event *e = trace_event_add(t, kind, name);
	e->start = of->start;
	e->end = of->end;
	e->device = of->device;
	e->stream = of->stream;
	e->correlation = of->correlation;
	e->graph = of->graph;
	e->node = of->node;
	return e;
}

static const char *name_of(const struct trace_names *names, const char *raw)
{
	const char *text = names ? names->fn(names->arg, raw) : raw;
	return text ? text : "unknown";
}

static void kernel_add(struct trace *t, const void *record, const struct trace_names *names)
{
	CUpti_ActivityKernel10 k;
	memcpy(&k, record, sizeof k);
	const struct span of = SPAN_OF(k);
	if (times_are_good(t, &of))
		span_add(t, TRACE_KERNEL, name_of(names, k.name), &of);
}

static const char *copy_name(uint8_t kind)
{
	switch (kind) {
	case CUPTI_ACTIVITY_MEMCPY_KIND_HTOD:
		return "copy host to device";
	case CUPTI_ACTIVITY_MEMCPY_KIND_DTOH:
		return "copy device to host";
	case CUPTI_ACTIVITY_MEMCPY_KIND_DTOD:
		return "copy device to device";
	case CUPTI_ACTIVITY_MEMCPY_KIND_PTOP:
		return "copy peer to peer";
	default:
		return "copy";
	}
}

static void copy_add(struct trace *t, const void *record, const struct trace_names *names)
{
	CUpti_ActivityMemcpy6 m;
	(void)names;
	memcpy(&m, record, sizeof m);
	const struct span of = SPAN_OF(m);
	if (times_are_good(t, &of))
		span_add(t, TRACE_COPY, copy_name(m.copyKind), &of)->bytes = m.bytes;
}

static void set_add(struct trace *t, const void *record, const struct trace_names *names)
{
	CUpti_ActivityMemset4 m;
	(void)names;
	memcpy(&m, record, sizeof m);
	const struct span of = SPAN_OF(m);
	if (times_are_good(t, &of))
		span_add(t, TRACE_SET, "set", &of)->bytes = m.bytes;
}

static void external_add(struct trace *t, const void *record, const struct trace_names *names)
{
	CUpti_ActivityExternalCorrelation e;
	(void)names;
	memcpy(&e, record, sizeof e);
	if (e.externalKind == CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0)
		trace_link_add(t, e.correlationId, e.externalId);
}

/* Calls are there for their correlation ids alone. */
static void call_add(struct trace *t, const void *record, const struct trace_names *names)
{
	(void)t;
	(void)record;
	(void)names;
}

static const struct kind {
	CUpti_ActivityKind kind;
	size_t size;
	void (*add)(struct trace *t, const void *record, const struct trace_names *names);
} kinds[] = {
	{CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, sizeof(CUpti_ActivityKernel10), kernel_add},
	{CUPTI_ACTIVITY_KIND_KERNEL, sizeof(CUpti_ActivityKernel10), kernel_add},
	{CUPTI_ACTIVITY_KIND_MEMCPY, sizeof(CUpti_ActivityMemcpy6), copy_add},
	{CUPTI_ACTIVITY_KIND_MEMSET, sizeof(CUpti_ActivityMemset4), set_add},
	{CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION, sizeof(CUpti_ActivityExternalCorrelation), external_add},
	{CUPTI_ACTIVITY_KIND_DRIVER, sizeof(CUpti_ActivityAPI), call_add},
	{CUPTI_ACTIVITY_KIND_RUNTIME, sizeof(CUpti_ActivityAPI), call_add},
};

static const struct kind *kind_of(const void *record, size_t available)
{
	CUpti_ActivityKind kind;
	if (available < sizeof kind)
		return NULL;
	memcpy(&kind, record, sizeof kind);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

void trace_record_add(struct trace *t, const void *record, size_t available, const struct trace_names *names)
{
	const struct kind *k = kind_of(record, available);
	if (k && k->size <= available)
		k->add(t, record, names);
	else
		t->unknown++;
}
