/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many columns of a terminal a text takes. Terminals differ in the sequences that they join to one picture; each
 * character counts by itself here, which is never too few.
 */
#ifndef IFM_BASE_WIDTH_H
#define IFM_BASE_WIDTH_H

#include <stddef.h>

struct strbuf;

/* Accents that are kept on one character: what piles up more of them writes over other lines. */
#define WIDTH_MARKS_MAX 3

/* text is plain (plain.h): no character in it moves the cursor otherwise. */
int width_of(const char *text);

/* Bytes of text that fit so many columns, the first character always. */
size_t width_fit(const char *text, int columns);

/* Appends text as far as it fits so many columns; if not all of it does, its end is an ellipsis. */
void width_cut(struct strbuf *out, const char *text, int columns);

#endif
