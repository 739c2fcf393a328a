/* SPDX-License-Identifier: Apache-2.0 */
/* The cells of one terminal table and how wide its columns are, so that it fits. */
#ifndef IFM_REPORTS_LAYOUT_H
#define IFM_REPORTS_LAYOUT_H

#include "reports/columns.h"

/* Between two columns. */
#define LAYOUT_GAP 2
/* Least room for the reason of a row that did not run. */
#define LAYOUT_REASON 24
/* Stands over the intervals. */
#define LAYOUT_INTERVAL "95 %"

struct cell {
	struct strbuf text, interval; /* plain, cut to the column */
};

struct layout {
	const struct view *view;
	int n_columns, n_keys, n_rows, width, bar; /* the first n_keys columns are filled in every row */
	const struct column *column[COLUMNS_MAX];
	int text_width[COLUMNS_MAX], interval_width[COLUMNS_MAX];
	const struct row **row;
	struct cell *cell; /* n_rows x n_columns */
	int n_left_out;
	const char *left_out
		[COLUMNS_MAX]; /* heads of columns for which there was no room, but for what is detail */
};

/*
 * The rows of that kind in at most width columns. What matters least goes first: columns in their order of dropping,
 * bars, the ends of names, marks but for three letters a word; when the keys still have no room, they share a column.
 */
void layout_make(struct layout *l, const struct view *v, enum row_kind kind, int width);
void layout_free(struct layout *l);

struct cell *layout_cell(const struct layout *l, int row, int column);
/* Text, interval and bar of a column. */
int layout_column_width(const struct layout *l, int column);
const char *column_head(const struct column *c);

#endif
