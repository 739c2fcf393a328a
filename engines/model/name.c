/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/name.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"

/* Bytes of the character at s, of n bytes at most; 0 when it is no UTF-8 (RFC 3629). */
static size_t utf8_length(const unsigned char *s, size_t n)
{
	size_t length = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : 4;
	if (length == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n < length)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what lies behind U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return length;
}

static char *clean(const char *text, size_t n)
{
	static const char dots[] = "...";
	const unsigned char *s = (const unsigned char *)text;
	struct strbuf out = {0};
	for (size_t i = 0; i < n;) {
		size_t length = utf8_length(s + i, n - i), take = length ? length : 1;
		/* C0, DEL and C1. */
		int control = s[i] < 0x20 || s[i] == 0x7f || (length == 2 && s[i] == 0xc2 && s[i + 1] < 0xa0);
		if (out.len + take > MODEL_NAME_MAX - strlen(dots)) {
			strbuf_puts(&out, dots);
			break;
		}
		if (length && !control)
			strbuf_add(&out, text + i, length);
		else
			strbuf_putc(&out, length ? ' ' : '?');
		i += take;
	}
	return strbuf_take(&out);
}

char *model_name_of(const struct gguf *g)
{
	const char *path = gguf_path(g), *slash = strrchr(path, '/');
	struct gguf_string name;
	if (gguf_get_string(g, "general.name", &name, NULL) == 0 && name.n > 0)
		return clean(name.text, name.n);
	const char *last = slash && slash[1] ? slash + 1 : path;
	return clean(last, strlen(last));
}
