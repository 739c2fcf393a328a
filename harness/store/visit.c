/* SPDX-License-Identifier: Apache-2.0 */
/* A visit with all that came of it, in one transaction. */
#include "config.h"

#include "harness/store/store.h"

#include <stdlib.h>

#include "harness/store/build.h"
#include "harness/store/db.h"
#include "harness/store/names.h"

static bool is_empty(const char *s)
{
	return !s || !*s;
}

/* What the harness saw of the process counts; the worker's own word where it saw nothing. */
static int64_t peak_bytes(const struct store_visit *v)
{
	if (v->peak_bytes == 0 && v->result)
		return v->result->peak_bytes;
	return v->peak_bytes;
}

static int put_process(struct store *s, int64_t run, const struct store_visit *v, struct db_value *out,
		       struct diag *d)
{
	char id[CONTENT_ID_SIZE];
	struct db_value build;
	int rc = store_build_put(s, v->build_program, v->build_version, v->build, &build, id, d);

	*out = db_null();
	if (rc || (v->pid <= 0 && is_empty(v->build_program) && is_empty(v->ended)))
		return rc; /* none could be started */
	rc = db_exec(
		s, "storing the process", d,
		"INSERT INTO process (run, build, worker, arm, pid, start_wall_ns, end_wall_ns, peak_bytes, "
		"ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_VALUES(db_int(run), build, db_text(v->worker), db_text(v->arm), db_int(v->pid),
			  db_int(v->process_start_wall_ns), db_int(v->process_end_wall_ns),
			  db_int(peak_bytes(v)), db_text(v->ended)));
	if (rc == 0)
		*out = db_int(sqlite3_last_insert_rowid(s->db));
	return rc;
}

static int put_visit(struct store *s, int64_t run, const struct store_visit *v, struct db_value process,
		     int64_t *id, struct diag *d)
{
	const struct wire_prepared *p = v->prepared;
	const struct wire_run_result *r = v->result;
	int rc = db_exec(
		s, "storing a visit", d,
		"INSERT INTO visit (run, point, process, round, position, arm, kind, state, reason, "
		"host_before, "
		"host_after, start_wall_ns, wall_ns, load_ns, weight_bytes, tokens, flops, bytes, "
		"window_version, planned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?)",
		DB_VALUES(
			db_int(run), db_text(v->point_id), process, db_int(v->round), db_int(v->position),
			db_text(v->arm), db_text(visit_kind_name(v->kind)),
			db_text(visit_state_names[v->failed]), db_text(v->reason), db_json(v->host_before),
			db_json(v->host_after), db_int(v->start_wall_ns), db_int(v->wall_ns),
			p ? db_int(p->load_ns) : db_null(), p ? db_int(p->weight_bytes) : db_null(),
			r ? db_real(r->tokens_per_rep) : db_null(), r ? db_real(r->flops_per_rep) : db_null(),
			r ? db_real(r->bytes_per_rep) : db_null(), r ? db_int(r->window_version) : db_null(),
			v->planned ? db_int(v->planned) : db_null()));

	if (rc == 0)
		*id = sqlite3_last_insert_rowid(s->db);
	return rc;
}

static int put_series(struct store *s, int64_t visit, const struct wire_run_result *r, struct diag *d)
{
	int rc = 0;

	for (int i = 0; r && i < r->n_series && rc == 0; i++) {
		const struct wire_series *x = &r->series[i];
		rc = db_exec(
			s, "storing a series", d,
			"INSERT INTO series (visit, name, unit, clock, t0, n, samples, offsets, marks, reps) "
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			DB_VALUES(db_int(visit), db_text(x->name), db_text(x->unit), db_text(x->clock),
				  db_int(x->t0), db_int(x->n), db_samples(x->values, x->n),
				  db_samples(x->offsets, x->n), db_samples(x->marks, x->n),
				  db_samples(x->reps, x->n)));
	}
	return rc;
}

static struct store_reading of_wire(const struct wire_reading *r)
{
	return (struct store_reading){.counter = r->counter,
				      .unit = r->unit,
				      .source = r->source,
				      .op = "",
				      .thread = r->thread,
				      .pass = r->pass,
				      .usable = r->usable,
				      .why = r->why,
				      .value = r->value,
				      .enabled_ns = r->enabled_ns,
				      .running_ns = r->running_ns};
}

static int put_reading(struct store *s, sqlite3_stmt *stmt, int64_t visit, const struct store_reading *r,
		       struct diag *d)
{
	struct db_value value = r->real ? db_real(r->value_real) : db_int(r->value);

	return db_put(s, stmt, "storing a reading",
		      DB_VALUES(db_int(visit), db_text(r->counter), db_text(r->unit), db_text(r->source),
				db_int(r->thread), db_text(r->op), db_int(r->pass), db_int(r->usable),
				db_text(r->why), r->usable ? value : db_null(), db_int(r->enabled_ns),
				db_int(r->running_ns)),
		      d);
}

static int put_readings(struct store *s, int64_t visit, const struct store_visit *v, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(
		s,
		"INSERT INTO reading (visit, counter, unit, source, thread, op, pass, usable, why, "
		"value, enabled_ns, running_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"storing a reading", &stmt, d);

	for (int i = 0; rc == 0 && v->result && i < v->result->n_readings; i++) {
		struct store_reading r = of_wire(&v->result->readings[i]);
		rc = put_reading(s, stmt, visit, &r, d);
	}
	for (int i = 0; rc == 0 && i < v->n_readings; i++)
		rc = put_reading(s, stmt, visit, &v->readings[i], d);
	sqlite3_finalize(stmt);
	return rc;
}

static int put_log(struct store *s, int64_t visit, struct db_value process, const char *log, struct diag *d)
{
	if (is_empty(log))
		return 0;
	return db_exec(s, "storing a log", d,
		       "INSERT INTO artifact (visit, process, name, data) VALUES (?, ?, 'log', ?)",
		       DB_VALUES(db_int(visit), process, db_bytes(log)));
}

int store_visit_put(struct store *s, int64_t run, const struct store_visit *v, int64_t *visit, struct diag *d)
{
	struct db_value process;
	int64_t id = 0;
	int rc = db_begin(s, d);

	if (rc)
		return rc;
	rc = put_process(s, run, v, &process, d);
	if (rc == 0)
		rc = put_visit(s, run, v, process, &id, d);
	if (rc == 0)
		rc = put_series(s, id, v->result, d);
	if (rc == 0)
		rc = put_readings(s, id, v, d);
	if (rc == 0)
		rc = put_log(s, id, process, v->log, d);
	rc = db_end(s, rc, d);
	if (rc == 0)
		*visit = id;
	return rc;
}
