/* SPDX-License-Identifier: Apache-2.0 */
/* What `plan` prints: as lines (plan_text.c) and as JSON (plan_json.c). */
#ifndef IFM_CMD_PLAN_PRINT_H
#define IFM_CMD_PLAN_PRINT_H

#include <stdbool.h>

#include "harness/plan/estimate.h"

struct plan_view {
	const struct spec *spec;
	const struct plan *plan;
	const struct plan_estimate *estimates; /* one a point */
	const struct plan_pilot *pilots;       /* likewise; NULL: none were asked for */
	struct plan_time time;
	const char *store; /* where history is from; NULL: there is no store */
	const char *note;  /* why there is no history; "" when there is nothing to say */
	bool order;	   /* the visits, too */
};

void plan_print_text(const struct plan_view *v);
void plan_print_json(const struct plan_view *v);

#endif
