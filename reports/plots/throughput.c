/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens/s by sequences: one picture a test, one panel a precision, with intervals and the ceiling. */
#include "config.h"

#include "reports/plots/plots.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/number.h"
#include "reports/text.h"

#define SCRIPTS_MAX 4
#define PANELS_MAX  8
#define TICS_MAX    32
#define TIC_RATIO   1.35
/* Widths in pixels: the inner plot (see throughput.gp) and a label with the air it needs. */
#define INNER_X 275.0
#define LABEL_X 44.0

static const enum point_key free_keys[] = {KEY_PRECISION, KEY_SEQUENCES, KEY_COUNT};

static double sequences(const struct row *r)
{
	return strtod(point_get(&r->point->point, KEY_SEQUENCES), NULL);
}

/* The rows of one precision of the group (there is at least one), fewest sequences first. */
static struct group panel_rows(const struct group *g, const char *precision)
{
	struct group out = {0};

	for (int i = 0; i < g->n; i++)
		if (strcmp(point_get(&g->row[i]->point->point, KEY_PRECISION), precision) == 0)
			out.row[out.n++] = g->row[i];
	for (int i = 1; i < out.n; i++)
		for (int j = i; j > 0 && sequences(out.row[j - 1]) > sequences(out.row[j]); j--) {
			const struct row *swap = out.row[j];

			out.row[j] = out.row[j - 1];
			out.row[j - 1] = swap;
		}
	assert(out.n > 0 && out.row[0]);
	return out;
}

/* Labels closer than this ratio on the log axis would touch. */
static double label_ratio(const struct group *panel)
{
	double range = sequences(panel->row[panel->n - 1]) / sequences(panel->row[0]) * 1.15 * 1.25;

	return pow(range, LABEL_X / INNER_X);
}

static void put_data(struct strbuf *data, const struct group *panel, int s)
{
	double labelled = 0;

	strbuf_printf(data, "%s# columns: sequences tokens/s lo hi text\n# s%d\n", s ? "\n\n" : "", s);
	for (int i = 0; i < panel->n; i++) {
		const struct estimate *e = &panel->row[i]->tokens_s;

		strbuf_printf(data, "%g %.6g %.6g %.6g ", sequences(panel->row[i]), e->value,
			      e->interval ? e->lo : e->value, e->interval ? e->hi : e->value);
		if (sequences(panel->row[i]) >= labelled * label_ratio(panel)) {
			number_short(data, e->value);
			labelled = sequences(panel->row[i]);
		} else {
			strbuf_puts(data, "\"\"");
		}
		strbuf_putc(data, '\n');
	}
	strbuf_printf(data, "\n\n# columns: sequences tokens/s\n# s%d_ceiling\n", s);
	for (int i = 0; i < panel->n; i++)
		if (isfinite(panel->row[i]->ceiling_tokens_s))
			strbuf_printf(data, "%g %.6g\n", sequences(panel->row[i]),
				      panel->row[i]->ceiling_tokens_s);
		else
			strbuf_printf(data, "%g NaN\n", sequences(panel->row[i]));
}

/* "91 to 70 % of the ceiling" from the first to the last of the panel, or that there is none. */
static void put_share(struct strbuf *out, const struct group *panel)
{
	const struct row *first = panel->row[0], *last = panel->row[panel->n - 1];

	if (first->share.n == 0 || last->share.n == 0)
		strbuf_puts(out, "ceiling not measured");
	else if (panel->n == 1)
		strbuf_printf(out, "%.0f %% of the ceiling", 100 * first->share.value);
	else
		strbuf_printf(out, "%.0f to %.0f %% of the ceiling", 100 * first->share.value,
			      100 * last->share.value);
}

/* What binds, from the first count to the last. */
static void put_bound(struct strbuf *out, const struct group *panel)
{
	enum bound first = panel->row[0]->bound, last = panel->row[panel->n - 1]->bound;

	if (first == BOUND_NONE || last == BOUND_NONE)
		return;
	strbuf_printf(out, "; %s binds", bound_name(first));
	if (first != last)
		strbuf_printf(out, " first, then %s", bound_name(last));
}

static void panel_describe(struct picture *p, const struct script *s, const struct group *panel,
			   const char *precision)
{
	const struct row *first = panel->row[0], *last = panel->row[panel->n - 1];
	struct strbuf text = {0};

	p->title = mem_strdup(precision);
	put_share(&text, panel);
	put_bound(&text, panel);
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "%s in %s for %g to %g sequences with 95 %% intervals: from ", s->heading,
		      precision, sequences(first), sequences(last));
	number_put(&text, first->tokens_s.value, 0);
	strbuf_puts(&text, " to ");
	number_put(&text, last->tokens_s.value, 0);
	strbuf_printf(&text, " tokens per second, %s. The other precisions in grey.", p->reading);
	p->finding = strbuf_take(&text);
}

