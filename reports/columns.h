/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of the tables for people: one table declares, terminal, Markdown and HTML print. */
#ifndef IFM_REPORTS_COLUMNS_H
#define IFM_REPORTS_COLUMNS_H

#include "reports/view.h"

/* What a column needs beside its text. */
enum column_use {
	COLUMN_PLAIN = 0,
	COLUMN_KEY,	  /* says what the point is: filled also in rows that did not run */
	COLUMN_PRECISION, /* the same; keeps its colour everywhere */
	COLUMN_SHARE,	  /* has a bar */
	COLUMN_RATE,	  /* struck out when the row is wrong */
	COLUMN_MARKS
};

struct column {
	const char *head, *unit;
	const char *brief; /* head in a terminal, NULL: the same */
	enum column_use use;
	bool figure; /* right-aligned */
	int drop;    /* order in which a narrow terminal leaves columns out; 0: never. Said in the man page */
	bool (*wanted)(const struct view *v, enum row_kind kind);
	/* Unescaped text; interval is printed smaller beside it. */
	void (*put)(struct strbuf *text, struct strbuf *interval, const struct view *v, const struct row *r);
	/* For sorting; NULL: by text. */
	double (*raw)(const struct row *r);
};

#define COLUMNS_MAX 32
/* Fills list with the columns of that kind's table, returns how many. */
int columns_of(const struct column **list, const struct view *v, enum row_kind kind);

#endif
