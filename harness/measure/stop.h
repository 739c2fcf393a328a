/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stop strings: text that comes in pieces goes on to the reader as soon as it can belong to none of them, and
 * ends before the first that comes whole.
 */
#ifndef IFM_MEASURE_STOP_H
#define IFM_MEASURE_STOP_H

#include <stdbool.h>

#include "engines/base/strbuf.h"

enum { STOPS_MAX = 64 };

struct stop {
	const char *text[STOPS_MAX]; /* not empty, belong to the caller */
	int n;
	struct strbuf held; /* may be the beginning of one */
};

/* Takes n more bytes, appends to out what can go on. True: a stop string is whole; it and what follows are gone. */
bool stop_feed(struct stop *s, const char *bytes, size_t n, struct strbuf *out);

/* The end of all text: what was held goes on. */
void stop_flush(struct stop *s, struct strbuf *out);

#endif
