/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/scaling.h"

#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "reports/analysis/rows.h"

static double seconds_of_round(const struct row *r, int round)
{
	for (int i = 0; i < r->n_values; i++)
		if (r->values[i].round == round)
			return r->values[i].rep_s;
	return NAN;
}

struct work {
	int n;
	const struct row *const *rows;
	double *threads, *seconds;
};

/* The fit of one round, NaN where a row has no time in it. */
static double fit_round(struct work *w, int round)
{
	for (int i = 0; i < w->n; i++)
		w->seconds[i] = seconds_of_round(w->rows[i], round);
	return stat_amdahl(w->threads, w->seconds, w->n).fraction;
}

static struct estimate fit_rounds(struct work *w)
{
	const struct row *first = w->rows[0];
	double *x = mem_alloc(sizeof *x * (size_t)(first->n_values + 1));
	struct estimate e;
	int n = 0;

	for (int i = 0; i < first->n_values; i++) {
		double fraction = fit_round(w, first->values[i].round);

		if (isfinite(fraction))
			x[n++] = fraction;
	}
	e = estimate_of(x, n);
	free(x);
	return e;
}

/* Of the speed-ups over the first row from the law at that fraction; the first is on it whatever they are. */
static double rms_of(const struct work *w, double parallel)
{
	double sum = 0;
	int n = 0;

	for (int i = 1; i < w->n; i++) {
		double x = row_speed_up(w->rows[i], w->rows[0]).value;

		if (!isfinite(x))
			continue;
		sum += pow(amdahl_speed_up(parallel, w->threads[0], w->threads[i]) / x - 1, 2);
		n++;
	}
	return n ? sqrt(sum / n) : NAN;
}

struct amdahl amdahl_fit(const struct row *const *rows, int n)
{
	struct work w = {.n = n, .rows = rows};
	struct amdahl a = {.parallel = estimate_none(), .rms = NAN, .n_counts = n};

	if (n < 1)
		return a;
	w.threads = mem_alloc(sizeof *w.threads * (size_t)n);
	w.seconds = mem_alloc(sizeof *w.seconds * (size_t)n);
	for (int i = 0; i < n; i++)
		w.threads[i] = row_number(rows[i], KEY_THREADS);
	a.parallel = fit_rounds(&w);
	if (a.parallel.n > 0)
		a.rms = rms_of(&w, a.parallel.value);
	a.refused = a.parallel.n > 0 && (!(a.parallel.value > 0) || a.rms > AMDAHL_RMS_MOST);
	if (a.refused)
		a.parallel = estimate_none();
	free(w.threads);
	free(w.seconds);
	return a;
}

double amdahl_speed_up(double parallel, double base, double threads_)
{
	return (1 - parallel + parallel / base) / (1 - parallel + parallel / threads_);
}
