/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees first: at most so many columns, plain text, colour only when asked. */
#include "config.h"

#include "reports/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/columns.h"
#include "reports/number.h"
#include "reports/terminal.h"
#include "reports/text.h"

/* Longest cell of a key: names come from outside. */
#define KEY_WIDTH 20
#define BAR_WIDTH 10
#define GAP	  2
/* Stands over the intervals. */
#define INTERVAL_HEAD "95 %"
/* Narrower terminals get lines that are too long rather than tables that say nothing. */
#define WIDTH_MIN 60

struct cell {
	struct strbuf text, interval;
};

struct layout {
	const struct view *view;
	enum row_kind kind;
	int n_columns, n_keys, n_rows, width, bar;
	const struct column *column[COLUMNS_MAX];
	int text_width[COLUMNS_MAX], interval_width[COLUMNS_MAX];
	const struct row **row;
	struct cell *cell; /* n_rows x n_columns */
	bool colour;
};

static struct cell *layout_cell(const struct layout *l, int row, int column)
{
	return &l->cell[(size_t)row * (size_t)l->n_columns + (size_t)column];
}

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static const char *column_head(const struct column *c)
{
	return c->brief ? c->brief : c->head;
}

static int column_width(const struct layout *l, int c)
{
	int w = l->text_width[c] + (l->interval_width[c] ? 1 + l->interval_width[c] : 0);

	return w + (l->column[c]->use == COLUMN_SHARE && l->bar ? 1 + l->bar : 0);
}

static int layout_width(const struct layout *l)
{
	int w = 0;

	for (int c = 0; c < l->n_columns; c++)
		w += column_width(l, c) + (c ? GAP : 0);
	return w;
}

static bool is_key(const struct column *c)
{
	return c->use == COLUMN_KEY || c->use == COLUMN_PRECISION;
}

static void cell_fill(const struct layout *l, struct cell *cell, const struct column *c, const struct row *r)
{
	struct strbuf raw = {0}, plain = {0};

	if (is_key(c) || r->state == POINT_DONE)
		c->put(&raw, &cell->interval, l->view, r);
	text_plain(&plain, strbuf_text(&raw));
	text_cut(&cell->text, strbuf_text(&plain), is_key(c) ? KEY_WIDTH : 4 * KEY_WIDTH);
	strbuf_free(&raw);
	strbuf_free(&plain);
}

static void layout_fill(struct layout *l)
{
	l->cell = mem_alloc(sizeof *l->cell * (size_t)(l->n_rows + 1) * COLUMNS_MAX);
	for (int i = 0; i < l->n_rows; i++)
		for (int c = 0; c < l->n_columns; c++)
			cell_fill(l, layout_cell(l, i, c), l->column[c], l->row[i]);
	for (int c = 0; c < l->n_columns; c++)
		for (int i = 0; i < l->n_rows; i++) {
			const struct cell *cell = layout_cell(l, i, c);

			l->text_width[c] = max_int(l->text_width[c], text_width(strbuf_text(&cell->text)));
			l->interval_width[c] =
				max_int(l->interval_width[c], text_width(strbuf_text(&cell->interval)));
		}
}

/* The heads count too, once it is known that the column has a word at all. */
static void layout_add_heads(struct layout *l)
{
	for (int c = 0; c < l->n_columns; c++) {
		l->text_width[c] = max_int(l->text_width[c], text_width(column_head(l->column[c])));
		if (l->interval_width[c] > 0)
			l->interval_width[c] = max_int(l->interval_width[c], text_width(INTERVAL_HEAD));
	}
}

static void cell_free(struct cell *cell)
{
	strbuf_free(&cell->text);
	strbuf_free(&cell->interval);
}

