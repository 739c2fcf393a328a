/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a counter source: something that reads numbers about the
 * machine or the process over the measured part of a window. It runs in visits
 * of its own, never while steps are timed for a result.
 *
 * Life: probe; open -> passes -> (start, stop)* -> close. One thread, the one
 * that runs the window.
 */
#ifndef IFM_MEASURE_COUNTER_H
#define IFM_MEASURE_COUNTER_H

#include <stdbool.h>

#include "engines/base/err.h"
#include "harness/wire/wire.h"

struct counter;

/* Readings a source may give in one pass. */
#define COUNTER_READINGS_MAX 64

struct counter_ops {
	const char *name; /* static: "clock", "rusage" */

	/* Required. Can it be used here? Else false, and why (at most size bytes). */
	bool (*probe)(char *why, int size);

	/* Required. The source belongs to the caller (close). */
	int (*open)(struct counter **out, struct diag *d);

	/* Required. How many visits are needed until all its counters were read. */
	int (*passes)(const struct counter *c);

	/* Required. Begins counting what belongs to this pass (from 0). */
	int (*start)(struct counter *c, int pass, struct diag *d);

	/* Required. Ends counting and fills up to COUNTER_READINGS_MAX readings; returns how many,
	 * or an error. The caller sets pass and source. */
	int (*stop)(struct counter *c, struct wire_reading *out, struct diag *d);

	void (*close)(struct counter *c); /* Required. NULL is fine. */
};

/* NULL-terminated table in registry.c. */
extern const struct counter_ops *const counter_registry[];

/* The source of that name; NULL and ERR_UNSUPPORTED naming the known ones. */
const struct counter_ops *counter_find(const char *name, struct diag *d);

#endif
