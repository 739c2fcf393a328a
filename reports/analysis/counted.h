/* SPDX-License-Identifier: Apache-2.0 */
/* Counter visits of a row and what single readings of them say. Within reports/analysis, for counters.c and energy.c. */
#ifndef IFM_ANALYSIS_COUNTED_H
#define IFM_ANALYSIS_COUNTED_H

#include "reports/analysis/counters.h"

/* A counter visit; reps 0: nothing says over how many repetitions it was counted. */
struct counted {
	const struct stored_visit *visit;
	double reps, rep_s;
};
void counted_measure(struct counted *c, const struct stored_visit *v);

/* Of the process; NULL: that visit has none. */
const struct stored_reading *counted_reading(const struct counted *c, const char *source, const char *name);

/* Of a repetition where it is a sum. NaN where it was not read, or where nothing says over how many repetitions. */
double counted_value(const struct counted *c, const struct stored_reading *r);

/* Is it a sum over repetitions? Else a height, a cost, or of the whole window. */
bool reading_is_sum(const struct stored_reading *r);

/* One more, without a value; its unit and why are the caller's to set (owned by c). Valid until the next. */
struct row_counter *row_counter_add(struct row_counters *c, const char *name, const char *source);

/* ---- energy.c ---- */

/* The quality that a reading of energy begins its how with: "good", "fair", "poor"; NULL for all others. Static. */
const char *energy_quality_of(const char *counter, const char *why);

/* Energy a token, tokens of a joule, energy times delay, of every sensor that the source has, where tokens are counted. */
void energy_metrics_add(struct row_counters *out, const char *source, const struct counted *visit, int n);

#endif