static void layout_drop(struct layout *l, int c)
{
	for (int i = 0; i < l->n_rows; i++)
		cell_free(layout_cell(l, i, c));
	/* Cells are found by n_columns: close the gap row by row, first rows first. */
	for (int i = 0; i < l->n_rows; i++)
		for (int j = 0, to = 0; j < l->n_columns; j++)
			if (j != c)
				l->cell[(size_t)i * (size_t)(l->n_columns - 1) + (size_t)to++] =
					*layout_cell(l, i, j);
	l->n_columns--;
	for (int j = c; j < l->n_columns; j++) {
		l->column[j] = l->column[j + 1];
		l->text_width[j] = l->text_width[j + 1];
		l->interval_width[j] = l->interval_width[j + 1];
	}
}

/* The column to leave out next, -1 when all are needed. */
static int layout_least(const struct layout *l)
{
	int best = -1;

	for (int c = 0; c < l->n_columns; c++)
		if (l->column[c]->drop && (best < 0 || l->column[c]->drop < l->column[best]->drop))
			best = c;
	return best;
}

static bool column_is_empty(const struct layout *l, int c)
{
	return l->text_width[c] == 0 && l->interval_width[c] == 0;
}

/* Cuts the widest text key, or the marks, by a column; false when all are at least so narrow. */
static bool layout_cut(struct layout *l, enum column_use use, int least)
{
	int widest = -1;

	for (int c = 0; c < l->n_columns; c++)
		if (l->column[c]->use == use && !l->column[c]->figure && l->text_width[c] > least &&
		    (widest < 0 || l->text_width[c] > l->text_width[widest]))
			widest = c;
	if (widest < 0)
		return false;
	l->text_width[widest]--;
	for (int i = 0; i < l->n_rows; i++) {
		struct strbuf *text = &layout_cell(l, i, widest)->text, cut = {0};

		text_cut(&cut, strbuf_text(text), l->text_width[widest]);
		strbuf_free(text);
		*text = cut;
	}
	return true;
}

static bool layout_drop_least(struct layout *l, int below)
{
	int least = layout_least(l);

	if (least < 0 || l->column[least]->drop >= below)
		return false;
	layout_drop(l, least);
	return true;
}

static bool layout_shrink_bar(struct layout *l, int least)
{
	if (l->bar <= least)
		return false;
	l->bar--;
	return true;
}

/* One step narrower, what matters least first; false when nothing is left to give. */
static bool layout_shrink(struct layout *l)
{
	return layout_drop_least(l, 3) || layout_shrink_bar(l, 5) || layout_cut(l, COLUMN_KEY, 14) ||
	       layout_cut(l, COLUMN_MARKS, 10) || layout_drop_least(l, 100) || layout_shrink_bar(l, 0) ||
	       layout_cut(l, COLUMN_KEY, 8) || layout_cut(l, COLUMN_MARKS, 8);
}

/* Columns without a word go; then the least needed ones and the bar give way until the table fits. */
static void layout_fit(struct layout *l)
{
	for (int c = l->n_columns - 1; c >= 0; c--)
		if (column_is_empty(l, c) || (strcmp(l->column[c]->head, "n") == 0 && l->view->processes > 0))
			layout_drop(l, c);
	layout_add_heads(l);
	l->bar = BAR_WIDTH;
	while (layout_width(l) > l->width && layout_shrink(l))
		;
	while (l->n_keys < l->n_columns && is_key(l->column[l->n_keys]))
		l->n_keys++;
}

static void put_aligned(struct strbuf *out, const char *text, int width, bool right)
{
	int pad = width - text_width(text);

	if (right && pad > 0)
		strbuf_printf(out, "%*s", pad, "");
	strbuf_puts(out, text);
	if (!right && pad > 0)
		strbuf_printf(out, "%*s", pad, "");
}

/* Writes without trailing blanks. */
static void put_line(FILE *out, struct strbuf *line)
{
	while (line->len > 0 && line->text[line->len - 1] == ' ')
		line->text[--line->len] = '\0';
	fprintf(out, "%s\n", strbuf_text(line));
	strbuf_reset(line);
}

