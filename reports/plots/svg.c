/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gnuplot SVG -> one that follows the page: its colours become CSS variables, its fonts the page's, its ids
 * are its own. Plain text steps, each from one text into the next.
 */
#include "config.h"

#include "reports/plots/plots.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/text.h"

/* A picture uses a handful of marks of gnuplot's set. */
#define MARKS_MAX 64
#define MARK_NAME 16

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* The end of the tag that begins at s (behind its '>'), NULL when it has none. */
static const char *tag_end(const char *s)
{
	const char *e = strchr(s, '>');

	return e ? e + 1 : NULL;
}

/* True when part stands in [s, e). */
static bool tag_has(const char *s, const char *e, const char *part)
{
	const char *at = strstr(s, part);

	return at && at + strlen(part) <= e;
}

/* ---- 1 the canvas is transparent, filters go ---- */
static void step_canvas(struct strbuf *out, const char *s)
{
	while (*s) {
		const char *e = *s == '<' ? tag_end(s) : NULL;

		if (e && starts(s, "<rect x=\"0\" y=\"0\"") && tag_has(s, e, "fill=\"#ffffff\"")) {
			s = e;
		} else if (e && starts(s, "<filter")) {
			const char *close = strstr(s, "</filter>");

			s = close ? close + strlen("</filter>") : e;
		} else {
			strbuf_putc(out, *s++);
		}
	}
}

/* ---- 2 colours ---- */
static const char *colour_rgb(struct strbuf *out, const char *s)
{
	int r, g, b, n = 0;
	const char *role;

	if (!starts(s, "rgb(") || sscanf(s, "rgb( %3d, %3d, %3d)%n", &r, &g, &b, &n) != 3 || n == 0)
		return NULL;
	if (r < 0 || r > 255 || g < 0 || g > 255 || b < 0 || b > 255)
		return NULL;
	role = palette_role(r, g, b);
	if (role)
		strbuf_printf(out, "var(--%s)", role);
	else
		strbuf_printf(out, "#%02x%02x%02x", (unsigned)r, (unsigned)g, (unsigned)b);
	return s + n;
}

/* color|stroke|fill = a name gnuplot uses by itself: black is ink, white the page. */
static const char *colour_name(struct strbuf *out, const char *s)
{
	static const char *const attributes[] = {"color=", "stroke=", "fill="};
	static const struct {
		const char *value, *role;
	} names[] = {{"black", "ink"}, {"gray", "ink"}, {"#FFFFFF", "bg"}, {"white", "bg"}};

	for (size_t a = 0; a < sizeof attributes / sizeof attributes[0]; a++) {
		const char *v = s + strlen(attributes[a]);

		if (!starts(s, attributes[a]) || (*v != '"' && *v != '\''))
			continue;
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
			size_t n = strlen(names[i].value);

			if (!starts(v + 1, names[i].value) || v[1 + n] != *v)
				continue;
			strbuf_printf(out, "%s\"var(--%s)\"", attributes[a], names[i].role);
			return v + n + 2;
		}
	}
	return NULL;
}

/* Text between tags is left alone: only what stands inside a tag is a colour. */
static void step_colours(struct strbuf *out, const char *s)
{
	bool inside = false;

	while (*s) {
		const char *next = NULL;

		inside = *s == '<' || (inside && *s != '>');
		if (inside && *s == 'r')
			next = colour_rgb(out, s);
		else if (inside && (*s == 'c' || *s == 's' || *s == 'f'))
			next = colour_name(out, s);
		if (!next)
			strbuf_putc(out, *s);
		s = next ? next : s + 1;
	}
}

/* ---- 3 fonts come from the page ---- */
static void step_fonts(struct strbuf *out, const char *s)
{
	while (*s) {
		const char *q = starts(s, "font-family=\"") ? strchr(s + 13, '"') : NULL;

		if (q) {
			while (out->len && isspace((unsigned char)out->text[out->len - 1]))
				out->text[--out->len] = '\0';
			s = q + 1;
		} else {
			strbuf_putc(out, *s++);
		}
	}
}

