/* SPDX-License-Identifier: Apache-2.0 */
/* One self-contained page: what is compared, the picture, every cell. */
#include "config.h"

#include <string.h>

#include "reports/compare/compare.h"
#include "reports/html/html.h"
#include "reports/number.h"
#include "reports/text.h"

/* ---- what came out ---- */

/* Where a ratio's 95 % interval lies; no verdict: that takes a test made for it. */
enum side { SIDE_NONE = 0, SIDE_ABOVE, SIDE_BELOW, SIDE_OPEN };

static const struct {
	const char *word, *glyph, *meaning;
} sides[] = {
	[SIDE_NONE] = {"no interval", "\xe2\x80\x93", "fewer than 6 processes, or no such point"},
	[SIDE_ABOVE] = {"faster", "\xe2\x96\xb2", "interval above 1"},
	[SIDE_BELOW] = {"slower", "\xe2\x96\xbc", "interval below 1"},
	[SIDE_OPEN] = {"tied", "=", "interval holds 1: no difference is shown"},
};
enum { N_SIDES = sizeof sides / sizeof sides[0] };

static enum side ratio_side(const struct estimate *ratio)
{
	if (ratio->n == 0 || !ratio->interval)
		return SIDE_NONE;
	return ratio->lo > 1 ? SIDE_ABOVE : ratio->hi < 1 ? SIDE_BELOW : SIDE_OPEN;
}

/* Adds those of one value against the baseline, cells without a ratio too. */
static void sides_count(const struct comparison *c, int value, int count[N_SIDES])
{
	for (int i = 0; i < c->n_cells; i++)
		count[ratio_side(&c->cell[i].compared[value].ratio)]++;
}

static const char *value_name(const struct comparison *c, int v)
{
	return *c->value[v] ? c->value[v] : "(none)";
}

static int ratios_count(const struct comparison *c)
{
	int n = 0;

	for (int i = 0; i < c->n_cells; i++)
		for (int v = 0; v < c->n_values; v++)
			n += v != c->baseline && c->cell[i].compared[v].ratio.n > 0;
	return n;
}

/* "q8_0 is faster than f32 in 3 of 12 cells, slower in 1"; of several values their ratios. Plain text. */
static void title_make(struct strbuf *out, const struct comparison *c)
{
	int count[N_SIDES] = {0}, all = ratios_count(c);

	for (int v = 0; v < c->n_values; v++)
		if (v != c->baseline)
			sides_count(c, v, count);
	if (all == 0)
		strbuf_printf(out, "Comparison by %s: nothing has a ratio to %s", c->by,
			      value_name(c, c->baseline));
	else if (c->n_values == 2)
		strbuf_printf(out, "%s is faster than %s in %d of %d cells, slower in %d",
			      value_name(c, 1 - c->baseline), value_name(c, c->baseline), count[SIDE_ABOVE],
			      all, count[SIDE_BELOW]);
	else
		strbuf_printf(out, "Of %d ratios to %s %s, %d are faster and %d slower", all, c->by,
			      value_name(c, c->baseline), count[SIDE_ABOVE], count[SIDE_BELOW]);
}

/* The tiles of one value, or of all. */
static void put_keys(struct strbuf *out, const struct comparison *c)
{
	int count[N_SIDES] = {0};

	for (int v = 0; v < c->n_values; v++)
		if (v != c->baseline)
			sides_count(c, v, count);
	strbuf_puts(out, "<dl class=\"keys\">\n");
	for (int i = 1; i <= N_SIDES; i++) {
		const int side = i % N_SIDES;

		strbuf_printf(out,
			      "<div><dt>%s %s</dt><dd class=\"v\">%d</dd><dd class=\"w\">%s</dd></div>\n",
			      sides[side].glyph, sides[side].word, count[side], sides[side].meaning);
	}
	strbuf_puts(out, "</dl>\n");
}

