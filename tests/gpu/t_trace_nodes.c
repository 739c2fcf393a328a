/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes of graphs and their operations: clones, clones of clones, ids that are used again, threads, more nodes than are
 * kept; and what becomes of events that ran as nodes.
 */
#include "config.h"

#include "tests/tap.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/counter/trace.h"
#include "harness/measure/counter/trace_nodes.h"

static void made(struct trace_nodes *n, uint64_t node, uint64_t op)
{
	trace_nodes_op_begin(op);
	trace_nodes_made(n, node);
	trace_nodes_op_end();
}

static void is_of(struct trace_nodes *n, uint64_t node, uint64_t op, const char *what)
{
	uint64_t got = trace_nodes_op(n, node);
	ok(got == op, "%s (%llu)", what, (unsigned long long)got);
}

static void test_clones(void)
{
	struct trace_nodes *n = trace_nodes_open();
	is_of(n, 5, 0, "a node that is not known");
	is_of(n, 0, 0, "what is no node");
	made(n, 1, 7);
	made(n, 2, (uint64_t)80 << 16 | 8);
	trace_nodes_made(n, 3);
	trace_nodes_made(n, 0);
	is_of(n, 1, 7, "the operation that was open");
	is_of(n, 2, (uint64_t)80 << 16 | 8, "one of a late block");
	is_of(n, 3, 0, "none was open");
	trace_nodes_cloned(n, (uint64_t)1 << 32, 1);
	trace_nodes_cloned(n, (uint64_t)2 << 32, (uint64_t)1 << 32);
	is_of(n, (uint64_t)1 << 32, 7, "a clone");
	is_of(n, (uint64_t)2 << 32, 7, "a clone of a clone");
	is_of(n, 1, 7, "the original stays");
	trace_nodes_cloned(n, 9, 3);
	trace_nodes_cloned(n, 10, 77);
	trace_nodes_cloned(n, 11, 0);
	trace_nodes_cloned(n, 0, 1);
	is_of(n, 9, 0, "a clone of what is of none");
	is_of(n, 10, 0, "and of what is not known");
	is_of(n, 11, 0, "or cannot be known");
	/* A clone is told of as a node that is made, too. */
	trace_nodes_made(n, 20);
	trace_nodes_cloned(n, 20, 2);
	trace_nodes_cloned(n, 21, 2);
	trace_nodes_made(n, 21);
	is_of(n, 20, (uint64_t)80 << 16 | 8, "made, then cloned");
	is_of(n, 21, (uint64_t)80 << 16 | 8, "cloned, then made");
	trace_nodes_close(n);
	trace_nodes_close(NULL);
}

static void test_again(void)
{
	struct trace_nodes *n = trace_nodes_open();
	made(n, 1, 7);
	made(n, 2, 8);
	trace_nodes_cloned(n, 3, 1);
	trace_nodes_cloned(n, 4, 1);
	for (uint64_t i = 0; i <= 5; i++)
		trace_nodes_gone(n, i);
	is_of(n, 1, 7, "a node that is gone is known: its records may come later");
	made(n, 1, 9);
	is_of(n, 1, 9, "the id of another node, of another operation");
	trace_nodes_made(n, 2);
	is_of(n, 2, 0, "of none");
	trace_nodes_cloned(n, 3, 1);
	is_of(n, 3, 9, "of a clone");
	trace_nodes_cloned(n, 4, 99);
	is_of(n, 4, 0, "of a clone of what is not known");
	made(n, 2, 10);
	is_of(n, 2, 10, "and once more");
	trace_nodes_close(n);
}

static void test_nested(void)
{
	struct trace_nodes *n = trace_nodes_open();
	trace_nodes_op_end();
	for (uint64_t op = 1; op <= 20; op++)
		trace_nodes_op_begin(op);
	trace_nodes_made(n, 1);
	ok(trace_nodes_op(n, 1) > 1, "nested too deeply: one of the inner ones");
	for (int i = 0; i < 18; i++)
		trace_nodes_op_end();
	trace_nodes_made(n, 2);
	is_of(n, 2, 2, "the inner one");
	trace_nodes_op_end();
	trace_nodes_made(n, 3);
	is_of(n, 3, 1, "the outer one");
	trace_nodes_op_end();
	trace_nodes_made(n, 4);
	is_of(n, 4, 0, "none");
	trace_nodes_close(n);
}

