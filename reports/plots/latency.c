/* SPDX-License-Identifier: Apache-2.0 */
/* The distribution of step times: one curve a precision, the axis stretched towards the tail. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/latency.h"
#include "reports/number.h"
#include "reports/text.h"

/* A curve of so many points is as smooth as the picture, in 10 KB; marked samples among them are drawn, too. */
#define CURVE_MAX 240
#define MARKS_MAX 20
/* Where more of the samples are marked, marks would tell nothing apart. */
#define MARKED_SHARE_MAX 0.25
/* Fewer samples have no distribution: not even a median with an interval. */
#define SAMPLES_MIN 6
/* Inner size in pixels (svg(440, 340) and the margins of latency.gp), and what a label needs beside a curve. */
#define INNER_X PLOT_X(0.1, 0.975)

static const enum point_key free_keys[] = {KEY_PRECISION, KEY_COUNT};

static int row_samples(const struct row *r)
{
	return r->n_parts == 1 ? r->n_samples : 0;
}

/* One token of one user first, then a choice of precisions, the whole machine, whatever has the most samples. */
static double group_weight(const struct group *g)
{
	const struct point *p = &g->row[0]->point->point;
	double samples = 0;

	for (int i = 0; i < g->n && i < LATENCY_SERIES; i++)
		samples += row_samples(g->row[i]);
	return 1e12 * (strncmp(point_get(p, KEY_WORKLOAD), "tg", 2) == 0) +
	       1e11 * fmin(g->n, LATENCY_SERIES) - 1e9 * fmin(row_number(g->row[0], KEY_SEQUENCES), 90) +
	       1e5 * fmin(row_number(g->row[0], KEY_THREADS), 9e3) + fmin(samples, 9e4);
}

/* The one that is worth most of those not taken yet, -1. */
static int group_next(const struct group *g, const bool *taken, int n)
{
	int best = -1;

	for (int i = 0; i < n; i++) {
		bool enough = false;

		for (int k = 0; k < g[i].n; k++)
			enough |= row_samples(g[i].row[k]) >= SAMPLES_MIN;
		if (enough && !taken[i] && (best < 0 || group_weight(&g[i]) > group_weight(&g[best])))
			best = i;
	}
	return best;
}

/* The series of known colour first: those in ink look alike. */
static void rows_choose(struct latency_choice *c, const struct view *v, const struct group *g)
{
	for (int ink = 0; ink < 2; ink++)
		for (int i = 0; i < g->n && c->n < LATENCY_SERIES; i++) {
			const char *precision = point_get(&g->row[i]->point->point, KEY_PRECISION);

			if (row_samples(g->row[i]) >= SAMPLES_MIN &&
			    (strcmp(palette_of(v, precision), "ink") == 0) == ink)
				c->row[c->n++] = g->row[i];
		}
}

static int choose_of(struct latency_choice *out, int n_out, const struct view *v, enum row_kind kind,
		     int *n_left_out)
{
	int n, i;
	struct group *groups = groups_all(v, kind, free_keys, &n);
	bool *taken = mem_alloc(sizeof *taken * (size_t)(n + 1));
	const struct group *before[LATENCY_PICTURES];

	for (i = group_next(groups, taken, n); i >= 0; i = group_next(groups, taken, n)) {
		struct strbuf heading = {0};

		taken[i] = true;
		if (n_out == LATENCY_PICTURES || group_is_of_those(&groups[i], before, n_out)) {
			++*n_left_out;
			continue;
		}
		before[n_out] = &groups[i];
		out[n_out] = (struct latency_choice){0};
		rows_choose(&out[n_out], v, &groups[i]);
		*n_left_out += groups[i].n > out[n_out].n;
		group_heading(&heading, v, &groups[i], free_keys);
		out[n_out++].heading = strbuf_take(&heading);
	}
	free(taken);
	free(groups);
	return n_out;
}

int latency_choose(struct latency_choice out[LATENCY_PICTURES], const struct view *v, int *n_left_out)
{
	int n;

	*n_left_out = 0;
	n = choose_of(out, 0, v, ROW_TOKENS, n_left_out);
	/* Where no tokens are computed, products are steps. */
	return n ? n : choose_of(out, 0, v, ROW_MATRIX, n_left_out);
}

struct curve {
	const char *precision, *role;
	struct latency l;
	int n, index[CURVE_MAX];
};

static bool shows_marks(const struct latency *l)
{
	return l->n_marked > 0 && l->n_marked <= MARKED_SHARE_MAX * l->n;
}

