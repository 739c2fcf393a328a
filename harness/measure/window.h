/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one window in which steps are timed. Between two clock reads there is the
 * step and nothing else: no allocation, no I/O, no lock of ours. What disturbed
 * a sample (faults, switches, a change of CPU) is looked up outside of the
 * timed interval and marks it; nothing is dropped. Steps far below 20 us share a look, and what disturbed one of
 * them marks them all.
 */
#ifndef IFM_MEASURE_WINDOW_H
#define IFM_MEASURE_WINDOW_H

#include "engines/base/err.h"
#include "harness/wire/wire.h"
#include "workloads/workload.h"

/* A comparability key: raise it with any change of what is timed or how. Another clock is another name in the series, which is
 * compared as well.
 * 2: short steps share a look at what disturbed them, which was a system call between any two. */
#define WINDOW_VERSION 2

/* Samples a window holds at least, and at most: 2 MiB and 128 MiB of arrays. A window whose arrays are
 * full stops at the last whole repetition that fits, though min_time may not have passed. */
#define WINDOW_SAMPLES_MIN (1 << 16)
#define WINDOW_SAMPLES_MAX (1 << 22)

struct window_hooks {
	void *arg;
	/* Optional. Around the repetitions after the warm-up: counters start and stop here. */
	int (*begin)(void *arg, struct diag *d);
	int (*end)(void *arg, struct diag *d);
	/* Optional. Before each step of every repetition, outside of what is timed: cold caches are made here. What
	 * it does marks no sample, and its time counts against min_time: else a short step would be repeated for
	 * hours. */
	int (*before_step)(void *arg, struct diag *d);
	/* Optional. Asked between steps, now and then; true ends the window with ERR_CANCELLED. */
	bool (*cancelled)(void *arg);
	/* Optional. The clock of the device that computes, and where the second series of the same samples goes, owned by
	 * the caller like the first. Asked for after each step, outside of what is timed. */
	const char *device_clock;
	struct wire_series *second;
	/* The step is what the device says, the second series "host", and a step that holds its launch, too, is marked as
	 * interrupted: the host was away, or could not be waited for; else it is what the host's clock says, and "device"
	 * is the second. */
	bool by_device;
};

/* Repetitions of `steps` steps each, as request says. On success series, "step", is owned by the
 * caller (wire_run_result_free of what holds it). */
MUST_CHECK int window_run(const struct workload_ops *ops, struct workload_run *run, int steps,
			  const struct wire_run_request *request, const struct window_hooks *hooks,
			  struct wire_series *series, struct diag *d);

#endif
