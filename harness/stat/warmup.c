/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/warmup.h"

#include <math.h>
#include <stdlib.h>

#include "harness/stat/distribution.h"
#include "harness/stat/stat.h"

#define WINDOW_MIN 20

const char *warmup_class_name(enum warmup_class c)
{
	static const char *const name[] = {"unknown", "flat", "warm-up", "slowdown", "no steady state"};

	return name[c];
}

/* Means of m batches less the mean of all, which leaves differences to be squared. NULL without memory. */
static double *batches_make(const double *y, int m)
{
	double *z = malloc(sizeof *z * (size_t)m), all = stat_mean(y, m * WARMUP_BATCH);

	for (int i = 0; z && i < m; i++)
		z[i] = stat_mean(y + i * WARMUP_BATCH, WARMUP_BATCH) - all;
	return z;
}

/* Squares that differ by less are equal but for rounding: what is left is a constant, as of a coarse clock. */
#define ROUNDING 1e-13

/* argmin over 0 <= d <= m / 2 of sum over j > d of (z_j - their mean)^2 / (m - d)^2; the first of equals. */
static int mser(const double *z, int m)
{
	double sum = 0, squares = 0, least = INFINITY;
	int best = 0;

	for (int d = m - 1; d >= 0; d--) {
		int left = m - d;
		double value, spread;

		sum += z[d];
		squares += z[d] * z[d];
		if (d > m / 2)
			continue;
		spread = squares - sum * sum / left;
		value = spread > ROUNDING * squares ? spread / left / left : 0;
		if (value <= least) {
			least = value;
			best = d;
		}
	}
	return best;
}

static enum warmup_class class_of(const double *z, int m, int d)
{
	if (d == m / 2)
		return WARMUP_NO_STEADY_STATE;
	if (d == 0)
		return WARMUP_FLAT;
	return stat_mean(z, d) < stat_mean(z + d, m - d) ? WARMUP_SLOWDOWN : WARMUP_WARM_UP;
}

struct warmup warmup_find(const double *log_time, int n)
{
	struct warmup out = {0};
	int m = n / WARMUP_BATCH, d;
	double *z;

	for (int i = 0; i < n; i++)
		if (!isfinite(log_time[i]))
			return out;
	if (m < 2)
		return out;
	z = batches_make(log_time, m);
	if (!z)
		return out;
	d = mser(z, m);
	out.class_ = class_of(z, m, d);
	out.cut = d * WARMUP_BATCH;
	free(z);
	return out;
}

int warmup_cut(const struct warmup *process, int n, int *n_unsteady)
{
	int cut = 0, unsteady = 0;

	for (int i = 0; i < n; i++) {
		cut = process[i].cut > cut ? process[i].cut : cut;
		unsteady += process[i].class_ == WARMUP_NO_STEADY_STATE;
	}
	if (n_unsteady)
		*n_unsteady = unsteady;
	return cut;
}

/* Slope and its standard error. */
static double slope(const double *y, int w, double *error)
{
	double mean = stat_mean(y, w), middle = (w - 1) / 2.0, xx = 0, xy = 0, rest = 0, b;

	for (int i = 0; i < w; i++) {
		xx += (i - middle) * (i - middle);
		xy += (i - middle) * (y[i] - mean);
	}
	b = xy / xx;
	for (int i = 0; i < w; i++) {
		double e = y[i] - mean - b * (i - middle);
		rest += e * e;
	}
	*error = sqrt(rest / (w - 2) / xx);
	return b;
}

struct warmup_slope warmup_slope(const double *log_time, int n)
{
	struct warmup_slope out = {.drift = NAN, .error = NAN};
	double b, error, reach;

	if (n < WINDOW_MIN)
		return out;
	out.window = n / 4 > WINDOW_MIN ? n / 4 : WINDOW_MIN;
	b = slope(log_time + n - out.window, out.window, &error);
	out.drift = b * out.window;
	out.error = error * out.window;
	reach = stat_t_quantile(0.975, out.window - 2) * out.error;
	if (fabs(out.drift) >= WARMUP_DRIFT && fabs(out.drift) > 2 * out.error)
		out.trend = WARMUP_DRIFTING;
	else if (fabs(out.drift) + reach < WARMUP_DRIFT)
		out.trend = WARMUP_STEADY;
	return out;
}
