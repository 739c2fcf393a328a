/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a counter source: something that reads numbers about the
 * machine or the process over the measured part of a window. It runs in visits
 * of its own, never while steps are timed for a result.
 *
 * Life: probe; open -> start -> stop -> finish -> ... -> close, by one thread, the one that runs the window. A source that
 * counts threads is open before the engine is: each thread of its pool comes by with born and gone.
 */
#ifndef IFM_MEASURE_COUNTER_H
#define IFM_MEASURE_COUNTER_H

#include <stdbool.h>

#include "engines/base/err.h"
#include "harness/wire/wire.h"

struct counter;

struct readings {
	struct wire_reading *item; /* free() it */
	int n;
};
/* Room for one more reading, all zero but thread -1 (the process). Valid until the next call. */
struct wire_reading *reading_add(struct readings *r);
/* The usual kind: the whole time, of the process. */
void reading_put(struct readings *r, const char *counter, const char *unit, int64_t value, int64_t wall_ns);

/* What is asked of a source. */
struct counter_config {
	const char *group;  /* "base" of "papi:base"; "" of a source without groups */
	int pass;	    /* which of its visits this is, from 0 */
	const char *device; /* that the point runs on: "cpu", "cuda:0"; NULL: none is known */
	/* How long idle power is looked at before the window, and after it; 0: not at all. `stopped` says, between two
	 * looks, whether somebody asked to stop; both stay valid until close. NULL: nobody can. */
	int64_t idle_ns;
	bool (*stopped)(void *arg);
	void *arg;
};

struct counter_ops {
	const char *name; /* static: "clock", "rusage" */
	bool has_groups;  /* it is asked for as NAME:GROUP, and each group has visits of its own */
	bool alone; /* one without groups has a visit of its own, as it bears no other source beside it, and is
			   * open before the engine is */

	bool idles; /* of a device that is no CPU it measures idle power: a visit with it takes twice idle_ns more */

	bool of_gpu; /* it has nothing to count where the point runs on a CPU */

	/* Required. Can it be used here? Else false, and why (at most size bytes). */
	bool (*probe)(char *why, int size);

	/* Required. The source belongs to the caller (close). */
	int (*open)(struct counter **out, const struct counter_config *config, struct diag *d);

	/* Optional, both or neither. On a thread of the engine's pool (see engines/base/hooks.h), several at once;
	 * thread 0 is the one that runs the window. What goes wrong is told by the readings. */
	void (*born)(struct counter *c, int thread);
	void (*gone)(struct counter *c, int thread);

	/* Required. Begins counting (from 0). */
	int (*start)(struct counter *c, struct diag *d);

	/* Required. Ends counting and adds readings. What could not be read has a reason in `why` and is not
	 * usable; a reading that is usable may say in it how it was counted. The caller sets pass and source. */
	int (*stop)(struct counter *c, struct readings *out, struct diag *d);

	/* Optional. After each stop, once all sources have stopped: what takes its time and must not stand in a
	 * window. Adds readings, as stop does. */
	int (*finish)(struct counter *c, struct readings *out, struct diag *d);

	void (*close)(struct counter *c); /* Required. NULL is fine. */

	/* Optional. Adds what it has to h: its groups to the counters, what they read to the events. */
	void (*list)(struct wire_hello *h);
};

/* NULL-terminated table in registry.c. */
extern const struct counter_ops *const counter_registry[];

/* The source of "NAME" or "NAME:GROUP", and its group ("": none; a part of name). NULL and ERR_UNSUPPORTED naming
 * the known ones. */
const struct counter_ops *counter_find(const char *name, const char **group, struct diag *d);

/* ---- for list ---- */
/* passes 0: it is read in one visit together with others. why: "" when usable. */
void list_counter(struct wire_hello *h, const char *name, const char *why, int passes);
void list_event(struct wire_hello *h, const char *counter, const char *name, const char *event,
		const char *why);

#endif
