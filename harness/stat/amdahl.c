/* SPDX-License-Identifier: Apache-2.0 */
/* Amdahl's law: seconds of equal work are serial + parallel / threads. */
#include "config.h"

#include "harness/stat/stat.h"

#include <math.h>

/* Two counts fit any law. */
#define COUNTS_MIN 3

static int distinct_up_to(const double *x, int n, int enough)
{
	int found = 0;

	for (int i = 0; i < n && found < enough; i++) {
		int j = 0;

		while (j < i && x[j] != x[i])
			j++;
		found += j == i;
	}
	return found;
}

static bool are_positive(const double *x, int n)
{
	for (int i = 0; i < n; i++)
		if (!(x[i] > 0) || !isfinite(x[i]))
			return false;
	return true;
}

/* Sums of u = 1/seconds and v = 1/(threads seconds): what is asked is serial u + parallel v = 1. */
struct sums {
	double u, v, uu, uv, vv;
};

/* Neither part of the time can be below 0: then the other is all of it. */
static void solve(struct stat_amdahl *r, const struct sums *s)
{
	double det = s->uu * s->vv - s->uv * s->uv;

	r->serial_s = (s->u * s->vv - s->v * s->uv) / det;
	r->parallel_s = (s->v * s->uu - s->u * s->uv) / det;
	if (!(r->serial_s > 0)) {
		r->serial_s = 0;
		r->parallel_s = s->v / s->vv;
	} else if (!(r->parallel_s > 0)) {
		r->parallel_s = 0;
		r->serial_s = s->u / s->uu;
	}
}

struct stat_amdahl stat_amdahl(const double *threads, const double *seconds, int n)
{
	struct stat_amdahl r = {NAN, NAN, NAN, NAN, false};
	struct sums s = {0};
	double sum = 0;

	if (n < COUNTS_MIN || !are_positive(threads, n) || !are_positive(seconds, n) ||
	    distinct_up_to(threads, n, COUNTS_MIN) < COUNTS_MIN)
		return r;
	for (int i = 0; i < n; i++) {
		double u = 1 / seconds[i], v = u / threads[i];

		s.u += u;
		s.v += v;
		s.uu += u * u;
		s.uv += u * v;
		s.vv += v * v;
	}
	solve(&r, &s);
	for (int i = 0; i < n; i++)
		sum += pow((r.serial_s + r.parallel_s / threads[i]) / seconds[i] - 1, 2);
	r.fraction = r.parallel_s / (r.serial_s + r.parallel_s);
	r.rms = sqrt(sum / n);
	r.ok = isfinite(r.fraction);
	return r;
}
