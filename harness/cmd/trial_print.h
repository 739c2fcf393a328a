/* SPDX-License-Identifier: Apache-2.0 */
/* What a run that is a trial says of itself, for ls and show: never the verdicts, which are computed. */
#ifndef IFM_CMD_TRIAL_PRINT_H
#define IFM_CMD_TRIAL_PRINT_H

#include <jansson.h>

struct strbuf;
struct stored_run;

/* "compare", "gate", "confirm of run 3", "calibration"; nothing for a run that is none. */
void trial_mark_put(struct strbuf *out, const struct stored_run *run);
/* Arms, how many pairs were asked for, seed, a line each. */
void trial_lines_put(struct strbuf *out, const struct stored_run *run);
/* {"purpose": "confirm", "confirms": 3}; null for a run that is none. New reference. */
json_t *trial_mark_json(const struct stored_run *run);

#endif
