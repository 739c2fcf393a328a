/* SPDX-License-Identifier: Apache-2.0 */
/* CUPTI's activity records become events; what is cut, unknown or without times does not. */
#include "config.h"

#include "tests/tap.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/trace_records.h"
#include "tests/gpu/activity_example.h"

static const char *const names[] = {"zero", "gemm", "norm"};

/* Kept buffers have numbers where pointers were. */
static const char *name_of(void *arg, const char *raw)
{
	size_t i = (size_t)(uintptr_t)raw;
	(void)arg;
	return i < sizeof names / sizeof names[0] ? names[i] : NULL;
}

static const struct trace_names kept = {name_of, NULL};

/* All records, one behind the other. */
static void records_add(struct trace *t, const uint8_t *at, size_t n)
{
	for (size_t size; n > 0; at += size, n -= size) {
		trace_record_add(t, at, n, &kept);
		size = activity_size(at, n);
		if (size == 0 || size > n)
			return;
	}
}

static void buffer_make(struct activity_buffer *b)
{
	*b = (struct activity_buffer){mem_alloc(4096), 0, 4096};
	activity_external(b, 65537, 11);
	activity_call(b, 11);
	activity_kernel(b, (const char *)1, 1000, 2000, 11, 0);
	activity_copy_node(b, CUPTI_ACTIVITY_MEMCPY_KIND_DTOH, 77, 2100, 2200, 12, 3, (uint64_t)3 << 32);
	activity_set_node(b, 88, 2300, 2301, 13, 3, ((uint64_t)3 << 32) + 1);
	activity_node(b, (const char *)99, 4000, 4100, 15, 3, ((uint64_t)3 << 32) + 2);
	activity_kernel(b, (const char *)2, 0, 0, 16, 0);
	activity_kernel(b, (const char *)2, 5000, 4000, 17, 0);
	activity_kernel(b, (const char *)2, 5000, UINT64_MAX, 18, 0);
}

static void test_buffer(void)
{
	struct activity_buffer b;
	struct trace t = {0};
	buffer_make(&b);
	records_add(&t, b.bytes, b.n);
	is_int(t.n, 4, "events");
	is_int(t.n_links, 1, "a call with its operation");
	is_int(t.unfinished, 3, "kernels without times that can be");
	is_int(t.unknown, 0, "nothing unknown");
	is_text(t.names[t.event[0].name], "gemm", "a kernel by its name");
	ok(t.event[0].start == 1000 && t.event[0].end == 2000 && t.event[0].correlation == 11 &&
		   t.event[0].stream == 7,
	   "its times");
	ok(t.event[1].kind == TRACE_COPY && t.event[1].bytes == 77, "a copy");
	is_text(t.names[t.event[1].name], "copy device to host", "which way");
	ok(t.event[2].kind == TRACE_SET && t.event[2].bytes == 88, "a fill");
	is_text(t.names[t.event[3].name], "unknown", "a name that is none");
	ok(t.event[0].graph == 0 && t.event[0].node == 0, "one that was launched by itself");
	for (unsigned i = 1; i < 4; i++)
		ok(t.event[i].graph == 3 && t.event[i].node == ((uint64_t)3 << 32) + i - 1,
		   "a node of a graph");
	ok(t.link[0].op == 65537 && t.link[0].correlation == 11, "the link");
	trace_free(&t);
	free(b.bytes);
}

/* Of every length: at most what is whole is read. */
static void test_cut(void)
{
	struct activity_buffer b;
	int n_bad = 0;
	buffer_make(&b);
	for (size_t n = 0; n <= b.n; n++) {
		struct trace t = {0};
		/* Of exactly n bytes, so that sanitizers see reading over the end. */
		uint8_t *cut = mem_alloc(n ? n : 1);
		memcpy(cut, b.bytes, n);
		records_add(&t, cut, n);
		n_bad += t.n > 4 || t.unknown > 1;
		trace_free(&t);
		free(cut);
	}
	is_int(n_bad, 0, "cut buffers of all lengths");
	free(b.bytes);
}

static void test_unknown(void)
{
	struct activity_buffer b = {mem_alloc(1024), 0, 1024};
	struct trace t = {0};
	activity_kernel(&b, (const char *)1, 1, 2, 3, 0);
	activity_strange(&b);
	activity_kernel(&b, (const char *)1, 1, 2, 3, 0);
	records_add(&t, b.bytes, b.n);
	ok(t.n == 2 && t.unknown == 1, "an unknown kind is stepped over, and counted");
	trace_record_add(&t, b.bytes, sizeof(CUpti_ActivityKernel10) - 1, &kept);
	trace_record_add(&t, b.bytes, 0, &kept);
	ok(t.n == 2 && t.unknown == 3, "and so is what is cut");
	trace_free(&t);
	free(b.bytes);
}

int main(void)
{
	test_buffer();
	test_cut();
	test_unknown();
	return tap_done();
}
