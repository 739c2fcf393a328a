/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under load until it is steady: clocks, heat and power limits take seconds to settle, and what is measured before
 * is a burst. Repetitions run in slices of a second; the medians of their times are compared.
 *
 * Steady is what Georges, Buytaert and Eeckhout (Statistically Rigorous Java Performance Evaluation, OOPSLA 2007,
 * section 4) call so: the last few measurements lie within 1 %; here three changes of less than that in a row. Not
 * before 30 s: Intel's data sheets let a processor exceed its long-term power over a window (PL1's time) of 1 s by
 * default and 28 s as recommended for laptops, and a burst is steady, too. At most 90 s: what still drifts then is
 * measured and said to.
 */
#ifndef IFM_MEASURE_SETTLE_H
#define IFM_MEASURE_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/point.h"

struct strbuf;

#define SETTLE_SLICE_NS INT64_C(1000000000)
#define SETTLE_MIN_NS	(POINT_SETTLE_MIN_S * SETTLE_SLICE_NS)
#define SETTLE_MAX_NS	(POINT_SETTLE_MAX_S * SETTLE_SLICE_NS)
#define SETTLE_CHANGE	0.01
#define SETTLE_ALIKE	3

struct settle_hooks {
	void *arg;
	/* Required. Nanoseconds of a clock that never goes back. */
	int64_t (*now)(void *arg);
	/* Required. A repetition; *dur_ns: how long its steps took. */
	int (*repetition)(void *arg, int64_t *dur_ns, struct diag *d);
};

/* What became of it. */
struct settled {
	int64_t dur_ns; /* how long it took */
	int n_slices;
	double first, last; /* median repetition of the first and last slice, ns */
	bool steady;
};

MUST_CHECK int settle_run(struct settled *out, const struct settle_hooks *hooks, struct diag *d);

/* The line "settled: ...". */
void settled_describe(const struct settled *s, struct strbuf *out);

#endif
