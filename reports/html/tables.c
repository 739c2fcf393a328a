/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <math.h>
#include <string.h>

#include "reports/columns.h"
#include "reports/number.h"
#include "reports/plots/plots.h"
#include "reports/text.h"

static void put_open(struct strbuf *out, const char *title, const char *note, const char *attributes)
{
	strbuf_printf(out,
		      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table %s>"
		      "<caption><span><b>%s</b>%s</span></caption>\n<thead><tr>",
		      title, attributes, title, note);
}

/* Keys fold into the first, sticky column on a phone; paper leaves out what a narrow terminal does. */
static const char *column_class(const struct column *c, bool first)
{
	if (first)
		return "first";
	if (c->use == COLUMN_KEY || c->use == COLUMN_PRECISION)
		return c->figure ? "n fold" : "fold";
	if (c->drop == 1 || c->drop == 2)
		return c->figure ? "n late" : "ran late";
	return c->figure ? "n" : "";
}

static bool is_key(const struct column *c)
{
	return c->use == COLUMN_KEY || c->use == COLUMN_PRECISION;
}

/* The state stands behind the keys, before the numbers that it explains. */
static bool is_state_next(const struct column **column, int n, int c)
{
	return is_key(column[c]) && (c + 1 == n || !is_key(column[c + 1]));
}

static void put_heads(struct strbuf *out, const struct column **column, int n)
{
	for (int c = 0; c < n; c++) {
		strbuf_printf(out, "<th scope=\"col\" class=\"%s\">%s", column_class(column[c], c == 0),
			      column[c]->head);
		if (column[c]->unit[0])
			strbuf_printf(out, "<small>%s</small>", column[c]->unit);
		strbuf_puts(out, "</th>");
		if (is_state_next(column, n, c))
			strbuf_puts(out, "<th scope=\"col\">state</th>");
	}
	strbuf_puts(out, "</tr></thead><tbody>\n");
}

/* Also where one visit failed: the others were measured. */
static bool has_values(const struct row *r)
{
	return r->n_values > 0;
}

static void put_raw(struct strbuf *out, const struct column *c, const struct row *r)
{
	double x = c->raw ? c->raw(r) : NAN;

	if (!c->raw)
		return;
	if (isfinite(x) && (is_key(c) || has_values(r)))
		strbuf_printf(out, " data-v=\"%.6g\"", x);
	else
		strbuf_puts(out, " data-v=\"\"");
}

static void put_value(struct strbuf *out, const struct column *c, const struct view *v, const struct row *r)
{
	struct strbuf text = {0}, interval = {0};
	bool strike = c->use == COLUMN_RATE && row_is_wrong(r);

	if (is_key(c) || has_values(r))
		c->put(&text, &interval, v, r);
	strbuf_puts(out, strike && text.len ? "<s>" : "");
	text_html(out, strbuf_text(&text));
	if (interval.len) {
		strbuf_printf(out, "%s<span class=\"pm\">", text.len ? " " : "");
		text_html(out, strbuf_text(&interval));
		strbuf_puts(out, "</span>");
	}
	strbuf_puts(out, strike && text.len ? "</s>" : "");
	if (c->use == COLUMN_SHARE && text.len)
		strbuf_printf(out, "<span class=\"bar\" style=\"--w:%.0f%%\"></span>",
			      100 * fmin(fmax(r->share.value, 0), 1));
	strbuf_free(&text);
	strbuf_free(&interval);
}

static void put_cell(struct strbuf *out, const struct column *c, const struct view *v, const struct row *r,
		     bool first)
{
	struct strbuf label = {0};

	strbuf_printf(out, first ? "<th scope=\"row\" class=\"%s" : "<td class=\"%s", column_class(c, first));
	if (c->use == COLUMN_PRECISION)
		strbuf_printf(out, " p %s", palette_of(v, point_get(&r->point->point, KEY_PRECISION)));
	strbuf_puts(out, c->use == COLUMN_MARKS ? "mark\"" : "\"");
	if (first) {
		row_label(&label, v, r);
		strbuf_puts(out, " data-point=\"");
		text_html(out, strbuf_text(&label));
		strbuf_putc(out, '"');
		strbuf_free(&label);
	}
	put_raw(out, c, r);
	strbuf_putc(out, '>');
	put_value(out, c, v, r);
	strbuf_puts(out, first ? "</th>" : "</td>");
}

