/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/tokenizer/merge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

struct candidate {
	uint64_t order; /* rank, then the left symbol: the least is the next merge */
	int32_t right;
	uint32_t n; /* bytes of both; they differ when one has changed since */
	int32_t id; /* of what they become */
};

void merger_free(struct merger *m)
{
	free(m->symbols);
	free(m->heap);
	memset(m, 0, sizeof *m);
}

int merger_start(struct merger *m, size_t n, struct diag *d)
{
	m->n = 0;
	m->n_heap = 0;
	if (n <= m->cap)
		return 0;
	size_t cap = n < 2 * m->cap ? 2 * m->cap : n;
	merger_free(m);
	m->symbols = mem_try_array(cap, sizeof *m->symbols);
	/* n - 1 candidates at first; each of n - 1 merges takes one out and puts in at most two. */
	m->heap = mem_try_array(2 * cap, sizeof *m->heap);
	if (!m->symbols || !m->heap) {
		merger_free(m);
		return diag_set(d, ERR_OOM, "tokenizer: no memory to merge %zu symbols", n);
	}
	m->cap = cap;
	return 0;
}

void merger_add(struct merger *m, uint32_t at, uint32_t n, int32_t id)
{
	assert(m->n < m->cap);
	int32_t i = (int32_t)m->n++;
	m->symbols[i] = (struct symbol){i - 1, -1, at, n, id};
	if (i)
		m->symbols[i - 1].next = i;
}

static void heap_push(struct merger *m, const struct candidate *c)
{
	assert(m->n_heap < 2 * m->cap);
	size_t i = m->n_heap++;
	for (; i; i = (i - 1) / 2) {
		const struct candidate *parent = &m->heap[(i - 1) / 2];
		if (parent->order <= c->order)
			break;
		m->heap[i] = *parent;
	}
	m->heap[i] = *c;
}

static struct candidate heap_pop(struct merger *m)
{
	struct candidate top = m->heap[0], last = m->heap[--m->n_heap];
	size_t i = 0;
	for (size_t child = 1; child < m->n_heap; child = 2 * i + 1) {
		if (child + 1 < m->n_heap && m->heap[child + 1].order < m->heap[child].order)
			child++;
		if (last.order <= m->heap[child].order)
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = last;
	return top;
}

static void offer(struct merger *m, int32_t left, int32_t right, merge_fn *fn, const void *arg)
{
	if (left < 0 || right < 0)
		return;
	const struct symbol *l = &m->symbols[left], *r = &m->symbols[right];
	int32_t id;
	uint32_t rank;
	if (!fn(arg, l, r, &id, &rank))
		return;
	struct candidate c = {(uint64_t)rank << 32 | (uint32_t)left, right, l->n + r->n, id};
	heap_push(m, &c);
}

void merger_run(struct merger *m, merge_fn *fn, const void *arg)
{
	for (size_t i = 1; i < m->n; i++)
		offer(m, (int32_t)i - 1, (int32_t)i, fn, arg);
	while (m->n_heap) {
		struct candidate c = heap_pop(m);
		int32_t left = (int32_t)(uint32_t)c.order;
		struct symbol *l = &m->symbols[left], *r = &m->symbols[c.right];
		if (l->n == 0 || r->n == 0 || l->n + r->n != c.n)
			continue;
		l->n = c.n;
		l->id = c.id;
		l->next = r->next;
		r->n = 0;
		if (r->next >= 0)
			m->symbols[r->next].prev = left;
		offer(m, l->prev, left, fn, arg);
		offer(m, left, l->next, fn, arg);
	}
}
