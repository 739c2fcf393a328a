/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUPTI's activity records as events of a trace. Buffers may be those of a run or kept from one: nothing in them is trusted,
 * what is unknown, cut or without times is left out and counted.
 */
#ifndef IFM_COUNTER_TRACE_RECORDS_H
#define IFM_COUNTER_TRACE_RECORDS_H

#include <stddef.h>

#include "harness/measure/counter/trace.h"

/* The text of a kernel's name in a record, NULL: unknown. Not asked: it is where it points to. */
typedef const char *trace_name_fn(void *arg, const char *raw);

struct trace_names {
	trace_name_fn *fn;
	void *arg;
};

/* One record, of which at most `available` bytes are there. names NULL: of this process, alive. */
void trace_record_add(struct trace *t, const void *record, size_t available, const struct trace_names *names);

#endif
