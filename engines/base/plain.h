/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from files, workers and hosts, made safe for a terminal or a page: it may hold any bytes. For what else a
 * format takes for a command see reports/text.h.
 */
#ifndef IFM_BASE_PLAIN_H
#define IFM_BASE_PLAIN_H

#include <stdbool.h>

struct strbuf;

/*
 * Appends text as valid UTF-8 that no terminal takes for a command: broken bytes and control characters (C0, DEL,
 * C1, and those that turn the direction of text) become U+FFFD; newlines and tabs stay when lines is set, else they
 * become a space.
 */
void plain_text(struct strbuf *out, const char *text, bool lines);

/* Whether text ends in these bytes: a suffix of a name, as ".gguf". */
bool plain_ends(const char *text, const char *end);

#endif