/* ---- 4 ids ---- */
struct marks {
	int n;
	char name[MARKS_MAX][MARK_NAME];
};

static bool marks_have(const struct marks *m, const char *name)
{
	for (int i = 0; i < m->n; i++)
		if (strcmp(m->name[i], name) == 0)
			return true;
	return false;
}

/* Adds the marks that [s, e) refers to; true when there were new ones. */
static bool marks_collect(struct marks *m, const char *s, const char *e)
{
	static const char ref[] = "xlink:href='#";
	bool more = false;

	while ((s = strstr(s, ref)) && s < e) {
		char name[MARK_NAME];
		size_t n;

		s += sizeof ref - 1;
		n = strcspn(s, "'");
		if (n == 0 || n >= sizeof name)
			continue;
		memcpy(name, s, n);
		name[n] = '\0';
		if (marks_have(m, name) || m->n == MARKS_MAX)
			continue;
		memcpy(m->name[m->n++], name, n + 1);
		more = true;
	}
	return more;
}

/* The id='...' of the tag [s, e) into name, "" when it has none. */
static void tag_id(const char *s, const char *e, char name[MARK_NAME])
{
	const char *id = strstr(s, "id='");
	size_t n = id && id < e ? strcspn(id + 4, "'") : 0;

	if (n >= MARK_NAME)
		n = 0;
	if (n)
		memcpy(name, id + 4, n);
	name[n] = '\0';
}

/* Only the marks in use stay defined. A mark may be made of another one. */
static void step_defs(struct strbuf *out, const char *s)
{
	const char *end = strstr(s, "</defs>"), *start = strstr(s, "<defs>");
	struct marks used = {0};
	char name[MARK_NAME];
	bool more = true;

	if (!start || !end || end < start) {
		strbuf_puts(out, s);
		return;
	}
	marks_collect(&used, end, s + strlen(s));
	while (more) {
		more = false;
		for (const char *t = strchr(start + 1, '<'); t && t < end; t = strchr(t + 1, '<')) {
			const char *e = tag_end(t);

			tag_id(t, e ? e : t, name);
			if (e && name[0] && marks_have(&used, name))
				more |= marks_collect(&used, t, e);
		}
	}
	strbuf_puts(out, "<defs>");
	for (const char *t = strchr(start + 1, '<'); t && t < end; t = strchr(t + 1, '<')) {
		const char *e = tag_end(t);

		tag_id(t, e ? e : t, name);
		if (e && e - t > 2 && e[-2] == '/' && name[0] && marks_have(&used, name))
			strbuf_add(out, t, (size_t)(e - t));
	}
	strbuf_puts(out, end);
}

/* Ids of several pictures meet on one page: each gets the picture's name in front. */
static void step_ids(struct strbuf *out, const char *s, const char *prefix)
{
	while (*s) {
		if (starts(s, "id='gp")) {
			strbuf_printf(out, "id='%s-", prefix);
			s += 4;
		} else if (starts(s, "xlink:href='#gp")) {
			strbuf_printf(out, "href='#%s-", prefix);
			s += strlen("xlink:href='#");
		} else if (starts(s, "<g id=\"gnuplot_plot_") && tag_end(s)) {
			strbuf_puts(out, "<g>");
			s = tag_end(s);
		} else if (starts(s, "<title>gnuplot_plot_") && strstr(s, "</title>")) {
			s = strstr(s, "</title>") + strlen("</title>");
		} else {
			strbuf_putc(out, *s++);
		}
	}
}

/* ---- 5 thinner ---- */
/* The end of an empty group that begins at s, else NULL. */
static const char *empty_group(const char *s)
{
	const char *e = starts(s, "<g>") || starts(s, "<g ") ? tag_end(s) : NULL;

	if (!e)
		return NULL;
	e += strspn(e, " \n");
	return starts(e, "</g>") ? e + 4 : NULL;
}

/* Returns whether a group went. */
static bool step_groups(struct strbuf *out, const char *s)
{
	bool less = false;

	while (*s) {
		const char *e = *s == '<' ? empty_group(s) : NULL;

		less |= e != NULL;
		if (!e)
			strbuf_putc(out, *s);
		s = e ? e : s + 1;
	}
	return less;
}

