/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/cmd/plan_print.h"
#include "harness/wire/codec.h"

/* Of seconds; null when nothing bounds them. */
static json_t *number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *estimate_json(const struct plan_estimate *e)
{
	if (e->n_visits == 0)
		return json_null();
	json_t *o = json_pack("{s:s, s:o, s:o, s:o, s:i}", "source", estimate_source_name(e->source), "low_s",
			      number(e->low), "likely_s", number(e->likely), "high_s", number(e->high), "n",
			      e->n);
	/* Of all visits together, beside those numbers of one. */
	if (e->idle > 0)
		json_object_set_new(o, "idle_s", json_real(e->idle));
	return o;
}

static json_t *point_json(const struct plan_view *v, int i)
{
	const struct plan_point *p = &v->plan->points[i];
	const struct plan_estimate *e = &v->estimates[i];
	char label[256];
	json_t *o = json_object();
	json_object_set_new(o, "id", json_string(p->id));
	json_object_set_new(o, "label", codec_text(point_label(&p->point, label, sizeof label)));
	json_object_set_new(o, "keys", point_to_json(&p->point));
	json_object_set_new(o, "role", json_string(point_role_name(p->role)));
	json_object_set_new(o, "state", json_string(point_state_name(p->state)));
	json_object_set_new(o, "reason", codec_text(p->reason ? p->reason : ""));
	json_object_set_new(o, "memory_bytes", p->checked ? json_integer(p->check.total) : json_null());
	json_object_set_new(o, "visits", json_integer(e->n_visits));
	json_object_set_new(o, "estimate", estimate_json(e));
	json_object_set_new(o, "verify_s", e->verify > 0 ? json_real(e->verify) : json_null());
	if (v->pilots && v->pilots[i].why)
		json_object_set_new(o, "pilot_reason", codec_text(v->pilots[i].why));
	return o;
}

static json_t *points_json(const struct plan_view *v)
{
	json_t *list = json_array();
	for (int i = 0; i < v->plan->n_points; i++)
		json_array_append_new(list, point_json(v, i));
	return list;
}

static json_t *excludes_json(const struct plan *p)
{
	json_t *list = json_array();
	for (int i = 0; i < p->n_excludes; i++)
		json_array_append_new(list, json_pack("{s:i, s:I}", "line", p->excludes[i].line, "matched",
						      (json_int_t)p->excludes[i].n_matched));
	return list;
}

static json_t *order_json(const struct plan *p)
{
	json_t *list = json_array();
	for (int i = 0; i < p->n_visits; i++) {
		const struct plan_visit *v = &p->visits[i];
		json_array_append_new(list, json_pack("{s:i, s:i, s:s, s:s}", "number", i + 1, "round",
						      v->round, "kind", visit_kind_name(v->kind), "point",
						      p->points[v->point].id));
	}
	return list;
}

static json_t *time_json(const struct plan_view *v)
{
	const struct plan_time *t = &v->time;
	json_t *by = json_object();
	for (int s = 0; s < ESTIMATE_COUNT; s++)
		json_object_set_new(by, estimate_source_name((enum estimate_source)s),
				    json_integer(t->n_by[s]));
	json_t *o = json_pack("{s:o, s:o, s:o, s:o, s:f, s:i}", "low_s", number(t->low), "likely_s",
			      number(t->likely), "high_s", number(t->high), "points_by_source", by,
			      "verify_s", t->verify, "verify_unknown", t->n_verify_unknown);
	json_object_set_new(o, "store", v->store ? codec_text(v->store) : json_null());
	json_object_set_new(o, "note", codec_text(v->note));
	return o;
}

void plan_print_json(const struct plan_view *v)
{
	json_t *o = json_object();
	json_object_set_new(o, "name", codec_text(v->spec->name));
	json_object_set_new(o, "file", codec_text(v->spec->file));
	json_object_set_new(o, "rounds", json_integer(v->spec->rounds));
	json_object_set_new(o, "seed", json_integer(v->spec->seed));
	json_object_set_new(o, "visits", json_integer(v->plan->n_visits));
	json_object_set_new(o, "dropped", json_integer(v->plan->n_dropped));
	json_object_set_new(o, "excludes", excludes_json(v->plan));
	json_object_set_new(o, "time", time_json(v));
	json_object_set_new(o, "points", points_json(v));
	if (v->order)
		json_object_set_new(o, "order", order_json(v->plan));
	json_dumpf(o, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	putchar('\n');
	json_decref(o);
}
