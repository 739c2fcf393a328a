/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of this machine's false alarms: the standing A/A pairs of trials and the campaigns of calibrate, as
 * decisions of the store (harness/store/decision.h).
 */
#ifndef IFM_CMD_CALIBRATION_H
#define IFM_CMD_CALIBRATION_H

#include "harness/store/store.h"
#include "harness/store/trial.h"

struct verdicts;

/* The last CALIBRATION_CAMPAIGNS campaigns and the A/A pairs of trials since, of this machine. */
MUST_CHECK int calibration_known(struct store *s, struct trial_calibration *out, struct diag *d);

/* Keeps what the standing A/A pairs of a trial said, when there are enough of them for a test. */
MUST_CHECK int calibration_keep(struct store *s, const struct verdicts *v, struct diag *d);

#endif
