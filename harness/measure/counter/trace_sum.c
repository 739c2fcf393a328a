/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/trace.h"

/*
 * Of events sorted by start: the time of e that none before it had. A kernel that is launched early is there, and waits, while
 * the one before it works: that time is the other's. *end is the latest end so far, 0 before the first.
 */
static uint64_t own_ns(const struct trace_event *e, uint64_t *end)
{
	uint64_t from = e->start > *end ? e->start : *end;
	if (e->end > *end)
		*end = e->end;
	return e->end > from ? e->end - from : 0;
}

static void event_count(struct trace_sum *s, const struct trace_event *e, uint64_t ns)
{
	switch (e->kind) {
	case TRACE_KERNEL:
		s->kernels++;
		s->kernel_ns += ns;
		break;
	case TRACE_COPY:
		s->copies++;
		s->copied_bytes += e->bytes;
		break;
	case TRACE_SET:
		s->sets++;
		s->set_bytes += e->bytes;
		break;
	}
}

/* Events are sorted by start: what begins behind the end of all before it leaves a gap. */
static void gaps_find(const struct trace *t, struct trace_sum *s)
{
	uint64_t end = t->event[0].start;
	for (int i = 0; i < t->n; i++) {
		const struct trace_event *e = &t->event[i];
		uint64_t gap = e->start > end ? e->start - end : 0;
		s->gap_ns += gap;
		if (gap > s->longest_gap_ns)
			s->longest_gap_ns = gap;
		if (e->end > end)
			end = e->end;
	}
	s->span_ns = end - t->event[0].start;
	s->busy_ns = s->span_ns - s->gap_ns;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Nodes that were traced one by one: a launch has one correlation. */
static uint64_t launches_of_nodes(const struct trace *t)
{
	uint32_t *id = mem_alloc(((size_t)t->n + 1) * sizeof *id);
	uint64_t launches = 0;
	size_t n = 0;
	for (int i = 0; i < t->n; i++)
		if (t->event[i].graph)
			id[n++] = t->event[i].correlation;
	qsort(id, n, sizeof *id, by_value);
	for (size_t i = 0; i < n; i++)
		launches += i == 0 || id[i] != id[i - 1];
	free(id);
	return launches;
}

void trace_sum(const struct trace *t, struct trace_sum *out)
{
	uint64_t end = 0;
	*out = (struct trace_sum){.kernels = 0};
	for (int i = 0; i < t->n; i++)
		event_count(out, &t->event[i], own_ns(&t->event[i], &end));
	if (t->n == 0)
		return;
	gaps_find(t, out);
	out->graphs = launches_of_nodes(t);
}

/* ---- totals ---- */

static int by_time(const void *a, const void *b)
{
	const struct trace_total *x = a, *y = b;
	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return strcmp(x->name, y->name);
}

static struct trace_total *total_find(struct trace_total *list, int *n, const char *name)
{
	for (int i = 0; i < *n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	struct trace_total *new = &list[(*n)++];
	snprintf(new->name, sizeof new->name, "%s", name);
	return new;
}

/* Blocks are put together: "attention", not "attention 3". */
static const char *op_of(const struct trace *t, const struct trace_event *e)
{
	uint64_t number = e->op & 0xffff;
	return number && number <= (uint64_t)t->n_ops ? t->ops[number - 1] : NULL;
}

int trace_totals(const struct trace *t, bool by_op, int most, struct trace_total **out)
{
	struct trace_total *list = mem_alloc(((size_t)t->n_names + TRACE_OPS_MAX) * sizeof *list);
	uint64_t end = 0;
	int n = 0;
	for (int i = 0; i < t->n; i++) {
		const struct trace_event *e = &t->event[i];
		uint64_t ns = own_ns(e, &end);
		const char *name = by_op ? op_of(t, e) : e->kind == TRACE_KERNEL ? t->names[e->name] : NULL;
		if (!name)
			continue;
		struct trace_total *total = total_find(list, &n, name);
		total->n++;
		total->ns += ns;
	}
	if (n)
		qsort(list, (size_t)n, sizeof *list, by_time);
	*out = list;
	return n < most ? n : most;
}
