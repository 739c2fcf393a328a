/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUPTI's activities: subscribed to, gathered in buffers, handed out as a trace. One at a time in a process. CUPTI fills
 * buffers on the threads that call CUDA and returns them on one of its own: they are kept and looked at later.
 */
#ifndef IFM_COUNTER_TRACE_FEED_H
#define IFM_COUNTER_TRACE_FEED_H

#include "harness/measure/counter/cupti_lib.h"
#include "harness/measure/counter/trace.h"
#include "harness/measure/counter/trace_nodes.h"

struct trace_feed;

/* Begins to gather; nodes are told of the graphs that are made from now on, and outlive it. False and why: nothing stays
 * on. */
bool trace_feed_open(struct trace_feed **out, const struct cupti_lib *lib, struct trace_nodes *nodes,
		     char *why, int size);

/* What was gathered so far is not wanted. */
void trace_feed_drop(struct trace_feed *f);

/* Stops and moves all into t, whose kernels' names are copied; *dropped: records that CUPTI had no room for. */
bool trace_feed_take(struct trace_feed *f, struct trace *t, size_t *dropped, char *why, int size);

void trace_feed_close(struct trace_feed *f); /* NULL is fine */

#endif
