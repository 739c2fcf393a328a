/* SPDX-License-Identifier: Apache-2.0 */
/* Checks 1 to 3: size, power and coverage of the paired interval under noise of several kinds. */
#include "config.h"

#include <math.h>
#include <stddef.h>

#include "harness/stat/distribution.h"
#include "harness/stat/selftest/rig.h"
#include "harness/stat/stat.h"

#define N_MAX	60
#define REPEATS 20000

/* A log ratio of a pair without an effect. */
typedef double noise_fn(struct draw *d);

static double normal_noise(struct draw *d)
{
	return 0.05 * draw_normal(d);
}

static double t3_noise(struct draw *d)
{
	return 0.05 * draw_t3(d);
}

/* A run of 2 % noise; one in twenty takes ten times as long. */
static double disturbed_run(struct draw *d)
{
	return 0.02 * draw_normal(d) + (draw_below(d, 20) == 0 ? 2.302585092994046 : 0);
}

static double disturbed_noise(struct draw *d)
{
	double a = disturbed_run(d);

	return disturbed_run(d) - a;
}

struct counts {
	int n, excludes, covers, t_rejects; /* repeats; of 0, of the shift; by a paired t test */
	double coverage;		    /* exact */
};

static bool t_rejects(const double *r, int n)
{
	double t = stat_mean(r, n) / stat_sd(r, n) * sqrt(n);

	return stat_t_two_sided(t, n - 1) <= 0.05;
}

static struct counts simulate(const struct selftest *t, int number, noise_fn *noise, int n, double shift,
			      bool with_t)
{
	struct counts c = {.n = rig_repeats(t, REPEATS)};
	struct draw d = rig_draws(t, number);
	struct pairs_work work = {0};
	double r[N_MAX];

	for (int i = 0; i < c.n; i++) {
		for (int j = 0; j < n; j++)
			r[j] = noise(&d) + shift;
		struct pairs p = pairs_compare(r, n, NULL, &work);
		c.excludes += rig_excludes_zero(&p);
		c.covers += p.lo <= shift && shift <= p.hi;
		c.t_rejects += with_t && t_rejects(r, n);
		c.coverage = p.coverage;
	}
	pairs_work_free(&work);
	return c;
}

void rig_size(struct selftest *t)
{
	static const int n[] = {10, 30, 60};

	for (int i = 0; i < 3; i++) {
		struct counts c = simulate(t, 100 + i, normal_noise, n[i], 0, false);
		rig_share(t, false, c.excludes, c.n, 1 - c.coverage, RIG_EXACT, "%d pairs: excludes 0", n[i]);
		rig_share(t, false, c.covers, c.n, c.coverage, RIG_EXACT, "%d pairs: covers 0", n[i]);
	}
}

void rig_power(struct selftest *t)
{
	static const struct {
		int percent, n, decimals;
		double power;
	} rows[] = {{2, 10, 2, .19}, {2, 30, 2, .54},  {2, 60, 2, .84},
		    {5, 10, 2, .77}, {5, 30, 3, .999}, {5, 60, 2, 1}};

	for (int i = 0; i < 6; i++) {
		double shift = log1p(rows[i].percent / 100.0);
		struct counts c = simulate(t, 200 + i, normal_noise, rows[i].n, shift, false);
		rig_share(t, false, c.excludes, c.n, rows[i].power, rows[i].decimals,
			  "%d %%, %d pairs: found", rows[i].percent, rows[i].n);
		rig_share(t, false, c.covers, c.n, c.coverage, RIG_EXACT, "%d %%, %d pairs: covered",
			  rows[i].percent, rows[i].n);
	}
}

void rig_tails(struct selftest *t)
{
	static const int n[] = {10, 30, 60};
	static const double power[] = {0, .80, .98}, by_t[] = {0, .07, .06};

	for (int i = 0; i < 3; i++) {
		struct counts c = simulate(t, 300 + i, t3_noise, n[i], 0, false);
		rig_share(t, false, c.excludes, c.n, 1 - c.coverage, RIG_EXACT,
			  "t3 noise, %d pairs: excludes 0", n[i]);
		c = simulate(t, 310 + i, disturbed_noise, n[i], 0, false);
		rig_share(t, false, c.excludes, c.n, 1 - c.coverage, RIG_EXACT,
			  "5 %% of runs x 10, %d pairs: excludes 0", n[i]);
	}
	for (int i = 1; i < 3; i++) {
		struct counts c = simulate(t, 320 + i, disturbed_noise, n[i], log1p(.02), true);
		rig_share(t, false, c.excludes, c.n, power[i], 2, "5 %% of runs x 10, 2 %%, %d pairs: found",
			  n[i]);
		rig_share(t, true, c.t_rejects, c.n, by_t[i], 2, "the same by a paired t test, %d pairs",
			  n[i]);
	}
}
