/* SPDX-License-Identifier: Apache-2.0 */
/* Which points of a section's product are left out. */
#include "config.h"

#include <string.h>

#include "harness/plan/private.h"

/* A point holds what "all" and "file" stand for here. */
static bool stands_for(const struct plan_context *c, enum point_key key, const char *text, const char *value)
{
	const struct axis axis = {.value = (char *[]){(char *)(uintptr_t)text}, .n = 1};
	struct plan_values values;
	bool found = false;
	if (!strstr(text, "all") && strcmp(text, "file") != 0)
		return false;
	if (!plan_resolve(c, key, &axis, &values))
		return false;
	for (int i = 0; i < values.n; i++)
		found = found || strcmp(values.item[i].text, value) == 0;
	plan_values_free(&values);
	return found;
}

/* "tg128 @ d4096" is a workload and a depth of the point. */
static bool is_workload(const struct point *point, const char *text)
{
	const char *at = strstr(text, " @ d"), *name = point_get(point, KEY_WORKLOAD);
	if (!at)
		return strcmp(name, text) == 0;
	size_t n = (size_t)(at - text);
	return strncmp(name, text, n) == 0 && name[n] == '\0' &&
	       strcmp(point_get(point, KEY_DEPTH), at + strlen(" @ d")) == 0;
}

static bool axis_matches(const struct plan_context *c, enum point_key key, const struct axis *axis,
			 const struct point *point)
{
	const char *value = point->value[key];
	/* A key that the workload does not heed has no value. */
	if (!value)
		return false;
	for (int i = 0; i < axis->n; i++) {
		const char *text = axis->value[i];
		if (key == KEY_WORKLOAD ? is_workload(point, text) : strcmp(text, value) == 0)
			return true;
		if (key != KEY_WORKLOAD && stands_for(c, key, text, value))
			return true;
	}
	return false;
}

static bool exclude_matches(const struct plan_context *c, const struct exclude *x, const struct point *point)
{
	for (int k = 0; k < KEY_COUNT; k++)
		if (x->axis[k].n && !axis_matches(c, (enum point_key)k, &x->axis[k], point))
			return false;
	return true;
}

bool plan_exclude(struct plan *p, const struct spec *spec, int section, const struct plan_context *c,
		  const struct point *point)
{
	bool any = false;
	if (spec->sections[section].included)
		return false;
	for (int i = 0; i < spec->n_excludes; i++) {
		const struct exclude *x = &spec->excludes[i];
		if (x->section != section && x->section != SPEC_EVERY_SECTION)
			continue;
		if (!exclude_matches(c, x, point))
			continue;
		p->excludes[i].n_matched++;
		any = true;
	}
	return any;
}
