/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>

#include "harness/measure/counter/trace.h"

/* The host's process in the picture; devices stand behind it. */
enum { HOST_PID = 0, GAPS_TID = 1 };

/* Names are of files that somebody compiled: what is no plain character is escaped. */
static void text_write(const char *text, FILE *f)
{
	fputc('"', f);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(f, "\\%c", *c);
		else if (*c < 0x20 || *c >= 0x7f)
			fprintf(f, "\\u%04x", *c);
		else
			fputc(*c, f);
	}
	fputc('"', f);
}

/* us with all nanoseconds: a double's digits would not do. */
static void time_write(const char *key, uint64_t ns, FILE *f)
{
	fprintf(f, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned)(ns % 1000));
}

static void event_write(const struct trace *t, const struct trace_event *e, uint64_t from, FILE *f)
{
	static const char *const kinds[] = {"kernel", "copy", "set"};
	char op[160];
	fprintf(f, ",\n{\"name\":");
	text_write(t->names[e->name], f);
	fprintf(f, ",\"cat\":\"%s\",\"ph\":\"X\"", kinds[e->kind]);
	time_write("ts", e->start - from, f);
	time_write("dur", e->end - e->start, f);
	fprintf(f, ",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"args\":{\"correlation\":%" PRIu32,
		e->device + 1, e->stream, e->correlation);
	if (e->kind == TRACE_COPY || e->kind == TRACE_SET)
		fprintf(f, ",\"bytes\":%" PRIu64, e->bytes);
	if (e->graph)
		fprintf(f, ",\"graph\":%" PRIu32, e->graph);
	trace_op_text(t, e->op, op, sizeof op);
	if (op[0]) {
		fprintf(f, ",\"op\":");
		text_write(op, f);
	}
	fprintf(f, "}}");
}

/* Once for each device that did something. */
static void devices_write(const struct trace *t, FILE *f)
{
	uint64_t told = 0;
	for (int i = 0; i < t->n; i++) {
		uint32_t device = t->event[i].device;
		if (device >= 64 || told >> device & 1)
			continue;
		told |= (uint64_t)1 << device;
		fprintf(f,
			",\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%" PRIu32
			",\"args\":{\"name\":\"GPU %" PRIu32 "\"}}",
			device + 1, device);
	}
}

/* Where nothing ran between what did, as the readings sum it up: a row of its own below the window. */
static void gaps_write(const struct trace *t, uint64_t from, FILE *f)
{
	uint64_t end = t->n > 0 ? t->event[0].end : 0;
	fprintf(f,
		",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":\"gaps\"}"
		"}",
		HOST_PID, GAPS_TID);
	for (int i = 1; i < t->n; i++) {
		const struct trace_event *e = &t->event[i];
		if (e->start > end) {
			fprintf(f, ",\n{\"name\":\"gap\",\"cat\":\"gap\",\"ph\":\"X\"");
			time_write("ts", end - from, f);
			time_write("dur", e->start - end, f);
			fprintf(f, ",\"pid\":%d,\"tid\":%d,\"args\":{}}", HOST_PID, GAPS_TID);
		}
		end = e->end > end ? e->end : end;
	}
}

void trace_write_chrome(const struct trace *t, uint64_t from, uint64_t to, FILE *f)
{
	fprintf(f, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
	fprintf(f, "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%d,\"args\":{\"name\":\"inferometer\"}}",
		HOST_PID);
	devices_write(t, f);
	fprintf(f, ",\n{\"name\":\"window\",\"cat\":\"window\",\"ph\":\"X\"");
	time_write("ts", 0, f);
	time_write("dur", to > from ? to - from : 0, f);
	fprintf(f, ",\"pid\":%d,\"tid\":0,\"args\":{}}", HOST_PID);
	gaps_write(t, from, f);
	for (int i = 0; i < t->n; i++)
		event_write(t, &t->event[i], from, f);
	fprintf(f, "\n]}\n");
}
