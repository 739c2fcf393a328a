/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs as plain structs. */
#include "config.h"

#include "harness/store/store.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/store/columns.h"
#include "harness/store/load.h"

static const struct column run_columns[] = {
	COLUMN_OF(COLUMN_INT64, stored_run, id),
	COLUMN_OF(COLUMN_TEXT, stored_run, label),
	COLUMN_OF(COLUMN_TEXT, stored_run, notes),
	COLUMN_OF(COLUMN_TEXT, stored_run, command),
	COLUMN_OF(COLUMN_TEXT, stored_run, state),
	COLUMN_OF(COLUMN_TEXT, stored_run, spec_name),
	COLUMN_OF(COLUMN_TEXT, stored_run, spec_text),
	COLUMN_OF(COLUMN_TEXT, stored_run, machine_id),
	COLUMN_OF(COLUMN_TEXT, stored_run, machine_class),
	COLUMN_OF(COLUMN_JSON, stored_run, machine),
	COLUMN_OF(COLUMN_JSON, stored_run, environment),
	COLUMN_OF(COLUMN_INT64, stored_run, seed),
	COLUMN_OF(COLUMN_INT64, stored_run, start_wall_ns),
	COLUMN_OF(COLUMN_COUNT, stored_run, end_wall_ns),
	COLUMN_OF(COLUMN_INT, stored_run, rounds),
	COLUMN_OF(COLUMN_INT, stored_run, n_points),
	/* Of the first process, else the one the plan was made with; all three are NULL when that is not known. */
	COLUMN_OF(COLUMN_TEXT_OPT, stored_run, build_program),
	COLUMN_OF(COLUMN_TEXT_OPT, stored_run, build_version),
	COLUMN_OF(COLUMN_JSON_OPT, stored_run, build),
};
enum {
	N_RUN_COLUMNS = sizeof run_columns / sizeof run_columns[0],
	RUNS_MAX = 1 << 20,
	ANNOTATIONS_MAX = 1 << 16
};

/* Outer joins: a row that is missing is an error with a name, not a run less. Three times %s: how many points, BUILD_OF, and
 * what is wanted. */
#define RUN_SELECT                                                                                           \
	"SELECT r.id, r.label, r.notes, r.command, r.state, s.name AS spec_name, s.text AS spec_text, "      \
	"m.id, "                                                                                             \
	"m.class, m.facts AS machine_facts, e.facts AS environment_facts, r.seed, r.start_wall_ns, "         \
	"r.end_wall_ns, r.rounds, %s AS n_points, "                                                          \
	"b.program, b.version, b.facts AS build_facts FROM run r LEFT JOIN spec s ON s.id = r.spec "         \
	"LEFT JOIN machine m ON m.id = r.machine LEFT JOIN environment e ON e.id = r.environment "           \
	"LEFT JOIN build b ON b.id = %s %s"
#define BUILD_OF                                                                                             \
	"(SELECT p.build FROM process p WHERE p.run = r.id AND p.build IS NOT NULL ORDER BY p.id LIMIT 1)"

/* Where nothing ran, the worker that the plan was made with is known since schema 2. */
static int prepare_runs(struct row *row, const char *n_points, const char *wanted, struct diag *d)
{
	const char *build = row->s->schema < 2 ? BUILD_OF : "coalesce(" BUILD_OF ", r.build)";
	char *sql = mem_printf(RUN_SELECT, n_points, build, wanted);
	int rc = db_prepare(row->s, sql, row->name, &row->stmt, d);

	free(sql);
	return rc;
}

static int take_run(const struct row *row, struct stored_run *out, struct diag *d)
{
	char name[40];
	struct row named = *row;

	snprintf(name, sizeof name, "run %lld", (long long)sqlite3_column_int64(row->stmt, 0));
	named.name = name;
	return columns_take(&named, run_columns, N_RUN_COLUMNS, out, d);
}

int load_no_run(struct store *s, int64_t run, struct diag *d)
{
	int64_t first = 0, last = 0;
	int rc = db_integer(s, "SELECT coalesce(min(id), 0) FROM run", "looking for runs", &first, d);

	if (rc == 0)
		rc = db_integer(s, "SELECT coalesce(max(id), 0) FROM run", "looking for runs", &last, d);
	if (rc)
		return rc;
	if (last == 0)
		return diag_set_at(d, ERR_USAGE, s->path, 0, "the store has no run yet");
	return diag_set_at(d, ERR_USAGE, s->path, 0, "there is no run %lld: the store has runs %lld to %lld",
			   (long long)run, (long long)first, (long long)last);
}

