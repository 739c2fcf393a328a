/* SPDX-License-Identifier: Apache-2.0 */
/* The values of one key: what is written, against what the worker can do. */
#include "config.h"

#include "harness/plan/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/spec/value.h"

/* ---- context ---- */

void plan_context_init(struct plan_context *c, const struct wire_hello *hello,
		       const struct plan_model *models, int n_models)
{
	*c = (struct plan_context){.hello = hello, .models = models, .n_models = n_models};
	for (int i = 0; i < hello->n_devices; i++)
		wire_choice_add(&c->devices, hello->devices[i].name, hello->devices[i].usable,
				hello->devices[i].why);
	for (int i = 0; i < hello->engines.n; i++)
		wire_choice_add(&c->engines, hello->engines.item[i].name, hello->engines.item[i].usable,
				hello->engines.item[i].why);
	if (hello->engines.n == 0)
		wire_choice_add(&c->engines, hello->engine, true, "");
}

void plan_context_free(struct plan_context *c)
{
	free(c->devices.item);
	free(c->engines.item);
}

static const struct plan_model *model_find(const struct plan_context *c, const char *name)
{
	for (int i = 0; i < c->n_models; i++)
		if (strcmp(c->models[i].name, name) == 0)
			return &c->models[i];
	return NULL;
}

void plan_context_choose(struct plan_context *c, enum point_key key, const char *value)
{
	if (key == KEY_WORKLOAD)
		c->workload = wire_hello_workload(c->hello, value);
	if (key == KEY_DEVICE) {
		c->device = plan_device(c->hello, value);
		c->device_name = value;
	}
	if (key == KEY_MODEL) {
		c->model = model_find(c, value);
		if (c->model && c->model->error[0])
			c->model = NULL;
	}
}

/* ---- values ---- */

/* What these keys can be is the same everywhere: a worker heeds the key or does not. */
static const struct wire_choices *choices_known(enum point_key key)
{
	static struct wire_choice cache[] = {{.name = "hot", .usable = true},
					     {.name = "cold", .usable = true}};
	static struct wire_choice duration[] = {{.name = "burst", .usable = true},
						{.name = "sustained", .usable = true}};
	static const struct wire_choices caches = {cache, 2}, durations = {duration, 2};
	return key == KEY_CACHE ? &caches : key == KEY_DURATION ? &durations : NULL;
}

/* NULL: the key is no choice of a device. */
static const struct wire_choices *device_choices(const struct wire_device *dev, enum point_key key)
{
	switch (key) {
	case KEY_ISA:
		return &dev->isas;
	case KEY_PRECISION:
		return &dev->precisions;
	case KEY_KV:
		return &dev->kvs;
	case KEY_PROVIDER:
		return &dev->providers;
	case KEY_AFFINITY:
		return &dev->affinities;
	default:
		return NULL;
	}
}

/* The choices of a key, NULL when the worker lists none. */
static const struct wire_choices *choices_of(const struct plan_context *c, enum point_key key)
{
	const struct wire_choices *list = choices_known(key);
	if (!list && c->device)
		list = device_choices(c->device, key);
	return list && list->n ? list : NULL;
}

/* Is the value none of this device's, but another's? Then it was not mistyped. A worker that does not tell whose its devices
 * are lists what it likes. */
static bool is_elsewhere(const struct plan_context *c, enum point_key key, const char *text)
{
	const struct wire_choices *own = c->device ? device_choices(c->device, key) : NULL;
	if (!own || c->device->engines.n == 0 || wire_choice_find(own, text))
		return false;
	for (int i = 0; i < c->hello->n_devices; i++)
		if (wire_choice_find(device_choices(&c->hello->devices[i], key), text))
			return true;
	return false;
}

/* "device cuda:0 has no isa ref, known are sm_90" */
static char *elsewhere_reason(const struct plan_context *c, enum point_key key, const char *text)
{
	const struct wire_choices *list = device_choices(c->device, key);
	struct strbuf reason = {0};
	strbuf_printf(&reason, "device %s has no %s %s", c->device_name, point_key_name(key), text);
	for (int i = 0; i < list->n; i++)
		strbuf_printf(&reason, "%s %s", i ? "," : ", known are", list->item[i].name);
	return strbuf_take(&reason);
}

