/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison as columns of texts for a terminal: what sheet.c fills, terminal.c prints. Within reports/compare. */
#ifndef IFM_COMPARE_SHEET_H
#define IFM_COMPARE_SHEET_H

#include "reports/compare/compare.h"

#define SHEET_GAP 2 /* blanks between columns */
/* Of values below their label. */
#define SHEET_INDENT	4
#define NOT_INTERLEAVED "*"

/* A column of texts; two of them under one head make a value. */
struct strip {
	char **text; /* owned, n cells */
	int width;
	bool right;
};

struct value_strips {
	struct strip rate, ratio; /* of the baseline, ratio is the interval of its rate */
	char *head;
	int width;
};

struct sheet {
	const struct comparison *c;
	int n, width, n_keys;
	bool stacked; /* the label stands above its values: there is no room beside them */
	struct strip key[KEY_COUNT + 3];
	const char *key_head[KEY_COUNT + 3];
	struct value_strips *value;
	struct notes notes;
};

/* For a terminal of that width; c is kept until sheet_free. */
void sheet_make(struct sheet *s, const struct comparison *c, int width);
void sheet_free(struct sheet *s);

/* What the keys take at the left of a table. */
int sheet_keys_width(const struct sheet *s);
/* Too many keys for columns of their own: one column of labels; where that has no room either, lines of labels. */
void sheet_fold(struct sheet *s, int room);

#endif
