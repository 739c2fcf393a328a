/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/gpu/fake_records.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "tests/gpu/activity_example.h"
#include "tests/gpu/fake/watch.h"

enum { OPS_MAX = 16, RECORD_MOST = 512 };

static struct {
	__typeof__(&fake_watch) watch; /* NULL: no driver tells */
	__typeof__(&fake_watch_ns) ns;
	__typeof__(&fake_watch_node_id) node_id;
} driver;

static records_node_fn *node_told;
static CUpti_BuffersCallbackRequestFunc request;
static CUpti_BuffersCallbackCompleteFunc complete;
static struct activity_buffer buffer;
static bool enabled[CUPTI_ACTIVITY_KIND_COUNT];
static uint64_t ops[OPS_MAX];
static int n_ops;
static uint32_t n_calls;

/* ---- buffers ---- */

void records_flush(void)
{
	if (buffer.bytes)
		complete(NULL, 0, buffer.bytes, buffer.size, buffer.n);
	buffer = (struct activity_buffer){NULL, 0, 0};
}

/* Where there is none, records are lost. */
static struct activity_buffer *room(void)
{
	size_t most = 0;
	if (buffer.bytes && buffer.size - buffer.n < RECORD_MOST)
		records_flush();
	if (!buffer.bytes)
		request(&buffer.bytes, &buffer.size, &most);
	return &buffer;
}

/* ---- what the driver tells ---- */

/* An API record for each call, and one that ties it to the operation that is open. */
static uint32_t call_told(void)
{
	n_calls++;
	if (enabled[CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION] && n_ops > 0)
		activity_external(room(), ops[n_ops - 1], n_calls);
	if (enabled[CUPTI_ACTIVITY_KIND_DRIVER])
		activity_call(room(), n_calls);
	return n_calls;
}

static void ran_told(const struct fake_ran *r)
{
	static const uint8_t copies[] = {
		[RAN_COPY_TO] = CUPTI_ACTIVITY_MEMCPY_KIND_HTOD,
		[RAN_COPY_FROM] = CUPTI_ACTIVITY_MEMCPY_KIND_DTOH,
		[RAN_COPY_WITHIN] = CUPTI_ACTIVITY_MEMCPY_KIND_DTOD,
	};
	switch (r->kind) {
	case RAN_NOTHING:
		break;
	case RAN_KERNEL:
		if (enabled[CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL])
			activity_node(room(), r->name, r->start, r->end, r->correlation, r->graph, r->node);
		break;
	case RAN_COPY_TO:
	case RAN_COPY_FROM:
	case RAN_COPY_WITHIN:
		if (enabled[CUPTI_ACTIVITY_KIND_MEMCPY])
			activity_copy_node(room(), copies[r->kind], r->bytes, r->start, r->end,
					   r->correlation, r->graph, r->node);
		break;
	case RAN_FILL:
		if (enabled[CUPTI_ACTIVITY_KIND_MEMSET])
			activity_set_node(room(), r->bytes, r->start, r->end, r->correlation, r->graph,
					  r->node);
		break;
	}
}

static void driver_node(enum fake_node_event event, CUgraphNode node, CUgraphNode original)
{
	static const CUpti_CallbackId ids[] = {
		[NODE_MADE] = CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED,
		[NODE_CLONED] = CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED,
		[NODE_GONE] = CUPTI_CBID_RESOURCE_GRAPHNODE_DESTROY_STARTING,
	};
	node_told(ids[event], node, original);
}

/* ---- the driver ---- */

/* Only one that is there already: it is the program's. */
bool records_open(records_node_fn *node)
{
	static const struct fake_watcher watcher = {call_told, driver_node, ran_told};
	const char *path = getenv("INFEROMETER_LIBCUDA");
	void *handle = path ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
	if (!handle)
		return false;
	*(void **)&driver.watch = dlsym(handle, "fake_watch");
	*(void **)&driver.ns = dlsym(handle, "fake_watch_ns");
	*(void **)&driver.node_id = dlsym(handle, "fake_watch_node_id");
	dlclose(handle);
	node_told = node;
	if (driver.watch)
		driver.watch(&watcher);
	return records_on();
}

void records_close(void)
{
	if (driver.watch)
		driver.watch(NULL);
	driver.watch = NULL;
}

bool records_on(void)
{
	return driver.watch != NULL;
}

void records_buffers(CUpti_BuffersCallbackRequestFunc r, CUpti_BuffersCallbackCompleteFunc c)
{
	request = r;
	complete = c;
}

void records_kind(CUpti_ActivityKind kind, bool on)
{
	if (kind < CUPTI_ACTIVITY_KIND_COUNT)
		enabled[kind] = on;
}

void records_op(uint64_t op)
{
	if (op && n_ops < OPS_MAX)
		ops[n_ops++] = op;
	else if (!op && n_ops > 0)
		n_ops--;
}

uint64_t records_ns(void)
{
	return driver.ns();
}

uint64_t records_node_id(CUgraphNode node)
{
	return driver.node_id(node);
}
