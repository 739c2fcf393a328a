/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/help.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engines/base/embed.h"
#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/page.h"

extern const struct embedded doc_files[];

enum { WIDTH_LEAST = 80, WIDTH_MOST = 100, LIST_WIDTH = 78 };

/* "faq" of "docs/faq.md"; owned by the caller. */
static char *topic_name(const struct embedded *page)
{
	const char *slash = strrchr(page->name, '/'), *base = slash ? slash + 1 : page->name;
	return mem_strndup(base, strcspn(base, "."));
}

void help_topics(FILE *out)
{
	int column = 0;
	for (const struct embedded *p = doc_files; p->name; p++) {
		char *name = topic_name(p);
		int n = (int)strlen(name) + 2;
		if (column + n > LIST_WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		column += fprintf(out, "%s%s%s", column ? " " : "  ", name, p[1].name ? "," : "\n");
		free(name);
	}
}

static int page_width(void)
{
	struct winsize w;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col < WIDTH_LEAST)
		return WIDTH_LEAST;
	return w.ws_col < WIDTH_MOST ? w.ws_col : WIDTH_MOST;
}

int help_page(const char *topic)
{
	for (const struct embedded *p = doc_files; p->name; p++) {
		char *name = topic_name(p);
		int differs = strcmp(name, topic);
		free(name);
		if (differs)
			continue;
		struct strbuf text = {0};
		page_plain(&text, p->text, page_width());
		fputs(strbuf_text(&text), stdout);
		strbuf_free(&text);
		return 0;
	}
	return -1;
}

enum { TOPICS_MAX = 32 };
struct topics {
	int n;
	char name[TOPICS_MAX][64];
};

/* What is found points into the list, so the names stay. */
static const struct topics *topics(void)
{
	static struct topics list;
	for (const struct embedded *p = doc_files + list.n; p->name; p++) {
		assert(list.n < TOPICS_MAX);
		char *name = topic_name(p);
		snprintf(list.name[list.n++], sizeof list.name[0], "%s", name);
		free(name);
	}
	return &list;
}

void help_offer(struct nearest *near)
{
	const struct topics *list = topics();
	for (int i = 0; i < list->n; i++)
		nearest_offer(near, list->name[i]);
}

const char *help_holding(const char *word)
{
	const struct topics *list = topics();
	for (int i = 0; i < list->n && *word; i++)
		if (strstr(list->name[i], word))
			return list->name[i];
	return NULL;
}
