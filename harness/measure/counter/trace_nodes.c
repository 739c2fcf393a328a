/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/trace_nodes.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

/* At most half of the places are taken: ways to a node are short. Operations nest seldom. */
enum { PLACES_BITS = 17, PLACES = 1 << PLACES_BITS, NESTED_MAX = 8 };
_Static_assert(PLACES >= 2 * TRACE_NODES_MAX, "half of the places are free");

/* 2^64 over the golden ratio: spreads ids that follow one another. */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

struct node {
	uint64_t id; /* 0: a free place */
	uint64_t op;
	bool gone;
};

struct trace_nodes {
	pthread_mutex_t lock;
	int n;
	struct node node[PLACES];
};

/* What is open on a thread: CUPTI tells of a node on the thread that makes it. */
static _Thread_local struct {
	int n;
	uint64_t op[NESTED_MAX];
} open_ops;

struct trace_nodes *trace_nodes_open(void)
{
	struct trace_nodes *n = mem_alloc(sizeof *n);
	/* So that its pages are there before anything is captured. */
	memset(n, 0, sizeof *n);
	pthread_mutex_init(&n->lock, NULL);
	return n;
}

void trace_nodes_close(struct trace_nodes *n)
{
	if (!n)
		return;
	pthread_mutex_destroy(&n->lock);
	free(n);
}

void trace_nodes_op_begin(uint64_t op)
{
	if (open_ops.n < NESTED_MAX)
		open_ops.op[open_ops.n] = op;
	open_ops.n++;
}

void trace_nodes_op_end(void)
{
	open_ops.n -= open_ops.n > 0;
}

/* Nested too deeply: of the deepest that has room. */
static uint64_t op_now(void)
{
	int n = open_ops.n < NESTED_MAX ? open_ops.n : NESTED_MAX;
	return n ? open_ops.op[n - 1] : 0;
}

/* The node's place, or the free one where it would be. */
static struct node *place_of(struct trace_nodes *n, uint64_t id)
{
	size_t at = (size_t)((id * SPREAD) >> (64 - PLACES_BITS));
	while (n->node[at].id != 0 && n->node[at].id != id)
		at = (at + 1) % PLACES;
	return &n->node[at];
}

/* What is of no operation needs no place. */
static void node_put(struct trace_nodes *n, struct node *place, uint64_t id, uint64_t op)
{
	if (place->id == 0 && (op == 0 || n->n == TRACE_NODES_MAX))
		return;
	n->n += place->id == 0;
	*place = (struct node){id, op, false};
}

void trace_nodes_made(struct trace_nodes *n, uint64_t node)
{
	uint64_t op = op_now();
	if (!node)
		return;
	pthread_mutex_lock(&n->lock);
	struct node *place = place_of(n, node);
	/* A clone that was told of before stays what it is, unless the id is that of an older node. */
	if (op || place->gone)
		node_put(n, place, node, op);
	pthread_mutex_unlock(&n->lock);
}

void trace_nodes_cloned(struct trace_nodes *n, uint64_t node, uint64_t original)
{
	if (!node)
		return;
	pthread_mutex_lock(&n->lock);
	uint64_t op = original ? place_of(n, original)->op : 0;
	node_put(n, place_of(n, node), node, op);
	pthread_mutex_unlock(&n->lock);
}

void trace_nodes_gone(struct trace_nodes *n, uint64_t node)
{
	if (!node)
		return;
	pthread_mutex_lock(&n->lock);
	struct node *place = place_of(n, node);
	place->gone = place->id != 0;
	pthread_mutex_unlock(&n->lock);
}

uint64_t trace_nodes_op(struct trace_nodes *n, uint64_t node)
{
	if (!node)
		return 0;
	pthread_mutex_lock(&n->lock);
	uint64_t op = place_of(n, node)->op;
	pthread_mutex_unlock(&n->lock);
	return op;
}
