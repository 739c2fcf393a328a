/* SPDX-License-Identifier: Apache-2.0 */
/* Every ratio with its interval on one log axis, the slowest above, the means of families on top. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/text.h"

/* More lines are no picture. */
#define LINES_MAX 40
/* Pixels: a line, what is above and below all of them (forest.gp), the picture's width, a character of a label. */
#define LINE_Y	    19
#define FRAME_Y	    78
#define WIDTH_X	    440.0
#define CHARACTER_X 7.2
#define LABEL_MAX   24
/* Ratios farther out are drawn there: nothing is told apart at that scale. */
#define LOG_MAX 13.8

static int slowest_first(const void *a, const void *b)
{
	const struct verdict_cell *x = *(const struct verdict_cell *const *)a;
	const struct verdict_cell *y = *(const struct verdict_cell *const *)b;

	if (x->pairs.theta != y->pairs.theta)
		return x->pairs.theta < y->pairs.theta ? 1 : -1;
	return x < y ? -1 : x > y;
}

static int largest_first(const void *a, const void *b)
{
	const struct verdict_cell *x = *(const struct verdict_cell *const *)a;
	const struct verdict_cell *y = *(const struct verdict_cell *const *)b;
	double dx = fabs(x->pairs.theta), dy = fabs(y->pairs.theta);

	if (dx != dy)
		return dx < dy ? 1 : -1;
	return x < y ? -1 : x > y;
}

/* Those that are drawn, the slowest first. free() it. */
static const struct verdict_cell **lines_choose(const struct trial_page *t, int *n)
{
	size_t size = sizeof(const struct verdict_cell *);
	const struct verdict_cell **lines = mem_alloc(size * ((size_t)t->n_ranked + 1));

	memcpy(lines, t->ranked, size * (size_t)t->n_ranked);
	qsort(lines, (size_t)t->n_ranked, size, largest_first);
	*n = t->n_ranked < LINES_MAX ? t->n_ranked : LINES_MAX;
	qsort(lines, (size_t)*n, size, slowest_first);
	return lines;
}

static double ratio_of(double log_ratio)
{
	return exp(fmax(-LOG_MAX, fmin(log_ratio, LOG_MAX)));
}

static void put_block(struct strbuf *data, const char *name)
{
	strbuf_printf(data, "%s# columns: line ratio lo hi hollow\n# %s\n", data->len ? "\n\n" : "", name);
}

static void put_verdict(struct strbuf *data, const struct verdict_cell **lines, int n, enum verdict verdict)
{
	put_block(data, verdict_looks[verdict].name);
	for (int i = 0; i < n; i++) {
		const struct pairs *p = &lines[i]->pairs;

		if (lines[i]->result.verdict == verdict)
			strbuf_printf(data, "%d %.6g %.6g %.6g %d\n", n - i, ratio_of(p->theta),
				      ratio_of(p->lo), ratio_of(p->hi), cell_is_hollow(lines[i]));
	}
	/* gnuplot wants a point in each block. */
	strbuf_puts(data, "NaN NaN NaN NaN NaN\n");
}

/* Families stand above the n lines, in their order from above. */
static void put_families(struct strbuf *data, const struct verdicts *v, int n)
{
	put_block(data, "family");
	for (int i = 0; i < v->n_families; i++) {
		const struct verdict_family *f = &v->family[i];
		double lo = f->family.ok ? f->family.lo : f->theta;
		double hi = f->family.ok ? f->family.hi : f->theta;

		strbuf_printf(data, "%d %.6g %.6g %.6g %d\n", n + v->n_families - i, ratio_of(f->theta),
			      ratio_of(lo), ratio_of(hi), !f->family.ok);
	}
	strbuf_puts(data, "NaN NaN NaN NaN NaN\n");
}

/* ---- axes ---- */

static void family_name(struct strbuf *out, const struct verdict_family *f)
{
	strbuf_printf(out, "mean of %s", f->name ? f->name : "");
}

static void put_label(struct strbuf *out, const char *text, int line, int *widest)
{
	struct strbuf plain = {0};

	text_plain(&plain, text);
	if (text_width(strbuf_text(&plain)) > *widest)
		*widest = text_width(strbuf_text(&plain));
	strbuf_puts(out, out->len ? ", " : "");
	gp_label(out, text, LABEL_MAX);
	strbuf_printf(out, " %d", line);
	strbuf_free(&plain);
}

/* Labels of the lines, and room for the widest of them. Returns the pixels that are left for the axis. */
static double put_labels(struct strbuf *text, const struct trial_page *t, const struct verdict_cell **lines,
			 int n)
{
	const struct verdicts *v = t->v;
	struct strbuf tics = {0}, label = {0};
	int widest = 0;

	for (int i = 0; i < v->n_families; i++) {
		strbuf_reset(&label);
		family_name(&label, &v->family[i]);
		put_label(&tics, strbuf_text(&label), n + v->n_families - i, &widest);
	}
	for (int i = 0; i < n; i++) {
		strbuf_reset(&label);
		trial_label(&label, t, lines[i]);
		put_label(&tics, strbuf_text(&label), n - i, &widest);
	}
	widest = widest < LABEL_MAX ? widest : LABEL_MAX;
	gp_number(text, "left", (16 + CHARACTER_X * widest) / WIDTH_X);
	strbuf_printf(text, "set ytics (%s)\n", strbuf_text(&tics));
	strbuf_free(&tics);
	strbuf_free(&label);
	return 0.965 * WIDTH_X - (16 + CHARACTER_X * widest);
}

