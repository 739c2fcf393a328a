/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an interval means (facts: statistics, section 6): evaluated in the order of the page, above 0 is slower. Nothing is
 * called without an interval; "cannot tell" is a normal answer and says why. Swapped arms give the mirrored verdict.
 */
#ifndef IFM_STAT_VERDICT_H
#define IFM_STAT_VERDICT_H

#include <stdbool.h>

#include "harness/stat/pairs.h"

#define VERDICT_DELTA_FAIL 0.03
#define VERDICT_DELTA_EQ   0.015

enum verdict {
	VERDICT_INCONCLUSIVE = 0,
	VERDICT_SAME,
	VERDICT_CHANGED_SMALL,
	VERDICT_FASTER,
	VERDICT_SLOWER
};
const char *verdict_name(enum verdict v); /* "CHANGED-SMALL"; static */
enum verdict verdict_mirror(enum verdict v);

/* Why a verdict is INCONCLUSIVE. */
enum verdict_reason {
	VERDICT_DECIDED = 0,
	VERDICT_NO_INTERVAL,
	VERDICT_WIDE,	       /* the interval holds 0 and more than is called the same */
	VERDICT_NOT_SURVIVING, /* large, but one of many tests, or none was made */
	VERDICT_UNCONFIRMED,   /* large, and to be repeated in a fresh campaign */
	VERDICT_THROTTLED      /* large, but of devices that were slowed down */
};
const char *verdict_reason_text(enum verdict_reason r); /* static */

/* A log ratio and its interval. ok = false: there is none. */
struct effect {
	bool ok;
	double theta, lo, hi;
};
struct effect effect_of_pairs(const struct pairs *p);

struct verdict_ask {
	/* Ratios less 1; 0: the defaults. delta_eq counts for no more than delta_fail. */
	double delta_fail, delta_eq;
	double floor;  /* |log ratio| that A/A campaigns reach, q99; 0: unknown. Raises both deltas */
	bool survives; /* rejected by fdr.h; a single test: p <= alpha */
	bool needs_confirmation, confirmed;
	bool throttled; /* most pairs: nothing large is called */
};

struct verdict_result {
	enum verdict verdict;
	enum verdict_reason reason;
	double delta_fail, delta_eq; /* as they were used, log ratios */
};
struct verdict_result verdict_of(const struct effect *e, const struct verdict_ask *ask);

/* A fresh campaign confirms: both intervals exclude 0 on the same side. */
bool verdict_confirms(const struct effect *first, const struct effect *fresh);

/* Pairs in all until the interval is as narrow as the stopping rule asks, at the noise seen; 0: it is, or nothing is
 * known of the noise. */
int verdict_pairs_needed(const struct pairs *p, double delta_eq);

#endif
