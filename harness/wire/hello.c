/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/wire/codec.h"
#include "harness/wire/wire.h"

/* More of anything than a worker can sensibly have. */
enum {
	CHOICES_MAX = 256,
	DEVICES_MAX = 256,
	WORKLOADS_MAX = 256,
	EVENTS_MAX = 4096,
	STATES_MAX = 256,
	PASSES_MAX = 64
};

static const struct field choice_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_choice, name),
	FIELD_OF(FIELD_BOOL, wire_choice, usable),
	FIELD_OF(FIELD_TEXT, wire_choice, why),
	FIELD_TABLE_END,
};
static const struct field event_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_event, counter), FIELD_OF(FIELD_TEXT, wire_event, name),
	FIELD_OF(FIELD_TEXT, wire_event, event),   FIELD_OF(FIELD_BOOL, wire_event, usable),
	FIELD_OF(FIELD_TEXT, wire_event, why),	   FIELD_TABLE_END,
};
static const struct field state_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_state, name),	  FIELD_OF(FIELD_TEXT, wire_state, unit),
	FIELD_OF(FIELD_BOOL, wire_state, usable), FIELD_OF(FIELD_INT64, wire_state, value),
	FIELD_OF(FIELD_TEXT, wire_state, why),	  FIELD_TABLE_END,
};
static const struct field device_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_device, name),
	FIELD_OF(FIELD_TEXT, wire_device, description),
	FIELD_OF(FIELD_BOOL, wire_device, usable),
	FIELD_OF(FIELD_TEXT, wire_device, why),
	FIELD_OF(FIELD_INT, wire_device, n_cpus),
	FIELD_OF(FIELD_INT64, wire_device, memory_bytes),
	FIELD_TABLE_END,
};
static const struct field workload_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_workload, name),
	FIELD_OF(FIELD_BOOL, wire_workload, ceiling),
	FIELD_OF(FIELD_BOOL, wire_workload, uses_model),
	FIELD_TABLE_END,
};
static const struct field hello_fields[] = {
	FIELD_OF(FIELD_INT, wire_hello, protocol),
	FIELD_OF(FIELD_TEXT, wire_hello, engine),
	FIELD_OF(FIELD_TEXT, wire_hello, version),
	FIELD_TABLE_END,
};
/* The lists of choices of a device. */
static const struct {
	const char *key;
	size_t offset;
	bool optional; /* a worker may leave it out */
} lists[] = {
	{"isas", offsetof(struct wire_device, isas), false},
	{"precisions", offsetof(struct wire_device, precisions), false},
	{"kvs", offsetof(struct wire_device, kvs), false},
	{"providers", offsetof(struct wire_device, providers), false},
	{"affinities", offsetof(struct wire_device, affinities), true},
	{"engines", offsetof(struct wire_device, engines), true},
};
enum { N_LISTS = sizeof lists / sizeof lists[0] };

static struct wire_choices *list_of(const struct wire_device *dev, int i)
{
	return (struct wire_choices *)((char *)dev + lists[i].offset);
}

/* ---- to JSON ---- */