static void put_heads(FILE *out, const struct layout *l)
{
	struct strbuf line = {0};

	for (int c = 0; c < l->n_columns; c++) {
		int rest = column_width(l, c) - l->text_width[c];

		strbuf_printf(&line, "%*s", c ? GAP : 0, "");
		put_aligned(&line, column_head(l->column[c]), l->text_width[c], l->column[c]->figure);
		if (l->interval_width[c]) {
			strbuf_puts(&line, " " INTERVAL_HEAD);
			rest -= 1 + text_width(INTERVAL_HEAD);
		}
		strbuf_printf(&line, "%*s", max_int(rest, 0), "");
	}
	while (line.len > 0 && line.text[line.len - 1] == ' ')
		line.text[--line.len] = '\0';
	fprintf(out, "%s%s%s\n", l->colour ? ANSI_BOLD : "", strbuf_text(&line), l->colour ? ANSI_OFF : "");
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

static void put_cell(struct strbuf *line, const struct layout *l, int i, int c)
{
	const struct column *column = l->column[c];
	const struct cell *cell = layout_cell(l, i, c);
	bool mark = l->colour && column->use == COLUMN_MARKS;

	strbuf_printf(line, "%*s%s", c ? GAP : 0, "", mark ? ANSI_MARK : "");
	put_aligned(line, strbuf_text(&cell->text), l->text_width[c], column->figure);
	if (l->interval_width[c]) {
		strbuf_putc(line, ' ');
		put_aligned(line, strbuf_text(&cell->interval), l->interval_width[c], false);
	}
	if (column->use == COLUMN_SHARE && l->bar)
		put_bar(line, l->row[i]->share.value, l->bar);
	strbuf_puts(line, mark ? ANSI_OFF : "");
}

/* A row that did not run: what was asked, then why in what is left of the line. */
static void put_reason(struct strbuf *line, const struct layout *l, const struct row *r)
{
	struct strbuf plain = {0};
	int used = text_width(strbuf_text(line)) + GAP;

	if (row_is_wrong(r))
		text_plain(&plain, r->reason);
	else {
		strbuf_printf(&plain, "%s: ", row_state(r));
		text_plain(&plain, r->reason);
	}
	strbuf_printf(line, "%*s%s", GAP, "",
		      l->colour && r->state == POINT_FAILED ? ANSI_BAD
		      : l->colour			    ? ANSI_MUTE
							    : "");
	text_cut(line, strbuf_text(&plain), max_int(l->width - used, 20));
	strbuf_puts(line, l->colour ? ANSI_OFF : "");
	strbuf_free(&plain);
}

static void put_rows(FILE *out, const struct layout *l)
{
	struct strbuf line = {0};

	for (int i = 0; i < l->n_rows; i++) {
		bool done = l->row[i]->state == POINT_DONE;

		for (int c = 0; c < (done ? l->n_columns : l->n_keys); c++)
			put_cell(&line, l, i, c);
		if (!done)
			put_reason(&line, l, l->row[i]);
		put_line(out, &line);
	}
	strbuf_free(&line);
}

static void put_table(FILE *out, const struct view *v, enum row_kind kind,
		      const struct report_options *options)
{
	struct layout l = {.view = v, .kind = kind, .colour = options->colour};

	l.width = max_int(options->width > 0 ? options->width : 100, WIDTH_MIN);
	l.row = mem_alloc(sizeof(void *) * (size_t)(v->a->n_rows + 1));
	for (int i = 0; i < v->a->n_rows; i++)
		if (row_kind(&v->a->rows[i]) == kind)
			l.row[l.n_rows++] = &v->a->rows[i];
	l.n_columns = columns_of(l.column, v, kind);
	layout_fill(&l);
	layout_fit(&l);
	fputc('\n', out);
	put_heads(out, &l);
	put_rows(out, &l);
	for (int i = 0; i < l.n_rows * l.n_columns; i++)
		cell_free(&l.cell[i]);
	free(l.cell);
	free(l.row);
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
	terminal_footer(out, &v, options);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}

const struct emitter_ops emit_terminal = {
	.name = "terminal",
	.extension = "txt",
	.help = "aligned table with bars, for people",
	.emit = terminal_emit,
};
