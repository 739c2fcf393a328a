/* SPDX-License-Identifier: Apache-2.0 */
/* Named sets: values or maps of axes that stand in several places. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/spec/parser.h"

/* A name must be told from values and lists of them. */
static bool is_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	return n > 0 && name[n] == '\0';
}

static int set_values(struct parser *p, const struct yaml_node *value, struct set *set)
{
	int rc = items_read(p, set->name, value, true, &set->values);
	if (rc == 0 && set->values.n == 0)
		rc = parser_fail(p, "set \"%.60s\": the list is empty", set->name);
	return rc;
}

static int set_map(struct parser *p, const struct yaml_node *value, struct set *set)
{
	set->is_map = true;
	if (value->n == 0)
		return parser_fail(p, "set \"%.60s\": the map is empty", set->name);
	return axes_read(p, value, SCOPE_AXES, set->axis);
}

static int set_read(struct parser *p, const struct yaml_node *map, int i)
{
	const struct yaml_node *value = &map->child[i + 1];
	int rc = parser_key(p, map, i);
	if (rc)
		return rc;
	struct set set = {.name = map->child[i].text, .line = map->child[i].line};
	if (!is_name(set.name))
		return parser_fail(p, "set \"%.60s\": expected a name of letters, digits, _ and -", set.name);
	if (p->n_sets == SPEC_SETS_MAX)
		return parser_fail(p, "sets: more than %d", SPEC_SETS_MAX);
	rc = value->kind == YAML_MAP ? set_map(p, value, &set) : set_values(p, value, &set);
	if (rc) {
		free(set.values.item);
		return rc;
	}
	/* Only now can it be used: not by itself. */
	p->sets = mem_realloc(p->sets, ((size_t)p->n_sets + 1) * sizeof *p->sets);
	p->sets[p->n_sets++] = set;
	return 0;
}

int sets_read(struct parser *p, const struct yaml_node *map)
{
	int rc = 0;
	p->where.line = map->line;
	if (map->kind != YAML_MAP)
		return parser_fail(p, "sets: expected a map of names to lists or maps of axes");
	p->sets_node = map;
	for (int i = 0; i < map->n && rc == 0; i += 2)
		rc = set_read(p, map, i);
	return rc;
}

static int unknown_set(struct parser *p, const char *name)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	/* It stands in the file, and was not read yet: it is this very one or one further down. */
	if (p->sets_node && parser_find(p->sets_node, name))
		return parser_fail(p, "set \"%.60s\" is not known yet: a set may use those above it", name);
	for (int i = 0; i < p->n_sets; i++)
		nearest_offer(&near, p->sets[i].name);
	if (!nearest_put(&near, &hint)) {
		strbuf_puts(&hint,
			    p->n_sets ? ", known are" : ": there are no sets ($$ begins a plain value)");
		for (int i = 0; i < p->n_sets; i++)
			strbuf_printf(&hint, " %s", p->sets[i].name);
	}
	int rc = parser_fail(p, "unknown set \"%.60s\"%s", name, strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

int set_use(struct parser *p, const char *name, const struct set **out)
{
	for (int i = 0; i < p->n_sets; i++) {
		if (strcmp(p->sets[i].name, name) != 0)
			continue;
		p->sets[i].used = true;
		*out = &p->sets[i];
		return 0;
	}
	return unknown_set(p, name);
}

int sets_check(struct parser *p)
{
	for (int i = 0; i < p->n_sets; i++) {
		p->where.line = p->sets[i].line;
		if (!p->sets[i].used)
			return parser_fail(p, "set \"%.60s\" is used nowhere", p->sets[i].name);
	}
	return 0;
}

void sets_free(struct parser *p)
{
	for (int i = 0; i < p->n_sets; i++) {
		free(p->sets[i].values.item);
		axes_free(p->sets[i].axis);
	}
	free(p->sets);
}
