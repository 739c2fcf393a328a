/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/facts.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/fact.h"
#include "engines/base/mem.h"

#define ABSENT "not recorded"

/* What is declared to vary. machine.* and environment.* are how runs without groups were stored. */
static const char *const of_machine[] = {"cpu.*",  "memory.*",	"gpu.*",	 "device.*",   "clocks.*",
					 "host.*", "machine.*", "environment.*", "ceilings.*", "run.timer*"};
static const char *const of_build[] = {"build.*"};

/* Another definition of what is measured, or another model under the same name: no comparison. */
static const char *const never[] = {"metric.*", "model.*"};

/* What a difference may do, by the beginning of its key; the first that fits. */
static const struct {
	const char *name, *effect;
} effects[] = {
	{"metric.*", "another definition of the metric: the figures mean different things"},
	{"model.*", "another model under the same name: other work, other results"},
	{"build.compiler*", "other code from the same source: kernels may be faster or slower"},
	{"build.flags*", "other code from the same source: kernels may be faster or slower"},
	{"build.*", "another program: its changes and the axis cannot be told apart"},
	{"host.id", "another machine: units of one kind differ by some per cent"},
	{"cpu.*", "another processor: speed of everything"},
	{"memory.*", "other memory or huge pages: what is bound by memory"},
	{"device.*", "another device: speed of everything on it"},
	{"gpu.*", "another device, driver or power limit: speed of everything on it"},
	{"clocks.*", "other clock frequencies: speed of everything, and its spread"},
	{"environment.governor*", "other clock frequencies: speed of everything, and its spread"},
	{"environment.boost*", "other clock frequencies: speed of everything, and its spread"},
	{"environment.frequency*", "other clock frequencies: speed of everything, and its spread"},
	{"environment.transparent*", "other memory or huge pages: what is bound by memory"},
	{"host.*", "another system around it: scheduling, limits, page faults"},
	{"environment.*", "another system around it: scheduling, limits, page faults"},
	{"inputs.*", "other inputs: other work"},
	{"machine.*", "another processor or memory: speed of everything"},
	{"*", "not known"},
};

bool key_is_named(const char *key, const char *const *names, int n)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (strcmp(names[i], key) == 0)
			return true;
		if (len > 0 && names[i][len - 1] == '*' && strncmp(names[i], key, len - 1) == 0)
			return true;
	}
	return false;
}

#define NAMED(key, names) key_is_named(key, names, (int)(sizeof(names) / sizeof(names)[0]))

/* A run is compared with another whose machine, or build, may be any. */
static bool is_declared(const char *key, enum compare_by by)
{
	if (by == COMPARE_MACHINE && NAMED(key, of_machine))
		return true;
	return by == COMPARE_BUILD && NAMED(key, of_build);
}

static bool is_unknown(const char *value)
{
	return strncmp(value, "unknown", 7) == 0;
}

static const char *effect_of(const char *key)
{
	size_t i = 0;

	while (!key_is_named(key, &effects[i].name, 1))
		i++;
	return effects[i].effect;
}

static void add(struct differences *out, enum difference_kind kind, const char *key, const char *a,
		const char *b)
{
	out->item = mem_realloc(out->item, sizeof *out->item * (size_t)(out->n + 1));
	out->item[out->n++] = (struct difference){kind, mem_strdup(key), mem_strdup(a ? a : ABSENT),
						  mem_strdup(b ? b : ABSENT), effect_of(key)};
}

/* Models that only one side ran are no difference: there is nothing to compare. */
static bool is_one_sided(const char *key, const char *a, const char *b)
{
	return NAMED(key, never) && (!a || !b);
}

static void compare(struct differences *out, const char *key, const char *a, const char *b,
		    enum compare_by by, const char *const *allowed, int n)
{
	if (is_declared(key, by) || fact_is_volatile(key) || is_one_sided(key, a, b))
		return;
	if (a && b && is_unknown(a) && is_unknown(b))
		add(out, DIFFERENCE_WARNING, key, a, b);
	else if (a && b && strcmp(a, b) == 0)
		return;
	else if (NAMED(key, never))
		add(out, DIFFERENCE_NEVER, key, a, b);
	else
		add(out, key_is_named(key, allowed, n) ? DIFFERENCE_ALLOWED : DIFFERENCE_REFUSED, key, a, b);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct difference *)a)->key, ((const struct difference *)b)->key);
}

void differences_find(struct differences *out, const struct facts *a, const struct facts *b,
		      enum compare_by by, const char *const *allowed, int n)
{
	int first = out->n;

	for (int i = 0; i < a->n; i++)
		compare(out, a->fact[i].key, a->fact[i].value, facts_get(b, a->fact[i].key), by, allowed, n);
	for (int i = 0; i < b->n; i++)
		if (!facts_get(a, b->fact[i].key))
			compare(out, b->fact[i].key, NULL, b->fact[i].value, by, allowed, n);
	if (out->n > first)
		qsort(out->item + first, (size_t)(out->n - first), sizeof *out->item, by_key);
}

int differences_count(const struct differences *d, enum difference_kind kind)
{
	int n = 0;

	for (int i = 0; i < d->n; i++)
		n += d->item[i].kind == kind;
	return n;
}

void differences_free(struct differences *d)
{
	for (int i = 0; i < d->n; i++) {
		free(d->item[i].key);
		free(d->item[i].a);
		free(d->item[i].b);
	}
	free(d->item);
	*d = (struct differences){0};
}
