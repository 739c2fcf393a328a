/* SPDX-License-Identifier: Apache-2.0 */
/* One self-contained page: what is compared, the picture, every cell. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/compare/compare.h"
#include "reports/html/html.h"
#include "reports/number.h"
#include "reports/text.h"

static void put_tag(struct strbuf *out, const char *before, const char *text, const char *after)
{
	strbuf_puts(out, before);
	text_html(out, text);
	strbuf_puts(out, after);
}

static void put_header(struct strbuf *out, const struct comparison *c)
{
	struct strbuf intro = {0}, line = {0};

	put_tag(out, "<header><h1>Comparison by ", c->by, "");
	put_tag(out, ", baseline ", c->value[c->baseline], "</h1></header>\n");
	strbuf_puts(out, "<section id=\"summary\"><h2>What is compared</h2>\n<ul class=\"plain\">\n");
	comparison_intro(&intro, c);
	for (const char *at = strbuf_text(&intro); *at; at += strcspn(at, "\n"), at += *at == '\n') {
		strbuf_reset(&line);
		strbuf_add(&line, at, strcspn(at, "\n"));
		put_tag(out, "<li>", strbuf_text(&line), "</li>\n");
	}
	strbuf_puts(out, "</ul></section>\n\n");
	strbuf_free(&intro);
	strbuf_free(&line);
}

static void put_heads(struct strbuf *out, const struct comparison *c, const enum point_key *keys, int n)
{
	struct strbuf caveat = {0};

	comparison_caveat(&caveat, c);
	put_tag(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"cells\"><table "
		"class=\"points\" "
		"data-sort><caption><span><b>Every cell</b> A cell is one point of each value; median of "
		"processes, "
		"\xc2\xb1 is half the 95 % interval. ",
		strbuf_text(&caveat),
		"</span></caption>\n<thead><tr><th scope=\"col\" class=\"first\">test</th>");
	for (int k = 0; k < n; k++)
		strbuf_printf(out, "<th scope=\"col\">%s</th>", point_key_name(keys[k]));
	strbuf_puts(out, c->apart ? "<th scope=\"col\">run</th>" : "");
	strbuf_puts(out, "<th scope=\"col\">unit</th>");
	for (int v = 0; v < c->n_values; v++) {
		put_tag(out, "<th scope=\"col\" class=\"n\">", *c->value[v] ? c->value[v] : "(none)", "");
		strbuf_puts(out, v == c->baseline ? "<small>baseline</small></th>"
						  : "</th><th scope=\"col\" class=\"n\">ratio<small>95 "
						    "%</small></th>");
	}
	strbuf_puts(out, "</tr></thead><tbody>\n");
	strbuf_free(&caveat);
}

/* With the figure for sorting. after: what is to be known of it, small. */
static void put_estimate(struct strbuf *out, const struct estimate *e, const char *after)
{
	struct strbuf text = {0}, interval = {0};

	number_estimate(&text, &interval, e);
	strbuf_printf(out, "<td class=\"n\" data-v=\"%.6g\">", e->value);
	text_html(out, strbuf_text(&text));
	put_tag(out, " <span class=\"pm\">", strbuf_text(&interval), "</span>");
	put_tag(out, *after ? " <small>" : "", after, *after ? "</small></td>" : "</td>");
	strbuf_free(&text);
	strbuf_free(&interval);
}

static void put_why(struct strbuf *out, const char *why)
{
	put_tag(out, "<td class=\"mute\" data-v=\"\">", why, "</td>");
}

static void put_compared(struct strbuf *out, const struct compared *x, bool baseline)
{
	struct strbuf marks = {0};

	compared_marks(&marks, x);
	if (x->rate.n == 0)
		put_why(out, x->why);
	else
		put_estimate(out, &x->rate, strbuf_text(&marks));
	if (!baseline && x->ratio.n > 0)
		put_estimate(out, &x->ratio, x->kind == RATIO_UNPAIRED ? ratio_name(x->kind) : "");
	else if (!baseline)
		put_why(out, x->rate.n > 0 ? x->why : "");
	strbuf_free(&marks);
}