static json_t *choices_to_json(const struct wire_choices *c)
{
	json_t *a = json_array();
	for (int i = 0; i < c->n; i++) {
		json_t *o = json_object();
		codec_put(o, choice_fields, &c->item[i]);
		if (c->item[i].passes)
			json_object_set_new(o, "passes", json_integer(c->item[i].passes));
		if (c->item[i].groups)
			json_object_set_new(o, "groups", json_true());
		if (c->item[i].idles)
			json_object_set_new(o, "idles", json_true());
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *states_to_json(const struct wire_device *dev)
{
	json_t *a = json_array();
	for (int i = 0; i < dev->n_states; i++) {
		json_t *o = json_object();
		codec_put(o, state_fields, &dev->states[i]);
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *device_to_json(const struct wire_device *dev)
{
	json_t *o = json_object();
	codec_put(o, device_fields, dev);
	for (int i = 0; i < N_LISTS; i++)
		if (!lists[i].optional || list_of(dev, i)->n)
			json_object_set_new(o, lists[i].key, choices_to_json(list_of(dev, i)));
	if (dev->n_states)
		json_object_set_new(o, "states", states_to_json(dev));
	return o;
}

static json_t *workload_to_json(const struct wire_workload *w)
{
	json_t *o = json_object(), *keys = json_array();
	codec_put(o, workload_fields, w);
	for (int k = 0; k < KEY_COUNT; k++)
		if (w->key[k])
			json_array_append_new(keys, json_string(point_key_name((enum point_key)k)));
	json_object_set_new(o, "keys", keys);
	return o;
}

static json_t *events_to_json(const struct wire_hello *h)
{
	json_t *a = json_array();
	for (int i = 0; i < h->n_events; i++) {
		json_t *o = json_object();
		codec_put(o, event_fields, &h->events[i]);
		json_array_append_new(a, o);
	}
	return a;
}

json_t *wire_hello_to_json(const struct wire_hello *h)
{
	json_t *o = json_object(), *devices = json_array(), *workloads = json_array();
	codec_put(o, hello_fields, h);
	for (int i = 0; i < h->n_devices; i++)
		json_array_append_new(devices, device_to_json(&h->devices[i]));
	for (int i = 0; i < h->n_workloads; i++)
		json_array_append_new(workloads, workload_to_json(&h->workloads[i]));
	json_object_set(o, "build", h->build);
	json_object_set_new(o, "devices", devices);
	json_object_set_new(o, "workloads", workloads);
	json_object_set_new(o, "counters", choices_to_json(&h->counters));
	json_object_set_new(o, "engines", choices_to_json(&h->engines));
	if (h->n_events)
		json_object_set_new(o, "events", events_to_json(h));
	return o;
}

/* ---- from JSON ---- */

/* false where it is left out. */
static int get_switch(const json_t *o, const char *key, bool *out, struct diag *d)
{
	const json_t *value = json_object_get(o, key);
	if (value && !json_is_boolean(value))
		return diag_set(d, ERR_FORMAT, "key \"%s\": expected a boolean", key);
	*out = json_is_true(value);
	return 0;
}

static int get_choice(const json_t *o, void *item, struct diag *d)
{
	struct wire_choice *c = item;
	int64_t passes = 0;
	int rc = codec_get(o, choice_fields, c, d);
	if (rc == 0 && json_object_get(o, "passes"))
		rc = json_get_int(o, "passes", 0, PASSES_MAX, &passes, d);
	c->passes = (int)passes;
	if (rc == 0)
		rc = get_switch(o, "groups", &c->groups, d);
	return rc ? rc : get_switch(o, "idles", &c->idles, d);
}

static int get_event(const json_t *o, void *item, struct diag *d)
{
	return codec_get(o, event_fields, item, d);
}

static int get_choices(const json_t *o, const char *key, struct wire_choices *c, struct diag *d)
{
	return codec_get_array(o, key, CHOICES_MAX, sizeof *c->item, get_choice, (void **)&c->item, &c->n, d);
}

static int get_state(const json_t *o, void *item, struct diag *d)
{
	return codec_get(o, state_fields, item, d);
}

static int get_device(const json_t *o, void *item, struct diag *d)
{
	struct wire_device *dev = item;
	int rc = codec_get(o, device_fields, dev, d);
	for (int i = 0; i < N_LISTS && rc == 0; i++)
		if (!lists[i].optional || json_object_get(o, lists[i].key))
			rc = get_choices(o, lists[i].key, list_of(dev, i), d);
	if (rc == 0 && json_object_get(o, "states"))
		rc = codec_get_array(o, "states", STATES_MAX, sizeof *dev->states, get_state,
				     (void **)&dev->states, &dev->n_states, d);
	return rc;
}

/* A key that this program does not know belongs to points it cannot make. */
static int get_workload(const json_t *o, void *item, struct diag *d)
{
	struct wire_workload *w = item;
	json_t *keys;
	int rc = codec_get(o, workload_fields, w, d);
	if (rc == 0)
		rc = json_get_array(o, "keys", &keys, d);
	if (rc)
		return rc;
	for (size_t i = 0; i < json_array_size(keys); i++) {
		const char *name = json_string_value(json_array_get(keys, i));
		if (!name)
			return diag_set(d, ERR_FORMAT, "keys: expected an array of texts");
		enum point_key k = point_key_find(name);
		if (k < KEY_COUNT)
			w->key[k] = true;
	}
	return 0;
}

static int get_build(const json_t *o, json_t **out, struct diag *d)
{
	json_t *build, *value;
	const char *key;
	int rc = json_get_object(o, "build", &build, d);
	if (rc)
		return rc;
	json_object_foreach(build, key, value)
	{
		if (!json_is_string(value))
			return diag_set(d, ERR_FORMAT, "build: %.60s: expected a text", key);
	}
	*out = json_incref(build);
	return 0;
}

static int get_hello(const json_t *o, struct wire_hello *h, struct diag *d)
{
	int rc = codec_get(o, hello_fields, h, d);
	if (rc == 0)
		rc = get_build(o, &h->build, d);
	if (rc == 0)
		rc = codec_get_array(o, "devices", DEVICES_MAX, sizeof *h->devices, get_device,
				     (void **)&h->devices, &h->n_devices, d);
	if (rc == 0)
		rc = codec_get_array(o, "workloads", WORKLOADS_MAX, sizeof *h->workloads, get_workload,
				     (void **)&h->workloads, &h->n_workloads, d);
	if (rc == 0)
		rc = get_choices(o, "counters", &h->counters, d);
	/* Optional: a worker with one engine need not list it. */
	if (rc == 0 && json_object_get(o, "engines"))
		rc = get_choices(o, "engines", &h->engines, d);
	if (rc == 0 && json_object_get(o, "events"))
		rc = codec_get_array(o, "events", EVENTS_MAX, sizeof *h->events, get_event,
				     (void **)&h->events, &h->n_events, d);
	return rc;
}

int wire_hello_from_json(const json_t *o, struct wire_hello *out, struct diag *d)
{
	struct wire_hello h = {0};
	int rc = get_hello(o, &h, d);
	if (rc) {
		wire_hello_free(&h);
		return rc;
	}
	*out = h;
	return 0;
}

void wire_hello_free(struct wire_hello *h)
{
	for (int i = 0; i < h->n_devices; i++) {
		for (int k = 0; k < N_LISTS; k++)
			free(list_of(&h->devices[i], k)->item);
		free(h->devices[i].states);
	}
	free(h->devices);
	free(h->workloads);
	free(h->counters.item);
	free(h->engines.item);
	free(h->events);
	json_decref(h->build);
	memset(h, 0, sizeof *h);
}

/* ---- finding ---- */

const struct wire_device *wire_hello_device(const struct wire_hello *h, const char *name)
{
	for (int i = 0; i < h->n_devices; i++)
		if (strcmp(h->devices[i].name, name) == 0)
			return &h->devices[i];
	return NULL;
}

const struct wire_state *wire_device_state(const struct wire_device *dev, const char *name)
{
	for (int i = 0; i < dev->n_states; i++)
		if (strcmp(dev->states[i].name, name) == 0)
			return &dev->states[i];
	return NULL;
}

const struct wire_workload *wire_hello_workload(const struct wire_hello *h, const char *text)
{
	for (int i = 0; i < h->n_workloads; i++) {
		const char *name = h->workloads[i].name;
		size_t n = strlen(name);
		/* The argument is what follows the letters: "pp128" is no "p". */
		if (n && strncmp(text, name, n) == 0 && (!text[n] || (text[n] >= '0' && text[n] <= '9')))
			return &h->workloads[i];
	}
	return NULL;
}
