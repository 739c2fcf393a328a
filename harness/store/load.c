/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/load.h"

#include <stdio.h>
#include <string.h>

#include "harness/store/columns.h"
#include "harness/store/names.h"

/* More of anything is garbage; the protocol has the same limits for what a visit gives. */
enum {
	POINTS_MAX = 1 << 20,
	VISITS_MAX = 1 << 20,
	SERIES_MAX = 256,
	SAMPLES_MAX = 1 << 25,
	READINGS_MAX = 1 << 21, /* of the result, and as many beside it */
};

/* The statements, made once for all rows. */
enum { POINTS = 0, ONE_POINT, VISITS, SERIES, READINGS, N_STATEMENTS };

#define POINT_SELECT                                                                                         \
	"SELECT q.point, q.position, q.role, q.state, q.reason, q.describe, q.check_answer, q.model, "       \
	"q.keys "                                                                                            \
	"FROM run_point q WHERE q.run = ?1"

static const char *const statements[N_STATEMENTS] = {
	[POINTS] = POINT_SELECT " ORDER BY q.position, q.point",
	[ONE_POINT] = POINT_SELECT " AND q.point = ?2",
	[VISITS] =
		"SELECT v.id, v.round, v.position, v.kind, v.state, v.reason, v.arm, v.start_wall_ns, "
		"v.wall_ns, v.load_ns, v.weight_bytes, p.peak_bytes, v.tokens, v.flops, v.bytes, p.ended, "
		"CASE WHEN ?3 THEN v.host_before END AS host_before, CASE WHEN ?3 THEN v.host_after END AS "
		"host_after, CASE WHEN ?3 THEN (SELECT a.data FROM artifact a WHERE a.visit = v.id AND "
		"a.name = 'log' ORDER BY a.id LIMIT 1) END AS log, v.window_version FROM visit v LEFT JOIN "
		"process p ON p.id = v.process WHERE v.run = ?1 AND v.point = ?2 ORDER BY v.id",
	[SERIES] =
		"SELECT name, unit, clock, t0, n, samples, marks, reps, offsets FROM series WHERE visit = ?1 "
		"ORDER BY id",
	[READINGS] = "SELECT counter, unit, source, op, thread, pass, usable, why, value FROM reading "
		     "WHERE visit = ?1 ORDER BY rowid",
};