static void put_cell(struct strbuf *out, const struct comparison *c, const struct compare_cell *cell,
		     const enum point_key *keys, int n)
{
	struct strbuf text = {0};

	cell_test(&text, c, cell);
	put_tag(out, "<tr><td class=\"first\">", strbuf_text(&text), "</td>");
	for (int k = 0; k < n; k++) {
		strbuf_reset(&text);
		cell_key(&text, cell, keys[k]);
		put_tag(out, "<td>", strbuf_text(&text), "</td>");
	}
	if (c->apart)
		put_tag(out, "<td>", c->runs[cell->run].name, "</td>");
	put_tag(out, "<td>", cell_unit(c, cell), "</td>");
	for (int v = 0; v < c->n_values; v++)
		put_compared(out, &cell->compared[v], v == c->baseline);
	strbuf_puts(out, "</tr>\n");
	strbuf_free(&text);
}

static void put_cells(struct strbuf *out, const struct comparison *c)
{
	enum point_key keys[KEY_COUNT];
	int n = comparison_keys(c, keys);

	strbuf_puts(out, "<section id=\"points\"><h2>Every cell</h2>\n");
	put_heads(out, c, keys, n);
	for (int i = 0; i < c->n_cells; i++)
		put_cell(out, c, &c->cell[i], keys, n);
	strbuf_puts(out, "</tbody></table></div>\n<ul class=\"plain\" aria-label=\"marks\">\n");
	for (const struct mark_word *m = mark_words; m->word; m++)
		strbuf_printf(out, "<li><b class=\"mark\">%s</b> %s</li>\n", m->word, m->meaning);
	strbuf_puts(out, "</ul></section>\n\n");
}

static void put_picture(struct strbuf *out, const struct plots *plots)
{
	struct page p = {.plots = plots};

	if (plots->n == 0)
		return;
	strbuf_puts(&p.out, "<section id=\"ratios\"><h2>Ratios</h2>\n");
	html_pictures(&p, PLOT_RATIOS, "wide");
	strbuf_puts(&p.out, "</section>\n\n");
	strbuf_puts(out, strbuf_text(&p.out));
	strbuf_free(&p.out);
}

static int page_make(struct strbuf *out, const struct comparison *c, const char *plots_directory,
		     struct diag *d)
{
	struct plots *plots;
	char *title = mem_printf("Comparison by %s, baseline %s", c->by, c->value[c->baseline]);
	int rc = comparison_plots(&plots, c, plots_directory, d);

	if (rc == 0) {
		html_head(out, title);
		strbuf_puts(out, "<body>\n<main>\n");
		put_header(out, c);
		put_picture(out, plots);
		put_cells(out, c);
		html_foot(out);
		plots_free(plots);
	}
	free(title);
	return rc;
}

int comparison_write_html(const char *directory, const struct comparison *c, struct diag *d)
{
	char *plots = mem_printf("%s/plots", directory), *path = mem_printf("%s/compare.html", directory);
	struct strbuf page = {0};
	int rc = folder_make(directory, d);

	if (rc == 0)
		rc = page_make(&page, c, plots, d);
	if (rc == 0)
		rc = file_write(path, page.text, page.len, d);
	strbuf_free(&page);
	free(plots);
	free(path);
	return rc;
}

int compare_html(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d)
{
	struct strbuf page = {0};
	char *own = NULL;
	const char *folder = o->directory && *o->directory ? o->directory : NULL;
	int rc = folder ? 0 : folder_temporary(&own, d);

	if (rc == 0)
		rc = page_make(&page, c, folder ? folder : own, d);
	if (rc == 0 && (fwrite(page.text, 1, page.len, out) != page.len || ferror(out)))
		rc = diag_set(d, ERR_IO, "cannot write the report");
	if (own)
		folder_discard(own);
	strbuf_free(&page);
	free(own);
	return rc;
}
