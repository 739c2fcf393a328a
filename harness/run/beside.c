/* SPDX-License-Identifier: Apache-2.0 */
/* The workers beside the first one: who they are, and their share of a plan. */
#include "config.h"

#include <string.h>

#include "engines/base/mem.h"
#include "harness/plan/plan.h"
#include "harness/run/run.h"
#include "harness/run/survey.h"

/* ---- who they are ---- */

/* Each point must say whose it is, in its id, too. */
static int heeds_engine(const char *program, const struct wire_hello *h, struct diag *d)
{
	for (int i = 0; i < h->n_workloads; i++)
		if (!h->workloads[i].key[KEY_ENGINE])
			return diag_set(
				d, ERR_USAGE,
				"%.120s: its workload %.60s does not heed the key engine, which tells its "
				"points from those of others",
				program, h->workloads[i].name);
	return 0;
}

static int engine_taken(const char *program, const struct wire_hello *h, const char *engine, struct diag *d)
{
	if (!plan_has_engine(h, engine))
		return 0;
	return diag_set(d, ERR_USAGE,
			"%.120s: another worker has an engine \"%.60s\", too: measure them in two runs",
			program, engine);
}

static int engines_differ(const char *program, const struct wire_hello *a, const struct wire_hello *b,
			  struct diag *d)
{
	int rc = engine_taken(program, b, a->engine, d);
	for (int i = 0; i < a->engines.n && rc == 0; i++)
		rc = engine_taken(program, b, a->engines.item[i].name, d);
	return rc;
}

static int meet_one(const struct spec *spec, const char *program, const struct wire_hello *first,
		    struct plan *out, struct diag *d)
{
	struct survey s = {.spec = spec, .worker = program};
	struct wire_hello h;
	int rc = survey_hello(&s, &h, d);
	process_free(&s.process);
	if (rc)
		return rc;
	/* From here on the plan frees it. */
	out->workers[out->n_workers++] = (struct plan_worker){mem_strdup(program), h};
	rc = heeds_engine(program, &h, d);
	if (rc == 0)
		rc = engines_differ(program, &h, first, d);
	for (int i = 0; i < out->n_workers - 1 && rc == 0; i++)
		rc = engines_differ(program, &h, &out->workers[i].hello, d);
	return rc;
}

int beside_meet(const struct spec *spec, const struct run_beside *beside, const struct wire_hello *first,
		struct plan *out, struct diag *d)
{
	int rc = 0;
	if (beside->n > RUN_BESIDE_MAX)
		return diag_set(d, ERR_USAGE, "%d workers beside the first one, at most %d are allowed",
				beside->n, RUN_BESIDE_MAX);
	out->workers = mem_alloc(((size_t)beside->n + 1) * sizeof *out->workers);
	for (int i = 0; i < beside->n && rc == 0; i++)
		rc = meet_one(spec, beside->program[i], first, out, d);
	return rc;
}

/* ---- their share ---- */

static int join_one(const struct spec *spec, const struct plan_worker *w, struct plan *p, struct diag *d)
{
	const struct plan_share share = {.further = true};
	struct survey s = {.spec = spec, .worker = w->program};
	struct plan own = {0};
	int rc = survey_share(&s, &w->hello, &share, &own, d);
	if (rc == 0 && own.n_points == 0)
		rc = diag_set(
			d, ERR_USAGE,
			"%.120s: no point names its engine, as --engine=%.60s does, or exclude leaves none",
			w->program, w->hello.engine);
	process_free(&s.process);
	if (rc)
		plan_free(&own);
	else
		plan_join(p, &own, w->hello.engine);
	return rc;
}

int beside_join(const struct spec *spec, struct plan *p, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < p->n_workers && rc == 0; i++)
		rc = join_one(spec, &p->workers[i], p, d);
	return rc ? rc : plan_check_visits(p, spec, d);
}

int beside_models(const struct spec *spec, const struct plan *p, const struct stored_run *run, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < p->n_workers && rc == 0; i++) {
		struct survey s = {.spec = spec, .worker = p->workers[i].program};
		rc = survey_models(&s, &p->workers[i].hello, run, d);
		process_free(&s.process);
	}
	return rc;
}

/* ---- what is recorded ---- */

static char *fact_name(const struct plan_worker *w)
{
	return mem_printf("beside.%.60s", w->hello.engine);
}

/* Not where it stands: the same program in another folder is the same. */
static char *fact_text(const struct plan_worker *w)
{
	char *build = json_dumps(w->hello.build, JSON_SORT_KEYS);
	char *text = mem_printf("%s %s", w->hello.version, build ? build : "");
	free(build);
	return text;
}

json_t *beside_facts(const struct plan *p)
{
	json_t *facts = json_object();
	for (int i = 0; i < p->n_workers; i++) {
		char *name = fact_name(&p->workers[i]), *text = fact_text(&p->workers[i]);
		json_object_set_new(facts, name, json_string(text));
		free(name);
		free(text);
	}
	return facts;
}

int beside_same(const struct plan *p, const json_t *environment, struct diag *d)
{
	json_t *now = beside_facts(p), *then;
	const char *key;
	int rc = 0;
	json_object_foreach((json_t *)environment, key, then)
	{
		const char *is = json_string_value(json_object_get(now, key));
		if (strncmp(key, "beside.", strlen("beside.")) != 0 || rc)
			continue;
		if (!is)
			rc = diag_set(d, ERR_USAGE,
				      "the run had a worker with engine \"%.60s\": name it again, "
				      "with --beside",
				      key + strlen("beside."));
		else if (!json_is_string(then) || strcmp(is, json_string_value(then)) != 0)
			rc = diag_set(d, ERR_USAGE,
				      "cannot be resumed: worker %.60s was %.100s, now it is %.100s",
				      key + strlen("beside."),
				      json_is_string(then) ? json_string_value(then) : "not told", is);
	}
	json_decref(now);
	return rc;
}
