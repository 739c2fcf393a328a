/* SPDX-License-Identifier: Apache-2.0 */
/* run_plan: what the worker can, which models there are, what fits. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/plan/counting.h"
#include "harness/run/process.h"
#include "harness/run/resume.h"
#include "harness/run/run.h"
#include "harness/run/same.h"
#include "harness/run/survey.h"
#include "harness/run/sweep.h"

int survey_awake(struct survey *s, struct diag *d)
{
	if (client_alive(s->process.client))
		return 0;
	process_free(&s->process);
	s->n_starts++;
	return process_start(&s->process, s->worker, d);
}

int survey_ask(struct survey *s, const char *what, json_t *body, json_t **answer, struct diag *d)
{
	int rc = survey_awake(s, d);
	if (rc == 0)
		rc = process_ask(&s->process, what, body, spec_timeout_ns(s->spec), answer, NULL, d);
	json_decref(body);
	return rc;
}

int survey_hello(struct survey *s, struct wire_hello *out, struct diag *d)
{
	struct wire_hello h;
	json_t *answer = NULL;
	json_t *body =
		json_pack("{s:i, s:b}", "protocol", WIRE_PROTOCOL, "events", counting_needs_events(s->spec));
	int rc = survey_ask(s, "hello", body, &answer, d);
	if (rc == 0)
		rc = wire_hello_from_json(answer, &h, d);
	json_decref(answer);
	if (rc)
		return rc;
	if (h.protocol != WIRE_PROTOCOL) {
		rc = diag_set(d, ERR_UNSUPPORTED, "%s speaks protocol %d, expected %d", s->worker, h.protocol,
			      WIRE_PROTOCOL);
		wire_hello_free(&h);
		return rc;
	}
	*out = h;
	return 0;
}

/* ---- models ---- */

static int ask_model(struct survey *s, const char *name, struct wire_model *out, struct diag *d)
{
	json_t *answer = NULL;
	json_t *body = json_pack("{s:s, s:{s:s}}", "what", "model", "point", "model", name);
	if (!body)
		return diag_set(d, ERR_USAGE, "the name of a model is no UTF-8");
	int rc = survey_ask(s, "ask", body, &answer, d);
	if (rc == 0)
		rc = wire_model_from_json(answer, out, d);
	json_decref(answer);
	return rc;
}

static bool is_known(const struct plan_model *models, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(models[i].name, name) == 0)
			return true;
	return false;
}

static int count_models(const struct spec *spec)
{
	int n = 0;
	for (int i = 0; i < spec->n_sections; i++)
		n += spec->sections[i].axis[KEY_MODEL].n;
	return n;
}

/* Each model once. One that cannot be read is an error of its points, not of the run. */
static struct plan_model *ask_models(struct survey *s, int *out)
{
	struct plan_model *models = mem_alloc(((size_t)count_models(s->spec) + 1) * sizeof *models);
	int n = 0;
	for (int i = 0; i < s->spec->n_sections; i++) {
		const struct axis *a = &s->spec->sections[i].axis[KEY_MODEL];
		for (int k = 0; k < a->n; k++) {
			struct diag why = {0};
			if (is_known(models, n, a->value[k]))
				continue;
			models[n].name = a->value[k];
			models[n].code = ask_model(s, a->value[k], &models[n].answer, &why);
			if (models[n].code)
				diag_format(&why, models[n].error, sizeof models[n].error);
			/* No refusal: the worker died of the question, or sent what is no answer. */
			if (models[n].code && !client_alive(s->process.client))
				models[n].code = ERR_DEVICE;
			n++;
		}
	}
	*out = n;
	return models;
}

/* What the store shall know of them goes with the plan. */
static void keep_models(struct plan *p, struct plan_model *models, int n)
{
	p->models = mem_alloc(((size_t)n + 1) * sizeof *p->models);
	p->n_models = 0;
	for (int i = 0; i < n; i++)
		if (!models[i].error[0])
			p->models[p->n_models++] = models[i].answer;
	free(models);
}

static void free_models(struct plan_model *models, int n)
{
	for (int i = 0; i < n; i++)
		wire_model_free(&models[i].answer);
	free(models);
}

