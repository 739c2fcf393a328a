/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/width.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/strbuf.h"

#define ELLIPSIS "\xe2\x80\xa6"

struct range {
	uint32_t first, last;
};

#define zero_RANGE(first, last) {first, last},
#define wide_RANGE(first, last)
#define RANGE(kind, first, last) kind##_RANGE(first, last)
static const struct range zero[] = {
#include "engines/base/width.inc"
};
#undef zero_RANGE
#undef wide_RANGE
#define zero_RANGE(first, last)
#define wide_RANGE(first, last) {first, last},
static const struct range wide[] = {
#include "engines/base/width.inc"
};
#undef zero_RANGE
#undef wide_RANGE
#undef RANGE

/* Of the character at text, which is not the end; *code receives what it is. */
static int bytes_of(const char *text, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)text;
	int n = s[0] < 0xc0 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4, i = 1;

	*code = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));
	for (; i < n && (s[i] & 0xc0) == 0x80; i++)
		*code = *code << 6 | (s[i] & 0x3fu);
	return i;
}

static bool is_in(const struct range *list, size_t n, uint32_t code)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (code > list[middle].last)
			from = middle + 1;
		else if (code < list[middle].first)
			to = middle;
		else
			return true;
	}
	return false;
}

static int columns_of(uint32_t code)
{
	if (code < zero[0].first)
		return 1;
	if (is_in(zero, sizeof zero / sizeof zero[0], code))
		return 0;
	return is_in(wide, sizeof wide / sizeof wide[0], code) ? 2 : 1;
}

int width_of(const char *text)
{
	uint32_t code;
	int width = 0;

	while (*text) {
		text += bytes_of(text, &code);
		width += columns_of(code);
	}
	return width;
}

size_t width_fit(const char *text, int columns)
{
	uint32_t code;
	size_t n = 0;
	int used = 0;

	while (text[n]) {
		int bytes = bytes_of(text + n, &code);

		used += columns_of(code);
		if (n > 0 && used > columns)
			break;
		n += (size_t)bytes;
	}
	return n;
}

/* Appends what fits, the marks of its last character with it. */
static void put_fitting(struct strbuf *out, const char *text, int columns)
{
	uint32_t code;
	int used = 0, marks = 0;

	while (*text) {
		int n = bytes_of(text, &code), width = columns_of(code);

		marks = width ? 0 : marks + 1;
		used += width;
		if (used > columns)
			return;
		if (marks <= WIDTH_MARKS_MAX)
			strbuf_add(out, text, (size_t)n);
		text += n;
	}
}

void width_cut(struct strbuf *out, const char *text, int columns)
{
	if (width_of(text) <= columns) {
		put_fitting(out, text, columns);
		return;
	}
	put_fitting(out, text, columns - 1);
	strbuf_puts(out, columns > 0 ? ELLIPSIS : "");
}
