/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for a pull request or a wiki. Nothing from outside is markup. */
#include "config.h"

#include "reports/report.h"

#include <string.h>

#include "reports/columns.h"
#include "reports/counters.h"
#include "reports/number.h"
#include "reports/text.h"

static void put_head(struct strbuf *out, const struct column **column, int n)
{
	strbuf_putc(out, '|');
	for (int c = 0; c < n; c++)
		strbuf_printf(out, " %s%s%s |", column[c]->head, column[c]->unit[0] ? ", " : "",
			      column[c]->unit);
	strbuf_puts(out, " state |\n|");
	for (int c = 0; c < n; c++)
		strbuf_puts(out, column[c]->figure ? "---:|" : "---|");
	strbuf_puts(out, "---|\n");
}

static void put_cell(struct strbuf *out, const struct column *c, const struct view *v, const struct row *r)
{
	struct strbuf text = {0}, interval = {0};
	bool key = c->use == COLUMN_KEY || c->use == COLUMN_PRECISION;
	bool strike = c->use == COLUMN_RATE && row_is_wrong(r);

	if (key || r->n_values > 0)
		c->put(&text, &interval, v, r);
	if (text.len && interval.len)
		strbuf_putc(&text, ' ');
	strbuf_puts(&text, strbuf_text(&interval));
	strbuf_puts(out, strike && text.len ? " ~~" : " ");
	text_md(out, strbuf_text(&text));
	strbuf_puts(out, strike && text.len ? "~~ |" : " |");
	strbuf_free(&text);
	strbuf_free(&interval);
}

static void put_table(struct strbuf *out, const struct view *v, enum row_kind kind)
{
	const struct column *column[COLUMNS_MAX];
	int n = columns_of(column, v, kind);

	strbuf_printf(out, "\n## %s\n\n", row_kind_title(kind));
	put_head(out, column, n);
	for (int i = 0; i < v->a->n_rows; i++) {
		const struct row *r = &v->a->rows[i];

		if (row_kind(r) != kind)
			continue;
		strbuf_putc(out, '|');
		for (int c = 0; c < n; c++)
			put_cell(out, column[c], v, r);
		strbuf_putc(out, ' ');
		if (!row_is_wrong(r))
			strbuf_printf(out, "%s%s", row_state(r), r->reason[0] ? ": " : "");
		text_md(out, r->reason);
		strbuf_puts(out, " |\n");
	}
}

static void put_ceilings(struct strbuf *out, const struct analysis *a)
{
	strbuf_puts(out, "\n## Ceilings\n\n");
	if (a->n_ceilings == 0) {
		strbuf_puts(out, "None was measured in this run.\n");
		return;
	}
	strbuf_puts(out,
		    "| probe | isa | threads | rate, 95 % | n | state |\n|---|---|---:|---:|---:|---|\n");
	for (int i = 0; i < a->n_ceilings; i++) {
		const struct row *c = &a->ceilings[i];
		struct strbuf text = {0}, interval = {0};
		const char *unit;

		number_estimate(&text, &interval, row_rate(c, &unit));
		strbuf_printf(&text, "%s%s", text.len ? " " : "", strbuf_text(&interval));
		strbuf_puts(out, "| ");
		strbuf_reset(&interval);
		row_test(&interval, c);
		text_md(out, strbuf_text(&interval));
		strbuf_puts(out, " | ");
		text_md(out, point_get(&c->point->point, KEY_ISA));
		strbuf_puts(out, " | ");
		text_md(out, point_get(&c->point->point, KEY_THREADS));
		strbuf_printf(out, " | %s %s | %d | %s%s", strbuf_text(&text), c->rep_s.n ? unit : "",
			      c->rep_s.n, row_state(c), c->reason[0] ? ": " : "");
		text_md(out, c->reason);
		strbuf_puts(out, " |\n");
		strbuf_free(&text);
		strbuf_free(&interval);
	}
}

static void put_commands(struct strbuf *out, const struct view *v)
{
	struct strbuf command = {0};
	bool first = true;

	for (int i = 0; i < v->a->n_rows + v->a->n_ceilings; i++) {
		const struct row *r = analysis_row(v->a, i);

		if (r->state != POINT_FAILED)
			continue;
		strbuf_reset(&command);
		row_command(&command, v->a->run, r);
		strbuf_puts(out, first ? "\n## Failed, again with\n\n" : "");
		strbuf_puts(out, "- <code>");
		text_md(out, strbuf_text(&command));
		strbuf_puts(out, "</code>\n");
		first = false;
	}
	strbuf_free(&command);
}

static void put_intro(struct strbuf *out, const struct view *v)
{
	const struct stored_run *run = v->a->run;
	struct strbuf text = {0};

	strbuf_printf(out, "# Inferometer run %lld\n\n", (long long)run->id);
	machine_put(&text, run);
	strbuf_puts(&text, ", ");
	time_put(&text, run->start_wall_ns);
	if (run->label && run->label[0])
		strbuf_printf(&text, ", %s", run->label);
	run_notes_put(&text, run, "; ");
	text_md(out, strbuf_text(&text));
	strbuf_reset(&text);
	view_troubles(&text, v);
	strbuf_printf(out, ". %d of %d points done%s%s. Median of processes with the 95 %% interval.\n",
		      view_state_count(v, POINT_DONE), v->a->n_rows, text.len ? ", " : "",
		      strbuf_text(&text));
	strbuf_free(&text);
}

static int md_emit(FILE *out, const struct analysis *a,
		   const struct report_options *options __attribute__((unused)), struct diag *d)
{
	struct view v = view_make(a);
	struct strbuf s = {0};

	put_intro(&s, &v);
	for (int kind = 0; kind < ROW_KIND_COUNT; kind++)
		if (v.count[kind] > 0)
			put_table(&s, &v, kind);
	for (const struct mark_word *m = mark_words; m->word; m++)
		if (mark_in_use(&v, m->word))
			strbuf_printf(&s, "\n*%s*: %s.\n", m->word, m->meaning);
	put_ceilings(&s, a);
	counters_md(&s, &v);
	put_commands(&s, &v);
	fputs(strbuf_text(&s), out);
	strbuf_free(&s);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}

const struct emitter_ops emit_md = {
	.name = "md",
	.extension = "md",
	.help = "Markdown tables",
	.emit = md_emit,
};
