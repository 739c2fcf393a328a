/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <string.h>

#include "reports/counters.h"

bool html_has_counters(const struct view *v)
{
	return counters_any(v);
}

/* More rows are folded: they would be most of the page, and many sheets of paper. */
enum { ROWS_OPEN = 60 };

static int rows_count(const char *rows)
{
	int n = 0;

	while ((rows = strstr(rows, "<tr>")) != NULL)
		n++, rows += 4;
	return n;
}

void html_counters(struct page *p)
{
	struct strbuf rows = {0};
	int n;

	counters_html(&rows, p->view);
	n = rows_count(strbuf_text(&rows));
	strbuf_puts(
		&p->out,
		"<section id=\"counters\"><h2>Counters</h2>\n<p>Read in visits of their own: they have no "
		"part in any time above. What was derived has its formula beside it; what could not be read, "
		"its reason.</p>\n");
	if (n > ROWS_OPEN)
		strbuf_printf(&p->out,
			      "<p class=\"paper\">%d values, which stand on the page and not on paper.</p>\n"
			      "<details><summary>all %d values</summary>\n",
			      n, n);
	strbuf_puts(
		&p->out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Counters\"><table "
		"data-sort data-filter=\"0 1 5\"><caption><span><b>Counters</b> Median over visits; of a "
		"repetition where the unit says so.</span></caption>\n<thead><tr><th scope=\"col\" "
		"class=\"first\">point</th><th scope=\"col\">counter</th><th scope=\"col\" "
		"class=\"n\">value</th><th scope=\"col\">unit</th><th scope=\"col\" class=\"n\">n</th>"
		"<th scope=\"col\">source</th><th scope=\"col\">how, or why not</th></tr></thead><tbody>\n");
	strbuf_puts(&p->out, strbuf_text(&rows));
	strbuf_puts(&p->out, "</tbody></table></div>");
	strbuf_puts(&p->out, n > ROWS_OPEN ? "</details></section>\n\n" : "</section>\n\n");
	strbuf_free(&rows);
}
