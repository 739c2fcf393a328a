/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/nothing.h"

#include <stdio.h>

#include "harness/cmd/mistake.h"

int nothing_ran(const struct plan *p, struct diag *d)
{
	for (int i = 0; i < p->n_points; i++)
		if (p->points[i].role == ROLE_MEASURE && p->points[i].state == POINT_SKIPPED)
			return diag_set(d, ERR_USAGE, "no point could run: %.200s%s", p->points[i].reason,
					mistake_memory(&p->points[i]));
	return 0;
}

bool nothing_to_store(const struct plan *p)
{
	for (int i = 0; i < p->n_points; i++)
		if (p->points[i].state == POINT_FAILED)
			return false;
	return p->n_visits == 0;
}

void nothing_say(void)
{
	fprintf(stderr, "inferometer: nothing of it can be measured here: no run is stored\n");
}

bool some_unavailable(const struct plan *p)
{
	bool any = false;
	for (int i = 0; i < p->n_points; i++)
		any = any || p->points[i].state == POINT_FAILED ||
		      (p->points[i].role == ROLE_MEASURE && p->points[i].state == POINT_UNAVAILABLE);
	return any;
}

int nothing_planned(const struct plan *p, struct diag *d)
{
	for (int i = 0; i < p->n_points; i++) {
		enum point_state state = p->points[i].state;
		if (p->points[i].role == ROLE_MEASURE && state != POINT_SKIPPED)
			return 0;
	}
	return nothing_ran(p, d);
}