static void test_limit(void)
{
	struct trace_nodes *n = trace_nodes_open();
	uint64_t wrong = 0, first = (uint64_t)6 << 32;
	trace_nodes_op_begin(5);
	for (uint64_t i = 0; i < TRACE_NODES_MAX + 1000; i++)
		trace_nodes_made(n, first + i);
	trace_nodes_op_end();
	for (uint64_t i = 0; i < TRACE_NODES_MAX + 1000; i++)
		wrong += trace_nodes_op(n, first + i) != (i < TRACE_NODES_MAX ? 5 : 0);
	is_int((long long)wrong, 0, "as many as there is room for, no more");
	trace_nodes_cloned(n, 1, first);
	is_of(n, 1, 0, "a clone has no room, either");
	made(n, first + 7, 6);
	is_of(n, first + 7, 6, "one that is known may change");
	trace_nodes_close(n);
}

/* ---- threads ---- */

enum { THREADS = 4, EACH = 2000 };

struct worker {
	pthread_t thread;
	struct trace_nodes *n;
	uint64_t number;
};

static void *worker_main(void *arg)
{
	const struct worker *w = arg;
	for (uint64_t i = 0; i < EACH; i++) {
		uint64_t id = (w->number << 32) + i;
		made(w->n, id, w->number);
		trace_nodes_cloned(w->n, id + EACH, id);
		trace_nodes_gone(w->n, id);
	}
	trace_nodes_made(w->n, w->number);
	return NULL;
}

static void test_threads(void)
{
	struct trace_nodes *n = trace_nodes_open();
	struct worker w[THREADS];
	int wrong = 0, strange = 0;
	/* Open here, and nowhere else. */
	trace_nodes_op_begin(99);
	for (int i = 0; i < THREADS; i++) {
		w[i] = (struct worker){.n = n, .number = (uint64_t)i + 1};
		if (pthread_create(&w[i].thread, NULL, worker_main, &w[i]))
			bail("no thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(w[i].thread, NULL);
	trace_nodes_op_end();
	for (uint64_t t = 1; t <= THREADS; t++) {
		for (uint64_t i = 0; i < 2 * EACH; i++)
			wrong += trace_nodes_op(n, (t << 32) + i) != t;
		strange += trace_nodes_op(n, t) != 0;
	}
	is_int(wrong, 0, "nodes of several threads");
	is_int(strange, 0, "what is open on one thread is not open on another");
	trace_nodes_close(n);
}

/* ---- events ---- */

static void event(struct trace *t, const char *name, uint64_t start, uint32_t correlation, uint64_t node)
{
	struct trace_event *e = trace_event_add(t, TRACE_KERNEL, name);
	e->start = start;
	e->end = start + 10;
	e->correlation = correlation;
	e->graph = node ? 4 : 0;
	e->node = node;
}

static void is_total(const struct trace *t, const char *op, uint64_t times)
{
	struct trace_total *total;
	uint64_t found = 0;
	int n = trace_totals(t, true, 10, &total);
	for (int i = 0; i < n; i++)
		if (strcmp(total[i].name, op) == 0)
			found = total[i].n;
	is_int((long long)found, (long long)times, op);
	free(total);
}

/* Two launches of a graph of three nodes, one of which is of no operation, and a kernel by itself. */
static void events_add(struct trace *t)
{
	event(t, "alone", 100, 1, 0);
	for (uint32_t launch = 0; launch < 2; launch++)
		for (uint64_t node = 31; node <= 33; node++)
			event(t, "node", 200 + 100 * launch + node, 2 + launch, node);
	for (uint32_t launch = 0; launch < 2; launch++)
		trace_link_add(t, 2 + launch, trace_op_id(t, "graph", -1));
	trace_link_add(t, 1, trace_op_id(t, "gemm", 0));
}

static void test_events(void)
{
	struct trace_nodes *n = trace_nodes_open();
	struct trace_sum s;
	struct trace t = {0};
	made(n, 21, trace_op_id(&t, "gemm", 3));
	made(n, 22, trace_op_id(&t, "norm", -1));
	for (uint64_t i = 21; i <= 23; i++)
		trace_nodes_cloned(n, i + 10, i);
	events_add(&t);
	trace_finish(&t, n, 0, 1000);
	is_total(&t, "gemm", 3);
	is_total(&t, "norm", 2);
	is_total(&t, "graph", 2);
	trace_sum(&t, &s);
	ok(s.graphs == 2 && s.kernels == 7, "launches of graphs are told by their nodes as before");
	trace_free(&t);
	events_add(&t);
	trace_finish(&t, NULL, 0, 1000);
	is_total(&t, "gemm", 1);
	is_total(&t, "norm", 0);
	is_total(&t, "graph", 6);
	trace_free(&t);
	trace_nodes_close(n);
}

int main(void)
{
	test_clones();
	test_again();
	test_nested();
	test_limit();
	test_threads();
	test_events();
	return tap_done();
}
