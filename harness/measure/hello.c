/* SPDX-License-Identifier: Apache-2.0 */
/* hello: what this worker is and can do here, or those parts of it that are asked for: a part that is not opens nothing. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_id.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/nvml_state.h"
#include "harness/measure/state.h"

enum { DEVICES_MAX = 16 };

/* What takes a driver or a library to know. */
struct parts {
	bool devices;	/* and engines: each is probed */
	bool providers; /* of the devices: each is loaded */
	bool workloads;
	bool counters; /* each source is probed */
	bool states;   /* of the devices that can be used; no part, but asked for by its own name */
};

static void choices_of(const struct capability *list, int n, struct wire_choices *out)
{
	for (int i = 0; i < n; i++)
		wire_choice_add(out, list[i].name, list[i].usable, list[i].why_not);
}

/* Here each is loaded to see whether it can be: a worker that measures loads its point's alone. */
static void providers_of(const struct engine_ops *ops, const struct device_caps *c, struct wire_choices *out)
{
	for (int i = 0; i < c->n_providers; i++) {
		const struct capability *p = &c->providers[i];
		const char *why = ops->provider_why_not ? ops->provider_why_not(p->name) : NULL;
		wire_choice_add(out, p->name, p->usable && !why, why ? why : p->why_not);
	}
}

static void device_of(const struct engine_ops *ops, const struct device_caps *c, const struct parts *parts,
		      struct wire_device *out)
{
	snprintf(out->name, sizeof out->name, "%s", c->name);
	snprintf(out->description, sizeof out->description, "%s", c->description);
	snprintf(out->why, sizeof out->why, "%s", c->usable ? "" : c->why_not);
	out->usable = c->usable;
	out->n_cpus = c->n_cpus;
	out->memory_bytes = (int64_t)c->memory_bytes;
	choices_of(c->isas, c->n_isas, &out->isas);
	choices_of(c->precisions, c->n_precisions, &out->precisions);
	choices_of(c->kvs, c->n_kvs, &out->kvs);
	choices_of(c->affinities, c->n_affinities, &out->affinities);
	if (parts->providers)
		providers_of(ops, c, &out->providers);
	if (parts->states && c->usable)
		nvml_states(out);
}

/* A device that several engines have is listed once, as its first one describes it. */
static struct wire_device *device_listed(struct wire_hello *h, const struct engine_ops *ops,
					 const struct device_caps *c, const struct parts *parts)
{
	for (int i = 0; i < h->n_devices; i++)
		if (strcmp(h->devices[i].name, c->name) == 0)
			return &h->devices[i];
	h->devices = mem_realloc(h->devices, ((size_t)h->n_devices + 1) * sizeof *h->devices);
	struct wire_device *new = &h->devices[h->n_devices++];
	*new = (struct wire_device){0};
	device_of(ops, c, parts, new);
	return new;
}

/* An engine is as usable as one of its devices. */
static void engine_of(struct wire_hello *h, const struct engine_ops *ops, const struct parts *parts,
		      struct device_caps *caps)
{
	const char *why = "it has no device here";
	bool usable = false;
	int n = ops->probe(caps, DEVICES_MAX);
	for (int i = 0; i < n && i < DEVICES_MAX; i++) {
		wire_choice_add(&device_listed(h, ops, &caps[i], parts)->engines, ops->name, caps[i].usable,
				caps[i].why_not);
		usable = usable || caps[i].usable;
		why = i == 0 ? caps[i].why_not : why;
	}
	wire_choice_add(&h->engines, ops->name, usable, why);
}

static void engines_of(struct wire_hello *h, const struct parts *parts)
{
	struct device_caps *caps = mem_alloc(DEVICES_MAX * sizeof *caps);
	for (int i = 0; engine_registry[i]; i++)
		engine_of(h, engine_registry[i], parts, caps);
	free(caps);
}

