/* SPDX-License-Identifier: Apache-2.0 */
/* Everything of the verdicts as numbers; null is "none". Effects are natural logarithms of ratios of time, b over a. */
#include "config.h"

#include <math.h>

#include "reports/json.h"
#include "reports/verdicts/verdicts.h"
#include "reports/view.h"

static json_t *pair_list(const struct verdict_pair *pair, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(
			list, json_pack("{s:i, s:i, s:s, s:f, s:f, s:f, s:b, s:b, s:b, s:b}", "round",
					pair[i].round, "group", pair[i].group, "first",
					trial_arm_name[pair[i].first], "a_s", pair[i].value[0], "b_s",
					pair[i].value[1], "r", pair[i].r, "a_contended", pair[i].contended[0],
					"b_contended", pair[i].contended[1], "a_throttled",
					pair[i].throttled[0], "b_throttled", pair[i].throttled[1]));
	return list;
}

static json_t *pairs_of(const struct pairs *p)
{
	bool done = p->state == PAIRS_DONE;

	return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:b}", "n", p->n, "theta",
			 json_of_number(p->n > 0 ? p->theta : NAN), "lo", json_of_number(done ? p->lo : NAN),
			 "hi", json_of_number(done ? p->hi : NAN), "p", json_of_number(done ? p->p : NAN),
			 "spread", json_of_number(p->n > 1 ? p->spread : NAN), "rho",
			 json_of_number(done ? p->rho : NAN), "mde", json_of_number(done ? p->mde : NAN),
			 "groups", done ? p->n_groups : 0, "outliers", done ? p->n_outliers : 0, "sign_flips",
			 done && p->flipped);
}

static json_t *cell(const struct verdicts *v, const struct verdict_cell *c)
{
	json_t *o = json_object();
	struct strbuf text = {0};

	verdict_label(&text, v, c);
	json_put_text(o, "point", strbuf_text(&text));
	strbuf_reset(&text);
	json_object_set_new(o, "a", point_to_json(&c->point[0]->point));
	json_object_set_new(o, "b", point_to_json(&c->point[1]->point));
	json_put_text(o, "state", point_state_name(c->state));
	json_put_text(o, "verdict", c->state == POINT_DONE ? verdict_name(c->result.verdict) : "");
	json_put_text(o, "why", verdict_why(c));
	json_put_text(o, "caveat", verdict_caveat_name(c->caveat));
	json_put_text(o, "estimator", estimator_name(c->estimator));
	json_object_set_new(o, "interval", pairs_of(&c->pairs));
	json_object_set_new(o, "fresh", c->confirming ? pairs_of(&c->confirming->pairs) : json_null());
	json_object_set_new(o, "ratio", json_of_number(c->n_pairs ? exp(c->pairs.theta) : NAN));
	json_object_set_new(o, "survives", json_boolean(c->survives));
	json_object_set_new(o, "confirmed", json_boolean(c->confirmed));
	json_object_set_new(o, "required", json_boolean(c->cell->required));
	json_object_set_new(o, "delta", json_of_number(c->delta));
	json_object_set_new(o, "floor", json_of_number(c->cell->floor));
	json_object_set_new(o, "pairs_needed", json_integer(c->pairs_needed));
	json_object_set_new(o, "lost", json_integer(c->n_lost));
	json_object_set_new(o, "contended", json_integer(c->n_contended));
	json_object_set_new(o, "throttled", json_integer(c->n_throttled));
	json_object_set_new(o, "median_s",
			    json_pack("[o, o]", json_of_number(c->median[0]), json_of_number(c->median[1])));
	json_object_set_new(
		o, "residual",
		json_pack("[o, o]", json_of_number(c->residual[0]), json_of_number(c->residual[1])));
	json_object_set_new(o, "drifting", json_pack("[i, i]", c->drifting[0], c->drifting[1]));
	json_object_set_new(o, "pairs", pair_list(c->pair, c->n_pairs));
	json_object_set_new(o, "aa_pairs", pair_list(c->aa_pair, c->n_aa));
	strbuf_free(&text);
	return o;
}

static json_t *arm(const struct trial_arm *a)
{
	json_t *o = json_object();

	json_put_text(o, "title", a->title);
	json_put_text(o, "worker", a->worker);
	json_put_text(o, "version", a->version);
	json_put_text(o, "build", a->build);
	return o;
}

