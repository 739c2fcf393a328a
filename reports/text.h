/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from models, specs, logs and hosts, made safe for each format. It is
 * untrusted: it may hold any bytes. All functions append to out and never fail.
 */
#ifndef IFM_REPORTS_TEXT_H
#define IFM_REPORTS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "engines/base/strbuf.h"

/*
 * One line of valid UTF-8 that no terminal takes for a command: broken bytes and control characters
 * (C0, DEL, C1, and those that turn the direction of text) become U+FFFD, newlines and tabs a space.
 */
void text_plain(struct strbuf *out, const char *text);

/* The same over several lines: newlines and tabs stay. */
void text_lines(struct strbuf *out, const char *text);

/* For HTML text and quoted attributes; also what the XML of an SVG needs. */
void text_html(struct strbuf *out, const char *text);
void text_html_lines(struct strbuf *out, const char *text);

/* For a cell or a paragraph of Markdown: nothing in it is markup, and on GitHub nobody is mentioned. */
void text_md(struct strbuf *out, const char *text);

/* As one RFC 4180 field. What a spreadsheet would take for a formula (= + - @) gets a leading
 * apostrophe; numbers are written by the emitter itself, not through here. */
void text_csv(struct strbuf *out, const char *text);

/* As a single-quoted gnuplot string, quotes included. Nothing is expanded in one. */
void text_gnuplot(struct strbuf *out, const char *text);

/* As one shell word, quoted when it must be. */
void text_shell(struct strbuf *out, const char *text);

/* Columns it takes on a terminal (text is plain already). */
int text_width(const char *text);

/* With blanks before or behind, up to width columns. */
void text_pad(struct strbuf *out, const char *text, int width, bool right);

/* text cut to width columns, the last one then an ellipsis. */
void text_cut(struct strbuf *out, const char *text, int width);

/*
 * The words of text, filled to lines of at most width columns, without a newline at the end. A longer word is not cut, so
 * that a path or command can be copied. first: columns that stand before the text already; hanging: blanks before each
 * further line. The text is plain already.
 */
void text_fill(struct strbuf *out, const char *text, int width, int first, int hanging);

/* Widths are compared often. */
static inline int min_int(int a, int b)
{
	return a < b ? a : b;
}

static inline int max_int(int a, int b)
{
	return a > b ? a : b;
}

#endif
