/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/size.h"

#include <math.h>

#include "harness/stat/distribution.h"

double size_inflation(double rho)
{
	return rho > SIZE_RHO_MIN ? sqrt((1 + rho) / (1 - rho)) : 1;
}

static double factor(double alpha, double power)
{
	return stat_normal_quantile(1 - alpha / 2) + stat_normal_quantile(power);
}

double size_mde(double spread, double rho, int n, double alpha, double power)
{
	if (n < 1)
		return NAN;
	return factor(alpha, power) * spread / sqrt(SIZE_EFFICIENCY * n) * size_inflation(rho);
}

double size_of_few(int n, double alpha, double power)
{
	if (n < 2)
		return 1;
	return (stat_t_quantile(1 - alpha / 2, n - 1) + stat_t_quantile(power, n - 1)) / factor(alpha, power);
}

/* Up; what is no number, or beyond all, is SIZE_N_MAX. */
static int whole(double n)
{
	if (!(n < SIZE_N_MAX))
		return SIZE_N_MAX;
	/* What is whole but for rounding stays. */
	n = ceil(n * (1 - 1e-12));
	return n > 1 ? (int)n : 1;
}

int size_pairs_for_effect(double spread, double rho, double delta, double alpha, double power)
{
	double x = factor(alpha, power) * spread * size_inflation(rho) / log1p(delta);

	return delta > 0 ? whole(x * x / SIZE_EFFICIENCY) : SIZE_N_MAX;
}

int size_pairs_for_width(double spread, double rho, double half, double alpha)
{
	double x = stat_normal_quantile(1 - alpha / 2) * spread * size_inflation(rho) / half;

	return half > 0 ? whole(x * x / SIZE_EFFICIENCY) : SIZE_N_MAX;
}

double size_spread_of_width(double half, int n, double alpha)
{
	return half * sqrt(SIZE_EFFICIENCY * n) / stat_normal_quantile(1 - alpha / 2);
}

int size_pairs_for_tests(int m, double q)
{
	return m > 0 && q > 0 ? whole(1 + log2(m / q)) : SIZE_N_MAX;
}

int size_repetitions(double cost, double variance, double cost_next, double variance_next)
{
	if (!(cost > 0 && variance_next > 0))
		return SIZE_N_MAX;
	return whole(sqrt(cost_next / cost * ((variance < 0 ? 0 : variance) / variance_next)));
}