/* A line a value when there are several: what each does to the baseline. */
static void put_values(struct strbuf *out, const struct comparison *c)
{
	for (int v = 0; c->n_values > 2 && v < c->n_values; v++) {
		int count[N_SIDES] = {0};
		const char *comma = ": ";

		if (v == c->baseline)
			continue;
		sides_count(c, v, count);
		html_put(out, "<li>", value_name(c, v), "");
		for (int i = 1; i <= N_SIDES; i++)
			if (count[i % N_SIDES] > 0) {
				strbuf_printf(out, "%s%d %s", comma, count[i % N_SIDES],
					      sides[i % N_SIDES].word);
				comma = ", ";
			}
		strbuf_puts(out, "</li>\n");
	}
}

static void put_header(struct strbuf *out, const struct comparison *c)
{
	struct strbuf intro = {0}, line = {0};

	title_make(&line, c);
	html_put(out, "<header><h1>", strbuf_text(&line), "</h1>\n");
	html_put(out, "<p class=\"mute\">Comparison by ", c->by, "");
	html_put(out, ", baseline ", value_name(c, c->baseline), "");
	strbuf_printf(out, " \xc2\xb7 %d %s \xc2\xb7 %d %s</p></header>\n", c->n_cells,
		      c->n_cells == 1 ? "cell" : "cells", c->n_runs, c->n_runs == 1 ? "run" : "runs");
	strbuf_puts(out, "<section id=\"summary\"><h2>Summary</h2>\n");
	put_keys(out, c);
	strbuf_puts(out, "<ul class=\"plain\">\n");
	put_values(out, c);
	comparison_intro(&intro, c);
	for (const char *at = strbuf_text(&intro); *at; at += strcspn(at, "\n"), at += *at == '\n') {
		strbuf_reset(&line);
		strbuf_add(&line, at, strcspn(at, "\n"));
		html_put(out, "<li>", strbuf_text(&line), "</li>\n");
	}
	strbuf_puts(out, "</ul></section>\n\n");
	strbuf_free(&intro);
	strbuf_free(&line);
}

/* ---- every cell ---- */

/* Columns that get a list of their values: the test and the keys; a phone folds the keys into the first. */
static void put_heads(struct strbuf *out, const struct comparison *c, const enum point_key *keys, int n)
{
	struct strbuf caveat = {0};

	comparison_caveat(&caveat, c);
	strbuf_puts(out,
		    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Every cell\"><table "
		    "class=\"points\" data-sort data-filter=\"0");
	for (int k = 0; k < n; k++)
		strbuf_printf(out, " %d", k + 1);
	strbuf_printf(
		out,
		"\"><caption><span><b>Every cell</b>%d in plan order. A cell is one point of each value; "
		"median of processes, \xc2\xb1 is half the 95 %% interval. A ratio is a rate over the "
		"baseline's. ",
		c->n_cells);
	html_put(out, "", strbuf_text(&caveat),
		 "</span></caption>\n<thead><tr><th scope=\"col\" class=\"first\">test</th>");
	for (int k = 0; k < n; k++)
		strbuf_printf(out, "<th scope=\"col\" class=\"fold\">%s</th>", point_key_name(keys[k]));
	strbuf_puts(out, c->apart ? "<th scope=\"col\">run</th>" : "");
	strbuf_puts(out, "<th scope=\"col\">unit</th>");
	for (int v = 0; v < c->n_values; v++) {
		html_put(out, "<th scope=\"col\" class=\"n\">", value_name(c, v), "");
		strbuf_puts(out, v == c->baseline ? "<small>baseline</small></th>"
						  : "</th><th scope=\"col\" class=\"n\">ratio<small>95 "
						    "%</small></th>");
	}
	strbuf_puts(out, "</tr></thead><tbody>\n");
	strbuf_free(&caveat);
}

/* With the figure for sorting. before: a glyph that says what it means; after: what is to be known of it, small. */
static void put_estimate(struct strbuf *out, const char *before, const struct estimate *e, const char *after)
{
	struct strbuf text = {0}, interval = {0};

	number_estimate(&text, &interval, e);
	strbuf_printf(out, "<td class=\"n\" data-v=\"%.6g\">%s", e->value, before);
	text_html(out, strbuf_text(&text));
	html_put(out, " <span class=\"pm\">", strbuf_text(&interval), "</span>");
	html_put(out, *after ? " <small>" : "", after, *after ? "</small></td>" : "</td>");
	strbuf_free(&text);
	strbuf_free(&interval);
}

