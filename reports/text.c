/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/plain.h"
#include "engines/base/width.h"

void text_plain(struct strbuf *out, const char *text)
{
	plain_text(out, text, false);
}

void text_lines(struct strbuf *out, const char *text)
{
	plain_text(out, text, true);
}

/* Cleans text, then appends each byte by way of put. */
static void text_map(struct strbuf *out, const char *text, bool lines, void (*put)(struct strbuf *, char))
{
	struct strbuf clean = {0};

	plain_text(&clean, text, lines);
	for (const char *s = strbuf_text(&clean); *s; s++)
		put(out, *s);
	strbuf_free(&clean);
}

static void put_html(struct strbuf *out, char c)
{
	switch (c) {
	case '&':
		strbuf_puts(out, "&amp;");
		break;
	case '<':
		strbuf_puts(out, "&lt;");
		break;
	case '>':
		strbuf_puts(out, "&gt;");
		break;
	case '"':
		strbuf_puts(out, "&quot;");
		break;
	case '\'':
		strbuf_puts(out, "&#39;");
		break;
	default:
		strbuf_putc(out, c);
	}
}

void text_html(struct strbuf *out, const char *text)
{
	text_map(out, text, false, put_html);
}

void text_html_lines(struct strbuf *out, const char *text)
{
	text_map(out, text, true, put_html);
}

/*
 * HTML in Markdown is HTML: its characters go as entities, Markdown's own behind a backslash. Behind @ and #, where
 * GitHub would find the name of a person or the number of an issue after all that, stands a blank without a width.
 */
static void put_md(struct strbuf *out, char c)
{
	if (strchr("&<>\"'", c))
		put_html(out, c);
	else {
		if (strchr("\\`*_{}[]()#|!~$", c))
			strbuf_putc(out, '\\');
		strbuf_putc(out, c);
	}
	if (c == '@' || c == '#')
		strbuf_puts(out, "&#8203;");
}

void text_md(struct strbuf *out, const char *text)
{
	text_map(out, text, false, put_md);
}

static void put_csv(struct strbuf *out, char c)
{
	if (c == '"')
		strbuf_putc(out, '"');
	strbuf_putc(out, c);
}

void text_csv(struct strbuf *out, const char *text)
{
	const char *first = text + strspn(text, " \t\r\n");
	bool formula = *first && strchr("=+-@", *first);

	if (!formula && !strpbrk(text, ",\"\r\n;\t ")) {
		text_plain(out, text);
		return;
	}
	strbuf_puts(out, formula ? "\"'" : "\"");
	text_map(out, text, true, put_csv);
	strbuf_putc(out, '"');
}

static void put_gnuplot(struct strbuf *out, char c)
{
	if (c == '\'')
		strbuf_putc(out, '\'');
	strbuf_putc(out, c);
}

void text_gnuplot(struct strbuf *out, const char *text)
{
	strbuf_putc(out, '\'');
	text_map(out, text, false, put_gnuplot);
	strbuf_putc(out, '\'');
}

static void put_shell(struct strbuf *out, char c)
{
	if (c == '\'')
		strbuf_puts(out, "'\\''");
	else
		strbuf_putc(out, c);
}

void text_shell(struct strbuf *out, const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=@%+";

	if (*text && text[strspn(text, safe)] == '\0') {
		strbuf_puts(out, text);
		return;
	}
	strbuf_putc(out, '\'');
	text_map(out, text, false, put_shell);
	strbuf_putc(out, '\'');
}

int text_width(const char *text)
{
	return width_of(text);
}

void text_cut(struct strbuf *out, const char *text, int width)
{
	width_cut(out, text, width);
}

void text_pad(struct strbuf *out, const char *text, int width, bool right)
{
	int pad = width - text_width(text);

	pad = pad > 0 ? pad : 0;
	strbuf_printf(out, "%*s%s%*s", right ? pad : 0, "", text, right ? 0 : pad, "");
}

/* Columns of the n bytes of a word. */
static int word_width(struct strbuf *room, const char *word, size_t n)
{
	strbuf_reset(room);
	strbuf_add(room, word, n);
	return width_of(strbuf_text(room));
}

void text_fill(struct strbuf *out, const char *text, int width, int first, int hanging)
{
	struct strbuf word = {0};
	int column = first;
	bool begins = true; /* a line */
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t n_bytes = strcspn(text, " ");
		int n = word_width(&word, text, n_bytes);
		if (!begins && column + 1 + n > width) {
			strbuf_printf(out, "\n%*s", hanging, "");
			column = hanging;
			begins = true;
		}
		strbuf_puts(out, begins ? "" : " ");
		strbuf_puts(out, strbuf_text(&word));
		column += n + !begins;
		begins = false;
		text += n_bytes;
	}
	strbuf_free(&word);
}
