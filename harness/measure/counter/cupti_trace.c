/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source "cupti-trace": when the GPU ran which kernel, copy or fill in the window, how long it waited, and for which
 * operation of the engine. It is open before the engine is, as graphs have to be made under it. All of it goes into a
 * file for chrome://tracing and ui.perfetto.dev where $INFEROMETER_TRACE_DIR names a folder.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/hooks.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/cupti_range.h"
#include "harness/measure/counter/cupti_why.h"
#include "harness/measure/counter/trace_feed.h"

#define NAME	 "cupti-trace"
#define VARIABLE "INFEROMETER_TRACE_DIR"

/* Kernels and operations that have readings of their own: the longest. A step has eleven operations. */
enum { TOTALS = 12 };

extern const struct counter_ops counter_cupti_trace;

struct counter {
	const struct cupti_lib *lib;
	const struct cupti_driver *driver;
	struct trace_feed *feed; /* NULL: nothing is gathered */
	struct trace_nodes *nodes;
	struct trace trace;
	uint64_t from, to; /* the window on CUPTI's clock */
	int64_t wall;	   /* when it began, then how long it was */
	char why[160];	   /* "": it is traced */
};

static bool trace_probe(char *why, int size)
{
	return cupti_lib(why, size) && cupti_driver(why, size);
}

/* ---- operations ---- */

static void op_begin(void *arg, const char *op, int block)
{
	struct counter *c = arg;
	uint64_t id = trace_op_id(&c->trace, op, block);
	trace_nodes_op_begin(id);
	c->lib->cuptiActivityPushExternalCorrelationId(CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, id);
}

static void op_end(void *arg)
{
	struct counter *c = arg;
	uint64_t last;
	c->lib->cuptiActivityPopExternalCorrelationId(CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, &last);
	trace_nodes_op_end();
}

/* ---- life ---- */

static void trace_close(struct counter *c)
{
	if (!c)
		return;
	hooks_set_op(NULL);
	trace_feed_close(c->feed);
	trace_nodes_close(c->nodes);
	trace_free(&c->trace);
	free(c);
}

/* CUPTI 13.0 mixes up the launches of graphs in every trace of a process but the first. */
static bool is_first(char *why, int size)
{
	static bool traced;
	if (traced)
		snprintf(why, (size_t)size, "one trace a process: CUPTI mixes up graphs in later ones");
	return !traced && (traced = true);
}

static int trace_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	struct counter *c = mem_alloc(sizeof *c);
	const struct op_hooks hooks = {c, op_begin, op_end};
	char why[sizeof c->why];
	(void)config;
	c->lib = cupti_lib(why, sizeof why);
	c->driver = cupti_driver(why, sizeof why);
	if (!c->lib || !c->driver) {
		free(c);
		return diag_set(d, ERR_UNAVAILABLE, "%s", why);
	}
	c->nodes = trace_nodes_open();
	if (cupti_claim(NAME, c->why, sizeof c->why) && is_first(c->why, sizeof c->why) &&
	    trace_feed_open(&c->feed, c->lib, c->nodes, c->why, sizeof c->why))
		hooks_set_op(&hooks);
	*out = c;
	return 0;
}

static bool begin(struct counter *c, char *why, int size)
{
	CUcontext context;
	int device;
	if (!cupti_context(c->driver, &context, &device, why, size))
		return false;
	c->driver->cuCtxSynchronize();
	trace_feed_drop(c->feed);
	CUptiResult r = c->lib->cuptiGetTimestamp(&c->from);
	return r == CUPTI_SUCCESS || cupti_explain(c->lib, r, "cuptiGetTimestamp", why, size);
}

static int trace_start(struct counter *c, struct diag *d)
{
	(void)d;
	if (!c->why[0])
		begin(c, c->why, sizeof c->why);
	c->wall = clock_ns();
	return 0;
}

static bool end(struct counter *c, char *why, int size)
{
	c->driver->cuCtxSynchronize();
	CUptiResult r = c->lib->cuptiGetTimestamp(&c->to);
	return r == CUPTI_SUCCESS || cupti_explain(c->lib, r, "cuptiGetTimestamp", why, size);
}

static int trace_stop(struct counter *c, struct readings *out, struct diag *d)
{
	c->wall = clock_ns() - c->wall;
	(void)out;
	(void)d;
	if (!c->why[0])
		end(c, c->why, sizeof c->why);
	return 0;
}

static bool take(struct counter *c, char *why, int size)
{
	size_t dropped = 0;
	if (!trace_feed_take(c->feed, &c->trace, &dropped, why, size))
		return false;
	trace_finish(&c->trace, c->nodes, c->from, c->to);
	if (dropped)
		snprintf(why, (size_t)size, "CUPTI dropped %zu records: trace a shorter window", dropped);
	else if (c->trace.n == 0)
		snprintf(why, (size_t)size, "nothing ran on the GPU");
	return !*why;
}

/* ---- readings ---- */

