/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/pack.h"

#include <assert.h>

struct pack {
	int member[PACK_EVENTS_MAX];
	int n, n_anchors; /* usable anchors come first */
};

/* Adds event i to the open pass where it fits; else the pass stays as it was. */
static bool pack_add(struct pack *p, int i, pack_fits_fn *fits, void *arg)
{
	p->member[p->n] = i;
	if (!fits(arg, p->member, p->n + 1))
		return false;
	p->n++;
	return true;
}

/* Opens a pass for event i; where it does not count even there the one before stays open. */
static bool pack_open(struct pack *p, int i, pack_fits_fn *fits, void *arg)
{
	struct pack next = *p;
	next.n = next.n_anchors;
	if (!pack_add(&next, i, fits, arg))
		return false;
	*p = next;
	return true;
}

int pack_events(const bool *usable, int n, int n_anchors, pack_fits_fn *fits, void *arg, int *pass)
{
	struct pack p = {.n = 0};
	assert(n <= PACK_EVENTS_MAX);
	for (int i = 0; i < n; i++)
		pass[i] = -1;
	for (int i = 0; i < n_anchors; i++)
		if (usable[i] && pack_add(&p, i, fits, arg))
			pass[i] = 0;
	p.n_anchors = p.n;
	int passes = p.n > 0;
	for (int i = n_anchors; i < n; i++) {
		if (!usable[i])
			continue;
		bool first = passes == 0;
		bool added = pack_add(&p, i, fits, arg);
		if (!added && p.n > p.n_anchors) {
			added = pack_open(&p, i, fits, arg);
			first = added;
		}
		passes += added && first;
		if (added)
			pass[i] = passes - 1;
	}
	return passes;
}
