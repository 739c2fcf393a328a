/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of axes: their values, those of sets put in. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/spec/option.h"
#include "harness/spec/parser.h"

static const char use_key[] = "use";

/* ---- values ---- */

static int item_add(struct parser *p, const char *key, struct items *items, const char *text, int line)
{
	/* An axis says the same of ranges; this is before a set of sets grows further. */
	if (items->n == SPEC_VALUES_MAX)
		return parser_fail(p, "%s: more than %d values", key, SPEC_VALUES_MAX);
	items->item = mem_realloc(items->item, ((size_t)items->n + 1) * sizeof *items->item);
	items->item[items->n++] = (struct item){text, line};
	return 0;
}

/* The values of set $NAME. */
static int set_put(struct parser *p, const char *key, struct items *items, const char *name)
{
	const struct set *set;
	int rc = set_use(p, name, &set);
	if (rc)
		return rc;
	if (set->is_map)
		return parser_fail(p, "%s: set \"%.60s\" is a map of axes: it is merged with use: [%.60s]",
				   key, name, name);
	for (int i = 0; i < set->values.n && rc == 0; i++)
		rc = item_add(p, key, items, set->values.item[i].text, set->values.item[i].line);
	return rc;
}

static int item_read(struct parser *p, const char *key, const struct yaml_node *value, bool in_list,
		     bool sets, struct items *items)
{
	p->where.line = value->line;
	if (value->kind == YAML_SCALAR && !value->text)
		return parser_fail(p, "%s: has no value (the word null stands in quotes)", key);
	if (value->kind != YAML_SCALAR)
		return parser_fail(p, "%s: expected a value%s, found %s", key,
				   in_list ? "" : " or a list of values", yaml_kind_name(value->kind));
	if (sets && value->text[0] == '$' && value->text[1] != '$')
		return set_put(p, key, items, value->text + 1);
	return item_add(p, key, items, value->text, value->line);
}

int items_read(struct parser *p, const char *key, const struct yaml_node *value, bool sets, struct items *out)
{
	bool in_list = value->kind == YAML_LIST;
	const struct yaml_node *child = in_list ? value->child : value;
	struct items items = {0};
	int rc = 0, n = in_list ? value->n : 1;
	for (int i = 0; i < n && rc == 0; i++)
		rc = item_read(p, key, &child[i], in_list, sets, &items);
	if (rc)
		free(items.item);
	else
		*out = items;
	return rc;
}

/* ---- axes ---- */

/* Counts what an axis holds: a set or a default may stand in many places. */
static int charge(struct parser *p, const struct axis *a)
{
	for (int i = 0; i < a->n; i++)
		p->spread += strlen(a->value[i]) + sizeof a->value[i];
	return p->spread <= SPEC_SPREAD_MAX
		       ? 0
		       : parser_fail(p,
				     "more than %zu bytes of values, sets and defaults put in their places",
				     SPEC_SPREAD_MAX);
}

/* "f32,$small": a set is found at the beginning of a value alone. */
static bool hides_set(const char *text)
{
	for (const char *comma = strchr(text, ','); comma; comma = strchr(comma + 1, ','))
		if (comma[1 + strspn(comma + 1, " ")] == '$')
			return true;
	return false;
}

static int value_read(struct parser *p, enum point_key key, const struct item *item, struct axis *out)
{
	const char *text = item->text;
	p->where.line = item->line;
	if (key != KEY_MODEL && hides_set(text))
		return parser_fail(p, "%s: \"%.60s\": a set stands in a list, as [f32, $small]",
				   point_key_name(key), text);
	return axis_add(out, key, text + (text[0] == '$'), &p->where, p->diag);
}

int axis_read(struct parser *p, enum point_key key, const struct yaml_node *value, struct axis *out)
{
	struct axis axis = {.line = p->where.line};
	struct items items;
	int rc = items_read(p, point_key_name(key), value, true, &items);
	if (rc)
		return rc;
	if (items.n == 0)
		rc = parser_fail(p, "%s: the list is empty", point_key_name(key));
	for (int i = 0; i < items.n && rc == 0; i++)
		rc = value_read(p, key, &items.item[i], &axis);
	free(items.item);
	if (rc == 0)
		rc = charge(p, &axis);
	if (rc)
		axis_free(&axis);
	else
		*out = axis;
	return rc;
}

int axes_complete(struct parser *p, struct axis dst[KEY_COUNT], const struct axis src[KEY_COUNT])
{
	for (int k = 0; k < KEY_COUNT; k++) {
		if (dst[k].n || !src[k].n)
			continue;
		int rc = charge(p, &src[k]);
		if (rc)
			return rc;
		axis_copy(&dst[k], &src[k]);
	}
	return 0;
}

/* ---- use ---- */

/* What one set brings; `from` tells which set brought a key already. */
static int set_merge(struct parser *p, const char *name, const struct axis own[KEY_COUNT],
		     struct axis out[KEY_COUNT], const char *from[KEY_COUNT])
{
	const struct set *set;
	int rc = set_use(p, name, &set);
	if (rc)
		return rc;
	if (!set->is_map)
		return parser_fail(p, "use: set \"%.60s\" is a list of values: it is written KEY: $%.60s",
				   name, name);
	for (int k = 0; k < KEY_COUNT; k++) {
		if (!set->axis[k].n || own[k].n)
			continue;
		if (from[k])
			return parser_fail(p, "use: sets \"%.60s\" and \"%.60s\" both give key \"%s\"",
					   from[k], name, point_key_name((enum point_key)k));
		from[k] = name;
	}
	return axes_complete(p, out, set->axis);
}

static int use_read(struct parser *p, const struct yaml_node *value, struct axis axis[KEY_COUNT])
{
	const char *from[KEY_COUNT] = {0};
	struct axis own[KEY_COUNT];
	struct items names;
	int rc = items_read(p, use_key, value, false, &names);
	if (rc)
		return rc;
	/* What the map itself gives: borrowed, only looked at. */
	memcpy(own, axis, sizeof own);
	if (names.n == 0)
		rc = parser_fail(p, "use: the list is empty");
	for (int i = 0; i < names.n && rc == 0; i++) {
		p->where.line = names.item[i].line;
		rc = set_merge(p, names.item[i].text, own, axis, from);
	}
	free(names.item);
	return rc;
}

static int pair_read(struct parser *p, const struct yaml_node *map, int i, enum scope scope,
		     struct axis axis[KEY_COUNT])
{
	int rc = parser_key(p, map, i);
	if (rc)
		return rc;
	const char *name = map->child[i].text;
	enum point_key key = point_key_find(name);
	if (key < KEY_COUNT)
		return axis_read(p, key, &map->child[i + 1], &axis[key]);
	if (parser_word(name, scope) || (scope == SCOPE_TOP && option_find(name)))
		return 0;
	return parser_unknown(p, name, scope);
}

int axes_read(struct parser *p, const struct yaml_node *map, enum scope scope, struct axis out[KEY_COUNT])
{
	struct axis axis[KEY_COUNT] = {0};
	int rc = 0;
	for (int i = 0; i < map->n && rc == 0; i += 2)
		rc = pair_read(p, map, i, scope, axis);
	const struct yaml_node *use = rc ? NULL : parser_find(map, use_key);
	if (use)
		rc = use_read(p, use, axis);
	if (rc)
		axes_free(axis);
	else
		memcpy(out, axis, sizeof axis);
	return rc;
}
