/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/pareto.h"

#include <math.h>

static bool beats(double cost_a, double gain_a, double cost_b, double gain_b)
{
	return cost_a <= cost_b && gain_a >= gain_b && (cost_a < cost_b || gain_a > gain_b);
}

void pareto_mark(const double *cost, const double *gain, int n, bool *best)
{
	for (int i = 0; i < n; i++) {
		best[i] = !isnan(cost[i]) && !isnan(gain[i]);
		for (int j = 0; j < n && best[i]; j++)
			best[i] = !beats(cost[j], gain[j], cost[i], gain[i]);
	}
}
