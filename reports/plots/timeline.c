/* SPDX-License-Identifier: Apache-2.0 */
/* The run visit by visit: each against its point's median, with what disturbed it, and the load and clock where told. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/timeline.h"
#include "reports/number.h"
#include "reports/text.h"

/* Dots of a state, and points of a line below: 80 KB in all. */
#define DOTS_MAX  260
#define HOST_MAX  300
#define LULLS_MAX 8
/* Fewer visits are no course of time. */
#define VISITS_MIN 3
/* Pixels between names of lulls. */
#define INNER_X 670.0
#define NAME_X	84.0
/* The axis holds this share of visits and what lies around them; those outside stand at its edge. */
#define SHARE_INSIDE 0.95
#define RATE_MIN     0.02

static const char *const state_name[MOMENT_STATES] = {"clean", "marked", "contended", "failed"};

struct axis {
	double unit; /* seconds of one */
	const char *name;
	double from, to; /* seconds */
	double rate;	 /* the axis goes from -rate to rate */
	int n_outside, n_thinned;
	bool pressure, clock;
	double mhz_lo, mhz_hi;
};

static double rate_reach(const struct timeline *t)
{
	double *x = mem_alloc(sizeof *x * (size_t)(t->n + 1)), reach;
	int n = 0;

	for (int i = 0; i < t->n; i++)
		if (isfinite(t->moment[i].rate))
			x[n++] = fabs(t->moment[i].rate);
	reach = n ? 1.3 * stat_quantile(x, n, SHARE_INSIDE) : 0;
	free(x);
	return fmax(reach, RATE_MIN);
}

static struct axis axis_of(const struct timeline *t)
{
	struct axis a = {.unit = t->length > 600 ? 60 : 1,
			 .name = t->length > 600 ? "minutes of running" : "seconds of running",
			 .from = t->moment[0].second,
			 .to = fmax(t->moment[t->n - 1].second, t->moment[0].second + 1e-3),
			 .rate = rate_reach(t),
			 .mhz_lo = INFINITY};

	for (int i = 0; i < t->n; i++) {
		const struct moment *m = &t->moment[i];

		a.n_outside += isfinite(m->rate) && fabs(m->rate) > a.rate;
		a.pressure |= isfinite(m->pressure);
		if (!(m->mhz > 0) || !isfinite(m->mhz))
			continue;
		a.clock = true;
		a.mhz_lo = fmin(a.mhz_lo, m->mhz);
		a.mhz_hi = fmax(a.mhz_hi, m->mhz);
	}
	return a;
}

/* Every n-th visit of a state, so that at most DOTS_MAX are drawn: n is 1 where they are few. */
static int stride_of(const struct timeline *t, enum moment_state s)
{
	return (t->count[s] + DOTS_MAX - 1) / DOTS_MAX;
}

static void put_state(struct strbuf *data, const struct timeline *t, struct axis *a, enum moment_state s)
{
	int nth = 0, n = 0, stride = stride_of(t, s);

	strbuf_printf(data, "%s# columns: %s rate-over-median-%% visit\n# %s\n", data->len ? "\n\n" : "",
		      a->unit > 1 ? "minute" : "second", state_name[s]);
	for (int i = 0; i < t->n; i++) {
		const struct moment *m = &t->moment[i];
		double rate = s == MOMENT_FAILED ? 0 : fmax(-a->rate, fmin(m->rate, a->rate));

		if (m->state != s || (s != MOMENT_FAILED && isnan(m->rate)))
			continue;
		/* What stands out is drawn in any case. */
		if (nth++ % stride != 0 && !(fabs(m->rate) > a->rate && n < DOTS_MAX)) {
			a->n_thinned++;
			continue;
		}
		strbuf_printf(data, "%.6g %.4g %lld\n", m->second / a->unit, 100 * rate, (long long)m->visit);
		n++;
	}
	if (n == 0)
		strbuf_puts(data, "NaN NaN 0\n");
}

