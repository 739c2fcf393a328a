/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/counters.h"
#include "reports/html/html.h"

bool html_has_counters(const struct view *v)
{
	return counters_any(v);
}

void html_counters(struct page *p)
{
	strbuf_puts(
		&p->out,
		"<section id=\"counters\"><h2>Counters</h2>\n<p>Read in visits of their own: they have no "
		"part "
		"in any time above. What was derived has its formula beside it; what could not be read, its "
		"reason.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Counters\">"
		"<table data-sort data-filter=\"0 1 5\"><caption><span><b>Counters</b> Median over visits; "
		"of a repetition where "
		"the "
		"unit says so.</span></caption>\n<thead><tr><th scope=\"col\" class=\"first\">point</th>"
		"<th scope=\"col\">counter</th><th scope=\"col\" class=\"n\">value</th><th "
		"scope=\"col\">unit</th>"
		"<th scope=\"col\" class=\"n\">n</th><th scope=\"col\">source</th>"
		"<th scope=\"col\">how, or why not</th></tr></thead><tbody>\n");
	counters_html(&p->out, p->view);
	strbuf_puts(&p->out, "</tbody></table></div></section>\n\n");
}
