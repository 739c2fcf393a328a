/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/text.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/wire/wire.h"

/* Bytes of the character that a lead byte announces, 0 when it is none. */
static size_t announced(unsigned char c)
{
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	return c >= 0xf0 && c <= 0xf4 ? 4 : 0;
}

size_t text_incomplete(const char *s, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = (unsigned char)s[n - back];
		if ((c & 0xc0) != 0x80)
			return announced(c) > back ? back : 0;
	}
	return 0;
}

void text_put(json_t *o, const char *s, size_t n)
{
	json_t *text = memchr(s, '\0', n) ? NULL : json_stringn(s, n);
	if (text) {
		json_object_set_new(o, "text", text);
		return;
	}
	char *base64 = wire_base64_encode(s, n);
	json_object_set_new(o, "text_base64", json_string(base64));
	free(base64);
}

void text_stream(json_t *o, struct strbuf *pending)
{
	const char *s = strbuf_text(pending);
	size_t rest = text_incomplete(s, pending->len);
	char kept[4];
	memcpy(kept, s + pending->len - rest, rest);
	text_put(o, s, pending->len - rest);
	strbuf_reset(pending);
	strbuf_add(pending, kept, rest);
}
