/* SPDX-License-Identifier: Apache-2.0 */
/* Everything as numbers, with the value of each process; null is "none". */
#include "config.h"

#include "reports/report.h"

#include <math.h>
#include <string.h>

#include "harness/store/runs.h"
#include "reports/counters.h"
#include "reports/json.h"
#include "reports/text.h"
#include "reports/view.h"

static json_t *json_of_process(const struct process_value *p)
{
	json_t *o = json_pack("{s:I, s:i, s:i}", "visit", (json_int_t)p->visit, "round", p->round,
			      "repetitions", p->n_reps);

	json_put_number(o, "rep_s", p->rep_s);
	json_put_number(o, "tokens_per_s", p->tokens > 0 ? p->tokens / p->rep_s : NAN);
	json_put_number(o, "gflop_per_s", p->flops > 0 ? p->flops / p->rep_s * 1e-9 : NAN);
	json_put_number(o, "gbyte_per_s", p->bytes > 0 ? p->bytes / p->rep_s * 1e-9 : NAN);
	json_put_number(o, "call_ns", p->calls > 0 ? p->rep_s / p->calls * 1e9 : NAN);
	json_put_number(o, "step_ms", p->step_ms);
	json_put_number(o, "load_s", p->load_s);
	return o;
}

static json_t *json_of_keys(const struct point *p)
{
	json_t *o = json_object();

	for (int k = 0; k < KEY_COUNT; k++)
		if (*point_get(p, k))
			json_put_text(o, point_key_name(k), point_get(p, k));
	return o;
}

static void put_rates(json_t *o, const struct row *r)
{
	json_object_set_new(o, "rep_s", json_of_estimate(&r->rep_s));
	json_object_set_new(o, "tokens_per_s", json_of_estimate(&r->tokens_s));
	json_object_set_new(o, "gflop_per_s", json_of_estimate(&r->gflops_s));
	json_object_set_new(o, "gbyte_per_s", json_of_estimate(&r->gbytes_s));
	json_object_set_new(o, "call_ns", json_of_estimate(&r->call_ns));
	json_object_set_new(o, "step_ms", json_of_estimate(&r->step_ms));
	json_object_set_new(o, "load_s", json_of_estimate(&r->load_s));
	json_object_set_new(o, "share", json_of_estimate(&r->share));
	json_object_set_new(o, "device_share", json_of_estimate(&r->device_share));
	json_put_number(o, "step_p99_ms", r->step_p99_ms);
	json_put_text(o, "bound", bound_name(r->bound));
	json_put_number(o, "ceiling", r->ceiling);
	json_put_number(o, "ceiling_tokens_per_s", r->ceiling_tokens_s);
}

static json_t *json_of_row(const struct stored_run *run, const struct row *r)
{
	struct strbuf text = {0};
	json_t *o = json_object(), *values = json_array(), *counters = counters_json(r);

	json_put_text(o, "id", r->point->id);
	json_object_set_new(o, "point", json_of_keys(&r->point->point));
	json_put_text(o, "state", row_state(r));
	json_put_text(o, "reason", r->reason);
	put_rates(o, r);
	json_put_number(o, "residual_same", r->residual_same);
	json_put_number(o, "residual_f32", r->residual_f32);
	json_put_number(o, "residual_bound", r->residual_bound);
	json_object_set_new(o, "samples",
			    json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "measured", r->n_samples,
				      "warmup", r->n_warmup, "faulted", r->n_faulted, "preempted",
				      r->n_preempted, "migrated", r->n_migrated, "contended", r->n_contended,
				      "throttled", r->n_throttled, "power_limited", r->n_power_limited));
	json_object_set_new(o, "visits_failed", json_integer(r->visits_failed));
	json_put_number(o, "peak_bytes", r->peak_bytes);
	json_put_number(o, "step_cost_ns", r->step_cost_ns);
	json_object_set_new(o, "client_bound",
			    isfinite(r->step_cost_ns) ? json_boolean(r->client_bound) : json_null());
	json_put_text(o, "clock", row_clock(r));
	json_put_text(o, "describe", r->point->describe);
	row_command(&text, run, r);
	json_put_text(o, "command", strbuf_text(&text));
	for (int i = 0; i < r->n_values; i++)
		json_array_append_new(values, json_of_process(&r->values[i]));
	json_object_set_new(o, "processes", values);
	if (json_array_size(counters))
		json_object_set(o, "counters", counters);
	json_decref(counters);
	strbuf_free(&text);
	return o;
}

static json_t *json_of_rows(const struct stored_run *run, const struct row *rows, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_of_row(run, &rows[i]));
	return list;
}

static json_t *json_of_notes(const struct stored_run *run)
{
	json_t *list = json_array();

	for (int i = 0; i < run->n_annotations; i++) {
		json_t *note;
		if (!run_annotation_is_told(run->annotations[i].key))
			continue;
		note = json_object();
		json_put_text(note, "key", run->annotations[i].key);
		json_put_text(note, "text", run->annotations[i].value);
		json_array_append_new(list, note);
	}
	return list;
}

static json_t *json_of_run(const struct stored_run *run)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_integer(run->id));
	json_put_text(o, "label", run->label);
	json_put_text(o, "command", run->command);
	json_put_text(o, "state", run->state);
	json_put_text(o, "spec", run->spec_text);
	json_object_set_new(o, "seed", json_integer(run->seed));
	json_object_set_new(o, "rounds", json_integer(run->rounds));
	json_object_set_new(o, "start_wall_ns", json_integer(run->start_wall_ns));
	json_object_set_new(o, "end_wall_ns",
			    run->end_wall_ns ? json_integer(run->end_wall_ns) : json_null());
	json_put_text(o, "machine_id", run->machine_id);
	json_put_text(o, "machine_class", run->machine_class);
	if (run->n_annotations > 0)
		json_object_set_new(o, "notes", json_of_notes(run));
	return o;
}

static void put_facts(json_t *o, const char *key, json_t *facts)
{
	json_object_set_new(o, key, facts ? json_incref(facts) : json_null());
}

static int json_emit(FILE *out, const struct analysis *a,
		     const struct report_options *options __attribute__((unused)), struct diag *d)
{
	json_t *o = json_object();
	int bad;

	json_object_set_new(o, "run", json_of_run(a->run));
	put_facts(o, "machine", a->run->machine);
	put_facts(o, "environment", a->run->environment);
	json_put_text(o, "build_program", a->run->build_program);
	json_put_text(o, "build_version", a->run->build_version);
	put_facts(o, "build", a->run->build);
	json_object_set_new(o, "rows", json_of_rows(a->run, a->rows, a->n_rows));
	json_object_set_new(o, "ceilings", json_of_rows(a->run, a->ceilings, a->n_ceilings));
	bad = json_dumpf(o, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	json_decref(o);
	fputc('\n', out);
	return bad || ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}

const struct emitter_ops emit_json = {
	.name = "json",
	.extension = "json",
	.help = "one object: run, machine, build, rows, ceilings; every process",
	.emit = json_emit,
};
