/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <string.h>

#include "reports/text.h"

static void put_fold(struct strbuf *out, const struct script *s)
{
	strbuf_printf(out,
		      "<details><summary>data and script</summary><p>plots/%s.dat, plots/%s.gp; redraw there "
		      "with <code>gnuplot %s.gp</code></p><pre tabindex=\"0\">",
		      s->name, s->name, s->name);
	text_html_lines(out, strbuf_text(&s->data));
	strbuf_puts(out, "</pre><pre tabindex=\"0\">");
	text_html_lines(out, strbuf_text(&s->text));
	strbuf_puts(out, "</pre></details>");
}

static void put_picture(struct strbuf *out, const struct script *s, const struct picture *p, bool fold)
{
	strbuf_puts(out, "<figure><figcaption><b>");
	text_html(out, p->title);
	strbuf_puts(out, "</b><p>");
	text_html(out, p->reading);
	strbuf_puts(out, "</p></figcaption>");
	if (p->svg) {
		strbuf_puts(out, p->svg);
	} else {
		strbuf_puts(out, "<p class=\"mark\">not drawn: ");
		text_html(out, s->why_not ? s->why_not : "nothing was asked to draw it");
		strbuf_puts(out, "</p>");
	}
	if (fold)
		put_fold(out, s);
	strbuf_puts(out, "</figure>\n");
}

/* Panels of one script stand under its heading; pictures of a script each side by side. */
void html_pictures(struct page *p, enum plot_kind kind, const char *grid)
{
	bool panels = strcmp(grid, "panels") == 0;

	if (!panels)
		strbuf_printf(&p->out, "<div class=\"grid %s\">\n", grid);
	for (int i = 0; i < p->plots->n; i++) {
		const struct script *s = &p->plots->script[i];

		if (s->kind != kind)
			continue;
		if (panels) {
			strbuf_puts(&p->out, "<h3>");
			text_html(&p->out, s->heading);
			strbuf_printf(&p->out, "</h3>\n<div class=\"grid %s\">\n", grid);
		}
		for (int j = 0; j < s->n_pictures; j++)
			put_picture(&p->out, s, &s->picture[j], j == 0);
		if (panels)
			strbuf_puts(&p->out, "</div>\n");
	}
	if (!panels)
		strbuf_puts(&p->out, "</div>\n");
}

void html_throughput(struct page *p)
{
	strbuf_puts(&p->out,
		    "<section id=\"throughput\"><h2>Throughput by sequences</h2>\n"
		    "<p>Tokens per second over all sequences, with 95 % intervals over processes "
		    "(often smaller than the dot). The dashed line is the ceiling: what the measured "
		    "read speed and multiply-add rate allow for this work.</p>\n");
	html_pictures(p, PLOT_THROUGHPUT, "panels");
	strbuf_puts(&p->out, "</section>\n\n");
}

void html_quality(struct page *p)
{
	strbuf_puts(&p->out, "<section id=\"quality\"><h2>Speed and quality</h2>\n");
	html_pictures(p, PLOT_QUALITY, "two");
	strbuf_puts(&p->out, "</section>\n\n");
}

void html_blocking(struct page *p)
{
	strbuf_puts(&p->out, "<section id=\"blocking\"><h2>Blocking of matrix products</h2>\n");
	html_pictures(p, PLOT_BLOCKING, "two");
	strbuf_puts(&p->out, "</section>\n\n");
}

void html_scaling(struct page *p)
{
	strbuf_puts(&p->out, "<section id=\"scaling\"><h2>Thread scaling</h2>\n");
	html_pictures(p, PLOT_SCALING, "three");
	strbuf_puts(&p->out, "</section>\n\n");
}
