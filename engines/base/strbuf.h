/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing text. Running out of memory for a text ends the program: there is
 * nothing sensible left to say. Not for data whose size an input decides.
 */
#ifndef IFM_BASE_STRBUF_H
#define IFM_BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "engines/base/err.h"

/* All zero is an empty text; text is NULL or NUL-terminated, owned by the strbuf. */
struct strbuf {
	char *text;
	size_t len;
	size_t cap;
};

void strbuf_free(struct strbuf *s);  /* s is empty afterwards */
void strbuf_reset(struct strbuf *s); /* empties, keeps the memory */
void strbuf_add(struct strbuf *s, const char *text, size_t n);
/* Appends what f has until s holds more than max bytes, whatever kind of file it is; false when it cannot be read
 * (errno). */
bool strbuf_read(struct strbuf *s, FILE *f, size_t max);
void strbuf_puts(struct strbuf *s, const char *text);
void strbuf_putc(struct strbuf *s, char c);
void strbuf_printf(struct strbuf *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Never NULL. Valid until the next change. */
const char *strbuf_text(const struct strbuf *s);
/* Hands the text over (never NULL; free() it) and leaves s empty. */
char *strbuf_take(struct strbuf *s);

#endif
