/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "reports/analysis/rows.h"

/* Deeper is nobody's fingerprint: what is below stands as one text. */
#define DEPTH_MAX 8

/* The groups of a fingerprint (facts: procurement, section 9). */
static const char *const groups[] = {"cpu",   "memory", "clocks", "gpu",      "host",
				     "build", "inputs", "run",	  "ceilings", NULL};

void facts_add(struct facts *f, const char *key, const char *value)
{
	if (facts_get(f, key))
		return;
	f->fact = mem_realloc(f->fact, sizeof *f->fact * (size_t)(f->n + 1));
	f->fact[f->n++] = (struct fact){mem_strdup(key), mem_strdup(value)};
}

const char *facts_get(const struct facts *f, const char *key)
{
	for (int i = 0; i < f->n; i++)
		if (strcmp(f->fact[i].key, key) == 0)
			return f->fact[i].value;
	return NULL;
}

void facts_free(struct facts *f)
{
	for (int i = 0; i < f->n; i++) {
		free(f->fact[i].key);
		free(f->fact[i].value);
	}
	free(f->fact);
	*f = (struct facts){0};
}

static bool is_grouped(const char *key)
{
	size_t n = strcspn(key, ".");

	for (int i = 0; groups[i]; i++)
		if (strlen(groups[i]) == n && strncmp(groups[i], key, n) == 0)
			return true;
	return false;
}

static void add_value(struct facts *f, const char *key, const json_t *value, int depth);

static void add_object(struct facts *f, const char *prefix, const json_t *o, int depth)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)o, name, value)
	{
		/* "cpu": {...} and "cpu.model" both say their group themselves. */
		bool bare = !*prefix || (depth == 0 && is_grouped(name));
		char *key = bare ? mem_strdup(name) : mem_printf("%s.%s", prefix, name);

		add_value(f, key, value, depth + 1);
		free(key);
	}
}

static void add_value(struct facts *f, const char *key, const json_t *value, int depth)
{
	char *text;

	if (json_is_object(value) && depth < DEPTH_MAX) {
		add_object(f, key, value, depth);
		return;
	}
	if (json_is_string(value)) {
		facts_add(f, key, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	facts_add(f, key, text ? text : "");
	free(text);
}

void facts_add_json(struct facts *f, const char *group, const json_t *o)
{
	if (o)
		add_object(f, group, o, 0);
}

/* ---- a run's ---- */

/* "folder/x.gguf" and "x.gguf" are one name. */
static const char *model_name(const struct stored_point *p)
{
	const char *name = point_get(&p->point, KEY_MODEL), *slash = strrchr(name, '/');

	return slash && slash[1] ? slash + 1 : name;
}

static void add_model(struct facts *f, const struct stored_point *p)
{
	const char *hash = p->model ? json_opt_string(p->model, "hash", NULL) : NULL;
	char *key;

	if (!hash || !*hash)
		return;
	key = mem_printf("model.%s", model_name(p));
	facts_add(f, key, hash);
	free(key);
}

static void add_metric(struct facts *f, const struct stored_visit *v)
{
	char version[24];

	const struct stored_series *host = series_host(v);

	if (v->kind != VISIT_TIMING || v->failed || v->n_series == 0)
		return;
	if (v->window_version > 0) {
		snprintf(version, sizeof version, "%lld", (long long)v->window_version);
		facts_add(f, "metric.window", version);
	}
	/* Not that of a device, which rows may go by. */
	facts_add(f, "metric.clock", host ? host->clock : v->series[0].clock);
}

void facts_of_run(struct facts *f, const struct stored_run *run)
{
	facts_add(f, "host.id", run->machine_id);
	facts_add(f, "build.program", run->build_program);
	facts_add(f, "build.version", run->build_version);
	facts_add_json(f, "machine", run->machine);
	/* What a worker said of itself counts, before what was found about it. */
	facts_add_json(f, "build", run->build);
	facts_add_json(f, "environment", run->environment);
	for (int i = 0; i < run->n_points; i++) {
		add_model(f, &run->points[i]);
		for (int j = 0; j < run->points[i].n_visits; j++)
			add_metric(f, &run->points[i].visits[j]);
	}
}
