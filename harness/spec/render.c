/* SPDX-License-Identifier: Apache-2.0 */
/* A spec -> the YAML that says it. */
#include "config.h"

#include "harness/spec/spec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/spec/option.h"

/* True when YAML reads it as this very text without quotes: letters, digits and what parts names. */
static bool is_plain(const char *text)
{
	if (!isalnum((unsigned char)*text) || strcmp(text, "null") == 0)
		return false;
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		bool inside = c[0] == ':' && isalnum(c[1]);
		if (!isascii(*c) || (!isalnum(*c) && !strchr("_./-*+", *c) && !inside))
			return false;
	}
	return true;
}

/* Characters that YAML takes for breaks, marks or nothing: C1 controls, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF.
 * All of two or three bytes. Their bytes, 0 for others. */
static int odd_character(const unsigned char *c, unsigned *code)
{
	if (c[0] == 0xc2 && c[1] < 0xa0) {
		*code = c[1];
		return 2;
	}
	if ((c[0] & 0xf0) != 0xe0 || !c[1] || !c[2])
		return 0;
	*code = (c[0] & 15u) << 12 | (c[1] & 63u) << 6 | (c[2] & 63u);
	return *code == 0x2028 || *code == 0x2029 || *code == 0xfeff || *code >= 0xfffe ? 3 : 0;
}

void text_render(const char *text, struct strbuf *out)
{
	if (is_plain(text)) {
		strbuf_puts(out, text);
		return;
	}
	strbuf_putc(out, '"');
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		unsigned code;
		int n = odd_character(c, &code);
		if (n)
			strbuf_printf(out, "\\u%04X", code);
		else if (*c < ' ' || *c == 0x7f)
			strbuf_printf(out, "\\x%02X", *c);
		else
			strbuf_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
		c += n ? n - 1 : 0;
	}
	strbuf_putc(out, '"');
}

static void axis_render(const struct axis *a, struct strbuf *out)
{
	if (a->n == 1) {
		text_render(a->value[0], out);
		return;
	}
	strbuf_putc(out, '[');
	for (int i = 0; i < a->n; i++) {
		strbuf_puts(out, i ? ", " : "");
		text_render(a->value[i], out);
	}
	strbuf_putc(out, ']');
}

/* Each axis on a line, the first one behind `first`, the others behind `next`. */
static void section_render(const struct section *s, const char *first, const char *next, struct strbuf *out)
{
	for (int k = 0; k < KEY_COUNT; k++) {
		if (s->axis[k].n == 0)
			continue;
		strbuf_printf(out, "%s%s: ", first, point_key_name((enum point_key)k));
		axis_render(&s->axis[k], out);
		strbuf_putc(out, '\n');
		first = next;
	}
	if (first != next)
		strbuf_printf(out, "%s{}\n", first);
}

void spec_render(struct spec *s)
{
	struct strbuf out = {0};
	for (const struct option *o = options; o->name; o++) {
		strbuf_printf(&out, "%s: ", o->name);
		option_render(s, o, &out);
		strbuf_putc(&out, '\n');
	}
	if (s->n_sections == 1) {
		section_render(s->sections, "", "", &out);
	} else {
		strbuf_puts(&out, "sweeps:\n");
		for (int i = 0; i < s->n_sections; i++)
			section_render(&s->sections[i], "  - ", "    ", &out);
	}
	free(s->text);
	s->text = strbuf_take(&out);
}
