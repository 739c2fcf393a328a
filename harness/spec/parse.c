/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML tree -> a spec: options, sections, and what is included and excluded. */
#include "config.h"

#include "harness/spec/spec.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/spec/option.h"
#include "harness/spec/parser.h"

/* What holds for all sections that do not say otherwise. */
struct common {
	struct axis axis[KEY_COUNT];
	struct rules rules;
};

/* ---- sections ---- */

static int line_of(const struct yaml_node *map, const char *key)
{
	for (int i = 0; i < map->n; i += 2)
		if (strcmp(map->child[i].text, key) == 0)
			return map->child[i].line;
	return 0;
}

static struct section *section_add(struct spec *s)
{
	s->sections = mem_realloc(s->sections, ((size_t)s->n_sections + 1) * sizeof *s->sections);
	s->sections[s->n_sections] = (struct section){0};
	return &s->sections[s->n_sections++];
}

/* The maps of a list under `key`. */
static int maps_check(struct parser *p, const char *key, const struct yaml_node *list)
{
	p->where.line = list[-1].line;
	if (list->kind != YAML_LIST || list->n == 0)
		return parser_fail(p, "%s: expected a list of maps", key);
	for (int i = 0; i < list->n; i++) {
		const struct yaml_node *map = &list->child[i];
		p->where.line = map->line;
		if (map->kind != YAML_MAP)
			return parser_fail(p, "%s: expected maps of keys and values, found %s", key,
					   map->kind || map->text ? yaml_kind_name(map->kind) : "nothing");
	}
	return 0;
}

static int exclude_read(struct parser *p, struct spec *s, int section, const struct yaml_node *map)
{
	p->where.line = map->line;
	if (map->n == 0)
		return parser_fail(p, "exclude: a map without keys would match every point");
	if (s->n_excludes == SPEC_EXCLUDES_MAX)
		return parser_fail(p, "exclude: more than %d maps", SPEC_EXCLUDES_MAX);
	struct exclude x = {.section = section, .line = map->line};
	int rc = axes_read(p, map, SCOPE_AXES, x.axis);
	if (rc)
		return rc;
	s->excludes = mem_realloc(s->excludes, ((size_t)s->n_excludes + 1) * sizeof *s->excludes);
	s->excludes[s->n_excludes++] = x;
	return 0;
}

static int excludes_read(struct parser *p, struct spec *s, int section, const struct yaml_node *map)
{
	const struct yaml_node *list = parser_find(map, "exclude");
	int rc = list ? maps_check(p, "exclude", list) : 0;
	for (int i = 0; list && i < list->n && rc == 0; i++)
		rc = exclude_read(p, s, section, &list->child[i]);
	return rc;
}

/* Those of its map, else the usual ones. */
static int section_rules(struct parser *p, struct section *own, const struct yaml_node *map,
			 const struct rules *usual)
{
	struct rules rules;
	int rc = rules_read(p, map, &rules);
	if (rc)
		return rc;
	rules_complete(&rules, usual);
	own->delta = rules.delta;
	own->required = rules.required > 0;
	return 0;
}

static int include_read(struct parser *p, struct spec *s, int section, const struct yaml_node *map)
{
	p->where.line = map->line;
	if (map->n == 0)
		return parser_fail(p, "include: a map without keys adds nothing");
	if (s->n_sections == SPEC_SECTIONS_MAX)
		return parser_fail(p, "include: more than %d sections and maps", SPEC_SECTIONS_MAX);
	struct section *own = section_add(s);
	own->line = map->line;
	own->included = true;
	const struct section *whole = &s->sections[section];
	const struct rules usual = {whole->delta, whole->required};
	int rc = axes_read(p, map, SCOPE_DEFAULTS, own->axis);
	if (rc == 0)
		rc = axes_complete(p, own->axis, whole->axis);
	return rc ? rc : section_rules(p, own, map, &usual);
}

static int includes_read(struct parser *p, struct spec *s, int section, const struct yaml_node *map)
{
	const struct yaml_node *list = parser_find(map, "include");
	int rc = list ? maps_check(p, "include", list) : 0;
	for (int i = 0; list && i < list->n && rc == 0; i++)
		rc = include_read(p, s, section, &list->child[i]);
	return rc;
}

/* A section with what belongs to it; what is read before an error belongs to s already. */
static int section_read(struct parser *p, struct spec *s, const struct yaml_node *map,
			const struct common *common)
{
	int at = s->n_sections;
	if (at == SPEC_SECTIONS_MAX)
		return parser_fail(p, "sweeps: more than %d sections and maps of include", SPEC_SECTIONS_MAX);
	struct section *own = section_add(s);
	p->where.line = own->line = map->line;
	int rc = axes_read(p, map, SCOPE_SECTION, own->axis);
	if (rc == 0)
		rc = axes_complete(p, own->axis, common->axis);
	if (rc == 0)
		rc = section_rules(p, own, map, &common->rules);
	if (rc == 0)
		rc = excludes_read(p, s, at, map);
	return rc ? rc : includes_read(p, s, at, map);
}

static int sweeps_read(struct parser *p, struct spec *s, const struct yaml_node *root,
		       const struct yaml_node *list, const struct common *common)
{
	int rc = maps_check(p, "sweeps", list);
	if (rc)
		return rc;
	p->where.line = list[-1].line;
	if (list->n > SPEC_SECTIONS_MAX)
		return parser_fail(p, "sweeps: %d sections, at most %d are allowed", list->n,
				   SPEC_SECTIONS_MAX);
	p->where.line = line_of(root, "include");
	if (p->where.line)
		return parser_fail(p, "key \"include\" belongs to a section of a sweep");
	rc = excludes_read(p, s, SPEC_EVERY_SECTION, root);
	for (int i = 0; i < list->n && rc == 0; i++)
		rc = section_read(p, s, &list->child[i], common);
	return rc;
}

