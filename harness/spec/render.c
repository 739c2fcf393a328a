/* SPDX-License-Identifier: Apache-2.0 */
/* A spec -> the YAML that says it. */
#include "config.h"

#include "harness/spec/spec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/spec/option.h"
#include "harness/spec/parser.h"

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

/* A leading dollar sign is doubled: it begins no name of a set. */
static void value_render(const char *value, struct strbuf *out)
{
	struct strbuf text = {0};
	strbuf_printf(&text, "%s%s", *value == '$' ? "$" : "", value);
	text_render(strbuf_text(&text), out);
	strbuf_free(&text);
}

static void axis_render(const struct axis *a, struct strbuf *out)
{
	if (a->n == 1) {
		value_render(a->value[0], out);
		return;
	}
	strbuf_putc(out, '[');
	for (int i = 0; i < a->n; i++) {
		strbuf_puts(out, i ? ", " : "");
		value_render(a->value[i], out);
	}
	strbuf_putc(out, ']');
}

/* Each axis on a line. */
static void axes_render(const struct axis axis[KEY_COUNT], const char *indent, struct strbuf *out)
{
	for (int k = 0; k < KEY_COUNT; k++) {
		if (axis[k].n == 0)
			continue;
		strbuf_printf(out, "%s%s: ", indent, point_key_name((enum point_key)k));
		axis_render(&axis[k], out);
		strbuf_putc(out, '\n');
	}
}

/* "threads: 2, precision: [f32, q8_0]" */
static void map_render(const struct axis axis[KEY_COUNT], struct strbuf *out)
{
	const char *before = "";
	for (int k = 0; k < KEY_COUNT; k++) {
		if (axis[k].n == 0)
			continue;
		strbuf_printf(out, "%s%s: ", before, point_key_name((enum point_key)k));
		axis_render(&axis[k], out);
		before = ", ";
	}
}

/* Those of a section; of all when there is one section. */
static void excludes_render(const struct spec *s, int section, bool all, const char *indent,
			    struct strbuf *out)
{
	bool any = false;
	for (int i = 0; i < s->n_excludes; i++) {
		if (s->excludes[i].section != section && !all)
			continue;
		if (!any)
			strbuf_printf(out, "%sexclude:\n", indent);
		strbuf_printf(out, "%s  - {", indent);
		map_render(s->excludes[i].axis, out);
		strbuf_puts(out, "}\n");
		any = true;
	}
}

/* "- {threads: 2, delta: 0.05, required: true}" */
static void include_render(const struct section *own, const struct section *whole, const char *indent,
			   struct strbuf *out)
{
	struct strbuf axes = {0}, rules = {0};
	map_render(own->axis, &axes);
	/* What the section around it says would hold here, too. A map without keys would be none. */
	rules_render(own, whole->required || axes.len == 0, ", ", "", &rules);
	const char *said = strbuf_text(&rules);
	strbuf_printf(out, "%s  - {%s%s}\n", indent, strbuf_text(&axes), said + (axes.len || !*said ? 0 : 2));
	strbuf_free(&axes);
	strbuf_free(&rules);
}

/* The included sections behind one, whole: what they have of it is said again. */
static void includes_render(const struct spec *s, int section, const char *indent, struct strbuf *out)
{
	for (int i = section + 1; i < s->n_sections && s->sections[i].included; i++) {
		if (i == section + 1)
			strbuf_printf(out, "%sinclude:\n", indent);
		include_render(&s->sections[i], &s->sections[section], indent, out);
	}
}

static void section_render(const struct spec *s, int i, struct strbuf *out)
{
	static const char indent[] = "    ";
	size_t begin = out->len;
	axes_render(s->sections[i].axis, indent, out);
	rules_render(&s->sections[i], false, indent, "\n", out);
	excludes_render(s, i, false, indent, out);
	includes_render(s, i, indent, out);
	if (out->len == begin)
		strbuf_puts(out, "    {}\n");
	out->text[begin + 2] = '-';
}

/* Of one section, the top level. */
static void sections_render(const struct spec *s, struct strbuf *out)
{
	int n = 0;
	for (int i = 0; i < s->n_sections; i++)
		n += !s->sections[i].included;
	excludes_render(s, SPEC_EVERY_SECTION, n == 1, "", out);
	if (n == 1) {
		axes_render(s->sections[0].axis, "", out);
		rules_render(&s->sections[0], false, "", "\n", out);
		includes_render(s, 0, "", out);
		return;
	}
	strbuf_puts(out, "sweeps:\n");
	for (int i = 0; i < s->n_sections; i++)
		if (!s->sections[i].included)
			section_render(s, i, out);
}

void spec_render(struct spec *s)
{
	struct strbuf out = {0};
	for (const struct option *o = options; o->name; o++) {
		strbuf_printf(&out, "%s: ", o->name);
		option_render(s, o, &out);
		strbuf_putc(&out, '\n');
	}
	sections_render(s, &out);
	free(s->text);
	s->text = strbuf_take(&out);
}
