/* SPDX-License-Identifier: Apache-2.0 */
/* Speed-up over the fewest threads, one line a precision side by side, paired by round, with Amdahl's law through it. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/scaling.h"
#include "reports/number.h"
#include "reports/text.h"

#define SCRIPTS_MAX 6
#define SERIES_MAX  4
/* Looked at for those that are drawn. */
#define PRECISIONS_MAX 16
#define TICS_MAX       32
/* Of the fewest threads, left of them. */
#define X_MARGIN 0.9
/* Pixels: the inner plot (see scaling.gp), a line of text, what stands between a dot and its label. */
#define INNER_X PLOT_X(0.1, 0.975)
#define LINE_Y	16.0
#define GAP_X	10.0
/* Between dots of two precisions at one number of threads, and the most of the way to the next number that all take. */
#define BESIDE_X     7.0
#define BESIDE_SHARE 0.6

static const enum point_key free_keys[] = {KEY_PRECISION, KEY_THREADS, KEY_COUNT};

static const struct row *row_of(const struct group *g, const char *precision, const char *count)
{
	for (int i = 0; i < g->n; i++)
		if (strcmp(point_get(&g->row[i]->point->point, KEY_PRECISION), precision) == 0 &&
		    strcmp(point_get(&g->row[i]->point->point, KEY_THREADS), count) == 0)
			return g->row[i];
	return NULL;
}

struct line {
	const char *precision, *role;
	double last_threads, last, label;
	struct amdahl fit;
};

struct drawing {
	const struct group *g;
	int n_counts, n_lines;
	const char *count[TICS_MAX];
	struct line line[SERIES_MAX];
	double x_hi, y_lo, y_hi;
};

/* The precision's line, when it was measured with the fewest threads and with more. */
static void line_add(struct drawing *w, struct strbuf *data, const char *precision, const char *role)
{
	const struct row *base = row_of(w->g, precision, w->count[0]);
	struct line line = {.precision = precision, .role = role};
	const struct row *rows[TICS_MAX];
	struct strbuf block = {0};
	int n = 0;

	for (int i = 0; i < w->n_counts && base; i++) {
		const struct row *r = row_of(w->g, precision, w->count[i]);
		struct estimate e;

		if (!r)
			continue;
		e = row_speed_up(r, base);
		if (!isfinite(e.value))
			continue;
		strbuf_printf(&block, "%g %.6g %.6g %.6g\n", row_number(r, KEY_THREADS), e.value,
			      e.interval ? e.lo : e.value, e.interval ? e.hi : e.value);
		line.last_threads = row_number(r, KEY_THREADS);
		line.last = line.label = e.value;
		w->y_lo = fmin(w->y_lo, fmin(e.value, e.lo));
		w->y_hi = fmax(w->y_hi, fmax(e.value, e.hi));
		rows[n++] = r;
	}
	if (n >= 2) {
		strbuf_printf(data, "%s# columns: threads speed-up lo hi\n# s%d\n%s", data->len ? "\n\n" : "",
			      w->n_lines, strbuf_text(&block));
		line.fit = amdahl_fit(rows, n);
		w->line[w->n_lines++] = line;
	}
	strbuf_free(&block);
}

/* The y axis: from below the slowest to above the ideal line. */
static void range_of(const struct drawing *w, double *lo, double *hi)
{
	*lo = fmin(0.93, w->y_lo * 0.93);
	*hi = fmax(w->y_hi, w->x_hi / strtod(w->count[0], NULL)) * 1.12;
}

/* Labels at the ends of lines keep a line of text apart. */
static void labels_place(struct drawing *w)
{
	double lo, hi, ratio;

	range_of(w, &lo, &hi);
	ratio = pow(hi / lo, LINE_Y / PLOT_Y);
	for (int i = 0; i < w->n_lines; i++)
		for (int j = 0; j < i; j++)
			if (w->line[i].label < w->line[j].label * ratio &&
			    w->line[i].label > w->line[j].label / ratio) {
				w->line[i].label = w->line[j].label * ratio * 1.001;
				j = -1;
			}
}

/* "q8_0, 96 %": with the parallel fraction, where there is one. */
static void line_label(struct strbuf *out, const struct line *line)
{
	strbuf_puts(out, line->precision);
	if (line->fit.parallel.n > 0)
		strbuf_printf(out, ", %.0f %%", 100 * line->fit.parallel.value);
}

/* How far the outermost lines stand from their numbers of threads, in pixels at most. */
static double beside_x(const struct drawing *w)
{
	return BESIDE_X * (w->n_lines - 1) / 2;
}

