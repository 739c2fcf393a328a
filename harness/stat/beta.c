/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/distribution.h"

#include <float.h>
#include <math.h>

/* Enough for a and b up to some 10^8: the fraction needs about the root of the larger one. */
#define TERMS 20000
/* Below all numbers that come up, above 0 in reciprocals (Lentz, Applied Optics 15, 1976). */
#define TINY 1e-300
/* Halvings until no double lies between the ends. */
#define HALVINGS 1100

static double away_from_zero(double x)
{
	return fabs(x) < TINY ? TINY : x;
}

/* The continued fraction, by Lentz's method; converges fast for x < (a + 1) / (a + b + 2). */
static double fraction(double x, double a, double b)
{
	double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;

	for (int m = 1; m < TERMS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), step;
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 / away_from_zero(1 + even * d);
		c = away_from_zero(1 + even / c);
		h *= d * c;
		d = 1 / away_from_zero(1 + odd * d);
		c = away_from_zero(1 + odd / c);
		step = d * c;
		h *= step;
		if (fabs(step - 1) <= DBL_EPSILON)
			break;
	}
	return h;
}

double stat_beta_cdf(double x, double a, double b)
{
	double front;

	if (!(a > 0 && b > 0) || isnan(x))
		return NAN;
	if (x <= 0 || x >= 1)
		return x >= 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * fraction(x, a, b) / a;
	return 1 - front * fraction(1 - x, b, a) / b;
}

double stat_beta_quantile(double p, double a, double b)
{
	double lo = 0, hi = 1;

	if (!(a > 0 && b > 0) || !(p >= 0 && p <= 1))
		return NAN;
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (lo + hi) / 2;

		if (!(middle > lo && middle < hi))
			break;
		if (stat_beta_cdf(middle, a, b) < p)
			lo = middle;
		else
			hi = middle;
	}
	return (lo + hi) / 2;
}

double stat_t_two_sided(double t, double df)
{
	if (isnan(t))
		return NAN;
	return stat_beta_cdf(df / (df + t * t), df / 2, 0.5);
}

double stat_t_quantile(double p, double df)
{
	double x = stat_beta_quantile(2 * fmin(p, 1 - p), df / 2, 0.5), t = sqrt(df * (1 - x) / x);

	if (!(p > 0 && p < 1))
		return NAN;
	return p < 0.5 ? -t : t;
}

struct stat_interval stat_share_interval(int k, int n, double level)
{
	struct stat_interval r = {.lo = NAN, .hi = NAN};
	double tail = (1 - level) / 2;

	if (n < 1 || k < 0 || k > n || !(level > 0 && level < 1))
		return r;
	r.lo = k == 0 ? 0 : stat_beta_quantile(tail, k, n - k + 1.0);
	r.hi = k == n ? 1 : stat_beta_quantile(1 - tail, k + 1.0, n - k);
	r.coverage = level;
	r.ok = true;
	return r;
}

double stat_kolmogorov_p(double d, int n)
{
	double root = sqrt(n), x = (root + 0.12 + 0.11 / root) * d, sum = 0;

	if (n < 1 || !(d >= 0))
		return NAN;
	/* The series alternates too long there, and the value is 1 to ten digits. */
	if (x < 0.2)
		return 1;
	for (int k = 1; k <= 100; k++)
		sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * x * x);
	return fmin(1, fmax(0, sum));
}