static void put_curve(struct strbuf *data, const struct curve *c, int s)
{
	const struct latency *l = &c->l;
	int n_marks = 0;

	strbuf_printf(data, "%s# columns: share ms\n# s%d\n", data->len ? "\n\n" : "", s);
	for (int i = 0; i < c->n; i++)
		strbuf_printf(data, "%.6g %.6g\n", latency_share_of(l, c->index[i]),
			      l->sample[c->index[i]].ms);
	strbuf_printf(data, "\n\n# columns: share ms lo hi\n# s%d_percentiles\n", s);
	for (int i = 0; i < LATENCY_PERCENTILES; i++)
		if (isfinite(l->percentile[i].ms))
			strbuf_printf(data, "%g %.6g %.6g %.6g\n", latency_share[i], l->percentile[i].ms,
				      l->percentile[i].lo, l->percentile[i].hi);
	strbuf_printf(data, "\n\n# columns: share ms\n# s%d_marked\n", s);
	for (int i = l->n - 1; i >= 0 && n_marks < MARKS_MAX && shows_marks(l); i--)
		if (l->sample[i].marked) {
			strbuf_printf(data, "%.6g %.6g\n", latency_share_of(l, i), l->sample[i].ms);
			n_marks++;
		}
	if (n_marks == 0)
		strbuf_puts(data, "NaN NaN\n");
}

struct span {
	double lo, hi, top; /* ms, and the highest share as the axis has it */
};

static struct span span_of(const struct curve *c, int n)
{
	struct span s = {INFINITY, 0, 0};

	for (int i = 0; i < n; i++) {
		const struct latency *l = &c[i].l;

		s.lo = fmin(s.lo, l->sample[0].ms);
		s.hi = fmax(s.hi, l->sample[l->n - 1].ms);
		s.top = fmax(s.top, latency_up(latency_share_of(l, l->n - 1)));
	}
	/* Steps that took no time, as of a foreign clock, have no logarithm. */
	s.lo = s.lo > 0 ? s.lo : s.hi > 0 ? s.hi / 1e3 : 1e-3;
	s.hi = fmax(s.hi, s.lo * 1.2);
	return s;
}

/* Over a factor of 5 the axis is logarithmic; else linear, around what there is. */
static bool is_log(const struct span *s)
{
	return s->hi / s->lo > 5;
}

static void range_of(const struct span *s, double *from, double *to)
{
	double pad = fmax(0.05 * (s->hi - s->lo), 0.01 * s->hi);

	*from = is_log(s) ? s->lo / 1.15 : s->lo - pad;
	*to = is_log(s) ? s->hi * 1.15 * 1.2 : s->hi + 2 * pad;
}

static void put_axes(struct strbuf *text, const struct span *s)
{
	static const double share[] = {0, 0.5, 0.9, 0.99, 0.999, 0.9999};
	double from, to;

	range_of(s, &from, &to);
	if (is_log(s))
		gp_log_range(text, "x", s->lo, s->hi, 1.15);
	else
		strbuf_printf(text, "set xrange [%.6g:%.6g]\nset xtics %.6g\n", from, to,
			      gp_tic_step(to - from));
	strbuf_printf(text, "set yrange [0:%.4f]\nset ytics (", s->top * 1.12);
	for (size_t i = 0; i < sizeof share / sizeof share[0] && latency_up(share[i]) <= s->top * 1.1; i++)
		strbuf_printf(text, "%s'%g' %.4f", i ? ", " : "", 100 * share[i], latency_up(share[i]));
	strbuf_puts(text, is_log(s) ? ")\nset logscale x\n" : ")\n");
}

/* Where a time stands between the margins, in pixels. */
static double pixel_of(const struct span *s, double ms)
{
	double from, to;

	range_of(s, &from, &to);
	return is_log(s) ? INNER_X * log(fmax(ms, from) / from) / log(to / from)
			 : INNER_X * (ms - from) / (to - from);
}

struct pixel {
	double x, y;
};

static struct pixel curve_pixel(const struct curve *c, int i, const struct span *s)
{
	double up = latency_up(latency_share_of(&c->l, i));

	return (struct pixel){pixel_of(s, c->l.sample[i].ms), PLOT_Y * up / (s->top * 1.12)};
}

/* Each step: right, then up. */
static void block_curve(struct labels *l, const struct curve *c, const struct span *s)
{
	struct pixel a = curve_pixel(c, c->index[0], s);

	for (int k = 1; k < c->n; k++) {
		struct pixel b = curve_pixel(c, c->index[k], s);

		/* Where samples are dense one box holds several. */
		if (k + 1 < c->n && b.x - a.x < 3 && b.y - a.y < 3)
			continue;
		labels_block(l, a.x - 1, a.y - 1, b.x + 1, a.y + 2);
		labels_block(l, b.x - 1, a.y - 1, b.x + 1, b.y + 1);
		a = b;
	}
}