static json_t *families(const struct verdicts *v)
{
	json_t *list = json_array();

	for (int i = 0; i < v->n_families; i++) {
		const struct verdict_family *f = &v->family[i];
		json_t *o = json_object();

		json_put_text(o, "name", f->name);
		json_object_set_new(o, "n", json_integer(f->n));
		json_object_set_new(o, "theta", json_of_number(f->n ? f->theta : NAN));
		json_object_set_new(o, "lo", json_of_number(f->family.ok ? f->family.lo : NAN));
		json_object_set_new(o, "hi", json_of_number(f->family.ok ? f->family.hi : NAN));
		json_object_set_new(o, "p", json_of_number(f->family.ok ? f->family.p : NAN));
		json_put_text(o, "verdict", verdict_name(f->verdict));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *calibration(const struct verdicts *v)
{
	const struct calibration_share *s = &v->false_alarms;

	return json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:i, s:i, s:o}", "state",
			 calibration_state_name(v->calibration), "n", s->n, "alarms", s->k, "lo",
			 json_of_number(s->n ? s->lo : NAN), "hi", json_of_number(s->n ? s->hi : NAN), "q99",
			 json_of_number(v->trial.calibration.q99), "injected",
			 v->trial.calibration.n_injected, "found", v->trial.calibration.n_found, "aa_p",
			 json_of_number(v->aa_p));
}

/* The pairs of a against its copy, all cells together. */
static json_t *standing(const struct verdicts *v)
{
	json_t *o = json_pack("{s:i, s:o, s:o, s:o}", "n", v->n_aa, "theta", json_of_number(v->aa_theta), "p",
			      json_of_number(v->aa_p), "q95", json_of_number(v->aa_q95));

	json_put_text(o, "copy", v->trial.copy);
	json_put_text(o, "why_none", v->n_aa ? "" : v->trial.no_copy);
	return o;
}

static json_t *rules(const struct trial *t)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:s, s:i, s:i, s:i, s:f, s:i, s:i, s:f}", "delta",
			 t->delta_fail, "same", t->delta_eq, "level", t->level, "q", t->q, "estimator",
			 estimator_name((enum estimator)t->estimator), "pairs", t->pairs, "pairs_max",
			 t->pairs_max, "block", t->block, "budget_s", t->budget_s, "restart_pairs",
			 t->restart_pairs, "warmup", t->cut, "injected_percent", t->injected);
}

/* Where, when and how. */
static void put_measured(json_t *o, const struct verdicts *v)
{
	struct strbuf machine = {0};

	machine_put(&machine, v->run);
	json_put_text(o, "machine", strbuf_text(&machine));
	json_put_text(o, "machine_id", v->run->machine_id);
	json_put_text(o, "command", v->run->command);
	json_put_text(o, "state", v->run->state);
	json_put_text(o, "pilot", v->trial.warmup);
	json_object_set_new(o, "start_wall_ns", json_integer(v->run->start_wall_ns));
	json_object_set_new(o, "end_wall_ns", json_integer(v->run->end_wall_ns));
	strbuf_free(&machine);
}

static json_t *all(const struct verdicts *v)
{
	const struct trial *t = &v->trial;
	struct strbuf text = {0};
	json_t *o = json_object(), *cells = json_array();

	verdicts_headline(&text, v);
	json_put_text(o, "headline", strbuf_text(&text));
	json_object_set_new(o, "exit_status", json_integer(verdicts_exit(v)));
	json_put_text(o, "exit_reason", verdicts_exit_reason(v));
	json_object_set_new(o, "run", json_integer(v->run->id));
	json_object_set_new(o, "confirming_run", json_integer(v->confirming_run));
	json_object_set_new(o, "complete", json_boolean(v->complete));
	json_put_text(o, "purpose", trial_purpose_name(t->purpose));
	json_object_set_new(o, "a", arm(&t->arm[0]));
	json_object_set_new(o, "b", arm(&t->arm[1]));
	json_object_set_new(o, "rules", rules(t));
	put_measured(o, v);
	strbuf_reset(&text);
	strbuf_printf(&text, "%llu", (unsigned long long)t->seed);
	json_put_text(o, "seed", strbuf_text(&text));
	for (int i = 0; i < v->n_cells; i++)
		json_array_append_new(cells, cell(v, &v->cell[i]));
	json_object_set_new(o, "points", cells);
	json_object_set_new(o, "families", families(v));
	json_object_set_new(o, "differences",
			    json_of_texts((const char *const *)t->difference, t->n_differences));
	json_object_set_new(o, "allowed", json_of_texts((const char *const *)t->allowed, t->n_allowed));
	json_object_set_new(o, "aa", standing(v));
	json_object_set_new(o, "calibration", calibration(v));
	strbuf_free(&text);
	return o;
}

int verdicts_json(FILE *out, const struct verdicts *v, const struct report_options *o __attribute__((unused)),
		  struct diag *d)
{
	json_t *root = all(v);
	int rc = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12));

	json_decref(root);
	fputc('\n', out);
	return rc || ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
