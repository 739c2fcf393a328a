/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/devices.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/measure/state.h"

enum { DEVICES_MAX = 16 };

/* ---- what a device can ---- */

/* Is the value of a key among the device's choices, and usable? */
static int choice_check(const struct capability *list, int n, const struct point *p, enum point_key key,
			struct diag *d)
{
	const char *value = point_get(p, key);
	for (int i = 0; i < n; i++) {
		if (strcmp(list[i].name, value) != 0)
			continue;
		if (list[i].usable)
			return 0;
		return diag_set(d, ERR_UNAVAILABLE, "%s %s: %s", point_key_name(key), value, list[i].why_not);
	}
	return diag_set(d, ERR_UNSUPPORTED, "point: unknown %s \"%.60s\"", point_key_name(key), value);
}

/* Only the one that is asked for is loaded. */
static int provider_check(const struct engine_ops *ops, const struct point *p, struct diag *d)
{
	const char *name = p->value[KEY_PROVIDER];
	const char *why = name && ops->provider_why_not ? ops->provider_why_not(name) : NULL;
	return why ? diag_set(d, ERR_UNAVAILABLE, "provider %s: %s", name, why) : 0;
}

static int choices_check(const struct device_caps *c, const struct point *p, struct diag *d)
{
	const struct {
		enum point_key key;
		int n;
		const struct capability *list;
		const char *free_word; /* always allowed */
	} lists[] = {
		{KEY_ISA, c->n_isas, c->isas, "auto"},
		{KEY_PRECISION, c->n_precisions, c->precisions, "file"},
		{KEY_KV, c->n_kvs, c->kvs, ""},
		{KEY_PROVIDER, c->n_providers, c->providers, ""},
	};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const char *value = p->value[lists[i].key];
		if (!value || strcmp(value, lists[i].free_word) == 0)
			continue;
		int rc = choice_check(lists[i].list, lists[i].n, p, lists[i].key, d);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- whose a device is ---- */

void devices_forget(struct server *s)
{
	for (int i = 0; i < STATE_ENGINES_MAX; i++)
		free(s->probe[i].caps);
	memset(s->probe, 0, sizeof s->probe);
}

static const struct probe *devices_of(struct server *s, int engine)
{
	struct probe *p = &s->probe[engine];
	if (p->caps)
		return p;
	p->caps = mem_alloc(DEVICES_MAX * sizeof *p->caps);
	int n = engine_registry[engine]->probe(p->caps, DEVICES_MAX);
	p->n = n < DEVICES_MAX ? n : DEVICES_MAX;
	return p;
}

/* The device of that name, or one of its kind that cannot be used: its reason is that of all of them. NULL: none. */
static const struct device_caps *device_of(struct server *s, int engine, const char *name)
{
	const struct probe *p = devices_of(s, engine);
	for (int i = 0; i < p->n; i++)
		if (strcmp(p->caps[i].name, name) == 0)
			return &p->caps[i];
	for (int i = 0; i < p->n; i++)
		if (wire_device_alike(p->caps[i].name, name))
			return &p->caps[i];
	return NULL;
}

/* The first engine that has the device, or one of its kind; -1: none has. */
static int engine_of_device(struct server *s, const char *name)
{
	for (int i = 0; engine_registry[i] && i < STATE_ENGINES_MAX; i++)
		if (device_of(s, i, name))
			return i;
	return -1;
}

static int engine_index(const char *name)
{
	for (int i = 0; engine_registry[i] && i < STATE_ENGINES_MAX; i++)
		if (strcmp(engine_registry[i]->name, name) == 0)
			return i;
	return -1;
}

static int no_device(struct server *s, const char *engine, const char *name, struct diag *d)
{
	int whose = engine_of_device(s, name);
	if (whose < 0)
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown device \"%.60s\"", name);
	return diag_set(d, ERR_UNSUPPORTED, "engine %.60s has no device %.60s; it is engine %s's", engine,
			name, engine_registry[whose]->name);
}

/* Where the engine is not named it is the default one, or else the one that has the device. */
static int engine_choose(struct server *s, const struct point *p)
{
	const char *device = point_get(p, KEY_DEVICE);
	int i = engine_index(point_get(p, KEY_ENGINE));
	if (p->value[KEY_ENGINE] || i < 0 || device_of(s, i, device))
		return i;
	int other = engine_of_device(s, device);
	return other < 0 ? i : other;
}

/* Where the device is not named it is the usual one, or else the first of the engine that can be used. */
static const struct device_caps *device_choose(struct server *s, const struct point *p, int engine)
{
	const struct device_caps *usual = device_of(s, engine, point_get(p, KEY_DEVICE)), *first = NULL;
	const struct probe *all = devices_of(s, engine);
	if (p->value[KEY_DEVICE] || usual)
		return usual;
	for (int i = 0; i < all->n; i++)
		if (!first || (!first->usable && all->caps[i].usable))
			first = &all->caps[i];
	return first;
}

int device_find(struct server *s, const struct point *p, const struct engine_ops **ops,
		const struct device_caps **device, struct diag *d)
{
	const char *engine = point_get(p, KEY_ENGINE), *asked = p->value[KEY_DEVICE];
	int i = engine_choose(s, p);
	if (i < 0)
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown engine \"%.60s\"", engine);
	const struct device_caps *c = device_choose(s, p, i);
	if (!c)
		return no_device(s, engine, point_get(p, KEY_DEVICE), d);
	if (!c->usable)
		return diag_set(d, ERR_UNAVAILABLE, "device %.60s: %s", asked ? asked : c->name, c->why_not);
	if (asked && strcmp(c->name, asked) != 0)
		return diag_set(d, ERR_UNAVAILABLE, "device %.60s: no such device here; engine %s has %s",
				asked, engine_registry[i]->name, c->name);
	*ops = engine_registry[i];
	*device = c;
	int rc = choices_check(c, p, d);
	return rc ? rc : provider_check(*ops, p, d);
}
