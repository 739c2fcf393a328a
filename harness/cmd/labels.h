/* SPDX-License-Identifier: Apache-2.0 */
/* --label LABEL of the commands that take several: a word, or KEY=VALUE. */
#ifndef IFM_CMD_LABELS_H
#define IFM_CMD_LABELS_H

#include <argp.h>

#include "harness/store/runs.h"

enum { LABELS_MAX = 64 };

/* In their order: of words the last counts. All zero is none. */
struct labels {
	int n;
	struct run_label label[LABELS_MAX];
};
/* argp_error() when it is none, or there are more than LABELS_MAX. */
void labels_add(struct labels *out, const char *arg, struct argp_state *state);
void labels_free(struct labels *l);

#endif
