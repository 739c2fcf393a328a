/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/wire/group.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/embed.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

#define ANCHORS "anchors"
#define FOLDER	"harness/measure/counter/"

extern const struct embedded counter_group_files[];

/* Own groups that are looked at. */
enum { OWN_MAX = 64 };

/* Where in which file. */
struct place {
	const char *file;
	int line;
	struct diag *d;
};

/* Copies a word; its letters are those of names, events and units: it goes to terminals and formulas. */
static int word_copy(char *out, size_t size, const char *word, const char *letters, const char *what,
		     const struct place *at)
{
	if (!word || !*word)
		return diag_set_at(at->d, ERR_FORMAT, at->file, at->line, "expected %s", what);
	if (strlen(word) >= size)
		return diag_set_at(at->d, ERR_FORMAT, at->file, at->line,
				   "%s \"%.40s...\": longer than %zu bytes", what, word, size - 1);
	for (const char *c = word; *c; c++)
		if (!isascii(*c) || (!isalnum((unsigned char)*c) && !strchr(letters, *c)))
			return diag_set_at(at->d, ERR_FORMAT, at->file, at->line,
					   "%s \"%.40s\": expected letters, digits and any of %s", what, word,
					   letters);
	snprintf(out, size, "%s", word);
	return 0;
}

/* The next word of *rest, cut off; NULL when there is none. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word + strcspn(word, " \t");
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return *word ? word : NULL;
}

static const struct group_event *event_find(const struct group *g, const char *name)
{
	for (int i = 0; i < g->n_events; i++)
		if (strcmp(g->event[i].name, name) == 0)
			return &g->event[i];
	return NULL;
}

bool group_name_known(const struct group *g, const char *name)
{
	static const char *const always[] = {"time", "cpu_time", "tokens", "flops", "bytes"};
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		if (strcmp(always[i], name) == 0)
			return true;
	return event_find(g, name) != NULL;
}

static int event_add(struct group *g, char *rest, const struct place *at)
{
	struct group_event e = {.n_alternatives = 0};
	int rc = word_copy(e.name, sizeof e.name, next_word(&rest), "_", "a name", at);
	if (rc == 0)
		rc = word_copy(e.loop, sizeof e.loop, next_word(&rest), "_", "a loop", at);
	for (char *word; rc == 0 && (word = next_word(&rest)) != NULL;) {
		if (e.n_alternatives == GROUP_ALTERNATIVES_MAX)
			return diag_set_at(at->d, ERR_FORMAT, at->file, at->line,
					   "event %s: more than %d alternatives", e.name,
					   GROUP_ALTERNATIVES_MAX);
		rc = word_copy(e.alternative[e.n_alternatives++], GROUP_EVENT_NAME, word, "_:-=.+",
			       "an event", at);
	}
	if (rc)
		return rc;
	if (e.n_alternatives == 0)
		return diag_set_at(at->d, ERR_FORMAT, at->file, at->line, "event %s: expected what to count",
				   e.name);
	if (group_name_known(g, e.name))
		return diag_set_at(at->d, ERR_FORMAT, at->file, at->line, "event %s: the name is taken",
				   e.name);
	if (g->n_events == GROUP_EVENTS_MAX)
		return diag_set_at(at->d, ERR_FORMAT, at->file, at->line, "more than %d events",
				   GROUP_EVENTS_MAX);
	g->event[g->n_events++] = e;
	return 0;
}

static bool any_value(void *arg, const char *name, double *value)
{
	*value = 1;
	return group_name_known(arg, name);
}

static int metric_add(struct group *g, char *rest, const struct place *at)
{
	struct group_metric m;
	struct diag why = {0};
	double ignored;
	int rc = word_copy(m.name, sizeof m.name, next_word(&rest), "_", "a name", at);
	if (rc == 0)
		rc = word_copy(m.unit, sizeof m.unit, next_word(&rest), "/_%^-", "a unit", at);
	if (rc)
		return rc;
	rest += strspn(rest, " \t");
	if (formula_eval(rest, any_value, g, &ignored, &why))
		return diag_set_at(at->d, ERR_FORMAT, at->file, at->line, "metric %s: %s", m.name, why.text);
	snprintf(m.formula, sizeof m.formula, "%s", rest);
	if (g->n_metrics == GROUP_METRICS_MAX)
		return diag_set_at(at->d, ERR_FORMAT, at->file, at->line, "more than %d metrics",
				   GROUP_METRICS_MAX);
	g->metric[g->n_metrics++] = m;
	return 0;
}

static int about_set(struct group *g, char *rest, const struct place *at)
{
	rest += strspn(rest, " \t");
	return word_copy(g->about, sizeof g->about, rest, " ,.;:()/-_+%", "a text", at);
}

static int line_parse(struct group *g, char *line, const struct place *at)
{
	char *rest = line, *word = next_word(&rest);
	if (!word || *word == '#')
		return 0;
	if (strcmp(word, "about") == 0)
		return about_set(g, rest, at);
	if (strcmp(word, "event") == 0)
		return event_add(g, rest, at);
	if (strcmp(word, "metric") == 0)
		return metric_add(g, rest, at);
	return diag_set_at(at->d, ERR_FORMAT, at->file, at->line,
			   "\"%.40s\": expected about, event, metric or a comment", word);
}

int group_parse(struct group *g, const char *text, const char *file, struct diag *d)
{
	char *copy = mem_strdup(text), *rest = copy;
	struct place at = {file, 0, d};
	int rc = 0;
	for (char *line; rc == 0 && (line = strsep(&rest, "\n")) != NULL;) {
		at.line++;
		line[strcspn(line, "\r")] = '\0';
		rc = line_parse(g, line, &at);
	}
	free(copy);
	return rc;
}

/* ---- which there are ---- */

