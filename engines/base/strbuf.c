/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

static void reserve(struct strbuf *s, size_t more)
{
	if (s->cap - s->len > more)
		return;
	size_t cap = s->cap ? s->cap * 2 : 64;
	while (cap - s->len <= more)
		cap *= 2;
	s->text = mem_realloc(s->text, cap);
	s->cap = cap;
}

void strbuf_free(struct strbuf *s)
{
	free(s->text);
	memset(s, 0, sizeof *s);
}

void strbuf_reset(struct strbuf *s)
{
	s->len = 0;
	if (s->text)
		s->text[0] = '\0';
}

void strbuf_add(struct strbuf *s, const char *text, size_t n)
{
	reserve(s, n);
	if (n)
		memcpy(s->text + s->len, text, n);
	s->len += n;
	s->text[s->len] = '\0';
}

bool strbuf_read(struct strbuf *s, FILE *f, size_t max)
{
	char chunk[1 << 14];
	size_t n;
	while (s->len <= max && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
		strbuf_add(s, chunk, n);
	return !ferror(f);
}

void strbuf_puts(struct strbuf *s, const char *text)
{
	strbuf_add(s, text, strlen(text));
}

void strbuf_putc(struct strbuf *s, char c)
{
	strbuf_add(s, &c, 1);
}

void strbuf_printf(struct strbuf *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	reserve(s, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(s->text + s->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	s->len += (size_t)n;
}

const char *strbuf_text(const struct strbuf *s)
{
	return s->text ? s->text : "";
}

char *strbuf_take(struct strbuf *s)
{
	char *text = s->text ? s->text : mem_strdup("");
	memset(s, 0, sizeof *s);
	return text;
}