/* A list of CPUs is no choice, and taken as written. */
static void affinity_one(struct plan_values *out, const struct plan_context *c,
			 const struct wire_choices *list, const char *text)
{
	if (is_elsewhere(c, KEY_AFFINITY, text))
		plan_value_add(out, text, POINT_SKIPPED, elsewhere_reason(c, KEY_AFFINITY, text));
	else if (wire_choice_find(list, text))
		plan_choice(out, point_key_name(KEY_AFFINITY), text, list);
	else
		plan_value_add(out, text, POINT_PLANNED, NULL);
}

/* "all" is each way of placing threads, but not the one that is left to the worker. */
static void affinity_resolve(struct plan_values *out, const struct plan_context *c, const char *text)
{
	const struct wire_choices none = {0}, *list = c->device ? &c->device->affinities : &none;
	const char *usual = point_key_default(KEY_AFFINITY);
	int n = out->n;
	if (strcmp(text, "all") != 0) {
		affinity_one(out, c, list, text);
		return;
	}
	for (int i = 0; i < list->n; i++)
		if (list->item[i].usable && strcmp(list->item[i].name, usual) != 0)
			plan_value_add(out, list->item[i].name, POINT_PLANNED, NULL);
	if (out->n > n || n > 0)
		return;
	/* A device whose threads are not placed. */
	if (wire_choice_find(list, usual))
		plan_value_add(out, usual, POINT_PLANNED, NULL);
	else
		plan_value_add(out, text, POINT_UNAVAILABLE, mem_strdup("the worker lists no affinity"));
}

static void number_put(struct plan_values *out, long long v)
{
	char number[24];
	snprintf(number, sizeof number, "%lld", v);
	plan_value_add(out, number, POINT_PLANNED, NULL);
}

/* One that is driven by a single thread, however many are asked for: the same sweep runs on it. */
static bool has_one_thread(const struct wire_device *dev)
{
	return dev->n_cpus <= 1 && dev->engines.n > 0 && !device_is_cpu(dev->name);
}

/* A device that is not known has all the threads that are asked for; its points are refused already. */
static void threads_resolve(struct plan_values *out, const struct plan_context *c, const char *text)
{
	long long first, step, most = c->device && c->device->n_cpus > 0 ? c->device->n_cpus : 1;
	char op;
	bool range = range_to_all(text, &first, &op, &step);
	if (c->device && has_one_thread(c->device)) {
		number_put(out, 1);
		return;
	}
	if (!c->device || (!range && strcmp(text, "all") != 0)) {
		plan_value_add(out, text, POINT_PLANNED, NULL);
		return;
	}
	for (long long v = range ? first : most; v < most; v = op == '*' ? v * step : v + step)
		number_put(out, v);
	number_put(out, most);
}

static void workload_resolve(struct plan_values *out, const struct plan_context *c, const char *text)
{
	struct wire_choices list = {0};
	char name[WIRE_NAME];
	if (wire_hello_workload(c->hello, text)) {
		plan_value_add(out, text, POINT_PLANNED, NULL);
		return;
	}
	for (int i = 0; i < c->hello->n_workloads; i++)
		wire_choice_add(&list, c->hello->workloads[i].name, true, "");
	/* "pq128" is compared without its number. */
	snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "0123456789"), text);
	char *reason = plan_unknown("workload", *name ? name : text, &list);
	plan_value_add(out, text, POINT_SKIPPED, reason);
	free(list.item);
}

static void model_resolve(struct plan_values *out, const struct plan_context *c, const char *text)
{
	const struct plan_model *m = model_find(c, text);
	enum point_state state = POINT_SKIPPED;
	if (m && m->code == ERR_UNAVAILABLE)
		state = POINT_UNAVAILABLE;
	else if (m && m->code == ERR_DEVICE)
		state = POINT_FAILED;
	if (!m)
		plan_value_add(out, text, state, mem_printf("nothing is known of model \"%.200s\"", text));
	else if (m->error[0])
		plan_value_add(out, text, state, mem_strdup(m->error));
	else
		plan_value_add(out, text, POINT_PLANNED, NULL);
}

/* Files hold more types than an engine computes in. */
static char *file_reason(const char *held, const struct wire_choices *list)
{
	struct strbuf reason = {0};
	strbuf_printf(&reason, "the file is held in \"%s\", which is not computed in: expected one of", held);
	for (int i = 0; i < list->n; i++)
		strbuf_printf(&reason, "%s %s", i ? "," : "", list->item[i].name);
	return strbuf_take(&reason);
}