/* PAPI's were there before any other source had some. */
static const char *folder_of(const char *source)
{
	return strcmp(source, "papi") == 0 ? "groups" : source;
}

struct names {
	char (*name)[GROUP_NAME];
	int n;
};

/* "base" of "base.grp". What is no name of a group, or is there already, is left out. */
static void name_add(struct names *list, const char *file)
{
	const char *dot = strrchr(file, '.');
	char name[GROUP_NAME];
	if (!dot || strcmp(dot, ".grp") != 0 || (size_t)(dot - file) >= sizeof name)
		return;
	snprintf(name, sizeof name, "%.*s", (int)(dot - file), file);
	if (strcmp(name, ANCHORS) == 0 || !*name)
		return;
	for (int i = 0; i < list->n; i++)
		if (strcmp(list->name[i], name) == 0)
			return;
	list->name = mem_realloc(list->name, ((size_t)list->n + 1) * sizeof *list->name);
	memcpy(list->name[list->n++], name, sizeof name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void names_add_shipped(struct names *list, const char *folder)
{
	char *begin = mem_printf(FOLDER "%s/", folder);
	for (const struct embedded *f = counter_group_files; f->name; f++)
		if (strncmp(f->name, begin, strlen(begin)) == 0)
			name_add(list, f->name + strlen(begin));
	free(begin);
}

static void names_add_own(struct names *list, const char *folder)
{
	const char *data = getenv("INFEROMETER_DATA");
	int shipped = list->n;
	if (!data || !*data)
		return;
	char *path = mem_printf("%s/%s", data, folder);
	DIR *dir = opendir(path);
	free(path);
	for (struct dirent *e; dir && list->n < shipped + OWN_MAX && (e = readdir(dir)) != NULL;)
		name_add(list, e->d_name);
	if (dir)
		closedir(dir);
	if (list->n > shipped)
		qsort(list->name + shipped, (size_t)(list->n - shipped), sizeof *list->name, by_name);
}

int group_names(const char *source, char (**out)[GROUP_NAME])
{
	struct names list = {0};
	names_add_shipped(&list, folder_of(source));
	names_add_own(&list, folder_of(source));
	*out = list.name;
	return list.n;
}

/* ---- loading ---- */

static int unknown_group(const char *source, const char *name, struct diag *d)
{
	struct strbuf known = {0};
	char(*names)[GROUP_NAME];
	int n = group_names(source, &names);
	for (int i = 0; i < n; i++)
		strbuf_printf(&known, "%s%s", i ? ", " : "", names[i]);
	int rc = diag_set(d, ERR_UNSUPPORTED, "no group of counters \"%.40s\", there are %.200s", name,
			  strbuf_text(&known));
	strbuf_free(&known);
	free(names);
	return rc;
}

static int file_add(struct group *g, const char *source, const char *name, struct diag *d)
{
	char *file = mem_printf(FOLDER "%s/%s.grp", folder_of(source), name);
	char *text = embed_text(counter_group_files, file);
	int rc = text ? group_parse(g, text, file, d) : unknown_group(source, name, d);
	free(text);
	free(file);
	return rc;
}

int group_load(struct group **out, const char *source, const char *name, struct diag *d)
{
	struct group *g = mem_alloc(sizeof *g);
	const struct place at = {"", 0, d};
	char folder[GROUP_NAME];
	/* No paths: the names are parts of one. */
	int rc = word_copy(folder, sizeof folder, source, "_-", "the source of a group", &at);
	if (rc == 0)
		rc = word_copy(g->name, sizeof g->name, name, "_", "the name of a group", &at);
	if (rc == 0)
		rc = file_add(g, source, ANCHORS, d);
	g->n_anchors = g->n_events;
	if (rc == 0 && strcmp(name, ANCHORS) != 0)
		rc = file_add(g, source, name, d);
	if (rc) {
		free(g);
		return rc;
	}
	*out = g;
	return 0;
}
