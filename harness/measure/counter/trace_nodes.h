/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which node of a CUDA graph belongs to which operation: told by CUPTI while a graph is captured and made, on any thread, asked
 * when the records of a trace are in. Plain numbers: neither CUPTI nor a GPU is needed here. Nothing is allocated once it is
 * open, since a graph may be made within a window.
 */
#ifndef IFM_COUNTER_TRACE_NODES_H
#define IFM_COUNTER_TRACE_NODES_H

#include <stdint.h>

/* Nodes and their clones that are kept: some forty graphs of a model of 80 blocks. What comes later is not. */
#define TRACE_NODES_MAX 65536

struct trace_nodes;

struct trace_nodes *trace_nodes_open(void);
void trace_nodes_close(struct trace_nodes *n); /* NULL is fine */

/* What this thread submits from now on is of the operation (trace_op_id; 0: of none). In pairs that nest. */
void trace_nodes_op_begin(uint64_t op);
void trace_nodes_op_end(void);

/* All ids are those of CUPTI, 0: unknown, which is fine. */

/* It is of the operation that is open on this thread. Making a graph executable tells of its clones here, too, where none
 * is open, before or after trace_nodes_cloned. */
void trace_nodes_made(struct trace_nodes *n, uint64_t node);
/* It is of the operation that the original is of. */
void trace_nodes_cloned(struct trace_nodes *n, uint64_t node, uint64_t original);
/* Its records may still come; another node may get its id. */
void trace_nodes_gone(struct trace_nodes *n, uint64_t node);

/* The operation that a node is of, 0: of none, or the node is not known. */
uint64_t trace_nodes_op(struct trace_nodes *n, uint64_t node);

#endif
