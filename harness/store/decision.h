/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was decided of a run, with what went in: rows of `decision`. Names in use: "aa" (the standing A/A pairs of a trial:
 * outcome {n, p, theta}), "calibration" (a campaign of calibrate), "gate" (what the gate said). JSON objects both.
 */
#ifndef IFM_STORE_DECISION_H
#define IFM_STORE_DECISION_H

#include <jansson.h>
#include <stdint.h>

#include "engines/base/err.h"

struct store;

#define DECISION_AA	     "aa"
#define DECISION_CALIBRATION "calibration"
#define DECISION_GATE	     "gate"

MUST_CHECK int store_decision_put(struct store *s, int64_t run, const char *name, const json_t *inputs,
				  const json_t *outcome, struct diag *d);

struct stored_decision {
	int64_t run, start_wall_ns; /* of the run */
	json_t *inputs, *outcome;   /* objects */
};
/* The newest `most` decisions of a name about runs of a machine (NULL: of any), newest first. *out is owned: free with
 * stored_decisions_free. A row that is no JSON object is ERR_FORMAT with its run. */
MUST_CHECK int store_decision_list(struct store *s, const char *name, const char *machine, int most,
				   struct stored_decision **out, int *n, struct diag *d);
void stored_decisions_free(struct stored_decision *x, int n);

#endif
