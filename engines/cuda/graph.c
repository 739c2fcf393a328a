/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of few tokens as CUDA graphs: one launch in place of some hundred. */
#include "config.h"

#include "engines/base/hooks.h"
#include "engines/cuda/session.h"

static void exec_drop(struct session *s, struct step_graph *g)
{
	if (g->exec)
		(void)s->engine->cu->cuGraphExecDestroy(g->exec);
	g->exec = NULL;
}

static void graph_drop(struct session *s, struct step_graph *g)
{
	exec_drop(s, g);
	*g = (struct step_graph){0};
}

void graphs_free(struct session *s)
{
	for (int i = 0; i < GRAPHS_MAX; i++)
		graph_drop(s, &s->graph[i]);
}

static bool is_of(const struct step_graph *g, const struct step_shape *t)
{
	return g->n_bucket == t->n_bucket && g->rows_bucket == t->rows_bucket;
}

bool graph_seen(const struct session *s, const struct step_shape *t)
{
	for (int i = 0; i < GRAPHS_MAX; i++)
		if (is_of(&s->graph[i], t) && s->graph[i].seen > 0)
			return true;
	return false;
}

/* The shape's place; the one that was not used for longest makes room. */
static struct step_graph *graph_find(struct session *s, const struct step_shape *t)
{
	struct step_graph *oldest = &s->graph[0];
	for (int i = 0; i < GRAPHS_MAX; i++) {
		struct step_graph *g = &s->graph[i];
		if (is_of(g, t))
			return g;
		if (g->used < oldest->used)
			oldest = g;
	}
	s->crowded = s->crowded || oldest->seen > 0;
	graph_drop(s, oldest);
	oldest->n_bucket = t->n_bucket;
	oldest->rows_bucket = t->rows_bucket;
	return oldest;
}

/* On the device, too: else its first launch would bring it there. */
static int exec_make(struct session *s, struct step_graph *g, CUgraph graph, struct diag *d)
{
	const struct cuda_driver *cu = s->engine->cu;
	int rc = cuda_check(cu, cu->cuGraphInstantiateWithFlags(&g->exec, graph, 0), "making a graph", d);
	if (rc) {
		g->exec = NULL;
		return rc;
	}
	rc = cuda_check(cu, cu->cuGraphUpload(g->exec, s->engine->stream), "making a graph", d);
	if (rc)
		exec_drop(s, g);
	return rc;
}

/* All kernels have run with these shapes before: nothing is loaded, chosen or allocated meanwhile. */
static int graph_capture(struct session *s, struct step_graph *g, const struct step_shape *t, struct diag *d)
{
	const struct cuda_driver *cu = s->engine->cu;
	CUgraph graph = NULL;
	int rc = cuda_check(cu,
			    cu->cuStreamBeginCapture(s->engine->stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
			    "capturing a graph", d);
	if (rc)
		return rc;
	stream_other(s->engine);
	rc = cuda_forward(s, t, d);
	/* Ended in any case: the stream is good for nothing else before. */
	CUresult end = cu->cuStreamEndCapture(s->engine->stream, &graph);
	if (rc == 0)
		rc = cuda_check(cu, end, "capturing a graph", d);
	if (rc == 0)
		rc = exec_make(s, g, graph, d);
	if (graph)
		(void)cu->cuGraphDestroy(graph);
	return rc;
}

/* An older driver may not know launches that overlap in a graph: it is worth more than they are. */
static int graph_make(struct session *s, struct step_graph *g, const struct step_shape *t, struct diag *d)
{
	int rc = graph_capture(s, g, t, d);
	if (rc == 0 || !s->engine->overlap)
		return rc;
	overlap_end(s->engine, "no graph could be made so: %s", d->text);
	diag_clear(d);
	rc = graph_capture(s, g, t, d);
	/* Then it was not that. */
	s->engine->overlap = rc != 0;
	return rc;
}

int cuda_step_start(struct session *s, const struct step_shape *t, struct diag *d)
{
	if (t->n_bucket > BUCKET_MAX || s->no_graphs)
		return cuda_forward(s, t, d);
	struct step_graph *g = graph_find(s, t);
	g->used = ++s->n_steps;
	if (!g->exec)
		return cuda_forward(s, t, d);
	hooks_op_begin("graph", -1);
	stream_other(s->engine);
	int rc = cuda_check(s->engine->cu, s->engine->cu->cuGraphLaunch(g->exec, s->engine->stream),
			    "starting a graph", d);
	hooks_op_end();
	return rc;
}

void cuda_step_keep(struct session *s, const struct step_shape *t)
{
	struct diag why = {0};
	if (t->n_bucket > BUCKET_MAX || s->no_graphs)
		return;
	struct step_graph *g = graph_find(s, t);
	/* Of too many shapes each would only take another's place. */
	bool worth = g->seen++ > 0 || !s->crowded;
	if (g->exec || !worth || graph_make(s, g, t, &why) == 0)
		return;
	/* It only costs time, and describe says so. Where the device itself failed, the next call tells. */
	s->no_graphs = true;
	s->no_graphs_why = why;
}
