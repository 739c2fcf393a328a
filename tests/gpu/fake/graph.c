/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/gpu/fake/graph.h"

#include "tests/gpu/fake/fake.h"

void graph_make(struct context *owner, const struct work_list *l, CUgraph *graph)
{
	work_copy(object_make(OBJECT_GRAPH, owner, sizeof *l, graph), l);
}

void nodes_end(const struct work_list *l)
{
	for (const struct work *w = l->first; w; w = w->next)
		watch_node_end(&w->mark);
}

/* Each node has a clone, which belongs to the executable graph. */
static void nodes_clone(struct context *owner, struct work_list *to, const struct work_list *from)
{
	static uint32_t n_graphs;
	n_graphs++;
	for (const struct work *w = from->first; w; w = w->next) {
		struct work_mark mark = {.graph = n_graphs};
		watch_node_make(owner, &mark, w->mark.node);
		work_append(to, w->kind, &mark, w->body, w->size);
	}
}

static void drop(void *body)
{
	work_free(body);
}

void graphs_drop(const struct context *owner)
{
	object_each(OBJECT_GRAPH, owner, drop);
	object_each(OBJECT_GRAPH_EXEC, owner, drop);
}

FAKE(cuGraphInstantiateWithFlags, NEED_CONTEXT, (CUgraphExec * exec, CUgraph graph, unsigned long long flags),
     (exec, graph, flags))
{
	const struct work_list *l = object_find(OBJECT_GRAPH, graph);
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	if (!exec || flags)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "the fake knows no flags (%llu)", flags);
	struct context *owner = object_owner(graph);
	nodes_clone(owner, object_make(OBJECT_GRAPH_EXEC, owner, sizeof *l, exec), l);
	return CUDA_SUCCESS;
}

static CUresult graph_end(enum object_kind kind, const void *handle)
{
	struct work_list *l = object_find(kind, handle);
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	nodes_end(l);
	work_free(l);
	object_end(handle);
	return CUDA_SUCCESS;
}

FAKE(cuGraphDestroy, NEED_CONTEXT, (CUgraph graph), (graph))
{
	return graph_end(OBJECT_GRAPH, graph);
}

FAKE(cuGraphExecDestroy, NEED_CONTEXT, (CUgraphExec exec), (exec))
{
	return graph_end(OBJECT_GRAPH_EXEC, exec);
}

FAKE(cuGraphUpload, NEED_CONTEXT | NEED_NO_CAPTURE, (CUgraphExec exec, CUstream stream), (exec, stream))
{
	if (!object_find(OBJECT_GRAPH_EXEC, exec) || !object_find(OBJECT_STREAM, stream))
		return CUDA_ERROR_INVALID_HANDLE;
	return CUDA_SUCCESS;
}

FAKE(cuGraphLaunch, NEED_CONTEXT, (CUgraphExec exec, CUstream stream), (exec, stream))
{
	const struct work_list *l = object_find(OBJECT_GRAPH_EXEC, exec);
	return l ? stream_submit_all(stream, object_owner(exec), l) : CUDA_ERROR_INVALID_HANDLE;
}
