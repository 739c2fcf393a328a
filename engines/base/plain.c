/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/plain.h"

#include <stdint.h>
#include <string.h>

#include "engines/base/strbuf.h"

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

void plain_text(struct strbuf *out, const char *text, bool lines)
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

bool plain_ends(const char *text, const char *end)
{
	size_t n = strlen(text), n_end = strlen(end);
	return n >= n_end && strcmp(text + n - n_end, end) == 0;
}
