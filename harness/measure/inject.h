/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slowness of a known size, put in on purpose: what a comparison must find, or else it cannot be believed. The key
 * inject of a point says how; nothing of it is in a point without that key. Within harness/measure.
 */
#ifndef IFM_MEASURE_INJECT_H
#define IFM_MEASURE_INJECT_H

#include <stdint.h>

#include "engines/base/err.h"
#include "workloads/workload.h"

#define INJECT_PERCENT_MAX 1000

/* "how:time+of:step+percent:5": each step spins behind its work for 5 % of what it took. */
struct inject {
	double percent; /* 0: nothing is injected */
};

/* "" is nothing. ERR_UNSUPPORTED, saying what was expected, for any other text than pairs as above: how is time, of is
 * step, percent a number above 0 and at most INJECT_PERCENT_MAX, each pair once. */
MUST_CHECK int inject_parse(struct inject *out, const char *text, struct diag *d);

/*
 * What a step is still to be prolonged by. Readings of the clock are of the size of small parts of short steps: those
 * that prolonging costs are a part of it, and what one step spun too long, for it ends at a reading, the next spins
 * less. So the mean of many steps is right, where the part is more than two readings (about 0.1 us); no step is
 * slowed by less.
 */
struct inject_account {
	double part;	/* of a step */
	double read_ns; /* what a reading of the clock takes at least */
	double owed_ns;
};
/* Nanoseconds to spin behind a step that took so long; not above 0: none. */
double inject_due(const struct inject_account *a, int64_t took_ns);
/* Spun so long, of so much due. */
void inject_spun(struct inject_account *a, double due_ns, int64_t spun_ns);

/* A workload at work whose steps are prolonged: slowed.ops and (struct workload_run *)&slowed stand for what is in it.
 * Only reset and step may be called; the run inside stays its owner's. */
struct slowed {
	struct workload_ops ops;
	const struct workload_ops *inside;
	struct workload_run *run;
	struct inject_account account;
};
/* Times some readings of the clock (10 us). */
void inject_wrap(struct slowed *out, const struct inject *inject, const struct workload_ops *ops,
		 struct workload_run *run);

#endif
