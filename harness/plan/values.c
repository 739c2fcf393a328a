/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of values, and what stands in a list of choices or does not. */
#include "config.h"

#include "harness/plan/private.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"

void plan_values_free(struct plan_values *v)
{
	for (int i = 0; i < v->n; i++) {
		free(v->item[i].text);
		free(v->item[i].reason);
	}
	free(v->item);
	*v = (struct plan_values){0};
}

void plan_value_add(struct plan_values *v, const char *text, enum point_state state, char *reason)
{
	for (int i = 0; i < v->n; i++)
		if (strcmp(v->item[i].text, text) == 0) {
			free(reason);
			return;
		}
	v->item = mem_realloc(v->item, ((size_t)v->n + 1) * sizeof *v->item);
	v->item[v->n++] = (struct plan_value){mem_strdup(text), state, reason};
}

/* `unknown precision "q8" (did you mean "q8_0"?)`, or what there is. */
char *plan_unknown(const char *what, const char *text, const struct wire_choices *list)
{
	struct nearest near = {.name = text};
	struct strbuf reason = {0};
	for (int i = 0; i < list->n; i++)
		nearest_offer(&near, list->item[i].name);
	strbuf_printf(&reason, "unknown %s \"%.60s\"", what, text);
	if (!nearest_put(&near, &reason)) {
		strbuf_puts(&reason, ", known are");
		for (int i = 0; i < list->n; i++)
			strbuf_printf(&reason, "%s %s", i ? "," : "", list->item[i].name);
	}
	return strbuf_take(&reason);
}

/* "isa avx512: not on this CPU; usable are ref, avx2" */
static char *unusable_reason(const char *what, const struct wire_choice *c, const struct wire_choices *list)
{
	struct strbuf reason = {0};
	int n = 0;
	strbuf_printf(&reason, "%s %s: %s", what, c->name, *c->why ? c->why : "not usable here");
	for (int i = 0; i < list->n; i++)
		if (list->item[i].usable)
			strbuf_printf(&reason, "%s%s", n++ ? ", " : "; usable are ", list->item[i].name);
	return strbuf_take(&reason);
}

void plan_choice(struct plan_values *out, const char *what, const char *text, const struct wire_choices *list)
{
	const struct wire_choice *c = wire_choice_find(list, text);
	if (!c)
		plan_value_add(out, text, POINT_SKIPPED, plan_unknown(what, text, list));
	else if (!c->usable)
		plan_value_add(out, text, POINT_UNAVAILABLE, unusable_reason(what, c, list));
	else
		plan_value_add(out, text, POINT_PLANNED, NULL);
}

void plan_choices_all(struct plan_values *out, const char *what, const struct wire_choices *list)
{
	bool any = false;
	/* Those that the list names beside "all" stand there already. */
	for (int i = 0; i < list->n; i++)
		if (list->item[i].usable) {
			plan_value_add(out, list->item[i].name, POINT_PLANNED, NULL);
			any = true;
		}
	if (!any)
		plan_value_add(out, "all", POINT_UNAVAILABLE, mem_printf("no %s is usable here", what));
}
