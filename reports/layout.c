/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/layout.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/text.h"

/* Longest cell of a key: names come from outside. */
#define KEY_WIDTH 20
#define BAR_WIDTH 10
#define BAR_LEAST 5
/* What a mark is shortened to: no two begin alike. */
#define MARK_LETTERS 3
/* Of the order in which columns go: below, what is detail; what a table is poorer without; no column. */
#define DROP_DETAIL 3
#define DROP_NEEDED 6
#define DROP_NEVER  100

struct cell *layout_cell(const struct layout *l, int row, int column)
{
	return &l->cell[(size_t)row * (size_t)l->n_columns + (size_t)column];
}

const char *column_head(const struct column *c)
{
	return c->brief ? c->brief : c->head;
}

int layout_column_width(const struct layout *l, int c)
{
	int w = l->text_width[c] + (l->interval_width[c] ? 1 + l->interval_width[c] : 0);

	return w + (l->column[c]->use == COLUMN_SHARE && l->bar ? 1 + l->bar : 0);
}

static int layout_width(const struct layout *l)
{
	int w = 0;

	for (int c = 0; c < l->n_columns; c++)
		w += layout_column_width(l, c) + (c ? LAYOUT_GAP : 0);
	return w;
}

static bool is_key(const struct column *c)
{
	return c->use == COLUMN_KEY || c->use == COLUMN_PRECISION;
}

/* Stands for all keys when they have no room. */
static void put_label(struct strbuf *text, struct strbuf *interval __attribute__((unused)),
		      const struct view *v, const struct row *r)
{
	row_label(text, v, r);
}

static const struct column folded = {.head = "point", .use = COLUMN_KEY, .put = put_label};

static void cell_fill(const struct layout *l, struct cell *cell, const struct column *c, const struct row *r)
{
	struct strbuf raw = {0}, plain = {0};

	if (is_key(c) || row_has_figures(r))
		c->put(&raw, &cell->interval, l->view, r);
	text_plain(&plain, strbuf_text(&raw));
	text_cut(&cell->text, strbuf_text(&plain), is_key(c) && c != &folded ? KEY_WIDTH : 4 * KEY_WIDTH);
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
			l->interval_width[c] = max_int(l->interval_width[c], text_width(LAYOUT_INTERVAL));
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
	if (l->column[least]->drop >= DROP_DETAIL)
		l->left_out[l->n_left_out++] = column_head(l->column[least]);
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

/* "con pre" of "contended preempted": below the table stands what they mean. */
static void marks_shorten(struct strbuf *marks)
{
	struct strbuf brief = {0};

	for (const char *word = strbuf_text(marks); *word; word += strspn(word, " ")) {
		size_t n = strcspn(word, " ");

		strbuf_puts(&brief, brief.len ? " " : "");
		strbuf_add(&brief, word, n < MARK_LETTERS ? n : MARK_LETTERS);
		word += n;
	}
	strbuf_free(marks);
	*marks = brief;
}

/* False when there are none, or they are short already. */
static bool layout_shorten_marks(struct layout *l)
{
	int c = 0, was;

	while (c < l->n_columns && l->column[c]->use != COLUMN_MARKS)
		c++;
	if (c == l->n_columns)
		return false;
	was = l->text_width[c];
	l->text_width[c] = text_width(column_head(l->column[c]));
	for (int i = 0; i < l->n_rows; i++) {
		struct strbuf *marks = &layout_cell(l, i, c)->text;

		marks_shorten(marks);
		l->text_width[c] = max_int(l->text_width[c], text_width(strbuf_text(marks)));
	}
	return l->text_width[c] < was;
}

static int keys_of(const struct layout *l)
{
	int n = 0;

	while (n < l->n_columns && is_key(l->column[n]))
		n++;
	return n;
}

/* All keys in one column, each row's as lists name it. False when they are already. */
static bool layout_fold(struct layout *l)
{
	int n = keys_of(l);

	if (n < 2)
		return false;
	while (--n > 0)
		layout_drop(l, n);
	l->column[0] = &folded;
	l->text_width[0] = text_width(folded.head);
	for (int i = 0; i < l->n_rows; i++) {
		struct cell *cell = layout_cell(l, i, 0);

		cell_free(cell);
		*cell = (struct cell){0};
		cell_fill(l, cell, &folded, l->row[i]);
		l->text_width[0] = max_int(l->text_width[0], text_width(strbuf_text(&cell->text)));
	}
	return true;
}

/* One step narrower, what matters least first; false when nothing is left to give. */
static bool layout_shrink(struct layout *l)
{
	return layout_drop_least(l, DROP_DETAIL) || layout_shrink_bar(l, BAR_LEAST) ||
	       layout_cut(l, COLUMN_KEY, 14) || layout_drop_least(l, DROP_NEEDED) ||
	       layout_shorten_marks(l) || layout_shrink_bar(l, 0) || layout_cut(l, COLUMN_KEY, 10) ||
	       layout_drop_least(l, DROP_NEVER) || layout_fold(l) || layout_cut(l, COLUMN_KEY, 8) ||
	       layout_cut(l, COLUMN_MARKS, 8);
}

static int keys_width(const struct layout *l)
{
	int w = 0;

	for (int c = 0; c < keys_of(l); c++)
		w += layout_column_width(l, c) + LAYOUT_GAP;
	return w;
}

/* A row that did not run has its reason behind its keys. */
static void layout_fit_reasons(struct layout *l)
{
	bool any = false;

	for (int i = 0; i < l->n_rows; i++)
		any |= !row_has_figures(l->row[i]);
	while (any && keys_width(l) + LAYOUT_REASON > l->width &&
	       (layout_cut(l, COLUMN_KEY, 10) || layout_fold(l) || layout_cut(l, COLUMN_KEY, 8)))
		;
}

/* What a column left behind that went last is room for a bar. */
static void layout_grow_bar(struct layout *l)
{
	int rest = l->width - layout_width(l) + (l->bar ? 1 + l->bar : 0) - 1;

	for (int c = 0; c < l->n_columns; c++)
		if (l->column[c]->use == COLUMN_SHARE && rest >= BAR_LEAST)
			l->bar = rest < BAR_WIDTH ? rest : BAR_WIDTH;
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
	layout_fit_reasons(l);
	layout_grow_bar(l);
	l->n_keys = keys_of(l);
}

void layout_make(struct layout *l, const struct view *v, enum row_kind kind, int width)
{
	*l = (struct layout){.view = v, .width = width};
	l->row = mem_alloc(sizeof(void *) * (size_t)(v->a->n_rows + 1));
	for (int i = 0; i < v->a->n_rows; i++)
		if (row_kind(&v->a->rows[i]) == kind)
			l->row[l->n_rows++] = &v->a->rows[i];
	l->n_columns = columns_of(l->column, v, kind);
	layout_fill(l);
	layout_fit(l);
}

void layout_free(struct layout *l)
{
	for (int i = 0; i < l->n_rows * l->n_columns; i++)
		cell_free(&l->cell[i]);
	free(l->cell);
	free(l->row);
}
