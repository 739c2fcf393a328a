/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and their points. */
#include "config.h"

#include "harness/store/store.h"

#include <stdlib.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/store/build.h"
#include "harness/store/content.h"
#include "harness/store/db.h"

/* Rows with an id of their content are the same wherever they come from: the first stays. */
static int put_machine(struct store *s, const struct store_run *r, struct diag *d)
{
	return db_exec(s, "storing the machine", d,
		       "INSERT INTO machine (id, class, facts) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		       DB_VALUES(db_text(r->machine_id), db_text(r->machine_class), db_json(r->machine)));
}

static int put_environment(struct store *s, const json_t *facts, char id[CONTENT_ID_SIZE], struct diag *d)
{
	char *text = json_text(facts);
	const char *const texts[] = {text};

	content_id(id, texts, 1);
	free(text);
	return db_exec(s, "storing the environment", d,
		       "INSERT INTO environment (id, facts) VALUES (?, ?) ON CONFLICT DO NOTHING",
		       DB_VALUES(db_text(id), db_json(facts)));
}

static int put_spec(struct store *s, const struct store_run *r, char id[CONTENT_ID_SIZE], struct diag *d)
{
	const char *const texts[] = {r->spec_name, r->spec_text};

	content_id(id, texts, 2);
	return db_exec(s, "storing the spec", d,
		       "INSERT INTO spec (id, name, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		       DB_VALUES(db_text(id), db_text(r->spec_name), db_text(r->spec_text)));
}

static int put_run(struct store *s, const struct store_run *r, int64_t *run, struct diag *d)
{
	char environment[CONTENT_ID_SIZE], spec[CONTENT_ID_SIZE], build[CONTENT_ID_SIZE];
	struct db_value built;
	int rc = put_machine(s, r, d);

	if (rc == 0)
		rc = put_environment(s, r->environment, environment, d);
	if (rc == 0)
		rc = put_spec(s, r, spec, d);
	if (rc == 0)
		rc = store_build_put(s, r->build_program, r->build_version, r->build, &built, build, d);
	if (rc)
		return rc;
	rc = db_exec(s, "storing the run", d,
		     "INSERT INTO run (label, spec, machine, environment, command, seed, rounds, state, "
		     "start_wall_ns, build) VALUES (?, ?, ?, ?, ?, ?, ?, 'running', ?, ?)",
		     DB_VALUES(db_text(r->label), db_text(spec), db_text(r->machine_id), db_text(environment),
			       db_text(r->command), db_int(r->seed), db_int(r->rounds),
			       db_int(clock_wall_ns()), built));
	if (rc == 0)
		*run = sqlite3_last_insert_rowid(s->db);
	return rc;
}

int store_run_begin(struct store *s, const struct store_run *r, int64_t *run, struct diag *d)
{
	int64_t id = 0;
	int rc = db_begin(s, d);

	if (rc == 0)
		rc = db_end(s, put_run(s, r, &id, d), d);
	if (rc == 0)
		*run = id;
	return rc;
}

static int replace_environment(struct store *s, int64_t run, const json_t *facts, struct diag *d)
{
	char id[CONTENT_ID_SIZE];
	int rc = put_environment(s, facts, id, d);

	if (rc == 0)
		rc = db_exec(s, "storing the environment", d, "UPDATE run SET environment = ? WHERE id = ?",
			     DB_VALUES(db_text(id), db_int(run)));
	if (rc == 0 && sqlite3_changes(s->db) != 1)
		return diag_set_at(d, ERR_USAGE, s->path, 0, "there is no run %lld", (long long)run);
	if (rc)
		return rc;
	/* That of the begin is nobody's now, unless another run has the same. */
	return db_exec(s, "removing an environment", d,
		       "DELETE FROM environment WHERE id <> ? AND id NOT IN (SELECT environment FROM run)",
		       DB_VALUES(db_text(id)));
}

int store_run_environment(struct store *s, int64_t run, const json_t *environment, struct diag *d)
{
	int rc = db_begin(s, d);

	if (rc == 0)
		rc = db_end(s, replace_environment(s, run, environment, d), d);
	return rc;
}

int store_run_end(struct store *s, int64_t run, bool interrupted, struct diag *d)
{
	int rc = db_exec(s, "ending the run", d, "UPDATE run SET state = ?, end_wall_ns = ? WHERE id = ?",
			 DB_VALUES(db_text(interrupted ? "interrupted" : "done"), db_int(clock_wall_ns()),
				   db_int(run)));

	if (rc == 0 && sqlite3_changes(s->db) != 1)
		return diag_set_at(d, ERR_USAGE, s->path, 0, "there is no run %lld to end", (long long)run);
	return rc;
}

int store_run_resume(struct store *s, int64_t run, struct diag *d)
{
	return db_exec(s, "going on with the run", d,
		       "UPDATE run SET state = 'running', end_wall_ns = NULL WHERE id = ?",
		       DB_VALUES(db_int(run)));
}

int store_annotate(struct store *s, int64_t run, const char *key, const char *value, struct diag *d)
{
	return db_exec(s, "storing a note", d, "INSERT INTO annotation (run, key, value) VALUES (?, ?, ?)",
		       DB_VALUES(db_int(run), db_text(key), db_text(value)));
}

/* ---- points ---- */

static int n_set(const struct point *p)
{
	int n = 0;

	for (int k = 0; k < KEY_COUNT; k++)
		n += p->value[k] != NULL;
	return n;
}

static int put_point(struct store *s, const struct store_point *p, struct diag *d)
{
	struct strbuf canonical = {0};

	point_canonical(p->point, p->model_hash, &canonical);
	int rc = db_exec(s, "storing a point", d,
			 "INSERT INTO point (id, canonical) VALUES (?, ?) ON CONFLICT DO NOTHING",
			 DB_VALUES(db_text(p->id), db_text(strbuf_text(&canonical))));
	strbuf_free(&canonical);
	return rc;
}

static int put_run_point(struct store *s, int64_t run, const struct store_point *p, const json_t *keys,
			 struct diag *d)
{
	return db_exec(
		s, "storing a point of the run", d,
		"INSERT INTO run_point (run, point, position, keys, role, state, reason, check_answer, "
		"model, "
		"describe) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = "
		"excluded.position, keys = excluded.keys, role = excluded.role, state = excluded.state, "
		"reason = "
		"excluded.reason, check_answer = coalesce(excluded.check_answer, check_answer), model = "
		"coalesce(excluded.model, model), describe = coalesce(excluded.describe, describe)",
		DB_VALUES(db_int(run), db_text(p->id), db_int(p->position), db_json(keys),
			  db_text(point_role_name(p->role)), db_text(point_state_name(p->state)),
			  db_text(p->reason), db_json(p->check_answer), db_json(p->model),
			  db_text_or_null(p->describe)));
}

static int put_both(struct store *s, int64_t run, const struct store_point *p, struct diag *d)
{
	json_t *keys = point_to_json(p->point);
	int rc = 0;

	/* JSON takes UTF-8 alone; a path can be any bytes. */
	if (json_object_size(keys) != (size_t)n_set(p->point))
		rc = diag_set_at(d, ERR_USAGE, s->path, 0, "point %s: a value is no UTF-8 text", p->id);
	if (rc == 0)
		rc = put_point(s, p, d);
	if (rc == 0)
		rc = put_run_point(s, run, p, keys, d);
	json_decref(keys);
	return rc;
}

int store_point_put(struct store *s, int64_t run, const struct store_point *p, struct diag *d)
{
	int rc = db_begin(s, d);

	if (rc)
		return rc;
	return db_end(s, put_both(s, run, p, d), d);
}