/* A mark's text needs so many pixels. */
#define MARK_X 46.0

static void put_range(struct strbuf *text, double lo, double hi, double inner)
{
	double pad = pow(hi / lo, 0.04), from = lo / pad, to = hi * pad, step = gp_tic_step(to - from);
	const char *before = "set xtics (";

	strbuf_printf(text, "set xrange [%.6g:%.6g]\n", from, to);
	if (hi / lo > 3) {
		gp_power_tics(text, "x", from, to, 5, false);
		return;
	}
	while ((to - from) / step > inner / MARK_X)
		step *= 2;
	for (int i = (int)ceil(from / step); i * step <= to; i++) {
		strbuf_printf(text, "%s'%.6g' %.6g", before, i * step, i * step);
		before = ", ";
	}
	strbuf_puts(text, ")\n");
}

static void put_axes(struct strbuf *text, const struct trial_page *t, const struct verdict_cell **lines,
		     int n)
{
	double lo = 1 / (1 + t->delta_fail), hi = 1 + t->delta_fail;

	for (int i = 0; i < n; i++) {
		lo = fmin(lo, ratio_of(lines[i]->pairs.lo));
		hi = fmax(hi, ratio_of(lines[i]->pairs.hi));
	}
	for (int i = 0; i < t->v->n_families; i++) {
		const struct verdict_family *f = &t->v->family[i];

		lo = fmin(lo, ratio_of(f->family.ok ? f->family.lo : f->theta));
		hi = fmax(hi, ratio_of(f->family.ok ? f->family.hi : f->theta));
	}
	gp_number(text, "lines", n + t->v->n_families);
	gp_number(text, "height", FRAME_Y + LINE_Y * (n + t->v->n_families));
	gp_number(text, "same_within", t->delta_eq);
	gp_number(text, "large_from", t->delta_fail);
	put_range(text, lo, hi, put_labels(text, t, lines, n));
}

/* ---- words ---- */

static int own_bounds(const struct trial_page *t)
{
	int n = 0;

	for (int i = 0; i < t->n_ranked; i++)
		n += cell_has_own_bounds(t, t->ranked[i]);
	return n;
}

static void picture_describe(struct picture *p, const struct trial_page *t, int n)
{
	struct strbuf text = {0};

	p->title = mem_strdup("Time of B over A");
	strbuf_printf(&text, "Hodges and Lehmann's ratio with its exact %.3g %% interval, log axis. ",
		      100 * (t->v->trial.level > 0 ? t->v->trial.level : PAIRS_LEVEL));
	if (n < t->n_ranked)
		strbuf_printf(&text, "The %d largest of %d ratios. ", n, t->n_ranked);
	strbuf_printf(
		&text,
		"Grey band: the same, within \xc2\xb1%.3g %%. Dotted: \xc2\xb1%.3g %%, where SLOWER and "
		"FASTER begin. Hollow: inconclusive or unverified.",
		100 * t->delta_eq, 100 * t->delta_fail);
	if (own_bounds(t) > 0)
		strbuf_printf(&text, " %d of the points %s bounds of %s own, as the table says.",
			      own_bounds(t), own_bounds(t) == 1 ? "has" : "have",
			      own_bounds(t) == 1 ? "its" : "their");
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Forest plot of %d ratios: ", n);
	for (int i = 0; i <= VERDICT_SLOWER; i++)
		strbuf_printf(&text, "%s%d %s", i ? ", " : "", t->v->count[verdict_order[i]],
			      verdict_name(verdict_order[i]));
	strbuf_puts(&text, " in all. The same numbers are in the table of verdicts.");
	p->finding = strbuf_take(&text);
}

static void note_missing(struct plots *p, const struct trial_page *t, int n)
{
	int open = t->n_compared - t->n_ranked;

	if (n < t->n_ranked)
		plots_note(p, PLOT_FOREST, "%d smaller ratios, which are in the table", t->n_ranked - n);
	if (open > 0)
		plots_note(p, PLOT_FOREST, "%d %s no interval", open,
			   open == 1 ? "point that has" : "points that have");
}

void trial_plot_forest(struct plots *plots, const struct trial_page *t)
{
	const struct verdict_cell **lines;
	struct script *s;
	char *body;
	int n;

	if (t->n_ranked == 0)
		return;
	lines = lines_choose(t, &n);
	s = plots_add(plots, PLOT_FOREST, "forest");
	body = embed_text(report_files, "reports/plots/forest.gp");
	s->heading = mem_strdup("ratios");
	for (int i = 0; i <= VERDICT_SLOWER; i++)
		put_verdict(&s->data, lines, n, verdict_order[i]);
	put_families(&s->data, t->v, n);
	picture_describe(script_add(s, ""), t, n);
	strbuf_puts(&s->text, "load 'style.gp'\n");
	put_axes(&s->text, t, lines, n);
	strbuf_puts(&s->text, body ? body : "");
	note_missing(plots, t, n);
	free(body);
	free(lines);
}
