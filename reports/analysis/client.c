/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a row's steps are so short that the worker's own bookkeeping may be a part of what was measured. */
#include "config.h"

#include "reports/analysis/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

static bool is_cost(const struct stored_reading *r)
{
	return r->usable && strcmp(r->source, "window") == 0 && strcmp(r->counter, "step_cost") == 0 &&
	       strcmp(r->unit, "ns") == 0 && isfinite(r->value) && r->value > 0;
}

/* The median over the timing visits; NaN where no worker told it. */
static double step_cost(const struct stored_point *point)
{
	double *x = mem_alloc(sizeof *x * (size_t)(point->n_visits + 1));
	int n = 0;

	for (int i = 0; i < point->n_visits; i++) {
		const struct stored_visit *v = &point->visits[i];

		if (v->kind != VISIT_TIMING || v->failed)
			continue;
		for (int j = 0; j < v->n_readings; j++)
			if (is_cost(&v->readings[j])) {
				x[n++] = v->readings[j].value;
				break;
			}
	}
	double cost = n ? stat_quantile(x, n, 0.5) : NAN;
	free(x);
	return cost;
}

/* What the host adds is in no time of a device. */
static bool is_by_device(const struct stored_point *point)
{
	for (int i = 0; i < point->n_visits; i++)
		if (series_host(&point->visits[i]) != series_step(&point->visits[i]))
			return true;
	return false;
}

void row_client(struct row *row)
{
	double n_reps = 0;

	row->step_cost_ns = step_cost(row->point);
	for (int i = 0; i < row->n_values; i++)
		n_reps += row->values[i].n_reps;
	/* Steps of one repetition may differ: this is their mean. */
	double step_ns = row->n_samples > 0 ? row->rep_s.value * 1e9 * n_reps / row->n_samples : NAN;
	row->client_bound = !is_by_device(row->point) && step_ns < CLIENT_BOUND_STEPS * row->step_cost_ns;
}
