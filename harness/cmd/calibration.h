/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of this machine's false alarms: the standing A/A pairs of trials and the campaigns of calibrate, as
 * decisions of the store (harness/store/decision.h).
 */
#ifndef IFM_CMD_CALIBRATION_H
#define IFM_CMD_CALIBRATION_H

#include "harness/store/store.h"
#include "harness/store/trial.h"

struct campaign;
struct trial_floor;
struct verdicts;

/* What the store knows of this machine. */
struct known_calibration {
	struct trial_calibration
		all; /* of the last CALIBRATION_CAMPAIGNS campaigns and as many trials with A/A pairs */
	int n_floors;
	struct trial_floor
		*floor; /* by kind of workload, owned; of kinds with CALIBRATION_FLOOR_NULLS comparisons */
};
/* Fewer comparisons of equal things say nothing of what they reach. */
#define CALIBRATION_FLOOR_NULLS 10
MUST_CHECK int calibration_known(struct store *s, struct known_calibration *out, struct diag *d);
void calibration_known_free(struct known_calibration *k);

/* Keeps the campaigns of a calibration, the A/A one first, as a decision of its run. */
MUST_CHECK int calibration_put(struct store *s, const struct campaign *c, int n, struct diag *d);
/* Whether by these campaigns alone false alarms are too many. */
bool calibration_failed(const struct campaign *c, int n);

/* Keeps what the standing A/A pairs of a trial said, when there are enough of them for a test. */
MUST_CHECK int calibration_keep(struct store *s, const struct verdicts *v, struct diag *d);

#endif