static void put_outside(struct strbuf *data, const struct timeline *t, const struct axis *a)
{
	int n = 0;

	strbuf_printf(data, "\n\n# columns: %s edge-%%\n# outside\n", a->unit > 1 ? "minute" : "second");
	for (int i = 0; i < t->n && n < DOTS_MAX; i++)
		if (fabs(t->moment[i].rate) > a->rate) {
			strbuf_printf(data, "%.6g %.4g\n", t->moment[i].second / a->unit,
				      copysign(100 * a->rate, t->moment[i].rate));
			n++;
		}
	if (n == 0)
		strbuf_puts(data, "NaN NaN\n");
}

/* The largest pressure and the lowest clock of each of HOST_MAX stretches of visits: thinning hides no disturbance. */
static void put_host(struct strbuf *data, const struct timeline *t, const struct axis *a)
{
	int stride = (t->n + HOST_MAX - 1) / HOST_MAX, n = 0;

	strbuf_printf(data, "\n\n# columns: %s waiting-%% GHz\n# host\n", a->unit > 1 ? "minute" : "second");
	for (int i = 0; i < t->n; i += stride) {
		double pressure = NAN, mhz = NAN;

		for (int k = i; k < i + stride && k < t->n; k++) {
			pressure = fmax(pressure, t->moment[k].pressure);
			mhz = fmin(mhz, t->moment[k].mhz);
		}
		if (isnan(pressure) && isnan(mhz))
			continue;
		strbuf_printf(data, "%.6g %.4g %.5g\n", t->moment[i].second / a->unit, 100 * pressure,
			      mhz / 1e3);
		n++;
	}
	if (n == 0)
		strbuf_puts(data, "NaN NaN NaN\n");
}

static void lull_name(struct strbuf *out, double seconds)
{
	if (seconds >= 172800)
		strbuf_printf(out, "stopped %.0f d", seconds / 86400);
	else if (seconds >= 7200)
		strbuf_printf(out, "stopped %.0f h", seconds / 3600);
	else if (seconds >= 120)
		strbuf_printf(out, "stopped %.0f min", seconds / 60);
	else
		strbuf_printf(out, "stopped %.0f s", seconds);
}

static bool is_shown(const struct lull *l, const struct axis *a)
{
	return l->at >= a->from && l->at <= a->to;
}

/* A name where it does not meet the one before. */
static void put_lull_names(struct strbuf *text, const struct lull *const *lull, int n, const struct axis *a)
{
	double named = -INFINITY;

	for (int i = 0; i < n; i++) {
		double at = INNER_X * (lull[i]->at - a->from) / (a->to - a->from);
		bool left = at > INNER_X - NAME_X;
		struct strbuf name = {0};

		if (at - named < (left ? 2 * NAME_X : NAME_X))
			continue;
		lull_name(&name, lull[i]->length);
		strbuf_printf(text, "set label %d ", 10 + i);
		text_gnuplot(text, strbuf_text(&name));
		strbuf_printf(text, " at %.6g, graph 0.06 %s offset %g,0 tc rgb mute\n",
			      lull[i]->at / a->unit, left ? "right" : "left", left ? -0.6 : 0.6);
		named = left ? INNER_X : at;
		strbuf_free(&name);
	}
}

/* A line for each between the first visit that is drawn and the last. */
static void put_lulls(struct strbuf *text, const struct timeline *t, const struct axis *a)
{
	const struct lull *lull[LULLS_MAX];
	int n = 0;

	for (int i = 0; i < t->n_lulls && n < LULLS_MAX; i++)
		if (is_shown(&t->lull[i], a))
			lull[n++] = &t->lull[i];
	strbuf_printf(text, "lulls = %d\narray lull[%d] = [", n, LULLS_MAX);
	for (int i = 0; i < LULLS_MAX; i++)
		strbuf_printf(text, "%s%.6g", i ? ", " : "", i < n ? lull[i]->at / a->unit : 0);
	strbuf_puts(text, "]\n");
	put_lull_names(text, lull, n, a);
}

