/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <string.h>

#include "reports/text.h"

/* Lines of data that a page holds; the rest is in the file. */
#define FOLD_LINES 120

static void put_data(struct strbuf *out, const struct script *s)
{
	const char *text = strbuf_text(&s->data), *end = text;
	int n = 0, more = 0;
	struct strbuf head = {0};

	for (; *end && n < FOLD_LINES; end++)
		n += *end == '\n';
	strbuf_add(&head, text, (size_t)(end - text));
	for (; *end; end++)
		more += *end == '\n';
	if (more)
		strbuf_printf(&head, "# ... %d more lines in plots/%s.dat\n", more, s->name);
	text_html_lines(out, strbuf_text(&head));
	strbuf_free(&head);
}

static void put_fold(struct strbuf *out, const struct script *s)
{
	strbuf_printf(out,
		      "<details><summary>data and script</summary><p>plots/%s.dat, plots/%s.gp; redraw there "
		      "with <code>gnuplot %s.gp</code></p><pre tabindex=\"0\">",
		      s->name, s->name, s->name);
	put_data(out, s);
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

/* A sentence each of what is left out. */
static void put_notes(struct page *p, enum plot_kind kind)
{
	const char *before = "<p class=\"mute\">Left out: ";

	for (int i = 0; i < p->plots->n_notes; i++) {
		if (p->plots->note[i].kind != kind)
			continue;
		strbuf_puts(&p->out, before);
		text_html(&p->out, p->plots->note[i].text);
		before = "; ";
	}
	if (before[0] == ';')
		strbuf_puts(&p->out, ".</p>\n");
}

bool html_has_pictures(const struct page *p, enum plot_kind kind)
{
	for (int i = 0; i < p->plots->n; i++)
		if (p->plots->script[i].kind == kind)
			return true;
	for (int i = 0; i < p->plots->n_notes; i++)
		if (p->plots->note[i].kind == kind)
			return true;
	return false;
}

/* Panels of one script stand under its heading; pictures of a script each side by side. */
void html_pictures(struct page *p, enum plot_kind kind, const char *grid)
{
	bool panels = strcmp(grid, "panels") == 0;

	if (!html_has_pictures(p, kind))
		return;
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
	put_notes(p, kind);
}

static void section_open(struct page *p, const char *id, const char *title)
{
	strbuf_printf(&p->out, "<section id=\"%s\"><h2>%s</h2>\n", id, title);
}

static void section_close(struct page *p)
{
	strbuf_puts(&p->out, "</section>\n\n");
}

void html_throughput(struct page *p)
{
	section_open(p, "throughput", "Throughput by sequences");
	strbuf_puts(&p->out,
		    "<p>Tokens per second over all sequences, with 95 % intervals over processes "
		    "(often smaller than the dot). The dashed line is the ceiling: what the measured "
		    "read speed and multiply-add rate allow for this work.</p>\n");
	html_pictures(p, PLOT_THROUGHPUT, "panels");
	section_close(p);
}

void html_quality(struct page *p)
{
	section_open(p, "quality", "Speed, quality and bytes");
	html_pictures(p, PLOT_QUALITY, "two");
	html_pictures(p, PLOT_BYTES, "two");
	section_close(p);
}

void html_latency(struct page *p)
{
	section_open(p, "latency", "Latency");
	html_pictures(p, PLOT_LATENCY, "two");
	html_percentiles(p);
	section_close(p);
}

void html_roofline(struct page *p)
{
	section_open(p, "roofline", "Roofline");
	html_pictures(p, PLOT_ROOFLINE, "two");
	section_close(p);
}

void html_blocking(struct page *p)
{
	section_open(p, "blocking", "Blocking of matrix products");
	html_pictures(p, PLOT_HEAT, "two");
	html_pictures(p, PLOT_BLOCKING, "two");
	section_close(p);
}

void html_scaling(struct page *p)
{
	section_open(p, "scaling", "Thread scaling");
	html_pictures(p, PLOT_SCALING, "three");
	section_close(p);
}

/* The only picture that is wider than a phone: it scrolls in its own region. */
void html_timeline(struct page *p)
{
	section_open(p, "timeline", "Was the machine quiet?");
	html_pictures(p, PLOT_TIMELINE, "wide");
	section_close(p);
}