/* The precision of the model's file; a model that is not known refuses its points already. */
static void file_resolve(struct plan_values *out, const struct plan_context *c)
{
	const struct wire_choices *list = choices_of(c, KEY_PRECISION);
	const char *held = c->model ? c->model->answer.file_type : "file";
	if (!c->workload->uses_model)
		plan_value_add(out, "file", POINT_SKIPPED,
			       mem_printf("precision \"file\" is a model's, %s has none", c->workload->name));
	else if (!c->model || !list)
		plan_value_add(out, held, POINT_PLANNED, NULL);
	else if (!wire_choice_find(list, held))
		plan_value_add(out, held, POINT_SKIPPED, file_reason(held, list));
	else
		plan_choice(out, "precision", held, list);
}

/* One of a list. A device that lists no instruction sets has the one that "auto" stands for. */
static void listed_resolve(struct plan_values *out, const struct plan_context *c, enum point_key key,
			   const char *text)
{
	const struct wire_choices *list = choices_of(c, key);
	const char *usual = point_key_default(KEY_ISA);
	bool all = strcmp(text, "all") == 0, is_auto = key == KEY_ISA && strcmp(text, usual) == 0;
	if (is_elsewhere(c, key, text) && !is_auto)
		plan_value_add(out, text, POINT_SKIPPED, elsewhere_reason(c, key, text));
	else if (!list && all && key == KEY_ISA && c->device)
		plan_value_add(out, usual, POINT_PLANNED, NULL);
	else if (!list || is_auto)
		plan_value_add(out, text, POINT_PLANNED, NULL);
	else if (all)
		plan_choices_all(out, point_key_name(key), list);
	else
		plan_choice(out, point_key_name(key), text, list);
}

static void value_resolve(struct plan_values *out, const struct plan_context *c, enum point_key key,
			  const char *text)
{
	if (key == KEY_WORKLOAD)
		workload_resolve(out, c, text);
	else if (key == KEY_DEVICE)
		plan_device_value(out, c, text);
	else if (key == KEY_ENGINE)
		plan_engine_value(out, c, text);
	else if (key == KEY_MODEL)
		model_resolve(out, c, text);
	else if (key == KEY_THREADS)
		threads_resolve(out, c, text);
	else if (key == KEY_AFFINITY)
		affinity_resolve(out, c, text);
	else if (key == KEY_PRECISION && strcmp(text, "file") == 0)
		file_resolve(out, c);
	else
		listed_resolve(out, c, key, text);
}

/* A key's value when it is not given: NULL when it must be. */
static const char *value_default(const struct plan_context *c, enum point_key key)
{
	if (key == KEY_THREADS)
		return "all";
	if (key == KEY_PRECISION)
		return c->workload->uses_model ? "file" : "f32";
	if (key == KEY_ENGINE)
		return wire_device_engine(c->hello, c->device);
	return point_key_default(key);
}

/* Where the values from `first` on were written, if that was in a file. */
static void reasons_place(struct plan_values *out, int first, const char *file, int line)
{
	for (int i = first; i < out->n; i++) {
		char *reason = out->item[i].reason;
		if (out->item[i].state != POINT_SKIPPED)
			continue;
		out->item[i].reason = mem_printf("%s:%d: %s", file, line, reason);
		free(reason);
	}
}

/* One value as it is written. */
static void written_resolve(struct plan_values *out, const struct plan_context *c, enum point_key key,
			    const struct axis *axis, int i)
{
	int first = out->n, line = axis->at ? axis->at[i] : 0;
	value_resolve(out, c, key, axis->value[i]);
	if (c->file && *c->file && line > 0)
		reasons_place(out, first, c->file, line);
}

bool plan_resolve(const struct plan_context *c, enum point_key key, const struct axis *axis,
		  struct plan_values *out)
{
	const char *dflt = axis->n || key == KEY_DEVICE ? NULL : value_default(c, key);
	*out = (struct plan_values){0};
	for (int i = 0; i < axis->n; i++)
		if (key != KEY_ENGINE || share_has_engine(c->share, c->hello, axis->value[i]))
			written_resolve(out, c, key, axis, i);
	if (dflt)
		value_resolve(out, c, key, dflt);
	if (axis->n == 0 && key == KEY_DEVICE)
		plan_device_default(out, c);
	return out->n > 0;
}