static const char *state_class(const struct row *r)
{
	return r->state == POINT_FAILED ? "bad" : r->state == POINT_DONE ? "" : "mute";
}

static void put_state(struct strbuf *out, const struct row *r)
{
	strbuf_printf(out, "<td class=\"%s\">", state_class(r));
	if (r->reason[0])
		strbuf_printf(out, "<a href=\"#why-%d\">%s</a></td>", r->point->position, row_state(r));
	else
		strbuf_printf(out, "%s</td>", row_state(r));
}

static void put_row(struct strbuf *out, const struct column **column, int n, const struct view *v,
		    const struct row *r)
{
	strbuf_puts(out, "<tr>");
	for (int c = 0; c < n; c++) {
		put_cell(out, column[c], v, r, c == 0);
		if (is_state_next(column, n, c))
			put_state(out, r);
	}
	strbuf_puts(out, "</tr>\n");
}

/* "1 2 4": the key columns that are worth a list. */
static void put_filters(struct strbuf *out, const struct column **column, int n)
{
	int c = 0;

	strbuf_puts(out, "class=\"points\" data-sort data-filter=\"");
	for (; c < n && is_key(column[c]); c++)
		strbuf_printf(out, "%d ", c);
	strbuf_printf(out, "%d\"", c); /* the state */
}

static void put_points(struct page *p, enum row_kind kind)
{
	const struct column *column[COLUMNS_MAX];
	int n = columns_of(column, p->view, kind);
	struct strbuf attributes = {0}, note = {0};

	put_filters(&attributes, column, n);
	strbuf_printf(&note,
		      " %d rows in plan order; median of n processes, \xc2\xb1 is half the 95 %% interval, "
		      "[lo, hi] where it is lopsided.",
		      p->view->count[kind]);
	put_open(&p->out, row_kind_title(kind), strbuf_text(&note), strbuf_text(&attributes));
	put_heads(&p->out, column, n);
	for (int i = 0; i < p->view->a->n_rows; i++)
		if (row_kind(&p->view->a->rows[i]) == kind)
			put_row(&p->out, column, n, p->view, &p->view->a->rows[i]);
	strbuf_puts(&p->out, "</tbody></table></div>\n");
	strbuf_free(&attributes);
	strbuf_free(&note);
}

void html_points(struct page *p)
{
	bool any = false;

	strbuf_puts(&p->out, "<section id=\"points\"><h2>Every point</h2>\n");
	for (int kind = 0; kind < ROW_KIND_COUNT; kind++)
		if (p->view->count[kind] > 0)
			put_points(p, kind);
	strbuf_puts(&p->out,
		    "<p class=\"mute\">GFLOP/s and GB/s are the analytic work (2 FLOP a multiply-add, the "
		    "least bytes that must move) over the same time. The first residual compares with the "
		    "reference at the same precision, the second with the reference at f32.</p>\n");
	for (const struct mark_word *m = mark_words; m->word; m++) {
		if (!mark_in_use(p->view, m->word))
			continue;
		strbuf_puts(&p->out, any ? "" : "<h3 id=\"marks\">Marks</h3>\n<ul class=\"plain\">\n");
		strbuf_printf(&p->out, "<li><b class=\"mark\">%s</b> %s</li>\n", m->word, m->meaning);
		any = true;
	}
	strbuf_puts(&p->out, any ? "</ul></section>\n\n" : "</section>\n\n");
}

bool html_has_missing(const struct view *v)
{
	for (int i = 0; i < v->a->n_rows; i++)
		if (v->a->rows[i].reason[0])
			return true;
	return false;
}

/* The last words of the visits that failed, folded. */
static void put_logs(struct strbuf *out, const struct row *r)
{
	for (int i = 0; i < r->point->n_visits; i++) {
		const struct stored_visit *visit = &r->point->visits[i];

		if (!visit->failed || !visit->log || !visit->log[0])
			continue;
		strbuf_printf(
			out,
			"<details><summary>log of round %d</summary><pre tabindex=\"0\" role=\"region\" "
			"aria-label=\"log of round %d\">",
			visit->round, visit->round);
		text_html_lines(out, visit->log);
		strbuf_puts(out, "</pre></details>");
		return;
	}
}