/* A curve bears its name at its upper end, or as far down as there is room; clear of all curves. */
static void put_labels(struct strbuf *text, const struct curve *c, int n, const struct span *s)
{
	struct labels *l = mem_alloc(sizeof *l);

	*l = (struct labels){.width = INNER_X, .height = PLOT_Y};
	for (int i = 0; i < n; i++)
		block_curve(l, &c[i], s);
	for (int i = 0; i < n; i++)
		for (int k = c[i].n - 1; k >= 0; k -= 1 + c[i].n / 60) {
			struct pixel at = curve_pixel(&c[i], c[i].index[k], s);

			if (labels_put(l, text, at.x, at.y, c[i].precision, c[i].role))
				break;
		}
	free(l);
}

static void picture_describe(struct picture *p, const char *heading, const struct curve *c, int n)
{
	struct strbuf text = {0};
	int n_marked = 0, all = 0, most = 0;
	bool shown = false;

	for (int i = 0; i < n; i++) {
		shown |= shows_marks(&c[i].l);
		n_marked += c[i].l.n_marked;
		all += c[i].l.n;
		most = c[i].l.n > most ? c[i].l.n : most;
	}
	p->title = mem_strdup("Time of a step");
	strbuf_printf(&text,
		      "%s. Share of %d samples below a time; the axis is stretched towards the tail. Dots: "
		      "percentiles with 95 %% intervals, as many as their number allows.",
		      heading, all);
	if (most > CURVE_MAX)
		strbuf_printf(&text, " Curves go through %d samples each, evenly spaced on this axis.",
			      CURVE_MAX);
	if (n_marked)
		strbuf_printf(&text,
			      " %d samples were disturbed (contended, throttled, preempted, migrated or "
			      "faulted) and count "
			      "like the others%s.",
			      n_marked, shown ? "; triangles: the slowest of them" : "");
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Distribution of the time of a step, %s: ", heading);
	for (int i = 0; i < n; i++) {
		strbuf_printf(&text, "%s%s median ", i ? "; " : "", c[i].precision);
		number_put(&text, c[i].l.percentile[0].ms, 0);
		strbuf_puts(&text, " ms, slowest ");
		number_put(&text, c[i].l.sample[c[i].l.n - 1].ms, 0);
		strbuf_printf(&text, " ms of %d", c[i].l.n);
	}
	strbuf_putc(&text, '.');
	p->finding = strbuf_take(&text);
}

static void script_make(struct plots *p, const struct view *v, struct latency_choice *choice)
{
	struct script *s = plots_add(p, PLOT_LATENCY, "latency");
	struct curve *c = mem_alloc(sizeof *c * LATENCY_SERIES);
	char *body = embed_text(report_files, "reports/plots/latency.gp");
	struct span span;
	struct strbuf hues = {0};

	for (int i = 0; i < choice->n; i++) {
		c[i].precision = point_get(&choice->row[i]->point->point, KEY_PRECISION);
		c[i].role = palette_of(v, c[i].precision);
		c[i].l = latency_make(choice->row[i]);
		c[i].n = latency_thin(&c[i].l, c[i].index, CURVE_MAX);
		put_curve(&s->data, &c[i], i);
		strbuf_printf(&hues, "%s'%s'", i ? ", " : "", c[i].role);
	}
	s->heading = mem_strdup(choice->heading);
	picture_describe(script_add(s, ""), s->heading, c, choice->n);
	strbuf_printf(&s->text, "n = %d\narray hue[n] = [%s]\nload 'style.gp'\n", choice->n,
		      strbuf_text(&hues));
	span = span_of(c, choice->n);
	put_axes(&s->text, &span);
	put_labels(&s->text, c, choice->n, &span);
	strbuf_puts(&s->text, body ? body : "");
	for (int i = 0; i < choice->n; i++)
		latency_free(&c[i].l);
	strbuf_free(&hues);
	free(body);
	free(c);
}

void plot_latency(struct plots *p, const struct view *v)
{
	struct latency_choice choice[LATENCY_PICTURES];
	int left_out, n = latency_choose(choice, v, &left_out);

	for (int i = 0; i < n; i++) {
		script_make(p, v, &choice[i]);
		free(choice[i].heading);
	}
	if (n && left_out)
		plots_note(p, PLOT_LATENCY,
			   "the step times of %d more groups of points are in the table alone; decode of few "
			   "sequences is drawn first",
			   left_out);
}
