/* SPDX-License-Identifier: Apache-2.0 */
/* Everything of a comparison as numbers; null is "none". */
#include "config.h"

#include "reports/compare/compare.h"
#include "reports/json.h"
#include "reports/view.h"

/* null where there is none at all. */
static json_t *estimate(const struct estimate *e)
{
	return e->n == 0 ? json_null() : json_of_estimate(e);
}

static json_t *compared(const struct comparison *c, const struct compare_cell *cell, int v)
{
	const struct compared *x = &cell->compared[v];
	struct strbuf marks = {0};
	json_t *o = json_object();

	json_put_text(o, "value", c->value[v]);
	json_object_set_new(o, "run", x->run >= 0 ? json_integer(x->run) : json_null());
	json_put_text(o, "id", x->row ? x->row->point->id : "");
	json_put_text(o, "state", x->row ? row_state(x->row) : "absent");
	json_put_text(o, "unit", x->unit);
	json_object_set_new(o, "rate", estimate(&x->rate));
	json_object_set_new(o, "ratio", estimate(&x->ratio));
	json_put_text(o, "kind", ratio_name(x->kind));
	compared_marks(&marks, x);
	json_put_text(o, "marks", strbuf_text(&marks));
	json_put_text(o, "note", x->why);
	strbuf_free(&marks);
	return o;
}

static json_t *cell_of(const struct comparison *c, const struct compare_cell *cell)
{
	json_t *o = json_object(), *keys = json_object(), *values = json_array();

	for (int k = 0; k < KEY_COUNT; k++) {
		const char *value = point_get(&cell->first->point->point, k);

		if (*value && !(c->kind == COMPARE_KEY && k == (int)c->key))
			json_put_text(keys, point_key_name(k), value);
	}
	for (int v = 0; v < c->n_values; v++)
		json_array_append_new(values, compared(c, cell, v));
	json_object_set_new(o, "point", keys);
	json_object_set_new(o, "run", cell->run >= 0 ? json_integer(cell->run) : json_null());
	json_object_set_new(o, "values", values);
	return o;
}

static json_t *run_of(const struct compared_run *r)
{
	const struct stored_run *run = r->a->run;
	json_t *o = json_object();

	json_put_text(o, "name", r->name);
	json_put_text(o, "machine", r->machine);
	json_put_text(o, "machine_id", run->machine_id);
	json_put_text(o, "build_program", run->build_program);
	json_put_text(o, "build_version", run->build_version);
	json_put_text(o, "command", run->command);
	json_object_set_new(o, "start_wall_ns", json_integer(run->start_wall_ns));
	return o;
}

static json_t *differences(const struct comparison *c)
{
	static const char *const kinds[] = {"refused", "never", "allowed", "unknown on both sides"};
	json_t *list = json_array();

	for (int i = 0; i < c->differences.n; i++) {
		const struct difference *x = &c->differences.item[i];
		json_t *o = json_object();

		json_put_text(o, "key", x->key);
		json_put_text(o, "kind", kinds[x->kind]);
		json_object_set_new(o, "runs", json_pack("[i, i]", c->pair[i][0], c->pair[i][1]));
		json_put_text(o, "a", x->a);
		json_put_text(o, "b", x->b);
		json_put_text(o, "effect", x->effect);
		json_array_append_new(list, o);
	}
	return list;
}

int compare_json(FILE *out, const struct comparison *c,
		 const struct report_options *options __attribute__((unused)), struct diag *d)
{
	json_t *o = json_object(), *runs = json_array(), *cells = json_array();
	int bad;

	for (int i = 0; i < c->n_runs; i++)
		json_array_append_new(runs, run_of(&c->runs[i]));
	for (int i = 0; i < c->n_cells; i++)
		json_array_append_new(cells, cell_of(c, &c->cell[i]));
	json_put_text(o, "by", c->by);
	json_put_text(o, "baseline", c->value[c->baseline]);
	json_object_set_new(o, "values", json_of_texts((const char *const *)c->value, c->n_values));
	json_object_set_new(o, "unverified", json_boolean(c->unverified));
	json_object_set_new(o, "runs_apart", json_boolean(c->apart));
	json_object_set_new(o, "runs", runs);
	json_object_set_new(o, "differences", differences(c));
	json_object_set_new(o, "cells", cells);
	bad = json_dumpf(o, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	json_decref(o);
	fputc('\n', out);
	return bad || ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
