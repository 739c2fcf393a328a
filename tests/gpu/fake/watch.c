/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/gpu/fake/watch.h"

#include <time.h>

#include "tests/gpu/fake/fake.h"
#include "tests/gpu/fake/stream.h"

/* Numbers of nodes begin above 32 bits, as those of the real driver do. */
#define FIRST_NODE ((uint64_t)1 << 32)

static const struct fake_watcher *watcher;
static uint32_t correlation;

void fake_watch(const struct fake_watcher *w)
{
	fake_enter("fake_watch", NEED_NOTHING);
	watcher = w;
	fake_leave(0);
}

uint64_t fake_watch_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void watch_call(void)
{
	correlation = watcher ? watcher->called() : 0;
}

uint32_t watch_correlation(void)
{
	return correlation;
}

void watch_run(const struct work_kind *kind, const void *body, const struct work_mark *mark)
{
	uint64_t start = fake_watch_ns();
	kind->run(body);
	if (!watcher || !kind->tell)
		return;
	struct fake_ran ran = {.start = start,
			       .end = fake_watch_ns(),
			       .correlation = mark->correlation,
			       .graph = mark->graph,
			       .node = mark->node_id};
	kind->tell(body, &ran);
	watcher->ran(&ran);
}

/* ---- nodes ---- */

uint64_t fake_watch_node_id(CUgraphNode node)
{
	const uint64_t *id = object_find(OBJECT_NODE, node);
	return id ? *id : 0;
}

void watch_node_make(struct context *owner, struct work_mark *mark, CUgraphNode original)
{
	static uint64_t n_nodes;
	uint64_t *id = object_make(OBJECT_NODE, owner, sizeof *id, &mark->node);
	mark->node_id = *id = FIRST_NODE + n_nodes++;
	if (!watcher)
		return;
	watcher->node(NODE_MADE, mark->node, NULL);
	if (original)
		watcher->node(NODE_CLONED, mark->node, original);
}

void watch_node_end(const struct work_mark *mark)
{
	if (watcher)
		watcher->node(NODE_GONE, mark->node, NULL);
	object_end(mark->node);
}
