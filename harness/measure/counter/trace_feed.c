/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/trace_feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/cupti_why.h"
#include "harness/measure/counter/trace_records.h"

/* The manual advises 1 to 10 MB each. The first ones are there, and touched, before anything runs. */
#define BUFFER_BYTES ((size_t)4 << 20)
enum { BUFFERS_AHEAD = 8, BUFFERS_MAX = 128, ALIGNMENT = 64 };

/* Kernel records have correlation ids only while calls are recorded, too. */
static const CUpti_ActivityKind kinds[] = {
	CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,
	CUPTI_ACTIVITY_KIND_MEMCPY,
	CUPTI_ACTIVITY_KIND_MEMSET,
	CUPTI_ACTIVITY_KIND_DRIVER,
	CUPTI_ACTIVITY_KIND_RUNTIME,
	CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION,
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const CUpti_CallbackId node_events[] = {
	CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED,
	CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED,
	CUPTI_CBID_RESOURCE_GRAPHNODE_DESTROY_STARTING,
};
enum { NODE_EVENTS = sizeof node_events / sizeof node_events[0] };

struct buffer {
	uint8_t *bytes;
	size_t valid;
};

struct trace_feed {
	const struct cupti_lib *lib;
	struct trace_nodes *nodes;
	CUpti_SubscriberHandle subscriber;
	bool subscribed;
	int n_enabled; /* of kinds */
};

/* CUPTI's callbacks of buffers take no argument. */
static struct {
	pthread_mutex_t lock;
	const struct cupti_lib *lib; /* NULL: nobody wants records */
	int n_free, n_full, n_out;
	uint8_t *free[BUFFERS_MAX];
	struct buffer full[BUFFERS_MAX];
	size_t dropped;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- buffers ---- */

static uint8_t *buffer_make(void)
{
	uint8_t *b = aligned_alloc(ALIGNMENT, BUFFER_BYTES);
	if (b)
		memset(b, 0, BUFFER_BYTES);
	return b;
}

/* On a thread that calls CUDA. Without a buffer CUPTI drops records, and counts them. */
static void CUPTIAPI buffer_request(uint8_t **bytes, size_t *size, size_t *most)
{
	pthread_mutex_lock(&store.lock);
	*bytes = NULL;
	if (store.n_free > 0)
		*bytes = store.free[--store.n_free];
	else if (store.n_full + store.n_out < BUFFERS_MAX)
		*bytes = buffer_make();
	store.n_out += *bytes != NULL;
	pthread_mutex_unlock(&store.lock);
	*size = *bytes ? BUFFER_BYTES : 0;
	*most = 0;
}

/* On CUPTI's thread. */
static void CUPTIAPI buffer_done(CUcontext context, uint32_t stream, uint8_t *bytes, size_t size,
				 size_t valid)
{
	size_t lost = 0;
	(void)size;
	/* CUPTI has locks of its own, which it may hold when it asks for a buffer: it is never called with ours. */
	pthread_mutex_lock(&store.lock);
	const struct cupti_lib *lib = store.lib;
	pthread_mutex_unlock(&store.lock);
	if (lib && lib->cuptiActivityGetNumDroppedRecords(context, stream, &lost) != CUPTI_SUCCESS)
		lost = 0;
	pthread_mutex_lock(&store.lock);
	store.n_out--;
	store.dropped += lost;
	if (store.lib && store.n_full < BUFFERS_MAX)
		store.full[store.n_full++] = (struct buffer){bytes, valid};
	else
		free(bytes);
	pthread_mutex_unlock(&store.lock);
}

static void store_open(const struct cupti_lib *lib)
{
	pthread_mutex_lock(&store.lock);
	store.lib = lib;
	store.dropped = 0;
	while (store.n_free < BUFFERS_AHEAD && (store.free[store.n_free] = buffer_make()) != NULL)
		store.n_free++;
	pthread_mutex_unlock(&store.lock);
}

/* Full buffers become free ones. */
static void store_drop(void)
{
	pthread_mutex_lock(&store.lock);
	store.dropped = 0;
	while (store.n_full > 0) {
		uint8_t *b = store.full[--store.n_full].bytes;
		if (store.n_free < BUFFERS_AHEAD)
			store.free[store.n_free++] = b;
		else
			free(b);
	}
	pthread_mutex_unlock(&store.lock);
}

static void store_close(void)
{
	store_drop();
	pthread_mutex_lock(&store.lock);
	store.lib = NULL;
	while (store.n_free > 0)
		free(store.free[--store.n_free]);
	pthread_mutex_unlock(&store.lock);
}

/* ---- the feed ---- */

/* 0: unknown. */
static uint64_t node_id(const struct trace_feed *f, CUgraphNode node)
{
	uint64_t id = 0;
	return node && f->lib->cuptiGetGraphNodeId(node, &id) == CUPTI_SUCCESS ? id : 0;
}

/* On the thread that makes, clones or destroys the graph. */
static void CUPTIAPI on_callback(void *arg, CUpti_CallbackDomain domain, CUpti_CallbackId id,
				 const void *data)
{
	const struct trace_feed *f = arg;
	const CUpti_ResourceData *resource = data;
	if (domain != CUPTI_CB_DOMAIN_RESOURCE || !resource || !resource->resourceDescriptor)
		return;
	const CUpti_GraphData *g = resource->resourceDescriptor;
	if (id == CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED)
		trace_nodes_made(f->nodes, node_id(f, g->node));
	else if (id == CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED)
		trace_nodes_cloned(f->nodes, node_id(f, g->node), node_id(f, g->originalNode));
	else if (id == CUPTI_CBID_RESOURCE_GRAPHNODE_DESTROY_STARTING)
		trace_nodes_gone(f->nodes, node_id(f, g->node));
}

/* Where it cannot be, nodes stay with the operation that launches their graph. */
static void nodes_watch(const struct trace_feed *f)
{
	for (int i = 0; i < NODE_EVENTS; i++)
		f->lib->cuptiEnableCallback(1, f->subscriber, CUPTI_CB_DOMAIN_RESOURCE, node_events[i]);
}

static bool subscribe(struct trace_feed *f, char *why, int size)
{
	CUptiResult r = f->lib->cuptiSubscribe(&f->subscriber, on_callback, f);
	if (r != CUPTI_SUCCESS)
		return cupti_explain(f->lib, r, "cuptiSubscribe", why, size);
	f->subscribed = true;
	r = f->lib->cuptiActivityRegisterCallbacks(buffer_request, buffer_done);
	if (r != CUPTI_SUCCESS)
		return cupti_explain(f->lib, r, "cuptiActivityRegisterCallbacks", why, size);
	for (; f->n_enabled < KINDS; f->n_enabled++) {
		r = f->lib->cuptiActivityEnable(kinds[f->n_enabled]);
		if (r != CUPTI_SUCCESS)
			return cupti_explain(f->lib, r, "cuptiActivityEnable", why, size);
	}
	nodes_watch(f);
	return true;
}

/* What is still under way comes back while the kinds are switched off and all is flushed. */
static bool feed_stop(struct trace_feed *f, char *why, int size)
{
	CUptiResult r = CUPTI_SUCCESS;
	if (f->n_enabled > 0)
		r = f->lib->cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
	while (f->n_enabled > 0)
		f->lib->cuptiActivityDisable(kinds[--f->n_enabled]);
	if (f->subscribed)
		f->lib->cuptiUnsubscribe(f->subscriber);
	f->subscribed = false;
	return r == CUPTI_SUCCESS || cupti_explain(f->lib, r, "cuptiActivityFlushAll", why, size);
}

bool trace_feed_open(struct trace_feed **out, const struct cupti_lib *lib, struct trace_nodes *nodes,
		     char *why, int size)
{
	struct trace_feed *f = mem_alloc(sizeof *f);
	f->lib = lib;
	f->nodes = nodes;
	store_open(lib);
	if (subscribe(f, why, size)) {
		*out = f;
		return true;
	}
	trace_feed_close(f);
	return false;
}

void trace_feed_drop(struct trace_feed *f)
{
	f->lib->cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
	store_drop();
}

/* CUPTI steps over kinds that we do not know; a name lives as long as CUPTI does. */
static void buffer_read(const struct cupti_lib *lib, struct trace *t, const struct buffer *b)
{
	CUpti_Activity *record = NULL;
	while (b->valid > 0 && lib->cuptiActivityGetNextRecord(b->bytes, b->valid, &record) == CUPTI_SUCCESS)
		trace_record_add(t, record, (size_t)(b->bytes + b->valid - (uint8_t *)record), NULL);
}

bool trace_feed_take(struct trace_feed *f, struct trace *t, size_t *dropped, char *why, int size)
{
	struct buffer full[BUFFERS_MAX];
	bool good = feed_stop(f, why, size);
	pthread_mutex_lock(&store.lock);
	int n = store.n_full;
	*dropped = store.dropped;
	memcpy(full, store.full, (size_t)n * sizeof *full);
	pthread_mutex_unlock(&store.lock);
	/* They stay full until store_drop: CUPTI only adds to them. */
	for (int i = 0; i < n; i++)
		buffer_read(f->lib, t, &full[i]);
	store_drop();
	return good;
}

void trace_feed_close(struct trace_feed *f)
{
	char why[200];
	if (!f)
		return;
	if (f->subscribed)
		feed_stop(f, why, sizeof why);
	store_close();
	free(f);
}