/* ---- the top level ---- */

static int option_parse(struct parser *p, struct spec *s, const struct option *o,
			const struct yaml_node *value)
{
	struct items items;
	int line = p->where.line;
	int rc = items_read(p, o->name, value, false, &items);
	if (rc)
		return rc;
	if (o->type == OPTION_NAMES)
		p->where.line = line;
	const char **text = mem_alloc(((size_t)items.n + 1) * sizeof *text);
	for (int i = 0; i < items.n; i++)
		text[i] = items.item[i].text;
	if (value->kind == YAML_LIST && o->type != OPTION_NAMES)
		rc = parser_fail(p, "%s: expected one value, found a list", o->name);
	else
		rc = option_set(s, o, text, items.n, &p->where, p->diag);
	free(text);
	free(items.item);
	return rc;
}

static int options_read(struct parser *p, struct spec *s, const struct yaml_node *root)
{
	int rc = 0;
	for (int i = 0; i < root->n && rc == 0; i += 2) {
		rc = parser_key(p, root, i);
		const struct option *o = rc ? NULL : option_find(root->child[i].text);
		if (o)
			rc = option_parse(p, s, o, &root->child[i + 1]);
	}
	return rc;
}

/* Those at top level, then `defaults`; both hold for all sections, so that a key in both has two values. */
static int common_axes(struct parser *p, const struct yaml_node *root, const struct yaml_node *map,
		       struct axis common[KEY_COUNT])
{
	struct axis defaults[KEY_COUNT] = {0};
	int rc = axes_read(p, root, SCOPE_TOP, common);
	if (rc || !map)
		return rc;
	p->where.line = map->line;
	if (map->kind != YAML_MAP)
		return parser_fail(p, "defaults: expected a map of keys and values, found %s",
				   map->kind || map->text ? yaml_kind_name(map->kind) : "nothing");
	rc = axes_read(p, map, SCOPE_DEFAULTS, defaults);
	for (int k = 0; k < KEY_COUNT && rc == 0; k++) {
		p->where.line = defaults[k].line;
		if (common[k].n && defaults[k].n)
			rc = parser_fail(p, "defaults: key \"%s\" stands at top level, too, in line %d",
					 point_key_name((enum point_key)k), common[k].line);
	}
	if (rc == 0)
		rc = axes_complete(p, common, defaults);
	axes_free(defaults);
	return rc;
}

/* The same for what is no axis. */
static int common_rules(struct parser *p, const struct yaml_node *root, const struct yaml_node *map,
			struct rules *out)
{
	struct rules defaults = RULES_NONE;
	int rc = rules_read(p, root, out);
	if (rc || !map)
		return rc;
	rc = rules_read(p, map, &defaults);
	const char *twice = rc ? NULL : rules_twice(out, &defaults);
	if (twice) {
		p->where.line = line_of(map, twice);
		rc = parser_fail(p, "defaults: key \"%s\" stands at top level, too, in line %d", twice,
				 line_of(root, twice));
	}
	rules_complete(out, &defaults);
	return rc;
}

static int common_read(struct parser *p, const struct yaml_node *root, struct common *common)
{
	const struct yaml_node *map = parser_find(root, "defaults");
	int rc = common_axes(p, root, map, common->axis);
	return rc ? rc : common_rules(p, root, map, &common->rules);
}

/* Without sweeps the top level is a section. */
static int sections_read(struct parser *p, struct spec *s, const struct yaml_node *root)
{
	const struct yaml_node *sweeps = parser_find(root, "sweeps");
	struct common common = {.rules = RULES_NONE};
	int rc = common_read(p, root, &common);
	if (rc == 0 && sweeps) {
		s->n_sections = 0;
		rc = sweeps_read(p, s, root, sweeps, &common);
	} else if (rc == 0) {
		s->sections[0].line = root->line;
		rc = axes_complete(p, s->sections[0].axis, common.axis);
		if (rc == 0)
			rc = section_rules(p, &s->sections[0], root, &common.rules);
		if (rc == 0)
			rc = excludes_read(p, s, SPEC_EVERY_SECTION, root);
		if (rc == 0)
			rc = includes_read(p, s, 0, root);
	}
	axes_free(common.axis);
	return rc;
}

static int top_read(struct parser *p, struct spec *s, const struct yaml_node *root)
{
	int rc = options_read(p, s, root);
	const struct yaml_node *sets = rc ? NULL : parser_find(root, "sets");
	if (sets)
		rc = sets_read(p, sets);
	if (rc == 0)
		rc = sections_read(p, s, root);
	return rc ? rc : sets_check(p);
}

static int root_parse(struct parser *p, struct spec *s, const struct yaml_node *root)
{
	if (root->kind == YAML_SCALAR && !root->text)
		return parser_fail(p, "the file is empty: expected keys as \"workload: pp128\"");
	if (root->kind != YAML_MAP)
		return parser_fail(p, "expected keys as \"workload: pp128\", found %s",
				   yaml_kind_name(root->kind));
	int rc = top_read(p, s, root);
	if (rc == 0 && s->min_time_s > s->max_time_s) {
		p->where.line = line_of(root, line_of(root, "min_time") ? "min_time" : "max_time");
		rc = parser_fail(p, "min_time %g is above max_time %g", s->min_time_s, s->max_time_s);
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
	struct parser p = {.where = {file, 1}, .diag = d};
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
	rc = root_parse(&p, &s, &root);
	sets_free(&p);
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
