/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a GPU did when, as a list: kernels, copies, fills, graphs, each tied to the operation of the engine that submitted
 * it. Made of CUPTI's records (trace_records.h), summed up, and written for chrome://tracing and ui.perfetto.dev. Plain
 * data: neither CUPTI nor a GPU is needed here.
 */
#ifndef IFM_COUNTER_TRACE_H
#define IFM_COUNTER_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define TRACE_OPS_MAX 256

struct trace_nodes;

enum trace_kind {
	TRACE_KERNEL = 0,
	TRACE_COPY,
	TRACE_SET,
};

struct trace_event {
	enum trace_kind kind;
	uint64_t start, end; /* ns on CUPTI's clock; start <= end */
	uint32_t device, stream, correlation;
	uint32_t graph; /* that it was a node of, 0: none */
	uint64_t node;	/* of that graph */
	uint64_t bytes; /* copied, set */
	uint64_t op;	/* external id of trace_op_id; 0: none */
	int name;	/* number in names */
};

/* Untrusted records say which call belongs to which operation. */
struct trace_link {
	uint32_t correlation;
	uint64_t op;
};

struct trace {
	int n, n_links, n_names, n_ops;
	struct trace_event *event;
	struct trace_link *link;
	char **names;			/* each once */
	const char *ops[TRACE_OPS_MAX]; /* static texts of engines */
	int unfinished;			/* records without times: left out */
	int unknown;			/* records of other kinds, or cut short: left out */
};

void trace_free(struct trace *t);

struct trace_event *trace_event_add(struct trace *t, enum trace_kind kind, const char *name);
void trace_link_add(struct trace *t, uint32_t correlation, uint64_t op);

/* The external id of an operation ("attention" of block 3; -1: of none); 0 when there are too many. */
uint64_t trace_op_id(struct trace *t, const char *op, int block);
/* "attention 3"; "" of none, and of ids that are none of ours. */
void trace_op_text(const struct trace *t, uint64_t id, char *out, int size);

/* All records are in: leaves those that began in [from, to], ties them to operations, sorts them by start. What ran as a node
 * of a graph is of the operation that nodes (NULL: none is known) have it of, else of the one that launched the graph. */
void trace_finish(struct trace *t, struct trace_nodes *nodes, uint64_t from, uint64_t to);

/* ---- sums, of a finished trace ---- */

struct trace_sum {
	uint64_t kernels, kernel_ns;
	uint64_t copies, copied_bytes, sets, set_bytes;
	uint64_t graphs;			  /* launches of graphs, told by their nodes */
	uint64_t span_ns;			  /* from the first start to the last end */
	uint64_t busy_ns, gap_ns, longest_gap_ns; /* of the span: something ran, nothing ran */
};
void trace_sum(const struct trace *t, struct trace_sum *out);

struct trace_total {
	char name[128];
	uint64_t n, ns;
};
/* Time of kernels by their names, of all by operation: the most first, at most `most` of them. free() *out. */
int trace_totals(const struct trace *t, bool by_op, int most, struct trace_total **out);

/* JSON of Chrome's trace event format; times in us from `from`; the window from there to `to`. Errors are the file's. */
void trace_write_chrome(const struct trace *t, uint64_t from, uint64_t to, FILE *f);

#endif
