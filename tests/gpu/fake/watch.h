/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fake driver tells of itself to the library that stands for CUPTI, as the real one tells CUPTI: calls, nodes of
 * graphs, what ran. That library finds these functions by dlsym and knows nothing else of the driver.
 */
#ifndef IFM_TESTS_GPU_FAKE_WATCH_H
#define IFM_TESTS_GPU_FAKE_WATCH_H

#include <cuda.h>
#include <stdint.h>

/* Something that ran on the device. */
enum fake_ran_kind {
	RAN_NOTHING = 0,
	RAN_KERNEL,
	RAN_COPY_TO, /* the device */
	RAN_COPY_FROM,
	RAN_COPY_WITHIN,
	RAN_FILL,
};
struct fake_ran {
	enum fake_ran_kind kind;
	const char *name; /* of a kernel: lives as long as the driver */
	uint64_t bytes;
	uint64_t start, end;  /* on the clock of fake_watch_ns */
	uint32_t correlation; /* of the call that launched it */
	uint32_t graph;	      /* executable one, 0: none */
	uint64_t node;	      /* unique number of the node of that one, 0: none */
};

enum fake_node_event {
	NODE_MADE = 0,
	NODE_CLONED,
	NODE_GONE, /* soon */
};

/* All are called under the driver's lock, on the thread that calls the driver, and must not call it but for
 * fake_watch_node_id. */
struct fake_watcher {
	/* A call begins: its correlation. */
	uint32_t (*called)(void);
	/* original: of NODE_CLONED alone. A clone is NODE_MADE before that. */
	void (*node)(enum fake_node_event event, CUgraphNode node, CUgraphNode original);
	void (*ran)(const struct fake_ran *what);
};

/* NULL: nobody watches. */
void fake_watch(const struct fake_watcher *watcher);
uint64_t fake_watch_ns(void);
/* The unique number of a node, which its handle is not; 0 after a complaint: none that is alive. */
uint64_t fake_watch_node_id(CUgraphNode node);

#endif
