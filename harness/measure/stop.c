/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/stop.h"

#include <string.h>

/* Where the first whole stop string begins in n bytes, n when none is whole. */
static size_t first_whole(const struct stop *s, const char *text, size_t n)
{
	size_t first = n;
	for (int i = 0; i < s->n; i++) {
		const char *at = memmem(text, n, s->text[i], strlen(s->text[i]));
		if (at && (size_t)(at - text) < first)
			first = (size_t)(at - text);
	}
	return first;
}

/* The longest end of the text that begins a stop string. */
static size_t begun(const struct stop *s, const char *text, size_t n)
{
	size_t most = 0;
	for (int i = 0; i < s->n; i++) {
		size_t length = strlen(s->text[i]);
		for (size_t k = length - 1 < n ? length - 1 : n; k > most; k--)
			if (memcmp(text + n - k, s->text[i], k) == 0)
				most = k;
	}
	return most;
}

bool stop_feed(struct stop *s, const char *bytes, size_t n, struct strbuf *out)
{
	strbuf_add(&s->held, bytes, n);
	const char *text = strbuf_text(&s->held);
	size_t have = s->held.len, whole = first_whole(s, text, have);
	bool hit = whole < have;
	size_t keep = hit ? 0 : begun(s, text, have), go = hit ? whole : have - keep;
	struct strbuf rest = {0};
	strbuf_add(out, text, go);
	strbuf_add(&rest, text + have - keep, keep);
	strbuf_free(&s->held);
	s->held = rest;
	return hit;
}

void stop_flush(struct stop *s, struct strbuf *out)
{
	strbuf_add(out, strbuf_text(&s->held), s->held.len);
	strbuf_free(&s->held);
}
