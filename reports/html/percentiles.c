/* SPDX-License-Identifier: Apache-2.0 */
/* Percentiles of the step times that are drawn, each with its interval, or with how many samples it would take. */
#include "config.h"

#include "reports/html/html.h"

#include <math.h>
#include <stdlib.h>

#include "reports/analysis/latency.h"
#include "reports/number.h"
#include "reports/text.h"

static void put_percentile(struct strbuf *out, const struct latency_percentile *p)
{
	double half = (p->hi - p->lo) / 2;

	if (isnan(p->ms)) {
		strbuf_printf(out, "<td class=\"n mute\">n too small<br><small>needs %d</small></td>",
			      p->n_min);
		return;
	}
	strbuf_puts(out, "<td class=\"n\">");
	number_put(out, p->ms, half);
	strbuf_puts(out, "<br><small>[");
	number_put(out, p->lo, half);
	strbuf_puts(out, ", ");
	number_put(out, p->hi, half);
	strbuf_puts(out, "]</small></td>");
}

static void put_row(struct strbuf *out, const struct row *r)
{
	struct latency l = latency_make(r);

	strbuf_puts(out, "<tr><th scope=\"row\" class=\"first\">");
	text_html(out, point_get(&r->point->point, KEY_PRECISION));
	strbuf_puts(out, "</th>");
	for (int i = 0; i < LATENCY_PERCENTILES; i++)
		put_percentile(out, &l.percentile[i]);
	strbuf_printf(out, "<td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%d</td></tr>\n",
		      l.n, l.n_processes, l.n_marked);
	latency_free(&l);
}

static void put_table(struct strbuf *out, const struct latency_choice *c)
{
	strbuf_puts(out,
		    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"percentiles\"><table>"
		    "<caption><span><b>");
	text_html(out, c->heading);
	strbuf_puts(
		out,
		"</b>Time of a step in ms, with 95 % intervals by order statistics, which take samples as "
		"independent.</span></caption><thead><tr><th scope=\"col\" class=\"first\">precision</th>");
	for (int i = 0; i < LATENCY_PERCENTILES; i++)
		strbuf_printf(out, "<th scope=\"col\" class=\"n\">p%g<small>ms</small></th>",
			      100 * latency_share[i]);
	strbuf_puts(out,
		    "<th scope=\"col\" class=\"n\">n<small>samples</small></th>"
		    "<th scope=\"col\" class=\"n\">of<small>processes</small></th>"
		    "<th scope=\"col\" class=\"n\">marked<small>samples</small></th></tr></thead><tbody>\n");
	for (int i = 0; i < c->n; i++)
		put_row(out, c->row[i]);
	strbuf_puts(out, "</tbody></table></div>\n");
}

void html_percentiles(struct page *p)
{
	struct latency_choice choice[LATENCY_PICTURES];
	int left_out, n = latency_choose(choice, p->view, &left_out);

	for (int i = 0; i < n; i++) {
		put_table(&p->out, &choice[i]);
		free(choice[i].heading);
	}
}