/* What the longest label takes right of the last dot, as a factor on the axis. */
static double label_room(const struct drawing *w, double span)
{
	double widest = 0, share;

	for (int i = 0; i < w->n_lines; i++) {
		struct strbuf label = {0};

		line_label(&label, &w->line[i]);
		widest = fmax(widest, label_width(strbuf_text(&label)) + GAP_X + beside_x(w));
		strbuf_free(&label);
	}
	share = fmin(widest / INNER_X, 0.5);
	return pow(span, share / (1 - share));
}

static void put_labels(struct strbuf *text, const struct drawing *w)
{
	for (int i = 0; i < w->n_lines; i++) {
		struct strbuf label = {0};

		line_label(&label, &w->line[i]);
		strbuf_printf(text, "set label %d ", i + 1);
		text_gnuplot(text, strbuf_text(&label));
		strbuf_printf(text, " at %g * beside[n],%.6g left offset 0.8,0 tc rgb %s\n",
			      w->line[i].last_threads, w->line[i].label, w->line[i].role);
		strbuf_free(&label);
	}
}

/*
 * By what factor each line stands beside its numbers of threads, the middle one at them: what is equally fast at one
 * number would hide the rest.
 */
static double beside_step(const struct drawing *w, double x_range)
{
	double nearest = INFINITY, step = pow(x_range, BESIDE_X / INNER_X);

	for (int i = 1; i < w->n_counts; i++)
		nearest = fmin(nearest, strtod(w->count[i], NULL) / strtod(w->count[i - 1], NULL));
	return w->n_lines > 1 ? fmin(step, pow(nearest, BESIDE_SHARE / (w->n_lines - 1))) : 1;
}

static void put_beside(struct strbuf *text, const struct drawing *w, double x_range)
{
	double step = beside_step(w, x_range);

	strbuf_puts(text, "# lines stand side by side: x is threads times this\narray beside[n] = [");
	for (int i = 0; i < w->n_lines; i++)
		strbuf_printf(text, "%s%.6g", i ? ", " : "", pow(step, i - (w->n_lines - 1) / 2.0));
	strbuf_puts(text, "]\n");
}

/* Lines with a fit are drawn as the law has them, others from dot to dot. */
static void put_lines(struct strbuf *text, const struct drawing *w)
{
	strbuf_printf(text, "n = %d\narray hue[n] = [", w->n_lines);
	for (int i = 0; i < w->n_lines; i++)
		strbuf_printf(text, "%s'%s'", i ? ", " : "", w->line[i].role);
	strbuf_puts(text, "]\n# the parallel fraction by Amdahl's law, -1: no fit\narray parallel[n] = [");
	for (int i = 0; i < w->n_lines; i++)
		strbuf_printf(text, "%s%.6g", i ? ", " : "",
			      w->line[i].fit.parallel.n > 0 ? w->line[i].fit.parallel.value : -1);
	strbuf_puts(text, "]\n");
}

static void put_axes(struct strbuf *text, const struct drawing *w)
{
	double first = strtod(w->count[0], NULL), lo, hi, labelled = 0;

	/* Half as much again: the axis is longer than from the first to the last number. */
	double x_lo = first * X_MARGIN / pow(w->x_hi / first, 1.5 * beside_x(w) / INNER_X),
	       x_hi = w->x_hi * label_room(w, w->x_hi / x_lo);

	range_of(w, &lo, &hi);
	strbuf_printf(text, "set xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\nset xtics (", x_lo, x_hi, lo,
		      hi);
	for (int i = 0; i < w->n_counts; i++) {
		double count = strtod(w->count[i], NULL);

		if (labelled > 0 && log(count / labelled) / log(w->x_hi / first) < 0.06)
			continue;
		strbuf_printf(text, "%s%g", labelled > 0 ? ", " : "", count);
		labelled = count;
	}
	strbuf_puts(text, ")\nset ytics (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)\n");
	gp_number(text, "first", first);
	gp_number(text, "last", w->x_hi);
	put_lines(text, w);
	put_beside(text, w, x_hi / x_lo);
	put_labels(text, w);
}

static void put_no_fit(struct strbuf *out, const struct drawing *w)
{
	bool refused = false;

	for (int i = 0; i < w->n_lines; i++)
		refused |= w->line[i].fit.refused;
	if (refused)
		strbuf_printf(out,
			      " Amdahl's law does not hold here: more threads gain nothing, or the speed-ups "
			      "are off it by more than %.0f %%.",
			      100 * AMDAHL_RMS_MOST);
	else if (w->n_counts < 3)
		strbuf_printf(
			out,
			" Amdahl's law is not fitted: it takes three numbers of threads, and here are %d.",
			w->n_counts);
	else
		strbuf_puts(out,
			    " Amdahl's law is not fitted: no round has three numbers of threads of a line.");
}