void html_missing(struct page *p)
{
	struct strbuf text = {0};

	strbuf_puts(&p->out, "<section id=\"missing\"><h2>What did not run</h2>\n");
	put_open(&p->out, "Points without a usable speed",
		 " Rows like any other: what was asked and did not work is part of the result.",
		 "data-sort data-filter=\"1\"");
	strbuf_puts(&p->out,
		    "<th scope=\"col\" class=\"first\">point</th><th scope=\"col\">state</th>"
		    "<th scope=\"col\">reason</th><th scope=\"col\">reproduce</th></tr></thead><tbody>\n");
	for (int i = 0; i < p->view->a->n_rows; i++) {
		const struct row *r = &p->view->a->rows[i];

		if (!r->reason[0])
			continue;
		row_label(&text, p->view, r);
		strbuf_printf(&p->out, "<tr id=\"why-%d\"><th scope=\"row\" class=\"first wrap\">",
			      r->point->position);
		text_html(&p->out, strbuf_text(&text));
		strbuf_printf(&p->out, "</th><td class=\"%s\">%s</td><td class=\"why\">", state_class(r),
			      row_state(r));
		text_html(&p->out, r->reason);
		put_logs(&p->out, r);
		strbuf_reset(&text);
		row_command(&text, p->view->a->run, r);
		strbuf_puts(&p->out, "</td><td class=\"command\"><code>");
		text_html(&p->out, strbuf_text(&text));
		strbuf_puts(&p->out, "</code></td></tr>\n");
		strbuf_reset(&text);
	}
	strbuf_puts(&p->out, "</tbody></table></div></section>\n\n");
	strbuf_free(&text);
}

static void put_limit(struct page *p, const struct row *c)
{
	struct strbuf test = {0}, value = {0}, interval = {0}, ran = {0};
	const char *unit;
	const struct estimate *rate = row_rate(c, &unit);

	ceiling_test(&test, c);
	number_estimate(&value, &interval, rate);
	row_ran(&ran, c);
	strbuf_puts(&p->out, "<tr><th scope=\"row\" class=\"first\">");
	text_html(&p->out, strbuf_text(&test));
	strbuf_puts(&p->out, "</th><td>");
	text_html(&p->out, point_get(&c->point->point, KEY_ISA));
	strbuf_puts(&p->out, "</td><td class=\"n\">");
	text_html(&p->out, point_get(&c->point->point, KEY_THREADS));
	strbuf_printf(
		&p->out,
		"</td><td class=\"n\">%s <span class=\"pm\">%s</span></td><td>%s</td><td class=\"n\">%d</td>"
		"<td class=\"ran\">",
		strbuf_text(&value), strbuf_text(&interval), rate->n ? unit : "", c->rep_s.n);
	text_html(&p->out, strbuf_text(&ran));
	strbuf_printf(&p->out, "</td><td class=\"%s\">%s%s", state_class(c), row_state(c),
		      c->reason[0] ? ": " : "");
	text_html(&p->out, c->reason);
	strbuf_puts(&p->out, "</td></tr>\n");
	strbuf_free(&test);
	strbuf_free(&value);
	strbuf_free(&interval);
	strbuf_free(&ran);
}

void html_limits(struct page *p)
{
	strbuf_puts(&p->out, "<section id=\"limits\"><h2>Limits of this machine</h2>\n");
	if (p->view->a->n_ceilings == 0) {
		strbuf_puts(&p->out, "<p>No ceiling was measured in this run.</p></section>\n\n");
		return;
	}
	strbuf_puts(&p->out,
		    "<p>Read speed over a working set of that size, and multiply-adds in registers, with "
		    "the instructions and threads of the points they stand beside. A point's bound is the "
		    "ceiling that makes its work take longer; its share is paired by round.</p>\n");
	put_open(&p->out, "Ceilings", " Measured in the same run, in the same randomised rounds.",
		 "data-sort");
	strbuf_puts(
		&p->out,
		"<th scope=\"col\" class=\"first\">probe</th><th scope=\"col\">isa</th>"
		"<th scope=\"col\" class=\"n\">threads</th><th scope=\"col\" class=\"n\">rate"
		"<small>median, 95 %</small></th><th scope=\"col\">unit</th><th scope=\"col\" "
		"class=\"n\">n</th>"
		"<th scope=\"col\" class=\"ran\">ran</th><th scope=\"col\">state</th></tr></thead><tbody>\n");
	for (int i = 0; i < p->view->a->n_ceilings; i++)
		put_limit(p, &p->view->a->ceilings[i]);
	strbuf_puts(&p->out, "</tbody></table></div></section>\n\n");
}
