/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <stdlib.h>

#include "reports/text.h"

static bool has_always(const struct page *p __attribute__((unused)))
{
	return true;
}

static bool has_missing(const struct page *p)
{
	return html_has_missing(p->view);
}

static bool has_counters(const struct page *p)
{
	return html_has_counters(p->view);
}

static bool has_throughput(const struct page *p)
{
	return html_has_pictures(p, PLOT_THROUGHPUT);
}

static bool has_quality(const struct page *p)
{
	return html_has_pictures(p, PLOT_QUALITY) || html_has_pictures(p, PLOT_BYTES);
}

static bool has_latency(const struct page *p)
{
	return html_has_pictures(p, PLOT_LATENCY);
}

static bool has_roofline(const struct page *p)
{
	return html_has_pictures(p, PLOT_ROOFLINE);
}

static bool has_blocking(const struct page *p)
{
	return html_has_pictures(p, PLOT_BLOCKING) || html_has_pictures(p, PLOT_HEAT);
}

static bool has_scaling(const struct page *p)
{
	return html_has_pictures(p, PLOT_SCALING);
}

static bool has_timeline(const struct page *p)
{
	return html_has_pictures(p, PLOT_TIMELINE);
}

/* In reading order: what, the picture that answers, quality never later than speed, every point, then detail. */
static const struct {
	const char *id, *title;
	bool (*wanted)(const struct page *p);
	void (*put)(struct page *p);
} sections[] = {
	{"summary", "Summary", has_always, html_summary},
	{"throughput", "Throughput", has_throughput, html_throughput},
	{"quality", "Speed, quality, bytes", has_quality, html_quality},
	{"points", "Every point", has_always, html_points},
	{"missing", "What did not run", has_missing, html_missing},
	{"latency", "Latency", has_latency, html_latency},
	{"limits", "Limits", has_always, html_limits},
	{"roofline", "Roofline", has_roofline, html_roofline},
	{"blocking", "Blocking", has_blocking, html_blocking},
	{"scaling", "Thread scaling", has_scaling, html_scaling},
	{"counters", "Counters", has_counters, html_counters},
	{"timeline", "Quiet?", has_timeline, html_timeline},
	{"machine", "Machine, build, method", has_always, html_machine},
	{"spec", "What was asked", has_always, html_spec},
};
#define N_SECTIONS (sizeof sections / sizeof sections[0])

static void put_file(struct strbuf *out, const char *name)
{
	char *text = embed_text(report_files, name);

	strbuf_puts(out, text ? text : "");
	free(text);
}

void html_put(struct strbuf *out, const char *before, const char *text, const char *after)
{
	strbuf_puts(out, before);
	text_html(out, text);
	strbuf_puts(out, after);
}

void html_head(struct strbuf *out, const char *title)
{
	strbuf_puts(out,
		    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
		    "form-action 'none'\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<meta name=\"generator\" content=\"inferometer " VERSION "\">\n<title>");
	text_html(out, title);
	strbuf_puts(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n:root{");
	palette_css(out, 0);
	strbuf_puts(out, "}\n");
	put_file(out, "reports/html/page.css");
	/* Paper is light: dark is for screens alone. */
	strbuf_puts(out, "@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;");
	palette_css(out, 1);
	strbuf_puts(out, "}}\n</style>\n</head>\n");
}

void html_foot(struct strbuf *out)
{
	strbuf_puts(out,
		    "<footer><p>Made by inferometer " VERSION " from raw samples in the store. One file, no "
		    "network; works without scripts (they add sorting and filtering).</p></footer>\n"
		    "</main>\n<script>\n");
	put_file(out, "reports/html/page.js");
	strbuf_puts(out, "</script>\n</body>\n</html>\n");
}

static void put_head(struct page *p)
{
	struct finding f = finding_make(p->view);
	struct strbuf title = {0};

	finding_title(&title, p->view, &f);
	html_head(&p->out, strbuf_text(&title));
	strbuf_free(&title);
}

void html_nav_open(struct strbuf *out)
{
	strbuf_puts(
		out,
		"<nav aria-label=\"contents\"><a class=\"skip\" href=\"#summary\">to the summary</a><ol>");
}

void html_nav_link(struct strbuf *out, const char *id, const char *title)
{
	strbuf_printf(out, "<li><a href=\"#%s\">%s</a></li>", id, title);
}

void html_nav_close(struct strbuf *out)
{
	strbuf_puts(out, "</ol></nav>\n");
}

static void put_navigation(struct page *p)
{
	html_nav_open(&p->out);
	for (size_t i = 0; i < N_SECTIONS; i++)
		if (sections[i].wanted(p))
			html_nav_link(&p->out, sections[i].id, sections[i].title);
	html_nav_close(&p->out);
}

void html_page(struct strbuf *out, const struct view *v, const struct plots *plots)
{
	struct page p = {.view = v, .plots = plots};

	put_head(&p);
	strbuf_puts(&p.out, "<body>\n");
	put_navigation(&p);
	strbuf_puts(&p.out, "<main>\n");
	html_header(&p);
	for (size_t i = 0; i < N_SECTIONS; i++)
		if (sections[i].wanted(&p))
			sections[i].put(&p);
	html_foot(&p.out);
	*out = p.out;
}
