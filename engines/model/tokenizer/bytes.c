/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/tokenizer/bytes.h"

#include <string.h>

static bool follows(const char *text, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (((uint8_t)text[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* Table 3-7 of the Unicode standard: what the second byte may be. */
size_t utf8_char(const char *text, size_t n)
{
	const uint8_t *b = (const uint8_t *)text;
	if (n == 0)
		return 0;
	if (b[0] < 0x80)
		return 1;
	size_t len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (b[0] < 0xc2 || b[0] > 0xf4 || len > n || !follows(text, len))
		return 0;
	bool overlong = (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xf0 && b[1] < 0x90);
	bool outside = (b[0] == 0xed && b[1] > 0x9f) || (b[0] == 0xf4 && b[1] > 0x8f);
	return overlong || outside ? 0 : len;
}

bool utf8_whole(const char *text, size_t n)
{
	size_t at = 0, len;
	while (at < n && (len = utf8_char(text + at, n - at)))
		at += len;
	return at == n;
}

static bool is_surrogate(const char *text, size_t n)
{
	return n >= 3 && (uint8_t)text[0] == 0xed && (uint8_t)text[1] > 0x9f && follows(text, 3);
}

size_t utf8_repair(const char *text, size_t n, char *repaired, char *masked)
{
	static const char replacement[] = "\xef\xbf\xbd", mask[] = "\xee\x80\x80";
	char *to = repaired;
	for (size_t at = 0, len; at < n; at += len) {
		const char *as = text + at, *shown = as;
		size_t as_len = len = utf8_char(as, n - at);
		if (len == 0 && is_surrogate(as, n - at)) {
			as_len = len = sizeof mask - 1;
			shown = mask;
		} else if (len == 0) {
			len = 1;
			as_len = sizeof replacement - 1;
			as = shown = replacement;
		}
		to = mempcpy(to, as, as_len);
		masked = mempcpy(masked, shown, as_len);
	}
	return (size_t)(to - repaired);
}

/*
 * Printable characters of Latin-1 stand for themselves. The others are in
 * three runs and are moved, in order, to U+0100 and up.
 */
static const struct {
	uint8_t first, last;
	uint16_t code;
} moved[] = {{0x00, 0x20, 0x100}, {0x7f, 0xa0, 0x121}, {0xad, 0xad, 0x143}};
enum { N_MOVED = sizeof moved / sizeof moved[0] };

size_t byte_to_char(uint8_t byte, char out[BYTE_CHAR_MAX])
{
	unsigned code = byte;
	for (int i = 0; i < N_MOVED; i++)
		if (byte >= moved[i].first && byte <= moved[i].last)
			code = moved[i].code + (unsigned)(byte - moved[i].first);
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	out[0] = (char)(0xc0 | code >> 6);
	out[1] = (char)(0x80 | (code & 0x3f));
	return 2;
}

int byte_of_char(const char *text, size_t n)
{
	const uint8_t *b = (const uint8_t *)text;
	if (n == 0 || n > BYTE_CHAR_MAX)
		return -1;
	unsigned code = n == 1 ? b[0] : (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu);
	for (int i = 0; i < N_MOVED; i++) {
		unsigned count = (unsigned)(moved[i].last - moved[i].first) + 1;
		if (code >= moved[i].code && code < moved[i].code + count)
			return (int)(moved[i].first + (code - moved[i].code));
		if (code >= moved[i].first && code <= moved[i].last)
			return -1;
	}
	return code <= 0xff ? (int)code : -1;
}

const char *bytes_shown(const char *text, size_t n, char out[BYTES_SHOWN])
{
	size_t i = 0;
	for (; i < n && i + 1 < BYTES_SHOWN; i++)
		out[i] = text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?';
	out[i] = '\0';
	return out;
}
