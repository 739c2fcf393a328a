/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/page.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "reports/text.h"

struct page {
	struct strbuf *out;
	int width;
	struct strbuf block; /* a paragraph or an item, not written yet */
	int first, hanging;  /* its indents: of the first line, of the others */
	bool in_code;
};

/* ---- within a line ---- */

/* "[text](where)" -> "text (where)"; returns the bytes taken, 0 when it is none. */
static size_t put_link(struct strbuf *out, const char *text)
{
	const char *close = *text == '[' ? strstr(text, "](") : NULL,
		   *end = close ? strchr(close, ')') : NULL;
	if (!end || memchr(text + 1, '[', (size_t)(close - text - 1)))
		return 0;
	strbuf_add(out, text + 1, (size_t)(close - text - 1));
	strbuf_puts(out, " (");
	strbuf_add(out, close + 2, (size_t)(end - close - 2));
	strbuf_putc(out, ')');
	return (size_t)(end - text) + 1;
}

/* Without the marks of emphasis and links; what stands between backticks is as it is. */
static void put_inline(struct strbuf *out, const char *text)
{
	bool code = false;
	for (size_t i = 0; text[i];) {
		size_t link = code ? 0 : put_link(out, text + i);
		if (link) {
			i += link;
		} else if (text[i] == '`') {
			code = !code;
			i++;
		} else if (!code && strncmp(text + i, "**", 2) == 0) {
			i += 2;
		} else {
			strbuf_putc(out, text[i++]);
		}
	}
}

/* ---- blocks ---- */

static void flush(struct page *p)
{
	struct strbuf plain = {0};
	if (p->block.len == 0)
		return;
	put_inline(&plain, strbuf_text(&p->block));
	strbuf_printf(p->out, "%*s", p->first, "");
	text_fill(p->out, strbuf_text(&plain), p->width, p->first, p->hanging);
	strbuf_putc(p->out, '\n');
	strbuf_free(&plain);
	strbuf_reset(&p->block);
	p->first = p->hanging = 0;
}

static void begin_item(struct page *p, int first, int hanging, const char *text)
{
	flush(p);
	p->first = first;
	p->hanging = hanging;
	strbuf_puts(&p->block, text);
}

/* "- text", "12. text", indented by two or three a level: the width of the mark, 0 when it is none. */
static int item_mark(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	if (strncmp(text, "- ", 2) == 0)
		return 2;
	return digits && strncmp(text + digits, ". ", 2) == 0 ? (int)digits + 2 : 0;
}

/* "| a | b | c |" -> "a", then "b" and "c" below it. */
static void put_row(struct page *p, const char *line)
{
	char *copy = mem_strdup(line + 1), *rest = copy;
	int n = 0;
	flush(p);
	if (strspn(line, "|-: ") != strlen(line)) {
		for (char *cell; (cell = strsep(&rest, "|")) != NULL;) {
			cell += strspn(cell, " ");
			if (!*cell)
				continue;
			begin_item(p, n ? 4 : 0, n ? 4 : 0, cell);
			flush(p);
			n++;
		}
	}
	free(copy);
}

static void put_heading(struct page *p, const char *line)
{
	size_t level = strspn(line, "#");
	const char *text = line + level + strspn(line + level, " ");
	struct strbuf plain = {0};
	flush(p);
	put_inline(&plain, text);
	strbuf_puts(p->out, strbuf_text(&plain));
	strbuf_putc(p->out, '\n');
	for (int i = text_width(strbuf_text(&plain)); i > 0 && level <= 2; i--)
		strbuf_putc(p->out, level == 1 ? '=' : '-');
	strbuf_puts(p->out, level <= 2 ? "\n" : "");
	strbuf_free(&plain);
}

static void put_text(struct page *p, const char *line)
{
	int indent = (int)strspn(line, " "), mark = item_mark(line + indent);
	if (mark) {
		begin_item(p, indent, indent + mark, line + indent);
		return;
	}
	/* Four columns outside of an item are code, too. */
	if (indent >= 4 && p->block.len == 0) {
		strbuf_printf(p->out, "%s\n", line);
		return;
	}
	if (p->block.len)
		strbuf_putc(&p->block, ' ');
	strbuf_puts(&p->block, line + indent);
}

static void put_line(struct page *p, const char *line)
{
	if (strncmp(line, "```", 3) == 0) {
		flush(p);
		p->in_code = !p->in_code;
	} else if (p->in_code) {
		strbuf_printf(p->out, "%s%s\n", *line ? "    " : "", line);
	} else if (!*line) {
		flush(p);
		strbuf_putc(p->out, '\n');
	} else if (*line == '#') {
		put_heading(p, line);
	} else if (*line == '|') {
		put_row(p, line);
	} else {
		put_text(p, line);
	}
}

void page_plain(struct strbuf *out, const char *markdown, int width)
{
	struct page p = {.out = out, .width = width};
	char *copy = mem_strdup(markdown), *rest = copy;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		if (rest || *line)
			put_line(&p, line);
	flush(&p);
	strbuf_free(&p.block);
	free(copy);
}