/* ---- all of it ---- */

int survey_share(struct survey *s, const struct wire_hello *hello, const struct plan_share *share,
		 struct plan *out, struct diag *d)
{
	struct plan p = {0};
	int n_models;
	struct plan_model *models = ask_models(s, &n_models);
	int rc = plan_expand_share(&p, s->spec, hello, models, n_models, share, d);
	if (rc) {
		free_models(models, n_models);
		return rc;
	}
	keep_models(&p, models, n_models);
	survey_check(s, &p);
	/* Only now is known how much memory a step reads, which chooses the ceiling beside it. */
	if (s->spec->ceilings)
		plan_add_ceilings(&p, hello);
	survey_check(s, &p);
	*out = p;
	return 0;
}

static int survey_plan(struct survey *s, const struct run_beside *beside, const struct wire_hello *hello,
		       struct plan *out, struct diag *d)
{
	const struct wire_hello *others[RUN_BESIDE_MAX];
	struct plan p = {0}, met = {0};
	int rc = beside_meet(s->spec, beside, hello, &met, d);
	const struct plan_share share = {.others = others, .n_others = met.n_workers};
	for (int i = 0; i < met.n_workers; i++)
		others[i] = &met.workers[i].hello;
	if (rc == 0)
		rc = survey_share(s, hello, met.n_workers ? &share : NULL, &p, d);
	if (rc) {
		plan_free(&met);
		return rc;
	}
	p.n_workers = met.n_workers;
	p.workers = met.workers;
	rc = beside_join(s->spec, &p, d);
	if (rc) {
		plan_free(&p);
		return rc;
	}
	plan_order(&p, s->spec->seed, s->spec->rounds, counting_visits(s->spec, hello));
	*out = p;
	return 0;
}

int run_plan_beside(const struct spec *spec, const char *worker, const struct run_beside *beside,
		    struct plan *out, struct wire_hello *hello, struct diag *d)
{
	struct survey s = {.spec = spec, .worker = worker};
	struct wire_hello h;
	int rc = survey_hello(&s, &h, d);
	if (rc == 0) {
		rc = survey_plan(&s, beside, &h, out, d);
		if (rc)
			wire_hello_free(&h);
		else
			*hello = h;
	}
	process_free(&s.process);
	return rc;
}

int run_plan(const struct spec *spec, const char *worker, struct plan *out, struct wire_hello *hello,
	     struct diag *d)
{
	static const struct run_beside none = {0};
	return run_plan_beside(spec, worker, &none, out, hello, d);
}

/* ---- a run that is gone on with ---- */

static bool seen_before(const struct stored_run *run, int i)
{
	const char *name = point_get(&run->points[i].point, KEY_MODEL);
	const char *engine = point_get(&run->points[i].point, KEY_ENGINE);
	for (int k = 0; k < i; k++)
		if (run->points[k].model && strcmp(point_get(&run->points[k].point, KEY_MODEL), name) == 0 &&
		    strcmp(point_get(&run->points[k].point, KEY_ENGINE), engine) == 0)
			return true;
	return false;
}

int survey_models(struct survey *s, const struct wire_hello *hello, const struct stored_run *run,
		  struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < run->n_points && rc == 0; i++) {
		const struct stored_point *p = &run->points[i];
		struct wire_model m;
		const char *engine = p->point.value[KEY_ENGINE];
		if (!p->model || seen_before(run, i) || (engine && !plan_has_engine(hello, engine)))
			continue;
		rc = ask_model(s, point_get(&p->point, KEY_MODEL), &m, d);
		if (rc)
			break;
		rc = same_model(p, m.hash, d);
		wire_model_free(&m);
	}
	return rc;
}

int survey_again(const struct spec *spec, const char *worker, const struct stored_run *run,
		 struct wire_hello *hello, struct diag *d)
{
	struct survey s = {.spec = spec, .worker = worker};
	struct wire_hello h;
	int rc = survey_hello(&s, &h, d);
	if (rc == 0) {
		rc = survey_models(&s, &h, run, d);
		if (rc)
			wire_hello_free(&h);
		else
			*hello = h;
	}
	process_free(&s.process);
	return rc;
}