static void put_why(struct strbuf *out, const char *why)
{
	html_put(out, *why ? "<td class=\"mute why\" data-v=\"\">" : "<td class=\"n\" data-v=\"\">", why,
		 "</td>");
}

/* The glyph stands beside a word for those who do not see it. */
static void put_ratio(struct strbuf *out, const struct compared *x)
{
	enum side side = ratio_side(&x->ratio);
	struct strbuf glyph = {0};

	strbuf_printf(&glyph, "<span class=\"side\" role=\"img\" aria-label=\"%s\">%s</span> ",
		      sides[side].word, sides[side].glyph);
	put_estimate(out, strbuf_text(&glyph), &x->ratio,
		     x->kind == RATIO_UNPAIRED ? ratio_name(x->kind) : "");
	strbuf_free(&glyph);
}

static void put_compared(struct strbuf *out, const struct compared *x, bool baseline)
{
	struct strbuf marks = {0};

	compared_marks(&marks, x);
	if (x->rate.n == 0)
		put_why(out, x->why);
	else
		put_estimate(out, "", &x->rate, strbuf_text(&marks));
	if (!baseline && x->ratio.n > 0)
		put_ratio(out, x);
	else if (!baseline)
		put_why(out, x->rate.n > 0 ? x->why : "");
	strbuf_free(&marks);
}

static const char *label_of(struct strbuf *label, const struct comparison *c, const struct compare_cell *cell)
{
	cell_label(label, c, cell);
	return strbuf_text(label);
}

static void put_cell(struct strbuf *out, const struct comparison *c, const struct compare_cell *cell,
		     const enum point_key *keys, int n)
{
	struct strbuf text = {0}, label = {0};

	cell_test(&text, c, cell);
	html_put(out, "<tr><th scope=\"row\" class=\"first\" data-point=\"", label_of(&label, c, cell),
		 "\">");
	html_put(out, "", strbuf_text(&text), "</th>");
	for (int k = 0; k < n; k++) {
		strbuf_reset(&text);
		cell_key(&text, cell, keys[k]);
		html_put(out, "<td class=\"fold\">", strbuf_text(&text), "</td>");
	}
	if (c->apart)
		html_put(out, "<td>", c->runs[cell->run].name, "</td>");
	html_put(out, "<td>", cell_unit(c, cell), "</td>");
	for (int v = 0; v < c->n_values; v++)
		put_compared(out, &cell->compared[v], v == c->baseline);
	strbuf_puts(out, "</tr>\n");
	strbuf_free(&text);
	strbuf_free(&label);
}

/* Only those that stand in the table. */
static void put_marks(struct strbuf *out, const struct comparison *c)
{
	struct strbuf used = {0};

	for (int i = 0; i < c->n_cells; i++)
		for (int v = 0; v < c->n_values; v++) {
			compared_marks(&used, &c->cell[i].compared[v]);
			strbuf_putc(&used, ' ');
		}
	for (const struct mark_word *m = mark_words; m->word; m++)
		if (strstr(strbuf_text(&used), m->word))
			strbuf_printf(out, "<li><b class=\"mark\">%s</b> %s</li>\n", m->word, m->meaning);
	strbuf_free(&used);
}

static void put_cells(struct strbuf *out, const struct comparison *c)
{
	enum point_key keys[KEY_COUNT];
	int n = comparison_keys(c, keys);

	strbuf_puts(out, "<section id=\"points\"><h2>Every cell</h2>\n");
	put_heads(out, c, keys, n);
	for (int i = 0; i < c->n_cells; i++)
		put_cell(out, c, &c->cell[i], keys, n);
	strbuf_puts(out, "</tbody></table></div>\n");
	for (int i = 1; i <= N_SIDES; i++)
		strbuf_printf(out, "%s<li><b>%s %s</b> %s</li>\n", i == 1 ? "<ul class=\"plain\">\n" : "",
			      sides[i % N_SIDES].glyph, sides[i % N_SIDES].word, sides[i % N_SIDES].meaning);
	put_marks(out, c);
	strbuf_puts(out, "</ul></section>\n\n");
}

