/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees first: at most so many columns, plain text, colour only when asked. */
#include "config.h"

#include "reports/report.h"

#include <math.h>

#include "reports/counters.h"
#include "reports/layout.h"
#include "reports/terminal.h"
#include "reports/text.h"

/* Writes without trailing blanks. */
static void put_line(FILE *out, struct strbuf *line)
{
	while (line->len > 0 && line->text[line->len - 1] == ' ')
		line->text[--line->len] = '\0';
	fprintf(out, "%s\n", strbuf_text(line));
	strbuf_reset(line);
}

static void put_heads(FILE *out, const struct layout *l, bool colour)
{
	struct strbuf line = {0};

	for (int c = 0; c < l->n_columns; c++) {
		int rest = layout_column_width(l, c) - l->text_width[c];

		strbuf_printf(&line, "%*s", c ? LAYOUT_GAP : 0, "");
		text_pad(&line, column_head(l->column[c]), l->text_width[c], l->column[c]->figure);
		if (l->interval_width[c]) {
			strbuf_puts(&line, " " LAYOUT_INTERVAL);
			rest -= 1 + text_width(LAYOUT_INTERVAL);
		}
		strbuf_printf(&line, "%*s", max_int(rest, 0), "");
	}
	while (line.len > 0 && line.text[line.len - 1] == ' ')
		line.text[--line.len] = '\0';
	fprintf(out, "%s%s%s\n", colour ? ANSI_BOLD : "", strbuf_text(&line), colour ? ANSI_OFF : "");
	strbuf_free(&line);
}

static void put_bar(struct strbuf *out, double share, int width)
{
	static const char *const part[] = {
		"",
		"\xe2\x96\x8f",
		"\xe2\x96\x8e",
		"\xe2\x96\x8d",
		"\xe2\x96\x8c",
		"\xe2\x96\x8b",
		"\xe2\x96\x8a",
		"\xe2\x96\x89",
	};
	int eighths = isnan(share) ? 0 : (int)lround(fmin(fmax(share, 0), 1) * 8 * width);

	strbuf_putc(out, ' ');
	for (int i = 0; i < eighths / 8; i++)
		strbuf_puts(out, "\xe2\x96\x88");
	strbuf_puts(out, part[eighths % 8]);
	strbuf_printf(out, "%*s", width - eighths / 8 - (eighths % 8 != 0), "");
}

static void put_cell(struct strbuf *line, const struct layout *l, int i, int c, bool colour)
{
	const struct column *column = l->column[c];
	const struct cell *cell = layout_cell(l, i, c);
	bool mark = colour && column->use == COLUMN_MARKS;

	strbuf_printf(line, "%*s%s", c ? LAYOUT_GAP : 0, "", mark ? ANSI_MARK : "");
	text_pad(line, strbuf_text(&cell->text), l->text_width[c], column->figure);
	if (l->interval_width[c]) {
		strbuf_putc(line, ' ');
		text_pad(line, strbuf_text(&cell->interval), l->interval_width[c], false);
	}
	if (column->use == COLUMN_SHARE && l->bar)
		put_bar(line, l->row[i]->share.value, l->bar);
	strbuf_puts(line, mark ? ANSI_OFF : "");
}

/* A row that did not run: what was asked, then why in what is left of the line. */
static void put_reason(struct strbuf *line, const struct layout *l, const struct row *r, bool colour,
		       bool *cut)
{
	struct strbuf plain = {0};
	int used = text_width(strbuf_text(line)) + LAYOUT_GAP;

	if (row_is_wrong(r))
		text_plain(&plain, r->reason);
	else {
		strbuf_printf(&plain, "%s: ", row_state(r));
		text_plain(&plain, r->reason);
	}
	strbuf_printf(line, "%*s%s", LAYOUT_GAP, "",
		      colour && r->state == POINT_FAILED ? ANSI_BAD
		      : colour				 ? ANSI_MUTE
							 : "");
	/* Failed rows stand below with all of it. */
	*cut |= text_width(strbuf_text(&plain)) > l->width - used && r->state != POINT_FAILED;
	text_cut(line, strbuf_text(&plain), max_int(l->width - used, 1));
	strbuf_puts(line, colour ? ANSI_OFF : "");
	strbuf_free(&plain);
}

/* True when a reason was cut that stands nowhere else. */
static bool put_rows(FILE *out, const struct layout *l, bool colour)
{
	struct strbuf line = {0};
	bool cut = false;

	for (int i = 0; i < l->n_rows; i++) {
		bool figures = row_has_figures(l->row[i]);

		for (int c = 0; c < (figures ? l->n_columns : l->n_keys); c++)
			put_cell(&line, l, i, c, colour);
		if (!figures)
			put_reason(&line, l, l->row[i], colour, &cut);
		put_line(out, &line);
	}
	strbuf_free(&line);
	return cut;
}

/* What the table has no room for, and where it is. */
static void put_rest(FILE *out, const struct layout *l, const struct view *v, bool cut, bool colour)
{
	struct strbuf line = {0};

	for (int i = 0; i < l->n_left_out; i++)
		strbuf_printf(&line, "%s%s", i ? ", " : "left out, in -o csv: ", l->left_out[i]);
	if (cut)
		strbuf_printf(&line, "%swhole reasons: inferometer %s", line.len ? "; " : "",
			      v->a->run->id ? "show" : "plan");
	if (cut && v->a->run->id)
		strbuf_printf(&line, " %lld", (long long)v->a->run->id);
	fputs(colour && line.len ? ANSI_MUTE : "", out);
	if (line.len)
		terminal_wrapped(out, strbuf_text(&line), l->width);
	fputs(colour && line.len ? ANSI_OFF : "", out);
	strbuf_free(&line);
}

static void put_table(FILE *out, const struct view *v, enum row_kind kind,
		      const struct report_options *options)
{
	struct layout l;

	layout_make(&l, v, kind, terminal_columns(options));
	fputc('\n', out);
	put_heads(out, &l, options->colour);
	put_rest(out, &l, v, put_rows(out, &l, options->colour), options->colour);
	layout_free(&l);
}

static int terminal_emit(FILE *out, const struct analysis *a, const struct report_options *options,
			 struct diag *d)
{
	struct view v = view_make(a);

	v.ascii = true;
	terminal_header(out, &v, options);
	for (int kind = 0; kind < ROW_KIND_COUNT; kind++)
		if (v.count[kind] > 0)
			put_table(out, &v, kind, options);
	counters_terminal(out, &v, options);
	terminal_footer(out, &v, options);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}

const struct emitter_ops emit_terminal = {
	.name = "terminal",
	.extension = "txt",
	.help = "aligned table with bars, for people",
	.emit = terminal_emit,
};
