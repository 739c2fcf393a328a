/* SPDX-License-Identifier: Apache-2.0 */
/* Activity records as CUPTI writes them, one behind the other in a buffer. */
#ifndef IFM_TESTS_ACTIVITY_EXAMPLE_H
#define IFM_TESTS_ACTIVITY_EXAMPLE_H

#include <cupti.h>
#include <string.h>

/* The first of the two nodes that are launched in the window of fake_cupti.c. */
#define FAKE_NODE ((uint64_t)6 << 32)

struct activity_buffer {
	uint8_t *bytes;
	size_t n, size;
};

static void activity_add(struct activity_buffer *b, const void *record, size_t n)
{
	if (b->n + n > b->size)
		return;
	memcpy(b->bytes + b->n, record, n);
	b->n += n;
}

/* name is a pointer, or a number in place of one; graph and node 0: it was launched by itself. */
__attribute__((unused)) static void activity_node(struct activity_buffer *b, const char *name, uint64_t start,
						  uint64_t end, uint32_t correlation, uint32_t graph,
						  uint64_t node)
{
	CUpti_ActivityKernel10 k;
	memset(&k, 0, sizeof k);
	k.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
	k.name = name;
	k.start = start;
	k.end = end;
	k.streamId = 7;
	k.correlationId = correlation;
	k.graphId = graph;
	k.graphNodeId = node;
	activity_add(b, &k, sizeof k);
}

/* Of a node that nobody has heard of, where it is of a graph. */
__attribute__((unused)) static void activity_kernel(struct activity_buffer *b, const char *name,
						    uint64_t start, uint64_t end, uint32_t correlation,
						    uint32_t graph)
{
	activity_node(b, name, start, end, correlation, graph, graph ? 1 : 0);
}

__attribute__((unused)) static void activity_copy_node(struct activity_buffer *b, uint8_t kind,
						       uint64_t bytes, uint64_t start, uint64_t end,
						       uint32_t correlation, uint32_t graph, uint64_t node)
{
	CUpti_ActivityMemcpy6 m;
	memset(&m, 0, sizeof m);
	m.kind = CUPTI_ACTIVITY_KIND_MEMCPY;
	m.copyKind = kind;
	m.bytes = bytes;
	m.start = start;
	m.end = end;
	m.streamId = 8;
	m.correlationId = correlation;
	m.graphId = graph;
	m.graphNodeId = node;
	activity_add(b, &m, sizeof m);
}

__attribute__((unused)) static void activity_copy(struct activity_buffer *b, uint8_t kind, uint64_t bytes,
						  uint64_t start, uint64_t end, uint32_t correlation)
{
	activity_copy_node(b, kind, bytes, start, end, correlation, 0, 0);
}

__attribute__((unused)) static void activity_set_node(struct activity_buffer *b, uint64_t bytes,
						      uint64_t start, uint64_t end, uint32_t correlation,
						      uint32_t graph, uint64_t node)
{
	CUpti_ActivityMemset4 m;
	memset(&m, 0, sizeof m);
	m.kind = CUPTI_ACTIVITY_KIND_MEMSET;
	m.bytes = bytes;
	m.start = start;
	m.end = end;
	m.streamId = 7;
	m.correlationId = correlation;
	m.graphId = graph;
	m.graphNodeId = node;
	activity_add(b, &m, sizeof m);
}

__attribute__((unused)) static void activity_set(struct activity_buffer *b, uint64_t bytes, uint64_t start,
						 uint64_t end, uint32_t correlation)
{
	activity_set_node(b, bytes, start, end, correlation, 0, 0);
}

__attribute__((unused)) static void activity_external(struct activity_buffer *b, uint64_t id,
						      uint32_t correlation)
{
	CUpti_ActivityExternalCorrelation e;
	memset(&e, 0, sizeof e);
	e.kind = CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION;
	e.externalKind = CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0;
	e.externalId = id;
	e.correlationId = correlation;
	activity_add(b, &e, sizeof e);
}

__attribute__((unused)) static void activity_call(struct activity_buffer *b, uint32_t correlation)
{
	CUpti_ActivityAPI a;
	memset(&a, 0, sizeof a);
	a.kind = CUPTI_ACTIVITY_KIND_DRIVER;
	a.start = 1;
	a.end = 2;
	a.correlationId = correlation;
	activity_add(b, &a, sizeof a);
}

/* A kind that nobody asked for, of this size. */
enum { ACTIVITY_STRANGE = 64 };
__attribute__((unused)) static void activity_strange(struct activity_buffer *b)
{
	uint8_t bytes[ACTIVITY_STRANGE] = {0};
	const CUpti_ActivityKind kind = CUPTI_ACTIVITY_KIND_OVERHEAD;
	memcpy(bytes, &kind, sizeof kind);
	activity_add(b, bytes, sizeof bytes);
}

/* Bytes of a record by its kind; 0: none of the above, or cut. */
__attribute__((unused)) static size_t activity_size(const void *record, size_t available)
{
	CUpti_ActivityKind kind;
	if (available < sizeof kind)
		return 0;
	memcpy(&kind, record, sizeof kind);
	switch (kind) {
	case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
	case CUPTI_ACTIVITY_KIND_KERNEL:
		return sizeof(CUpti_ActivityKernel10);
	case CUPTI_ACTIVITY_KIND_MEMCPY:
		return sizeof(CUpti_ActivityMemcpy6);
	case CUPTI_ACTIVITY_KIND_MEMSET:
		return sizeof(CUpti_ActivityMemset4);
	case CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION:
		return sizeof(CUpti_ActivityExternalCorrelation);
	case CUPTI_ACTIVITY_KIND_DRIVER:
	case CUPTI_ACTIVITY_KIND_RUNTIME:
		return sizeof(CUpti_ActivityAPI);
	case CUPTI_ACTIVITY_KIND_OVERHEAD:
		return ACTIVITY_STRANGE;
	default:
		return 0;
	}
}

#endif