static const struct column annotation_columns[] = {
	COLUMN_OF(COLUMN_TEXT, stored_annotation, key),
	COLUMN_OF(COLUMN_TEXT, stored_annotation, value),
};

static int load_annotations(struct store *s, struct stored_run *r, struct diag *d)
{
	struct row row = {.s = s, .name = "a note of a run"};
	int rc = db_prepare(s, "SELECT key, value FROM annotation WHERE run = ?1 ORDER BY rowid", row.name,
			    &row.stmt, d);

	if (rc == 0)
		sqlite3_bind_int64(row.stmt, 1, r->id);
	while (rc == 0 && (rc = db_step(s, row.stmt, row.name, d)) == 1) {
		rc = list_grow(&row, (void **)&r->annotations, r->n_annotations, ANNOTATIONS_MAX,
			       sizeof *r->annotations, d);
		if (rc == 0)
			rc = columns_take(&row, annotation_columns, 2, &r->annotations[r->n_annotations++],
					  d);
	}
	sqlite3_finalize(row.stmt);
	return rc;
}

static int load_run(struct store *s, int64_t run, const struct load_points *which, struct stored_run *out,
		    struct diag *d)
{
	struct row row = {.s = s, .name = "loading a run"};
	/* The points are counted when they are loaded. */
	int rc = prepare_runs(
		&row, "0", run ? "WHERE r.id = ?1" : "WHERE r.id = (SELECT max(id) FROM run) AND ?1 = 0", d);

	if (rc)
		return rc;
	sqlite3_bind_int64(row.stmt, 1, run);
	rc = db_step(s, row.stmt, row.name, d);
	if (rc == 0)
		rc = load_no_run(s, run, d);
	else if (rc == 1)
		rc = take_run(&row, out, d);
	sqlite3_finalize(row.stmt);
	if (rc == 0)
		rc = load_annotations(s, out, d);
	return rc ? rc : load_points(s, out, which, d);
}

int load_outline(struct store *s, int64_t run, struct stored_run **out, struct diag *d)
{
	struct stored_run *r = mem_alloc(sizeof *r);
	int rc = load_run(s, run, &(struct load_points){.visits = false}, r, d);

	if (rc) {
		stored_run_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

static int load_whole(struct store *s, int64_t run, const struct load_points *which, struct stored_run **out,
		      struct diag *d)
{
	struct stored_run *r = mem_alloc(sizeof *r);
	int rc = db_begin_read(s, d);

	if (rc == 0)
		rc = db_end(s, load_run(s, run, which, r, d), d);
	if (rc) {
		stored_run_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

int store_run_load(struct store *s, int64_t run, struct stored_run **out, struct diag *d)
{
	return load_whole(s, run, &(struct load_points){.visits = true}, out, d);
}

int store_run_load_brief(struct store *s, int64_t run, struct stored_run **out, struct diag *d)
{
	return load_whole(s, run, &(struct load_points){.visits = true, .brief = true}, out, d);
}

int store_point_load(struct store *s, int64_t run, const char *point, struct stored_run **out, struct diag *d)
{
	return load_whole(s, run, &(struct load_points){.visits = true, .point = point}, out, d);
}

static int list_runs(struct store *s, struct stored_run **out, int *n, struct diag *d)
{
	struct row row = {.s = s, .name = "listing runs"};
	int rc = prepare_runs(&row, "(SELECT count(*) FROM run_point q WHERE q.run = r.id)", "ORDER BY r.id",
			      d);

	if (rc)
		return rc;
	while ((rc = db_step(s, row.stmt, row.name, d)) == 1) {
		rc = list_grow(&row, (void **)out, *n, RUNS_MAX, sizeof **out, d);
		if (rc == 0)
			rc = take_run(&row, &(*out)[(*n)++], d);
		if (rc)
			break;
	}
	sqlite3_finalize(row.stmt);
	return rc;
}

int store_run_list(struct store *s, struct stored_run **out, int *n, struct diag *d)
{
	struct stored_run *runs = NULL;
	int count = 0, rc = db_begin_read(s, d);

	if (rc == 0)
		rc = db_end(s, list_runs(s, &runs, &count, d), d);
	if (rc) {
		stored_run_list_free(runs, count);
		return rc;
	}
	*out = runs;
	*n = count;
	return 0;
}
