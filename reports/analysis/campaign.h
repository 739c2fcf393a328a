/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trial that is many comparisons one after the other (trial.block): what a verdict of this machine is worth. Equal things
 * that are called different are false alarms, slowdowns put in on purpose that are not found are misses.
 */
#ifndef IFM_ANALYSIS_CAMPAIGN_H
#define IFM_ANALYSIS_CAMPAIGN_H

#include "reports/analysis/verdicts.h"

/* One comparison: a block of the pairs of a cell. */
struct campaign_test {
	int cell;
	struct pairs pairs;
};
struct campaign_cell {
	int n;			  /* comparisons with an interval */
	struct calibration found; /* p and theta of them; of injected trials not false alarms but finds */
	struct calibration_share seen; /* intervals above 0: b is slower, as it was made to be */
	double q99;		       /* of |log ratio| */
	double mde; /* median of the minimum detectable effects, log ratio; NaN without one */
};
struct campaign {
	const struct verdicts *v; /* borrowed */
	int n;
	struct campaign_test *test; /* by cell, in their order; incomplete blocks are left out */
	struct campaign_cell *cell; /* as v->cell */
	struct campaign_cell all;
};

/* block 0: that of the trial; where that is 0, too, all pairs are one comparison. */
void campaign_make(struct campaign *out, const struct verdicts *v, int block);
void campaign_free(struct campaign *c);

#endif
