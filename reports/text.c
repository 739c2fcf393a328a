/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Length of the well-formed UTF-8 sequence at s (RFC 3629: no overlong forms, no surrogates), 0 when
 * there is none; *code receives the code point. */
static int utf8_decode(const unsigned char *s, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	int n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	uint32_t c;

	if (n <= 1) {
		*code = s[0];
		return n;
	}
	c = s[0] & (0xffu >> (n + 1));
	for (int i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0; /* also at the end of the text */
		c = c << 6 | (s[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return n;
}

/* Characters that steer a terminal or reorder what is read: U+202E can show "exe.txt" for "txt.exe". */
static bool is_steering(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200e && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
	       (c & 0xfffe) == 0xfffe;
}

static void text_clean(struct strbuf *out, const char *text, bool lines)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t c;

	while (*s) {
		int n = utf8_decode(s, &c);

		if (n == 1 && (c == '\n' || c == '\t'))
			strbuf_putc(out, lines ? (char)c : ' ');
		else if (n == 0 || is_steering(c))
			strbuf_puts(out, REPLACEMENT);
		else
			strbuf_add(out, (const char *)s, (size_t)n);
		s += n > 0 ? n : 1;
	}
}

void text_plain(struct strbuf *out, const char *text)
{
	text_clean(out, text, false);
}

void text_lines(struct strbuf *out, const char *text)
{
	text_clean(out, text, true);
}

/* Cleans text, then appends each byte by way of put. */
static void text_map(struct strbuf *out, const char *text, bool lines, void (*put)(struct strbuf *, char))
{
	struct strbuf clean = {0};

	text_clean(&clean, text, lines);
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

/* HTML in Markdown is HTML: its characters go as entities, Markdown's own behind a backslash. */
static void put_md(struct strbuf *out, char c)
{
	if (strchr("&<>\"'", c))
		put_html(out, c);
	else {
		if (strchr("\\`*_{}[]()#|!~$", c))
			strbuf_putc(out, '\\');
		strbuf_putc(out, c);
	}
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
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void text_cut(struct strbuf *out, const char *text, int width)
{
	int n = 0;

	if (text_width(text) <= width) {
		strbuf_puts(out, text);
		return;
	}
	for (; *text; text++) {
		n += ((unsigned char)*text & 0xc0) != 0x80;
		if (n >= width)
			break;
		strbuf_putc(out, *text);
	}
	strbuf_puts(out, "\xe2\x80\xa6");
}
