/* SPDX-License-Identifier: Apache-2.0 */
/* What a point runs on: devices and engines, which belong together or do not. */
#include "config.h"

#include "harness/plan/private.h"

#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* ---- what a section names ---- */

static const struct axis *axis_of(const struct plan_context *c, enum point_key key)
{
	static const struct axis none = {0};
	bool heeded = c->workload && c->workload->key[key];
	return c->section && heeded ? &c->section->axis[key] : &none;
}

/* Does the section ask for that engine, itself or by asking for all? */
static bool is_wanted(const struct plan_context *c, const char *engine)
{
	const struct axis *a = axis_of(c, KEY_ENGINE);
	for (int i = 0; i < a->n; i++)
		if (strcmp(a->value[i], engine) == 0 || strcmp(a->value[i], "all") == 0)
			return share_has_engine(c->share, c->hello, engine);
	return a->n == 0;
}

static bool is_device_wanted(const struct plan_context *c, const struct wire_device *dev)
{
	for (int i = 0; i < dev->engines.n; i++)
		if (is_wanted(c, dev->engines.item[i].name))
			return true;
	return dev->engines.n == 0;
}

static bool is_device_named(const struct plan_context *c)
{
	const struct axis *a = axis_of(c, KEY_DEVICE);
	for (int i = 0; i < a->n; i++)
		if (strcmp(a->value[i], c->device_name) == 0)
			return true;
	return false;
}

/* ---- devices ---- */

const struct wire_device *plan_device(const struct wire_hello *hello, const char *name)
{
	const struct wire_device *known = wire_hello_device(hello, name);
	for (int i = 0; i < hello->n_devices && !known; i++)
		if (wire_device_alike(hello->devices[i].name, name))
			known = &hello->devices[i];
	return known;
}

/* One of a kind that is there, but not with that number: "device cuda:1: no such device here; engine cuda has cuda:0". */
static char *absent_reason(const struct wire_hello *hello, const char *name, const struct wire_device *kin)
{
	struct strbuf reason = {0};
	int n = 0;
	strbuf_printf(&reason, "device %.60s: ", name);
	if (!kin->usable) {
		strbuf_puts(&reason, *kin->why ? kin->why : "not usable here");
		return strbuf_take(&reason);
	}
	strbuf_printf(&reason, "no such device here; engine %s has", wire_device_engine(hello, kin));
	for (int i = 0; i < hello->n_devices; i++)
		if (wire_device_alike(hello->devices[i].name, name))
			strbuf_printf(&reason, "%s %s", n++ ? "," : "", hello->devices[i].name);
	return strbuf_take(&reason);
}

/* All that can be used by an engine that is asked for. */
static void devices_all(struct plan_values *out, const struct plan_context *c)
{
	const struct wire_device *without = NULL;
	int n = out->n;
	for (int i = 0; i < c->hello->n_devices; i++) {
		const struct wire_device *dev = &c->hello->devices[i];
		if (!is_device_wanted(c, dev))
			continue;
		if (dev->usable)
			plan_value_add(out, dev->name, POINT_PLANNED, NULL);
		else if (!without)
			without = dev;
	}
	if (out->n > n || n > 0)
		return;
	plan_value_add(out, without ? without->name : "all", POINT_UNAVAILABLE,
		       without ? mem_printf("no device is usable here; %s: %s", without->name, without->why)
			       : mem_strdup("no device is usable here"));
}

void plan_device_value(struct plan_values *out, const struct plan_context *c, const char *text)
{
	const struct wire_device *dev = plan_device(c->hello, text);
	if (c->hello->n_devices == 0)
		plan_value_add(out, text, POINT_UNAVAILABLE, mem_strdup("the worker has no device"));
	else if (strcmp(text, "all") == 0)
		devices_all(out, c);
	else if (dev && strcmp(dev->name, text) != 0)
		plan_value_add(out, text, POINT_UNAVAILABLE, absent_reason(c->hello, text, dev));
	else
		plan_choice(out, point_key_name(KEY_DEVICE), text, &c->devices);
}

/* The usual device, where the engine has it; else its first one that can be used, else its first. NULL: it has none. */
static const struct wire_device *first_device(const struct wire_hello *h, const char *engine)
{
	const struct wire_device *usual = wire_hello_device(h, point_key_default(KEY_DEVICE)), *first = NULL;
	if (usual && wire_device_has_engine(usual, engine))
		return usual;
	for (int i = 0; i < h->n_devices; i++) {
		const struct wire_device *dev = &h->devices[i];
		if (wire_device_has_engine(dev, engine) && (!first || (!first->usable && dev->usable)))
			first = dev;
	}
	return first;
}

/* A worker without the usual device runs on its first one. */
static const char *usual_device(const struct wire_hello *h)
{
	const char *usual = point_key_default(KEY_DEVICE);
	return h->n_devices == 0 || wire_hello_device(h, usual) ? usual : h->devices[0].name;
}

static void device_of_engine(struct plan_values *out, const struct plan_context *c, const char *engine)
{
	const struct wire_device *dev = first_device(c->hello, engine);
	if (share_has_engine(c->share, c->hello, engine))
		plan_device_value(out, c, dev ? dev->name : usual_device(c->hello));
}

void plan_device_default(struct plan_values *out, const struct plan_context *c)
{
	const struct axis *a = axis_of(c, KEY_ENGINE);
	for (int i = 0; i < a->n; i++) {
		bool all = strcmp(a->value[i], "all") == 0;
		for (int k = 0; all && k < c->engines.n; k++)
			if (c->engines.item[k].usable)
				device_of_engine(out, c, c->engines.item[k].name);
		if (!all)
			device_of_engine(out, c, a->value[i]);
	}
	if (out->n == 0)
		plan_device_value(out, c, usual_device(c->hello));
}

/* ---- engines ---- */

static void engines_all(struct plan_values *out, const struct plan_context *c,
			const struct wire_choices *list)
{
	/* It is refused for its device: its row says whose that is. */
	if (c->device && !c->device->usable)
		plan_value_add(out, wire_device_engine(c->hello, c->device), POINT_PLANNED, NULL);
	else
		plan_choices_all(out, point_key_name(KEY_ENGINE), list);
}

/* An engine and a device of another one. Where both are named this is a row that says so; what "all" stands for, and what
 * is not named, is chosen so that they fit. */
static void engine_elsewhere(struct plan_values *out, const struct plan_context *c, const char *engine)
{
	if (is_device_named(c))
		plan_value_add(out, engine, POINT_SKIPPED,
			       mem_printf("engine %.60s has no device %.60s; it is engine %s's", engine,
					  c->device_name, wire_device_engine(c->hello, c->device)));
}

void plan_engine_value(struct plan_values *out, const struct plan_context *c, const char *text)
{
	bool told = c->device && c->device->engines.n;
	const struct wire_choices *list = told ? &c->device->engines : &c->engines;
	if (strcmp(text, "all") == 0)
		engines_all(out, c, list);
	else if (told && !wire_choice_find(list, text) && wire_choice_find(&c->engines, text))
		engine_elsewhere(out, c, text);
	else if (told && !c->device->usable && wire_choice_find(list, text))
		plan_value_add(out, text, POINT_PLANNED, NULL);
	else
		plan_choice(out, point_key_name(KEY_ENGINE), text,
			    wire_choice_find(list, text) ? list : &c->engines);
}
