/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a trial's page in reading order. */
#include "config.h"

#include "reports/verdicts/html.h"

#include "reports/verdicts/page/page.h"

static bool has_picture(const struct trial_page *t, enum plot_kind kind)
{
	const struct page p = {.plots = t->plots};

	return html_has_pictures(&p, kind);
}

static bool has_always(const struct trial_page *t __attribute__((unused)))
{
	return true;
}

static bool has_forest(const struct trial_page *t)
{
	return has_picture(t, PLOT_FOREST) || t->v->n_families > 0;
}

static bool has_pairs(const struct trial_page *t)
{
	return has_picture(t, PLOT_PAIRS);
}

static bool has_order(const struct trial_page *t)
{
	return has_picture(t, PLOT_ORDER);
}

static bool has_cells(const struct trial_page *t)
{
	return t->v->n_cells > 0;
}

static void put_pictures(struct strbuf *out, const struct trial_page *t, enum plot_kind kind,
			 const char *grid)
{
	struct page p = {.plots = t->plots};

	html_pictures(&p, kind, grid);
	strbuf_puts(out, strbuf_text(&p.out));
	strbuf_free(&p.out);
}

/* The picture alone has the page's width to itself. */
static void put_forest(struct strbuf *out, const struct trial_page *t)
{
	bool beside = t->v->n_families > 0;

	strbuf_puts(out, "<section id=\"ratios\"><h2>Ratios</h2>\n");
	strbuf_puts(out, beside ? "<div class=\"grid two\"><div>" : "");
	put_pictures(out, t, PLOT_FOREST, "one");
	if (beside) {
		strbuf_puts(out, "</div>\n<div>");
		trial_families(out, t);
		strbuf_puts(out, "</div></div>");
	}
	strbuf_puts(out, "</section>\n\n");
}

static void put_pairs(struct strbuf *out, const struct trial_page *t)
{
	strbuf_puts(out,
		    "<section id=\"pairs\"><h2>The pairs themselves</h2>\n"
		    "<p>Each dot is one pair: one visit of A and one of B in the same round. Filled, A "
		    "ran first; hollow, B did: both should lie in one cloud. A square stands around pairs "
		    "of which a side was contended; they are kept. The coloured band is the interval, the "
		    "grey one what is called the same. Each picture has its own scale.</p>\n");
	put_pictures(out, t, PLOT_PAIRS, "three");
	strbuf_puts(out, "</section>\n\n");
}

static void put_trust(struct strbuf *out, const struct trial_page *t)
{
	strbuf_puts(out, "<section id=\"trust\"><h2>Can this comparison be trusted?</h2>\n"
			 "<div class=\"grid two\"><div>");
	if (has_picture(t, PLOT_AA))
		put_pictures(out, t, PLOT_AA, "one");
	else if (t->v->n_aa == 0)
		strbuf_puts(out, "<p>No pairs of A against its own copy ran beside the comparison.</p>\n");
	strbuf_puts(out, "</div>\n<div>");
	trial_error_rates(out, t);
	strbuf_puts(out, "</div></div></section>\n\n");
}

static void put_order(struct strbuf *out, const struct trial_page *t)
{
	strbuf_puts(out, "<section id=\"order\"><h2>Was the machine quiet?</h2>\n");
	put_pictures(out, t, PLOT_ORDER, "wide");
	strbuf_puts(out, "</section>\n\n");
}

static const struct {
	const char *id, *title;
	bool (*wanted)(const struct trial_page *t);
	void (*put)(struct strbuf *out, const struct trial_page *t);
} sections[] = {
	{"summary", "Summary", has_always, trial_summary},
	{"ratios", "Ratios", has_forest, put_forest},
	{"verdicts", "Every verdict", has_cells, trial_verdicts},
	{"pairs", "The pairs", has_pairs, put_pairs},
	{"trust", "Trust", has_always, put_trust},
	{"order", "Quiet?", has_order, put_order},
	{"method", "Method", has_always, trial_method},
};
#define N_SECTIONS (sizeof sections / sizeof sections[0])

static void put_page(struct strbuf *out, const struct trial_page *t)
{
	struct strbuf title = {0};

	trial_title(&title, t);
	html_head(out, strbuf_text(&title));
	strbuf_free(&title);
	strbuf_puts(out, "<body>\n");
	html_nav_open(out);
	for (size_t i = 0; i < N_SECTIONS; i++)
		if (sections[i].wanted(t))
			html_nav_link(out, sections[i].id, sections[i].title);
	html_nav_close(out);
	strbuf_puts(out, "<main>\n");
	trial_header(out, t);
	for (size_t i = 0; i < N_SECTIONS; i++)
		if (sections[i].wanted(t))
			sections[i].put(out, t);
	html_foot(out);
}

static int page_make(struct strbuf *out, const void *of, const char *plots_directory, struct diag *d)
{
	struct trial_page t;
	struct plots *plots;
	int rc;

	trial_page_make(&t, of);
	plots = trial_plots(&t);
	t.plots = plots;
	rc = plots_draw(plots, plots_directory, d);
	if (rc == 0)
		put_page(out, &t);
	plots_free(plots);
	trial_page_free(&t);
	return rc;
}

int verdicts_html(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d)
{
	const struct page_maker m = {page_make, v};

	return html_page_print(out, o, &m, d);
}

int verdicts_write_html(const char *directory, const struct verdicts *v, struct diag *d)
{
	const struct page_maker m = {page_make, v};

	return html_page_write(directory, "compare.html", &m, d);
}