/* Copies up to `end` with one decimal in numbers that have two. */
static const char *put_thin(struct strbuf *out, const char *s, char end)
{
	for (; *s && *s != end; s++) {
		strbuf_putc(out, *s);
		if (*s == '.' && isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[2]) &&
		    !isalnum((unsigned char)s[3])) {
			strbuf_putc(out, s[1]);
			s += 2;
		}
	}
	return s;
}

/* No tabs, one line break at a time, one decimal in coordinates and never in text. */
static void step_thin(struct strbuf *out, const char *s)
{
	while (*s) {
		if (starts(s, " d='")) {
			strbuf_puts(out, " d='");
			s = put_thin(out, s + 4, '\'');
		} else if (starts(s, "translate(")) {
			strbuf_puts(out, "translate(");
			s = put_thin(out, s + 10, ')');
		} else if (*s == '\t' || *s == '\r' || (*s == '\n' && (s[1] == '\n' || s[1] == '\0'))) {
			s++;
		} else {
			strbuf_putc(out, *s++);
		}
	}
}

static char *step_all(char *body, const char *prefix)
{
	static void (*const steps[])(struct strbuf *, const char *) = {step_canvas, step_colours, step_fonts,
								       step_defs};
	struct strbuf next = {0};
	bool less = true;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		steps[i](&next, body);
		free(body);
		body = strbuf_take(&next);
	}
	step_ids(&next, body, prefix);
	free(body);
	body = strbuf_take(&next);
	while (less) {
		less = step_groups(&next, body);
		free(body);
		body = strbuf_take(&next);
	}
	step_thin(&next, body);
	free(body);
	return strbuf_take(&next);
}

/* What stands between the canvas group's tags, from <defs> on; NULL when it is not there. */
static char *svg_body(const char *svg)
{
	const char *start = strstr(svg, "<defs>"), *end = NULL;

	for (const char *g = svg; (g = strstr(g, "</g>")); g += 4)
		end = g;
	return start && end && start < end ? mem_strndup(start, (size_t)(end - start)) : NULL;
}

char *svg_theme(const char *svg, const struct picture *p)
{
	const char *box = strstr(svg, "viewBox=\"");
	char *body = svg_body(svg), *element;
	struct strbuf out = {0};
	int box_len;

	if (!box || !body) {
		free(body);
		return NULL;
	}
	box_len = (int)strspn(box + 9, "0123456789. ");
	body = step_all(body, p->name);
	/* 6 a name and a description for those who cannot see it */
	strbuf_printf(&out,
		      "<svg class=\"plot\" viewBox=\"%.*s\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
		      "<title id=\"%s-t\">",
		      box_len, box + 9, p->name, p->name, p->name);
	text_html(&out, p->title);
	strbuf_printf(&out, "</title><desc id=\"%s-d\">", p->name);
	text_html(&out, p->finding);
	strbuf_printf(&out, "</desc>%s</svg>", body);
	free(body);
	element = strbuf_take(&out);
	if (svg_is_sound(element))
		return element;
	free(element);
	return NULL;
}

char *svg_standalone(const char *element)
{
	static const char open[] = "<svg ";
	const char *desc = strstr(element, "</desc>");
	struct strbuf out = {0};
	size_t head = desc ? (size_t)(desc - element) + 7 : sizeof open - 1;

	strbuf_puts(&out, "<svg xmlns=\"http://www.w3.org/2000/svg\" ");
	strbuf_add(&out, element + sizeof open - 1, head - (sizeof open - 1));
	strbuf_puts(&out, "<style>svg{");
	palette_css(&out, 0);
	strbuf_puts(&out, "background:var(--bg);font-family:system-ui,sans-serif}"
			  "text{paint-order:stroke;stroke:var(--bg);stroke-width:3px}"
			  "@media (prefers-color-scheme:dark){svg{");
	palette_css(&out, 1);
	strbuf_printf(&out, "}}</style>%s\n", element + head);
	return strbuf_take(&out);
}