static void put_axes(struct strbuf *text, const struct timeline *t, const struct axis *a)
{
	double last = a->to / a->unit;

	gp_number(text, "from", a->from / a->unit);
	gp_number(text, "last", last);
	gp_number(text, "reach", 100 * a->rate);
	gp_number(text, "step", gp_tic_step(200 * a->rate));
	gp_number(text, "step_x", gp_tic_step(last - a->from / a->unit));
	gp_number(text, "failed", t->count[MOMENT_FAILED]);
	gp_text(text, "axis", a->name);
	strbuf_printf(text, "pressure = %d\nclock = %d\n", a->pressure, a->clock);
	if (a->clock) {
		double lo = a->mhz_lo / 1e3, hi = a->mhz_hi / 1e3, pad = fmax((hi - lo) * 0.2, 0.02 * hi);

		strbuf_printf(text, "clock_lo = %.6g\nclock_hi = %.6g\nclock_step = %.6g\n", lo - pad,
			      hi + pad, gp_tic_step(3 * (hi - lo + 2 * pad)));
	}
	put_lulls(text, t, a);
}

static void put_counts(struct strbuf *out, const struct timeline *t)
{
	strbuf_printf(out, "%d clean, %d contended, %d otherwise marked, %d failed", t->count[MOMENT_CLEAN],
		      t->count[MOMENT_CONTENDED], t->count[MOMENT_MARKED], t->count[MOMENT_FAILED]);
}

static void put_lull_count(struct strbuf *out, const struct timeline *t, const struct axis *a)
{
	int n = 0;

	for (int i = 0; i < t->n_lulls; i++)
		n += is_shown(&t->lull[i], a);
	if (n)
		strbuf_printf(out, " Dashed: the run stood still %d %s, left out of the time%s.", n,
			      n == 1 ? "time" : "times", n > LULLS_MAX ? " (the first are drawn)" : "");
	if (n < t->n_lulls)
		strbuf_puts(out, " It stood still before the first of these visits, too.");
}

static void picture_describe(struct picture *p, const struct timeline *t, const struct axis *a)
{
	struct strbuf text = {0};

	p->title = mem_strdup("The run, visit by visit");
	strbuf_printf(&text, "%d visits (", t->n);
	put_counts(&text, t);
	strbuf_puts(
		&text,
		"): each dot is the raw rate of one process over the median of its point. A trend would be "
		"drift.");
	if (a->n_outside)
		strbuf_printf(&text, " %d lie farther out and stand at the edge, with a triangle.",
			      a->n_outside);
	if (a->n_thinned)
		strbuf_printf(&text, " Of each kind at most %d are drawn, evenly; %d are not.", DOTS_MAX,
			      a->n_thinned);
	put_lull_count(&text, t, a);
	if (!a->pressure)
		strbuf_puts(&text, " How long threads waited for a CPU is not recorded.");
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Time line of %d visits over ", t->n);
	duration_put(&text, t->length);
	strbuf_puts(&text, ": ");
	put_counts(&text, t);
	strbuf_printf(&text, ". %.0f %% of them are within %.1f %% of their point's median.",
		      100 * SHARE_INSIDE, 100 * a->rate / 1.3);
	p->finding = strbuf_take(&text);
}

void plot_timeline(struct plots *p, const struct view *v)
{
	struct timeline t = timeline_make(v->a);

	if (t.n - t.count[MOMENT_FAILED] >= VISITS_MIN) {
		struct script *s = plots_add(p, PLOT_TIMELINE, "timeline");
		char *body = embed_text(report_files, "reports/plots/timeline.gp");
		struct axis a = axis_of(&t);

		s->heading = mem_strdup("all visits");
		for (int state = 0; state < MOMENT_STATES; state++)
			put_state(&s->data, &t, &a, state);
		put_outside(&s->data, &t, &a);
		put_host(&s->data, &t, &a);
		picture_describe(script_add(s, ""), &t, &a);
		strbuf_puts(&s->text, "load 'style.gp'\n");
		put_axes(&s->text, &t, &a);
		strbuf_puts(&s->text, body ? body : "");
		free(body);
	}
	timeline_free(&t);
}
