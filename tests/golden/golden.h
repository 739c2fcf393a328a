/* SPDX-License-Identifier: Apache-2.0 */
/* Texts against committed ones, and what several tests ask of a text. IFM_GOLDEN_UPDATE=1 rewrites the texts. */
#ifndef IFM_TESTS_GOLDEN_GOLDEN_H
#define IFM_TESTS_GOLDEN_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/base/width.h"
#include "tests/tap.h"

__attribute__((unused)) static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	struct strbuf s = {0};
	char block[4096];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		strbuf_add(&s, block, n);
	fclose(f);
	return strbuf_take(&s);
}

/* Says the first line that differs. */
__attribute__((unused)) static void say_difference(const char *got, const char *want)
{
	int line = 1;
	const char *g = got, *w = want;

	while (*g && *g == *w) {
		line += *g == '\n';
		if (*g == '\n') {
			got = g + 1;
			want = w + 1;
		}
		g++, w++;
	}
	printf("# line %d\n# got      %.*s\n# expected %.*s\n", line, (int)strcspn(got, "\n"), got,
	       (int)strcspn(want, "\n"), want);
}

__attribute__((unused)) static void compare(const char *file, const char *got)
{
	const char *top = getenv("top_srcdir");
	char *path = mem_printf("%s/tests/golden/reports/%s", top ? top : ".", file), *want;

	if (getenv("IFM_GOLDEN_UPDATE")) {
		FILE *f = fopen(path, "w");

		if (!f || fputs(got, f) < 0)
			bail("cannot write the golden text");
		fclose(f);
	}
	want = read_all(path);
	if (!ok(want && strcmp(got, want) == 0, "%s is as committed", file) && want)
		say_difference(got, want);
	free(want);
	free(path);
}

/* Style, script and version change for their own reasons. */
__attribute__((unused)) static void cut_page(char *html)
{
	char *start = strstr(html, "<body>"), *end = strstr(html, "<footer>");

	if (!start || !end || end < start)
		bail("the page has no body");
	*end = '\0';
	memmove(html, start, (size_t)(end - start) + 1);
}

/* In columns of a terminal. */
__attribute__((unused)) static int longest_line(const char *text)
{
	int longest = 0;

	while (*text) {
		struct strbuf line = {0};
		int n;

		strbuf_add(&line, text, strcspn(text, "\n"));
		n = width_of(strbuf_text(&line));
		longest = n > longest ? n : longest;
		text += line.len;
		text += *text == '\n';
		strbuf_free(&line);
	}
	return longest;
}

#endif