struct extent {
	double lo, hi;
};

static void extent_add(struct extent *e, double x)
{
	if (!isfinite(x) || x <= 0)
		return;
	e->lo = e->lo > 0 ? fmin(e->lo, x) : x;
	e->hi = fmax(e->hi, x);
}

static void put_axes(struct strbuf *text, const struct group *g)
{
	struct extent x = {0}, y = {0};
	double labelled = 0, pad;
	const char *count[TICS_MAX];
	int n = group_values(g, KEY_SEQUENCES, count, TICS_MAX);

	for (int i = 0; i < g->n; i++) {
		extent_add(&x, sequences(g->row[i]));
		extent_add(&y, g->row[i]->tokens_s.lo);
		extent_add(&y, g->row[i]->tokens_s.hi);
		extent_add(&y, g->row[i]->ceiling_tokens_s);
	}
	/* Half a label beside the first and the last dot. */
	pad = fmax(1.15, pow(x.hi / x.lo, 0.08));
	strbuf_printf(text, "set xrange [%.6g:%.6g]\nset xtics (", x.lo / pad, x.hi * pad);
	for (int i = 0; i < n; i++) {
		double value = strtod(count[i], NULL);

		if (i > 0 && value > labelled && value < labelled * TIC_RATIO)
			continue;
		strbuf_printf(text, "%s%g", i ? ", " : "", value);
		labelled = value;
	}
	strbuf_puts(text, ")\n");
	/* A label below the lowest interval takes an eighth of the height, whatever that is on the axis. */
	gp_log_range(text, "y", y.lo, y.hi, fmax(1.6, pow(y.hi / y.lo, 0.17)));
}

static void script_make(struct script *s, const struct view *v, const struct group *g)
{
	const char *precision[PANELS_MAX];
	int n = group_values(g, KEY_PRECISION, precision, PANELS_MAX);
	struct strbuf heading = {0}, hues = {0};
	char *body = embed_text(report_files, "reports/plots/throughput.gp");

	group_heading(&heading, v, g, free_keys);
	s->heading = strbuf_take(&heading);
	strbuf_printf(&s->text, "n = %d\narray label[n] = [", n);
	for (int i = 0; i < n; i++) {
		struct group panel = panel_rows(g, precision[i]);
		struct picture *p;
		char suffix[16];

		snprintf(suffix, sizeof suffix, "-%d", i);
		p = script_add(s, suffix);
		panel_describe(p, s, &panel, precision[i]);
		put_data(&s->data, &panel, i);
		strbuf_puts(&s->text, i ? ", " : "");
		strbuf_printf(&heading, "%s%s", precision[i],
			      isfinite(panel.row[0]->ceiling_tokens_s) ? "; dashed: its ceiling" : "");
		text_gnuplot(&s->text, strbuf_text(&heading));
		strbuf_reset(&heading);
		strbuf_printf(&hues, "%s'%s'", i ? ", " : "", palette_of(v, precision[i]));
	}
	strbuf_printf(&s->text, "]\narray hue[n] = [%s]\n", strbuf_text(&hues));
	strbuf_puts(&s->text, "load 'style.gp'\n");
	put_axes(&s->text, g);
	strbuf_puts(&s->text, body ? body : "");
	strbuf_free(&hues);
	strbuf_free(&heading);
	free(body);
}

void plot_throughput(struct plots *p, const struct view *v)
{
	int n, drawn = 0, left = 0;
	struct group *groups = groups_all(v, ROW_TOKENS, free_keys, &n);

	for (int i = 0; i < n; i++) {
		const char *two[2], *panels[PANELS_MAX + 1];

		if (group_values(&groups[i], KEY_SEQUENCES, two, 2) < 2)
			continue;
		if (drawn == SCRIPTS_MAX) {
			left++;
			continue;
		}
		script_make(plots_add(p, PLOT_THROUGHPUT, "throughput"), v, &groups[i]);
		if (group_values(&groups[i], KEY_PRECISION, panels, PANELS_MAX + 1) > PANELS_MAX)
			plots_note(p, PLOT_THROUGHPUT, "only the first %d precisions of %s are drawn",
				   PANELS_MAX, p->script[p->n - 1].heading);
		drawn++;
	}
	if (left)
		plots_note(p, PLOT_THROUGHPUT,
			   "%d more groups of points are in the table alone; the largest are drawn", left);
	free(groups);
}