/* ---- what differs between the runs ---- */
static void put_differences(struct strbuf *out, const struct comparison *c)
{
	static const char *const kinds[] = {[DIFFERENCE_REFUSED] = "refused",
					    [DIFFERENCE_NEVER] = "refused",
					    [DIFFERENCE_ALLOWED] = "allowed by name",
					    [DIFFERENCE_WARNING] = "unknown on both sides"};

	if (c->differences.n == 0)
		return;
	strbuf_puts(
		out,
		"<section id=\"differences\"><h2>What differs beside it</h2>\n<div class=\"scroll\" "
		"tabindex=\"0\" role=\"region\" aria-label=\"Differences\"><table data-sort "
		"data-filter=\"3\"><caption><span><b>Differences</b>Facts of the runs that are not what they "
		"are compared by.</span></caption>\n<thead><tr><th scope=\"col\" class=\"first\">fact</th>"
		"<th scope=\"col\">one run</th><th scope=\"col\">the other</th><th scope=\"col\">kind</th>"
		"<th scope=\"col\">what it may do</th></tr></thead><tbody>\n");
	for (int i = 0; i < c->differences.n; i++) {
		const struct difference *x = &c->differences.item[i];

		html_put(out, "<tr><th scope=\"row\" class=\"first\">", x->key, "</th>");
		html_put(out, "<td class=\"why\">", x->a, "</td>");
		html_put(out, "<td class=\"why\">", x->b, "</td>");
		html_put(out, "<td>", kinds[x->kind], "</td>");
		html_put(out, "<td class=\"why\">", x->effect ? x->effect : "", "</td></tr>\n");
	}
	strbuf_puts(out, "</tbody></table></div></section>\n\n");
}

static void put_picture(struct strbuf *out, const struct plots *plots)
{
	struct page p = {.plots = plots};

	if (plots->n == 0)
		return;
	strbuf_puts(&p.out, "<section id=\"ratios\"><h2>Ratios</h2>\n");
	html_pictures(&p, PLOT_RATIOS, "ratios");
	strbuf_puts(&p.out, "</section>\n\n");
	strbuf_puts(out, strbuf_text(&p.out));
	strbuf_free(&p.out);
}

static void put_navigation(struct strbuf *out, const struct comparison *c, const struct plots *plots)
{
	html_nav_open(out);
	html_nav_link(out, "summary", "Summary");
	if (plots->n > 0)
		html_nav_link(out, "ratios", "Ratios");
	html_nav_link(out, "points", "Every cell");
	if (c->differences.n > 0)
		html_nav_link(out, "differences", "What differs");
	html_nav_close(out);
}

static int page_make(struct strbuf *out, const void *of, const char *plots_directory, struct diag *d)
{
	const struct comparison *c = of;
	struct plots *plots;
	struct strbuf title = {0};
	int rc = comparison_plots(&plots, c, plots_directory, d);

	if (rc == 0) {
		title_make(&title, c);
		html_head(out, strbuf_text(&title));
		strbuf_puts(out, "<body>\n");
		put_navigation(out, c, plots);
		strbuf_puts(out, "<main>\n");
		put_header(out, c);
		put_picture(out, plots);
		put_cells(out, c);
		put_differences(out, c);
		html_foot(out);
		plots_free(plots);
	}
	strbuf_free(&title);
	return rc;
}

int comparison_write_html(const char *directory, const struct comparison *c, struct diag *d)
{
	const struct page_maker m = {page_make, c};

	return html_page_write(directory, "compare.html", &m, d);
}

int compare_html(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d)
{
	const struct page_maker m = {page_make, c};

	return html_page_print(out, o, &m, d);
}