static void workload_of(const struct workload_ops *w, struct wire_workload *out)
{
	snprintf(out->name, sizeof out->name, "%s", w->name);
	out->ceiling = w->ceiling;
	out->uses_model = w->uses_model;
	for (int k = 0; k < KEY_COUNT; k++)
		out->key[k] = workload_heeds(w, (enum point_key)k);
}

static void workloads_of(struct wire_hello *h)
{
	while (workload_registry[h->n_workloads])
		h->n_workloads++;
	h->workloads = mem_alloc(((size_t)h->n_workloads + 1) * sizeof *h->workloads);
	for (int i = 0; i < h->n_workloads; i++)
		workload_of(workload_registry[i], &h->workloads[i]);
}

/* At length: with what each source reads. That takes a while: its events are tried. */
static void counters_of(struct wire_hello *h, bool at_length)
{
	for (int i = 0; counter_registry[i]; i++) {
		const struct counter_ops *ops = counter_registry[i];
		char why[WIRE_WHY] = "";
		bool usable = ops->probe(why, sizeof why);
		list_counter(h, ops->name, usable ? "" : why, ops->alone);
		h->counters.item[h->counters.n - 1].groups = ops->has_groups;
		h->counters.item[h->counters.n - 1].idles = ops->idles;
		if (at_length && ops->list)
			ops->list(h);
	}
}

static json_t *build_of(void)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "version", BUILD_VERSION, "git", BUILD_GIT, "compiler",
			 BUILD_COMPILER, "flags", BUILD_FLAGS);
}

static int part_add(struct parts *parts, const json_t *name, struct diag *d)
{
	const char *text = json_string_value(name);
	const struct {
		const char *name;
		bool *wanted;
	} known[] = {
		{"devices", &parts->devices},
		{"providers", &parts->providers},
		{"workloads", &parts->workloads},
		{"counters", &parts->counters},
	};
	for (size_t i = 0; text && i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].name, text) == 0) {
			*known[i].wanted = true;
			return 0;
		}
	if (!text)
		return diag_set(d, ERR_FORMAT, "key \"parts\": expected texts");
	return diag_set(d, ERR_UNSUPPORTED,
			"parts: \"%.40s\": expected devices, providers, workloads or counters", text);
}

/* All of them where nothing is said. */
static int parts_read(const json_t *message, struct parts *out, struct diag *d)
{
	json_t *list;
	*out = (struct parts){.devices = true, .providers = true, .workloads = true, .counters = true};
	if (!json_object_get(message, "parts"))
		return 0;
	*out = (struct parts){0};
	int rc = json_get_array(message, "parts", &list, d);
	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++)
		rc = part_add(out, json_array_get(list, i), d);
	/* They stand with their devices. */
	out->devices = out->devices || out->providers;
	return rc;
}

int request_hello(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	struct wire_hello h = {.protocol = WIRE_PROTOCOL};
	int64_t protocol = json_opt_int(message, "protocol", WIRE_PROTOCOL);
	struct parts parts;
	int rc;
	(void)s;
	if (protocol != WIRE_PROTOCOL)
		return diag_set(d, ERR_UNSUPPORTED, "protocol %lld, this worker speaks %d",
				(long long)protocol, WIRE_PROTOCOL);
	rc = parts_read(message, &parts, d);
	if (rc)
		return rc;
	parts.states = json_is_true(json_object_get(message, "states"));
	snprintf(h.engine, sizeof h.engine, "%s", engine_registry[0]->name);
	snprintf(h.version, sizeof h.version, "%s", BUILD_VERSION);
	h.build = build_of();
	if (parts.devices)
		engines_of(&h, &parts);
	if (parts.workloads)
		workloads_of(&h);
	if (parts.counters)
		counters_of(&h, json_is_true(json_object_get(message, "events")));
	*ok = wire_hello_to_json(&h);
	wire_hello_free(&h);
	return 0;
}