static const struct column point_columns[] = {
	COLUMN_OF(COLUMN_ID, stored_point, id, .size = POINT_ID_SIZE),
	COLUMN_OF(COLUMN_INT, stored_point, position),
	COLUMN_OF(COLUMN_ENUM, stored_point, role, .names = point_role_names),
	COLUMN_OF(COLUMN_ENUM, stored_point, state, .names = point_state_names),
	COLUMN_OF(COLUMN_TEXT, stored_point, reason),
	COLUMN_OF(COLUMN_TEXT_OPT, stored_point, describe),
	COLUMN_OF(COLUMN_JSON_OPT, stored_point, check_answer),
	COLUMN_OF(COLUMN_JSON_OPT, stored_point, model),
};
static const struct column visit_columns[] = {
	COLUMN_OF(COLUMN_INT64, stored_visit, id),
	COLUMN_OF(COLUMN_INT, stored_visit, round),
	COLUMN_OF(COLUMN_INT, stored_visit, position),
	COLUMN_OF(COLUMN_ENUM, stored_visit, kind, .names = visit_kind_names),
	COLUMN_OF(COLUMN_FLAG, stored_visit, failed, .names = visit_state_names),
	COLUMN_OF(COLUMN_TEXT, stored_visit, reason),
	COLUMN_OF(COLUMN_TEXT, stored_visit, arm),
	COLUMN_OF(COLUMN_INT64, stored_visit, start_wall_ns),
	COLUMN_OF(COLUMN_COUNT, stored_visit, wall_ns),
	COLUMN_OF(COLUMN_COUNT, stored_visit, load_ns),
	COLUMN_OF(COLUMN_COUNT, stored_visit, weight_bytes),
	COLUMN_OF(COLUMN_COUNT, stored_visit, peak_bytes),
	COLUMN_OF(COLUMN_REAL, stored_visit, tokens),
	COLUMN_OF(COLUMN_REAL, stored_visit, flops),
	COLUMN_OF(COLUMN_REAL, stored_visit, bytes),
	COLUMN_OF(COLUMN_TEXT_OPT, stored_visit, ended),
	COLUMN_OF(COLUMN_JSON_OPT, stored_visit, host_before),
	COLUMN_OF(COLUMN_JSON_OPT, stored_visit, host_after),
	COLUMN_OF(COLUMN_BYTES, stored_visit, log),
	COLUMN_OF(COLUMN_COUNT, stored_visit, window_version),
};
static const struct column series_columns[] = {
	COLUMN_OF(COLUMN_TEXT, stored_series, name),  COLUMN_OF(COLUMN_TEXT, stored_series, unit),
	COLUMN_OF(COLUMN_TEXT, stored_series, clock), COLUMN_OF(COLUMN_INT64, stored_series, t0),
	COLUMN_OF(COLUMN_INT, stored_series, n),
};
static const struct column reading_columns[] = {
	COLUMN_OF(COLUMN_TEXT, stored_reading, counter),
	COLUMN_OF(COLUMN_TEXT, stored_reading, unit),
	COLUMN_OF(COLUMN_TEXT, stored_reading, source),
	COLUMN_OF(COLUMN_TEXT, stored_reading, op),
	COLUMN_OF(COLUMN_INT, stored_reading, thread, .min = -1),
	COLUMN_OF(COLUMN_INT, stored_reading, pass),
	COLUMN_OF(COLUMN_BOOL, stored_reading, usable),
	COLUMN_OF(COLUMN_TEXT, stored_reading, why),
	COLUMN_OF(COLUMN_VALUE, stored_reading, value),
};
#define N_OF(columns) ((int)(sizeof(columns) / sizeof(columns)[0]))

struct loader {
	struct store *s;
	sqlite3_stmt *stmt[N_STATEMENTS];
	int64_t run;
	const struct load_points *which;
};

/* "point 1234...", "visit 7": what an error names. */
struct row_name {
	char text[64];
};

/* Starts the statement; rows then come from next_row. */
static struct row first_row(struct loader *l, int which, const char *name)
{
	sqlite3_reset(l->stmt[which]);
	return (struct row){l->s, l->stmt[which], name};
}

/* 1 with a row, and room for it in *items; 0 at the end. */
static int next_row(const struct row *row, void **items, int n, int max, size_t size, struct diag *d)
{
	int rc = db_step(row->s, row->stmt, row->name, d);

	if (rc != 1)
		return rc;
	rc = list_grow(row, items, n, max, size, d);
	return rc ? rc : 1;
}

static int load_samples(const struct row *row, struct stored_series *x, bool brief, struct diag *d)
{
	int64_t **columns[] = {&x->values, &x->marks, &x->reps, &x->offsets};
	int n = brief ? 3 : 4, rc = 0;

	if (x->n > SAMPLES_MAX)
		return diag_set_at(d, ERR_FORMAT, row->s->path, 0, "%s: %d samples, at most %d are allowed",
				   row->name, x->n, SAMPLES_MAX);
	for (int i = 0; i < n && rc == 0; i++)
		rc = column_samples(row, N_OF(series_columns) + i, x->n, columns[i], d);
	return rc;
}

static int load_series(struct loader *l, struct stored_visit *v, const char *name, struct diag *d)
{
	struct row row = first_row(l, SERIES, name);
	int rc;

	sqlite3_bind_int64(row.stmt, 1, v->id);
	while ((rc = next_row(&row, (void **)&v->series, v->n_series, SERIES_MAX, sizeof *v->series, d)) ==
	       1) {
		struct stored_series *x = &v->series[v->n_series++];
		rc = columns_take(&row, series_columns, N_OF(series_columns), x, d);
		if (rc == 0)
			rc = load_samples(&row, x, l->which->brief, d);
		if (rc)
			break;
	}
	return rc;
}

