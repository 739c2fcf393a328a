/* SPDX-License-Identifier: Apache-2.0 */
/* What gnuplot wrote goes into a page: it must be balanced and hold nothing but drawing. */
#include "config.h"

#include "reports/plots/plots.h"

#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 64
#define NAME_MAX_ 16

static bool name_is_known(const char *name)
{
	static const char *const known[] = {"svg",  "title",	"desc",	   "style",    "defs",	 "g",
					    "path", "text",	"tspan",   "circle",   "rect",	 "use",
					    "line", "polyline", "polygon", "clipPath", "ellipse"};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

/* The attributes of a tag: names in front of '=', values quoted. False at anything that could act. */
static bool attributes_are_sound(const char *s, const char *end)
{
	while (s < end) {
		const char *name, *value;
		size_t n;

		s += strspn(s, " \t\r\n/");
		if (s >= end || *s == '>')
			return true;
		name = s;
		n = strcspn(s, "= \t\r\n>");
		/* gnuplot's polygons have blanks around it. */
		value = name + n + strspn(name + n, " ");
		if (*value != '=')
			return false;
		value += 1 + strspn(value + 1, " ");
		if (value >= end || (*value != '"' && *value != '\''))
			return false;
		if (n >= 2 && strncmp(name, "on", 2) == 0)
			return false;
		if (n >= 4 && strncmp(name + n - 4, "href", 4) == 0 && value[1] != '#')
			return false;
		s = strchr(value + 1, *value);
		if (!s || s >= end)
			return false;
		s++;
	}
	return true;
}

bool svg_is_sound(const char *svg)
{
	char open[DEPTH_MAX][NAME_MAX_];
	int depth = 0;

	for (const char *s = strchr(svg, '<'); s; s = strchr(s, '<')) {
		bool closing = s[1] == '/';
		const char *name = s + 1 + closing, *end = strchr(s, '>');
		size_t n = 0;
		char tag[NAME_MAX_];

		while (isalnum((unsigned char)name[n]))
			n++;
		if (!end || n == 0 || n >= sizeof tag)
			return false;
		memcpy(tag, name, n);
		tag[n] = '\0';
		if (!name_is_known(tag))
			return false;
		if (closing) {
			if (depth == 0 || strcmp(open[--depth], tag) != 0)
				return false;
		} else if (!attributes_are_sound(name + n, end)) {
			return false;
		} else if (end[-1] != '/') {
			if (depth == DEPTH_MAX)
				return false;
			memcpy(open[depth++], tag, n + 1);
		}
		s = end;
	}
	return depth == 0;
}
