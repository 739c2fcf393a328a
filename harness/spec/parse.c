/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML tree -> a spec: which key may stand where, and what its value may be. */
#include "config.h"

#include "harness/spec/spec.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/spec/option.h"
#include "harness/spec/value.h"
#include "harness/spec/yaml.h"

static const char sweeps_key[] = "sweeps";

/* Keys allowed in a map: those of points always, the others at top level alone. */
static int unknown_key(const char *key, bool top, const struct where *w, struct diag *d)
{
	struct nearest near = {.name = key};
	struct strbuf hint = {0};
	for (int k = 0; k < KEY_COUNT; k++)
		nearest_offer(&near, point_key_name((enum point_key)k));
	for (const struct option *o = options; o->name && top; o++)
		nearest_offer(&near, o->name);
	if (top)
		nearest_offer(&near, sweeps_key);
	if (!nearest_put(&near, &hint)) {
		strbuf_puts(&hint, ", known are");
		for (const struct option *o = options; o->name && top; o++)
			strbuf_printf(&hint, " %s", o->name);
		strbuf_puts(&hint, top ? " sweeps" : "");
		for (int k = 0; k < KEY_COUNT; k++)
			strbuf_printf(&hint, " %s", point_key_name((enum point_key)k));
	}
	int rc = where_fail(w, d, "unknown key \"%.60s\"%s", key, strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

/* The key of pair i of a map: a text that did not stand there before. */
static int key_check(const struct yaml_node *map, int i, struct where *w, struct diag *d)
{
	const struct yaml_node *key = &map->child[i];
	w->line = key->line;
	if (key->kind != YAML_SCALAR || !key->text)
		return where_fail(w, d, "expected the name of a key, found %s",
				  key->text || key->kind ? yaml_kind_name(key->kind) : "nothing");
	for (int j = 0; j < i; j += 2)
		if (strcmp(map->child[j].text, key->text) == 0)
			return where_fail(w, d, "key \"%.60s\" stands twice, first in line %d", key->text,
					  map->child[j].line);
	return 0;
}

/* A scalar or a list of scalars as their texts; *text is owned, its items belong to the tree. */
static int texts_of(const char *key, const struct yaml_node *value, const char ***text, int *n,
		    struct where *w, struct diag *d)
{
	const struct yaml_node *item = value->kind == YAML_LIST ? value->child : value;
	int n_items = value->kind == YAML_LIST ? value->n : 1;
	const char **list = mem_alloc(((size_t)n_items + 1) * sizeof *list);
	for (int i = 0; i < n_items; i++) {
		w->line = item[i].line;
		if (item[i].kind == YAML_SCALAR && item[i].text) {
			list[i] = item[i].text;
			continue;
		}
		free(list);
		if (item[i].kind == YAML_SCALAR)
			return where_fail(w, d, "%s: has no value (the word null stands in quotes)", key);
		return where_fail(w, d, "%s: expected a value%s, found %s", key,
				  value->kind == YAML_LIST ? "" : " or a list of values",
				  yaml_kind_name(item[i].kind));
	}
	*text = list;
	*n = n_items;
	return 0;
}

static int axis_parse(struct axis *out, enum point_key key, const struct yaml_node *value, struct where *w,
		      struct diag *d)
{
	struct axis axis = {.line = w->line};
	const char **text = NULL;
	int n = 0, rc = texts_of(point_key_name(key), value, &text, &n, w, d);
	if (rc)
		return rc;
	if (n == 0)
		rc = where_fail(w, d, "%s: the list is empty", point_key_name(key));
	for (int i = 0; i < n && rc == 0; i++) {
		w->line = value->kind == YAML_LIST ? value->child[i].line : value->line;
		rc = axis_add(&axis, key, text[i], w, d);
	}
	free(text);
	if (rc)
		axis_free(&axis);
	else
		*out = axis;
	return rc;
}

static int section_parse(struct section *out, const struct yaml_node *map, struct where *w, struct diag *d)
{
	w->line = map->line;
	if (map->kind != YAML_MAP)
		return where_fail(w, d, "sweeps: expected maps of keys and values, found %s",
				  map->kind || map->text ? yaml_kind_name(map->kind) : "nothing");
	for (int i = 0; i < map->n; i += 2) {
		int rc = key_check(map, i, w, d);
		if (rc)
			return rc;
		const char *name = map->child[i].text;
		enum point_key key = point_key_find(name);
		if (key == KEY_COUNT && (option_find(name) || strcmp(name, sweeps_key) == 0))
			return where_fail(w, d, "key \"%s\" holds for all: it belongs to the top level",
					  name);
		if (key == KEY_COUNT)
			return unknown_key(name, false, w, d);
		rc = axis_parse(&out->axis[key], key, &map->child[i + 1], w, d);
		if (rc)
			return rc;
	}
	return 0;
}

/* Each item becomes a section; those parsed before an error belong to s already. */
static int sweeps_parse(struct spec *s, const struct yaml_node *list, struct where *w, struct diag *d)
{
	if (list->kind != YAML_LIST || list->n == 0)
		return where_fail(w, d, "sweeps: expected a list of maps");
	if (list->n > SPEC_SECTIONS_MAX)
		return where_fail(w, d, "sweeps: %d sections, at most %d are allowed", list->n,
				  SPEC_SECTIONS_MAX);
	free(s->sections);
	s->sections = mem_alloc((size_t)list->n * sizeof *s->sections);
	s->n_sections = list->n;
	for (int i = 0; i < list->n; i++) {
		int rc = section_parse(&s->sections[i], &list->child[i], w, d);
		if (rc)
			return rc;
	}
	return 0;
}

static int option_parse(struct spec *s, const struct option *o, const struct yaml_node *value,
			struct where *w, struct diag *d)
{
	const char **text = NULL;
	int n = 0, rc = texts_of(o->name, value, &text, &n, w, d);
	if (rc)
		return rc;
	if (value->kind == YAML_LIST && o->type != OPTION_NAMES)
		rc = where_fail(w, d, "%s: expected one value, found a list", o->name);
	else
		rc = option_set(s, o, text, n, w, d);
	free(text);
	return rc;
}

/* common: the axes at top level. */
static int top_parse(struct spec *s, struct section *common, const struct yaml_node *map, struct where *w,
		     struct diag *d)
{
	for (int i = 0; i < map->n; i += 2) {
		int rc = key_check(map, i, w, d);
		if (rc)
			return rc;
		const char *name = map->child[i].text;
		const struct yaml_node *value = &map->child[i + 1];
		enum point_key key = point_key_find(name);
		const struct option *o = option_find(name);
		if (key < KEY_COUNT)
			rc = axis_parse(&common->axis[key], key, value, w, d);
		else if (o)
			rc = option_parse(s, o, value, w, d);
		else if (strcmp(name, sweeps_key) == 0)
			rc = sweeps_parse(s, value, w, d);
		else
			rc = unknown_key(name, true, w, d);
		if (rc)
			return rc;
	}
	return 0;
}

/* Hands the axes at top level to the sections without their own. */
static void sections_complete(struct spec *s, struct section *common)
{
	for (int k = 0; k < KEY_COUNT; k++) {
		for (int i = 0; i < s->n_sections; i++)
			if (s->sections[i].axis[k].n == 0)
				axis_copy(&s->sections[i].axis[k], &common->axis[k]);
		axis_free(&common->axis[k]);
	}
}

static int line_of(const struct yaml_node *map, const char *key)
{
	for (int i = 0; i < map->n; i += 2)
		if (strcmp(map->child[i].text, key) == 0)
			return map->child[i].line;
	return 0;
}

static int root_parse(struct spec *s, const struct yaml_node *root, struct where *w, struct diag *d)
{
	struct section common = {0};
	if (root->kind == YAML_SCALAR && !root->text)
		return where_fail(w, d, "the file is empty: expected keys as \"workload: pp128\"");
	if (root->kind != YAML_MAP)
		return where_fail(w, d, "expected keys as \"workload: pp128\", found %s",
				  yaml_kind_name(root->kind));
	int rc = top_parse(s, &common, root, w, d);
	sections_complete(s, &common);
	if (rc == 0 && s->min_time_s > s->max_time_s) {
		w->line = line_of(root, line_of(root, "min_time") ? "min_time" : "max_time");
		rc = where_fail(w, d, "min_time %g is above max_time %g", s->min_time_s, s->max_time_s);
	}
	return rc;
}

/* "nightly" of "sweeps/nightly.yaml". */
static char *name_of(const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	const char *dot = strrchr(name, '.');
	size_t n = strlen(name), bad;
	if (dot && dot != name && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0))
		n = (size_t)(dot - name);
	return text_is_clean(name, n, false, &bad) ? mem_strndup(name, n) : mem_strdup("");
}

int spec_parse(struct spec *out, const char *text, size_t n, const char *file, struct diag *d)
{
	struct where w = {file, 1};
	struct yaml_node root = {0};
	struct spec s;
	if (n > SPEC_BYTES_MAX)
		return diag_set_at(d, ERR_FORMAT, file, 0, "more than %zu bytes: no sweep is as long",
				   SPEC_BYTES_MAX);
	int rc = yaml_parse(&root, text, n, file, d);
	if (rc)
		return rc;
	spec_init(&s);
	free(s.name);
	s.name = name_of(file);
	rc = root_parse(&s, &root, &w, d);
	yaml_free(&root);
	if (rc) {
		spec_free(&s);
		return rc;
	}
	free(s.file);
	s.file = mem_strdup(file);
	free(s.text);
	s.text = mem_strndup(text, n);
	*out = s;
	return 0;
}
