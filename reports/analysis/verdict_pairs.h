/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of visits by round: a step of verdicts_make. Within reports/analysis. */
#ifndef IFM_ANALYSIS_VERDICT_PAIRS_H
#define IFM_ANALYSIS_VERDICT_PAIRS_H

#include "reports/analysis/verdicts.h"

struct matched_pairs {
	int n;
	struct verdict_pair *pair; /* by round, group 0; owned by the caller */
	int n_lost;		   /* rounds in which a side failed or is missing */
	int drifting[TRIAL_ARMS];  /* processes */
};
/* alike: all steps of a repetition are of one kind. */
void matched_make(struct matched_pairs *out, const struct stored_point *const point[TRIAL_ARMS],
		  const char *const arm[TRIAL_ARMS], enum visit_kind kind, enum estimator e, bool alike);

#endif
