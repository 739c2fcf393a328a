/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys may stand where in a spec, and what to say of others. */
#include "config.h"

#include <string.h>

#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/spec/option.h"
#include "harness/spec/parser.h"

/* Words that are neither keys of points nor options. */
static const struct {
	const char *word;
	enum scope lowest; /* may stand there and above */
} words[] = {
	{"sweeps", SCOPE_TOP},	      {"sets", SCOPE_TOP},	  {"defaults", SCOPE_TOP},
	{"include", SCOPE_SECTION},   {"exclude", SCOPE_SECTION}, {"delta", SCOPE_DEFAULTS},
	{"required", SCOPE_DEFAULTS}, {"use", SCOPE_AXES},
};
enum { N_WORDS = sizeof words / sizeof words[0] };

/* The names of all that may stand in a scope. */
static void offer_all(struct nearest *near, struct strbuf *list, enum scope scope)
{
	for (const struct option *o = options; o->name && scope == SCOPE_TOP; o++) {
		nearest_offer(near, o->name);
		strbuf_printf(list, " %s", o->name);
	}
	for (int i = 0; i < N_WORDS; i++) {
		if (words[i].lowest < scope)
			continue;
		nearest_offer(near, words[i].word);
		strbuf_printf(list, " %s", words[i].word);
	}
	for (int k = 0; k < KEY_COUNT; k++) {
		nearest_offer(near, point_key_name((enum point_key)k));
		strbuf_printf(list, " %s", point_key_name((enum point_key)k));
	}
}

bool parser_word(const char *key, enum scope scope)
{
	for (int i = 0; i < N_WORDS; i++)
		if (strcmp(words[i].word, key) == 0)
			return words[i].lowest >= scope;
	return false;
}

int parser_unknown(struct parser *p, const char *key, enum scope scope)
{
	struct nearest near = {.name = key};
	struct strbuf hint = {0}, list = {0};
	for (int i = 0; i < N_WORDS; i++) {
		if (strcmp(words[i].word, key) != 0)
			continue;
		if (words[i].lowest == SCOPE_SECTION)
			return parser_fail(p, "key \"%s\" belongs to a section of a sweep", key);
		if (words[i].lowest == SCOPE_DEFAULTS)
			return parser_fail(p, "key \"%s\" is no axis: sets and exclude hold axes alone", key);
	}
	if (option_find(key) || parser_word(key, SCOPE_TOP))
		return parser_fail(p, "key \"%s\" holds for all: it belongs to the top level", key);
	offer_all(&near, &list, scope);
	if (!nearest_put(&near, &hint))
		strbuf_printf(&hint, ", known are%s", strbuf_text(&list));
	int rc = parser_fail(p, "unknown key \"%.60s\"%s", key, strbuf_text(&hint));
	strbuf_free(&hint);
	strbuf_free(&list);
	return rc;
}

int parser_key(struct parser *p, const struct yaml_node *map, int i)
{
	const struct yaml_node *key = &map->child[i];
	p->where.line = key->line;
	if (key->kind != YAML_SCALAR || !key->text)
		return parser_fail(p, "expected the name of a key, found %s",
				   key->text || key->kind ? yaml_kind_name(key->kind) : "nothing");
	for (int j = 0; j < i; j += 2)
		if (strcmp(map->child[j].text, key->text) == 0)
			return parser_fail(p, "key \"%.60s\" stands twice, first in line %d", key->text,
					   map->child[j].line);
	return 0;
}

const struct yaml_node *parser_find(const struct yaml_node *map, const char *key)
{
	for (int i = 0; i < map->n; i += 2)
		if (map->child[i].text && strcmp(map->child[i].text, key) == 0)
			return &map->child[i + 1];
	return NULL;
}