/* "q8_0 96 % [95, 97]" for each line; why there is none when no line has a fit. */
static void put_fits(struct strbuf *out, const struct drawing *w)
{
	const char *before = " Curves: Amdahl's law, a fit a round; parallel ";
	bool small = false;

	for (int i = 0; i < w->n_lines; i++) {
		const struct amdahl *fit = &w->line[i].fit;

		if (fit->parallel.n == 0)
			continue;
		strbuf_printf(out, "%s%s %.1f %%", before, w->line[i].precision, 100 * fit->parallel.value);
		if (fit->parallel.interval)
			strbuf_printf(out, " [%.1f, %.1f]", 100 * fit->parallel.lo, 100 * fit->parallel.hi);
		small |= !fit->parallel.interval;
		strbuf_printf(out, " (%d counts, dots off the curve by %.1f %%)", fit->n_counts,
			      100 * fit->rms);
		before = "; ";
	}
	if (before[0] == ';')
		strbuf_puts(out, small ? ". Too few rounds for an interval of the fit." : ".");
	else
		put_no_fit(out, w);
}

static void picture_describe(struct picture *p, const struct script *s, const struct drawing *w)
{
	struct strbuf text = {0};

	p->title = mem_strdup(s->heading);
	strbuf_printf(&text, "Speed-up over %s %s with 95 %% intervals, paired by round. Dashed: ideal.%s",
		      w->count[0], strcmp(w->count[0], "1") == 0 ? "thread" : "threads",
		      w->n_lines > 1 ? " Lines stand side by side, lest one hides another." : "");
	put_fits(&text, w);
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Speed-up of %s by threads: ", s->heading);
	for (int i = 0; i < w->n_lines; i++) {
		strbuf_printf(&text, "%s%s ", i ? ", " : "", w->line[i].precision);
		number_put(&text, w->line[i].last, 0);
		strbuf_printf(&text, " at %g threads", w->line[i].last_threads);
		if (w->line[i].fit.parallel.n > 0)
			strbuf_printf(&text, " (%.1f %% parallel)", 100 * w->line[i].fit.parallel.value);
	}
	strbuf_putc(&text, '.');
	p->finding = strbuf_take(&text);
}

static void script_make(struct plots *p, const struct view *v, const struct group *g)
{
	struct drawing w = {.g = g, .y_lo = 1, .y_hi = 1};
	const char *precision[PRECISIONS_MAX];
	int n = group_values(g, KEY_PRECISION, precision, PRECISIONS_MAX);
	struct strbuf data = {0}, heading = {0};
	struct script *s;
	char *body;

	w.n_counts = group_values(g, KEY_THREADS, w.count, TICS_MAX);
	qsort(w.count, (size_t)w.n_counts, sizeof w.count[0], values_compare);
	w.x_hi = strtod(w.count[w.n_counts - 1], NULL);
	/* Those with a colour of their own first. */
	for (int ink = 0; ink < 2; ink++)
		for (int i = 0; i < n && w.n_lines < SERIES_MAX; i++) {
			const char *role = palette_of(v, precision[i]);

			if ((strcmp(role, palette_series[PALETTE_SERIES - 1]) == 0) == ink)
				line_add(&w, &data, precision[i], role);
		}
	if (w.n_lines == 0) {
		strbuf_free(&data);
		return;
	}
	s = plots_add(p, PLOT_SCALING, "scaling");
	s->data = data;
	group_heading(&heading, v, g, free_keys);
	s->heading = strbuf_take(&heading);
	picture_describe(script_add(s, ""), s, &w);
	if (n > SERIES_MAX && w.n_lines == SERIES_MAX)
		plots_note(p, PLOT_SCALING, "only %d precisions of %.200s are drawn", w.n_lines, s->heading);
	strbuf_puts(&s->text, "load 'style.gp'\n");
	labels_place(&w);
	put_axes(&s->text, &w);
	body = embed_text(report_files, "reports/plots/scaling.gp");
	strbuf_puts(&s->text, body ? body : "");
	free(body);
}

void plot_scaling(struct plots *p, const struct view *v)
{
	static const enum row_kind kinds[] = {ROW_TOKENS, ROW_MATRIX};
	const struct group *drawn[SCRIPTS_MAX];
	int before = p->n, left = 0;

	for (int k = 0; k < 2; k++) {
		int n;
		struct group *groups = groups_all(v, kinds[k], free_keys, &n);
		int first = p->n;

		for (int i = 0; i < n; i++) {
			const char *two[2];
			int had = p->n;

			if (group_values(&groups[i], KEY_THREADS, two, 2) < 2)
				continue;
			/* One of each test, the largest: other blockings are in the heat map. */
			if (had - before == SCRIPTS_MAX ||
			    group_is_of_those(&groups[i], drawn, had - first)) {
				left++;
				continue;
			}
			script_make(p, v, &groups[i]);
			if (p->n > had)
				drawn[had - first] = &groups[i];
		}
		free(groups);
	}
	if (left)
		plots_note(p, PLOT_SCALING,
			   "%d more groups are in the table alone; the largest of each test are drawn", left);
}
