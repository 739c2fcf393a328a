/* SPDX-License-Identifier: Apache-2.0 */
/* The software events of source "perf", and whether each of them counts here. */
#ifndef IFM_COUNTER_PERF_EVENT_H
#define IFM_COUNTER_PERF_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum { PERF_EVENTS = 6 };

struct perf_event_info {
	const char *name, *unit, *event;
	uint64_t config;
	bool kernel; /* it happens in the kernel: counting user code alone never sees it */
};
extern const struct perf_event_info perf_events[PERF_EVENTS];

struct perf_choice {
	bool kernel;   /* counted in the kernel, too */
	char why[160]; /* "" when usable */
};

struct perf_value {
	int64_t value, enabled_ns, running_ns;
};

/* Of the calling thread, counting at once. A descriptor or -1 with errno. */
int perf_event_start(int event, bool kernel, bool inherit);
/* False, and zeros, for -1. */
bool perf_event_read(int fd, struct perf_value *out);

/* Opens each event and makes it move. At the first call; later ones know. */
void perf_probe_all(struct perf_choice choice[PERF_EVENTS]);

#endif