static void put_sums(const struct counter *c, struct readings *out, int64_t wall)
{
	struct trace_sum s;
	trace_sum(&c->trace, &s);
	const struct {
		const char *name, *unit;
		uint64_t value;
	} rows[] = {
		{"kernels", "count", s.kernels},
		{"kernel_time", "ns", s.kernel_ns},
		{"busy_time", "ns", s.busy_ns},
		{"gap_time", "ns", s.gap_ns},
		{"longest_gap", "ns", s.longest_gap_ns},
		{"busy_share", "ppm",
		 s.span_ns ? (uint64_t)(1e6 * (double)s.busy_ns / (double)s.span_ns) : 0},
		{"copies", "count", s.copies},
		{"copied", "bytes", s.copied_bytes},
		{"sets", "count", s.sets},
		{"set_bytes", "bytes", s.set_bytes},
		{"graph_launches", "count", s.graphs},
		{"unfinished_records", "count", (uint64_t)c->trace.unfinished},
		{"unknown_records", "count", (uint64_t)c->trace.unknown},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		reading_put(out, rows[i].name, rows[i].unit, (int64_t)rows[i].value, wall);
		struct wire_reading *r = &out->item[out->n - 1];
		if (!c->why[0])
			continue;
		r->usable = false;
		r->value = 0;
		snprintf(r->why, sizeof r->why, "%s", c->why);
	}
}

/* A name of a kernel may be long, and may hold anything: what has no room stands in the file. */
static void name_put(char *out, size_t size, const char *before, const char *name)
{
	snprintf(out, size, "%s:%.*s", before, (int)(size - strlen(before) - 2), name);
	for (char *c = out; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

static bool is_put(const struct readings *out, const char *name)
{
	for (int i = 0; i < out->n; i++)
		if (strcmp(out->item[i].counter, name) == 0)
			return true;
	return false;
}

static void put_totals(const struct counter *c, struct readings *out, bool by_op, int64_t wall)
{
	struct trace_total *total;
	int n = trace_totals(&c->trace, by_op, TOTALS, &total);
	for (int i = 0; i < n; i++) {
		char name[WIRE_NAME], whole[sizeof total[i].name + 16];
		name_put(name, sizeof name, by_op ? "op" : "kernel", total[i].name);
		/* Two that begin alike: the shorter of them is in the file alone. */
		if (is_put(out, name))
			continue;
		name_put(whole, sizeof whole, by_op ? "op" : "kernel", total[i].name);
		reading_put(out, name, "ns", (int64_t)total[i].ns, wall);
		struct wire_reading *r = &out->item[out->n - 1];
		snprintf(r->why, sizeof r->why, "%llu times, %s", (unsigned long long)total[i].n, whole);
	}
	free(total);
}

/* ---- the file ---- */

/* A name of its own in folder. */
static bool file_name(const char *folder, char *path, size_t size)
{
	char when[32];
	time_t now = time(NULL);
	struct tm tm;
	strftime(when, sizeof when, "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
	int n = snprintf(path, size, "%s/inferometer-%s-%ld.json", folder, when, (long)getpid());
	errno = ENAMETOOLONG;
	return n > 0 && (size_t)n < size;
}

/* Half a file is none; errno stays. */
static void leave(const char *path)
{
	int error = errno;
	unlink(path);
	errno = error;
}

/* Bytes that were written to a new file; -1 with errno. */
static long file_fill(const struct counter *c, const char *path)
{
	/* A new one: mode x. */
	FILE *f = fopen(path, "wxe");
	if (!f)
		return -1;
	trace_write_chrome(&c->trace, c->from, c->to, f);
	long n = ftell(f);
	bool bad = ferror(f);
	if (fclose(f) == 0 && !bad)
		return n;
	leave(path);
	return -1;
}

/* It has its name once it is whole. */
static long file_write(const struct counter *c, const char *path)
{
	char part[PATH_MAX + 8];
	snprintf(part, sizeof part, "%s.part", path);
	long n = file_fill(c, part);
	if (n < 0 || rename(part, path) == 0)
		return n;
	leave(part);
	return -1;
}

static void put_file(const struct counter *c, struct readings *out, int64_t wall)
{
	const char *folder = getenv(VARIABLE);
	char path[PATH_MAX];
	if (!folder || !*folder)
		return;
	long n = file_name(folder, path, sizeof path) ? file_write(c, path) : -1;
	int error = errno;
	reading_put(out, "trace_file", "bytes", n, wall);
	struct wire_reading *r = &out->item[out->n - 1];
	r->usable = n >= 0;
	if (r->usable) {
		snprintf(r->why, sizeof r->why, "%.*s", (int)sizeof r->why - 1, path);
		return;
	}
	r->value = 0;
	snprintf(r->why, sizeof r->why, VARIABLE ": no trace can be written to %.100s: %.40s", folder,
		 strerror(error));
}

/* The window is over: sums of many records and their file take their time. */
static int trace_put(struct counter *c, struct readings *out, struct diag *d)
{
	(void)d;
	if (!c->why[0])
		take(c, c->why, sizeof c->why);
	put_sums(c, out, c->wall);
	if (c->why[0])
		return 0;
	put_totals(c, out, false, c->wall);
	put_totals(c, out, true, c->wall);
	put_file(c, out, c->wall);
	return 0;
}

const struct counter_ops counter_cupti_trace = {
	.name = NAME,
	.alone = true,
	.of_gpu = true,
	.probe = trace_probe,
	.open = trace_open,
	.start = trace_start,
	.stop = trace_stop,
	.finish = trace_put,
	.close = trace_close,
};
