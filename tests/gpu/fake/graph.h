/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs are lists of work in the order in which it was captured. */
#ifndef IFM_TESTS_GPU_FAKE_GRAPH_H
#define IFM_TESTS_GPU_FAKE_GRAPH_H

#include "tests/gpu/fake/stream.h"

/* Copies the list. */
void graph_make(struct context *owner, const struct work_list *l, CUgraph *graph);
/* Nodes of a list are no more. */
void nodes_end(const struct work_list *l);
/* Frees what graphs of owner hold. */
void graphs_drop(const struct context *owner);

#endif