static int load_readings(struct loader *l, struct stored_visit *v, const char *name, struct diag *d)
{
	struct row row = first_row(l, READINGS, name);
	int rc;

	sqlite3_bind_int64(row.stmt, 1, v->id);
	while ((rc = next_row(&row, (void **)&v->readings, v->n_readings, READINGS_MAX, sizeof *v->readings,
			      d)) == 1) {
		rc = columns_take(&row, reading_columns, N_OF(reading_columns), &v->readings[v->n_readings++],
				  d);
		if (rc)
			break;
	}
	return rc;
}

static int load_visit(struct loader *l, const struct row *row, struct stored_visit *v, struct diag *d)
{
	struct row_name name;
	int rc = columns_take(row, visit_columns, N_OF(visit_columns), v, d);

	if (rc)
		return rc;
	snprintf(name.text, sizeof name.text, "visit %lld", (long long)v->id);
	rc = load_series(l, v, name.text, d);
	return rc ? rc : load_readings(l, v, name.text, d);
}

static int load_visits(struct loader *l, struct stored_point *p, struct diag *d)
{
	struct row_name name;
	struct row row = first_row(l, VISITS, name.text);
	int rc;

	snprintf(name.text, sizeof name.text, "a visit of point %s", p->id);
	sqlite3_bind_int64(row.stmt, 1, l->run);
	sqlite3_bind_text(row.stmt, 2, p->id, -1, SQLITE_STATIC);
	sqlite3_bind_int(row.stmt, 3, !l->which->brief);
	while ((rc = next_row(&row, (void **)&p->visits, p->n_visits, VISITS_MAX, sizeof *p->visits, d)) ==
	       1) {
		rc = load_visit(l, &row, &p->visits[p->n_visits++], d);
		if (rc)
			break;
	}
	return rc;
}

/* The keys follow the other columns. A store of a newer program may have more of them. */
static int load_keys(const struct row *row, struct stored_point *p, struct diag *d)
{
	struct diag inner = {0};
	json_t *keys;
	int rc = column_json(row, N_OF(point_columns), &keys, d);

	if (rc)
		return rc;
	rc = point_from_json(keys, &p->point, &inner);
	json_decref(keys);
	if (rc)
		return diag_set_at(d, (enum err)rc, row->s->path, 0, "%s %s: %s", row->name, p->id,
				   inner.text);
	return 0;
}

static int load_all(struct loader *l, struct stored_run *run, struct diag *d)
{
	struct row_name name;
	const char *only = l->which->point;
	struct row row = first_row(l, only ? ONE_POINT : POINTS, name.text);
	int rc;

	snprintf(name.text, sizeof name.text, "run %lld: a point", (long long)run->id);
	sqlite3_bind_int64(row.stmt, 1, run->id);
	if (only)
		sqlite3_bind_text(row.stmt, 2, only, -1, SQLITE_STATIC);
	while ((rc = next_row(&row, (void **)&run->points, run->n_points, POINTS_MAX, sizeof *run->points,
			      d)) == 1) {
		struct stored_point *p = &run->points[run->n_points++];
		rc = columns_take(&row, point_columns, N_OF(point_columns), p, d);
		if (rc == 0)
			rc = load_keys(&row, p, d);
		if (rc == 0 && l->which->visits)
			rc = load_visits(l, p, d);
		if (rc)
			break;
	}
	return rc;
}

int load_points(struct store *s, struct stored_run *run, const struct load_points *which, struct diag *d)
{
	struct loader l = {.s = s, .run = run->id, .which = which};
	int rc = 0;

	for (int i = 0; i < N_STATEMENTS && rc == 0; i++)
		rc = db_prepare(s, statements[i], "loading a run", &l.stmt[i], d);
	run->n_points = 0;
	if (rc == 0)
		rc = load_all(&l, run, d);
	for (int i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(l.stmt[i]);
	return rc;
}
