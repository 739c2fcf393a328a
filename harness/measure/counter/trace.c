/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/trace.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/trace_nodes.h"

/* An id has the operation's number and one, and above it the block's and one. */
#define BLOCK_SHIFT 16

void trace_free(struct trace *t)
{
	for (int i = 0; i < t->n_names; i++)
		free(t->names[i]);
	free(t->names);
	free(t->event);
	free(t->link);
	*t = (struct trace){.n = 0};
}

/* Room for one more of n: doubled when n is a power of two. */
static void *grown(void *p, int n, size_t size)
{
	if (n & (n - 1))
		return p;
	return mem_realloc(p, (n ? 2 * (size_t)n : 1) * size);
}

/* The last one is the likeliest: kernels repeat, and there are few of them. */
static int name_number(struct trace *t, const char *name)
{
	for (int i = t->n_names - 1; i >= 0; i--)
		if (strcmp(t->names[i], name) == 0)
			return i;
	t->names = grown(t->names, t->n_names, sizeof *t->names);
	t->names[t->n_names] = mem_strdup(name);
	return t->n_names++;
}

struct trace_event *trace_event_add(struct trace *t, enum trace_kind kind, const char *name)
{
	t->event = grown(t->event, t->n, sizeof *t->event);
	struct trace_event *e = &t->event[t->n++];
	*e = (struct trace_event){.kind = kind, .name = name_number(t, name)};
	return e;
}

void trace_link_add(struct trace *t, uint32_t correlation, uint64_t op)
{
	t->link = grown(t->link, t->n_links, sizeof *t->link);
	t->link[t->n_links++] = (struct trace_link){correlation, op};
}

/* ---- operations ---- */

uint64_t trace_op_id(struct trace *t, const char *op, int block)
{
	int i = 0;
	while (i < t->n_ops && t->ops[i] != op && strcmp(t->ops[i], op) != 0)
		i++;
	if (i == TRACE_OPS_MAX)
		return 0;
	if (i == t->n_ops)
		t->ops[t->n_ops++] = op;
	return ((uint64_t)(block < 0 ? 0 : (unsigned)block + 1) << BLOCK_SHIFT) + (unsigned)i + 1;
}

void trace_op_text(const struct trace *t, uint64_t id, char *out, int size)
{
	uint64_t number = id & ((1u << BLOCK_SHIFT) - 1), block = id >> BLOCK_SHIFT;
	*out = '\0';
	if (number == 0 || number > (uint64_t)t->n_ops || block > INT32_MAX)
		return;
	if (block)
		snprintf(out, (size_t)size, "%s %d", t->ops[number - 1], (int)block - 1);
	else
		snprintf(out, (size_t)size, "%s", t->ops[number - 1]);
}

/* ---- when all is in ---- */

static int by_correlation(const void *a, const void *b)
{
	const struct trace_link *x = a, *y = b;
	return (x->correlation > y->correlation) - (x->correlation < y->correlation);
}

static int by_start(const void *a, const void *b)
{
	const struct trace_event *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

static uint64_t op_of(const struct trace *t, struct trace_nodes *nodes, const struct trace_event *e)
{
	const struct trace_link key = {e->correlation, 0}, *l = NULL;
	uint64_t op = nodes ? trace_nodes_op(nodes, e->node) : 0;
	if (!op && t->n_links)
		l = bsearch(&key, t->link, (size_t)t->n_links, sizeof key, by_correlation);
	return l ? l->op : op;
}

void trace_finish(struct trace *t, struct trace_nodes *nodes, uint64_t from, uint64_t to)
{
	int kept = 0;
	if (t->n_links)
		qsort(t->link, (size_t)t->n_links, sizeof *t->link, by_correlation);
	for (int i = 0; i < t->n; i++) {
		struct trace_event e = t->event[i];
		if (e.start < from || e.start > to)
			continue;
		e.op = op_of(t, nodes, &e);
		t->event[kept++] = e;
	}
	t->n = kept;
	if (t->n)
		qsort(t->event, (size_t)t->n, sizeof *t->event, by_start);
}
