/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/file/cursor.h"

#include <stdarg.h>
#include <stdio.h>

int gguf_error(const struct gguf *g, struct diag *d, uint64_t offset, const char *fmt, ...)
{
	char text[sizeof d->text];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return diag_set_at(d, ERR_FORMAT, g->path, 0, "byte %llu: %s", (unsigned long long)offset, text);
}

static int take(struct cursor *c, const char *what, void *out, size_t n)
{
	if (cursor_left(c) < n)
		return gguf_error(c->g, c->d, c->at,
				  "the file ends in %s: expected %zu bytes, %llu are left" GGUF_CUT, what, n,
				  (unsigned long long)cursor_left(c));
	memcpy(out, c->g->bytes + c->at, n);
	c->at += n;
	return 0;
}

int cursor_u32(struct cursor *c, const char *what, uint32_t *out)
{
	return take(c, what, out, sizeof *out);
}

int cursor_u64(struct cursor *c, const char *what, uint64_t *out)
{
	return take(c, what, out, sizeof *out);
}

int cursor_string(struct cursor *c, const char *what, uint64_t max, struct gguf_string *out)
{
	uint64_t at = c->at, n = 0;
	int rc = cursor_u64(c, what, &n);
	if (rc)
		return rc;
	if (n > cursor_left(c))
		return gguf_error(c->g, c->d, at,
				  "%s of %llu bytes cannot fit into the %llu bytes left" GGUF_CUT, what,
				  (unsigned long long)n, (unsigned long long)cursor_left(c));
	if (max && (n == 0 || n > max))
		return gguf_error(c->g, c->d, at, "%s of %llu bytes, expected 1 to %llu", what,
				  (unsigned long long)n, (unsigned long long)max);
	*out = (struct gguf_string){(const char *)c->g->bytes + c->at, n};
	c->at += n;
	return 0;
}

int gguf_string_compare(const struct gguf_string *a, const struct gguf_string *b)
{
	int order = memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);
	if (order)
		return order;
	return a->n < b->n ? -1 : a->n > b->n;
}
