/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores are joined by SQLite itself: the other one is attached under the name "source", and each run's rows are
 * copied by one statement a table, in which numbers are replaced by new ones from two temporary tables.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/store/parts.h"
#include "harness/store/trial.h"
#include "harness/store/upkeep.h"

/* Rows that runs share, found by their ids: those that the run ?1 of the source has. */
static const struct {
	const char *table, *ids;
	bool of_plan; /* not in a source of schema 1 */
} shared[] = {
	{"machine", "SELECT machine FROM source.run WHERE id = ?1", false},
	{"environment", "SELECT environment FROM source.run WHERE id = ?1", false},
	{"spec", "SELECT spec FROM source.run WHERE id = ?1", false},
	{"build", "SELECT build FROM source.process WHERE run = ?1", false},
	{"build", "SELECT build FROM source.run WHERE id = ?1", true},
	{"point", "SELECT point FROM source.run_point WHERE run = ?1", false},
};

struct merging {
	struct store *s;
	struct parts parts;
	int64_t schema; /* of the source */
	struct store_merged merged;
};

/* The columns that both stores have of a table, each as it is copied; names: for the INSERT. */
struct columns_text {
	struct strbuf names, values;
};

static void columns_text_free(struct columns_text *c)
{
	strbuf_free(&c->names);
	strbuf_free(&c->values);
}

/* What stands for a column in the copy; NULL leaves it to SQLite: numbers that nobody refers to. ?1: the old run, ?2: the
 * new one, NULL for the next number. */
static const char *value_text(const char *table, const char *column, char *buf, size_t size)
{
	bool is_run = strcmp(table, "run") == 0;

	if (strcmp(column, "id") == 0 && is_run)
		return "?2";
	if (strcmp(column, "id") == 0 && (strcmp(table, "visit") == 0 || strcmp(table, "process") == 0)) {
		snprintf(buf, size, "(SELECT m.new FROM temp.map_%s m WHERE m.old = t.id)", table);
		return buf;
	}
	if (strcmp(column, "id") == 0 && strcmp(table, "series") != 0 && strcmp(table, "artifact") != 0)
		return "t.id"; /* of content */
	if (strcmp(column, "id") == 0)
		return NULL;
	if (strcmp(column, "run") == 0)
		return "?2";
	if (strcmp(column, "visit") == 0 || strcmp(column, "process") == 0) {
		snprintf(buf, size, "(SELECT m.new FROM temp.map_%s m WHERE m.old = t.%s)", column, column);
		return buf;
	}
	/* Its writer is elsewhere, or was killed. */
	if (is_run && strcmp(column, "state") == 0)
		return "CASE t.state WHEN 'running' THEN 'interrupted' ELSE t.state END";
	snprintf(buf, size, "t.\"%s\"", column);
	return buf;
}

static int columns_read(struct merging *m, const char *table, struct columns_text *out, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(m->s,
			    "SELECT name FROM pragma_table_info(?1, 'main') WHERE name IN (SELECT name FROM "
			    "pragma_table_info(?1, 'source'))",
			    "looking at columns", &stmt, d);

	if (rc)
		return rc;
	sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	while ((rc = db_step(m->s, stmt, "looking at columns", d)) == 1) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0), *value;
		char buf[200];

		value = value_text(table, name, buf, sizeof buf);
		if (!value)
			continue;
		strbuf_printf(&out->names, "%s\"%s\"", out->names.len ? ", " : "", name);
		strbuf_printf(&out->values, "%s%s", out->values.len ? ", " : "", value);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* from: what stands behind the columns. values: of ?1 and ?2, as many as it has. */
static int copy(struct merging *m, const char *table, const char *from, const struct db_value *values, int n,
		struct diag *d)
{
	struct columns_text c = {0};
	int rc = columns_read(m, table, &c, d);

	/* A source of an older schema lacks tables. */
	if (rc == 0 && c.names.len) {
		char *sql = mem_printf("INSERT INTO main.\"%s\" (%s) SELECT %s FROM %s", table,
				       strbuf_text(&c.names), strbuf_text(&c.values), from);

		rc = db_exec(m->s, "copying a run", d, sql, values, n);
		free(sql);
	}
	columns_text_free(&c);
	return rc;
}

static int copy_shared(struct merging *m, int64_t old, struct diag *d)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof shared / sizeof shared[0] && rc == 0; i++) {
		char from[200];

		if (shared[i].of_plan && m->schema < 2)
			continue;
		snprintf(from, sizeof from, "source.\"%s\" t WHERE t.id IN (%s) ON CONFLICT DO NOTHING",
			 shared[i].table, shared[i].ids);
		rc = copy(m, shared[i].table, from, DB_VALUES(db_int(old)), d);
	}
	return rc;
}

/* Old numbers to new ones, which follow the last that was ever given. */
static int map_make(struct merging *m, const char *table, int64_t old, struct diag *d)
{
	char sql[600];
	int rc;

	snprintf(sql, sizeof sql,
		 "CREATE TEMP TABLE IF NOT EXISTS map_%s (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
		 table);
	rc = db_script(m->s, sql, "numbering", d);
	snprintf(sql, sizeof sql, "DELETE FROM temp.map_%s", table);
	if (rc == 0)
		rc = db_script(m->s, sql, "numbering", d);
	snprintf(sql, sizeof sql,
		 "INSERT INTO temp.map_%s (old, new) SELECT id, row_number() OVER (ORDER BY id) + "
		 "coalesce((SELECT seq FROM "
		 "main.sqlite_sequence WHERE name = '%s'), 0) FROM source.%s WHERE run = ?1",
		 table, table, table);
	return rc ? rc : db_exec(m->s, "numbering", d, sql, DB_VALUES(db_int(old)));
}

static int copy_part(struct merging *m, const struct part *p, int64_t old, int64_t run, struct diag *d)
{
	char from[400];

	if (p->has_run) {
		snprintf(from, sizeof from, "source.\"%s\" t WHERE t.run = ?1 ORDER BY t.rowid", p->table);
		return copy(m, p->table, from, DB_VALUES(db_int(old), db_int(run)), d);
	}
	snprintf(from, sizeof from,
		 "source.\"%s\" t WHERE t.visit IN (SELECT old FROM temp.map_visit)%s ORDER BY t.rowid",
		 p->table, p->has_process ? " OR t.process IN (SELECT old FROM temp.map_process)" : "");
	return copy(m, p->table, from, NULL, 0, d);
}

/* *number 0: the next; which that was. */
static int copy_run(struct merging *m, int64_t old, int64_t *number, struct diag *d)
{
	int rc = copy_shared(m, old, d);

	if (rc == 0)
		rc = copy(m, "run", "source.run t WHERE t.id = ?1",
			  DB_VALUES(db_int(old), *number ? db_int(*number) : db_null()), d);
	*number = sqlite3_last_insert_rowid(m->s->db);
	if (rc == 0)
		rc = map_make(m, "process", old, d);
	if (rc == 0)
		rc = map_make(m, "visit", old, d);
	for (int i = 0; i < m->parts.n && rc == 0; i++)
		rc = copy_part(m, &m->parts.part[i], old, *number, d);
	return rc;
}

/* ---- which runs ---- */

/* The same run in `out`: its number, 0 when it is not there; more: the source's has more visits, or ended since. */
static const char select_same[] = "SELECT o.id, (SELECT count(*) FROM main.visit WHERE run = o.id) AS had, "
				  "(SELECT count(*) FROM source.visit WHERE "
				  "run = t.id) AS has, o.state <> 'done' AND t.state = 'done' FROM "
				  "source.run t JOIN main.run o ON o.start_wall_ns = "
				  "t.start_wall_ns AND o.machine = t.machine AND o.spec = t.spec AND "
				  "o.command = t.command AND o.seed = t.seed WHERE "
				  "t.id = ?1 ORDER BY o.id LIMIT 1";

static int find_same(struct merging *m, int64_t old, int64_t *number, bool *more, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(m->s, select_same, "looking for a run", &stmt, d);

	if (rc)
		return rc;
	sqlite3_bind_int64(stmt, 1, old);
	*number = 0;
	*more = true;
	rc = db_step(m->s, stmt, "looking for a run", d);
	if (rc == 1) {
		int64_t had = sqlite3_column_int64(stmt, 1), has = sqlite3_column_int64(stmt, 2);

		*number = sqlite3_column_int64(stmt, 0);
		*more = has > had || (has == had && sqlite3_column_int(stmt, 3));
	}
	sqlite3_finalize(stmt);
	return rc < 0 ? rc : 0;
}

/* What was decided of a run after its last visit: it is known all the same. */
static int copy_decisions(struct merging *m, int64_t old, int64_t number, struct diag *d)
{
	return copy(m, "decision",
		    "source.decision t WHERE t.run = ?1 AND NOT EXISTS (SELECT 1 FROM main.decision o WHERE "
		    "o.run = ?2 AND o.name = t.name AND o.inputs = t.inputs AND o.outcome = t.outcome) "
		    "ORDER BY t.rowid",
		    DB_VALUES(db_int(old), db_int(number)), d);
}

static int map_run(struct merging *m, int64_t old, int64_t number, bool copied, struct diag *d)
{
	return db_exec(m->s, "numbering", d, "INSERT INTO temp.map_run (old, new, copied) VALUES (?, ?, ?)",
		       DB_VALUES(db_int(old), db_int(number), db_int(copied)));
}

static int merge_run(struct merging *m, int64_t old, struct diag *d)
{
	int64_t number;
	bool more, had;
	int rc = find_same(m, old, &number, &more, d);

	if (rc)
		return rc;
	had = number != 0;
	if (had && !more) {
		m->merged.n_known++;
		rc = copy_decisions(m, old, number, d);
		return rc ? rc : map_run(m, old, number, false, d);
	}
	if (had)
		rc = run_remove(m->s, &m->parts, number, d);
	if (rc == 0)
		rc = copy_run(m, old, &number, d);
	m->merged.n_updated += had;
	m->merged.n_added += !had;
	return rc ? rc : map_run(m, old, number, true, d);
}

/* A trial names the run that it confirms by its number: the one it has here, 0 when it was not in the source. */
static const char renumber_trials[] =
	"UPDATE main.annotation SET value = json_set(value, '$.confirms', coalesce((SELECT new FROM "
	"temp.map_run WHERE old = json_extract(value, '$.confirms')), 0)) WHERE key = '" TRIAL_KEY
	"' AND run IN (SELECT new FROM temp.map_run WHERE copied) AND CASE WHEN json_valid(value) THEN "
	"json_type(value, '$.confirms') = 'integer' ELSE 0 END";

/* The numbers of the source's runs: no statement stays open while rows are copied. */
static int runs_read(struct merging *m, int64_t **out, int *n, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(m->s, "SELECT id FROM source.run ORDER BY id", "listing runs", &stmt, d);

	*out = NULL;
	*n = 0;
	while (rc == 0 && (rc = db_step(m->s, stmt, "listing runs", d)) == 1) {
		if ((*n & (*n - 1)) == 0)
			*out = mem_realloc(*out, sizeof **out * (size_t)(*n ? 2 * *n : 1));
		(*out)[(*n)++] = sqlite3_column_int64(stmt, 0);
		rc = 0;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int merge_attached(struct merging *m, struct diag *d)
{
	int64_t *runs;
	int n, rc = runs_read(m, &runs, &n, d);

	if (rc == 0)
		rc = db_script(
			m->s,
			"CREATE TEMP TABLE IF NOT EXISTS map_run (old INTEGER PRIMARY KEY, new INTEGER "
			"NOT NULL, copied INTEGER NOT NULL); DELETE FROM temp.map_run",
			"numbering", d);
	if (rc == 0)
		rc = db_integer(m->s, "PRAGMA source.user_version", "looking at a store", &m->schema, d);
	for (int i = 0; i < n && rc == 0; i++)
		rc = merge_run(m, runs[i], d);
	free(runs);
	if (rc == 0)
		rc = db_script(m->s, renumber_trials, "numbering", d);
	/* What runs had that were replaced. */
	return rc ? rc : orphans_remove(m->s, d);
}

/* ---- one store after the other ---- */

static void problem_keep(void *arg, const char *text)
{
	char **first = arg;

	if (!*first)
		*first = mem_strdup(text);
}

/* It can be opened, and its rows can be copied and read again. */
static int source_check(const char *path, struct diag *d)
{
	struct store *s;
	char *first = NULL;
	int n, rc = store_open(&s, path, STORE_READ, d);

	if (rc)
		return rc;
	rc = store_check(s, false, problem_keep, &first, &n, d);
	store_close(s);
	if (rc == 0 && n)
		rc = diag_set_at(d, ERR_FORMAT, path, 0, "not whole, nothing is taken from it: %.200s",
				 first);
	free(first);
	return rc;
}

static bool is_same_file(const struct store *s, const char *path)
{
	char *a = realpath(s->file, NULL), *b = realpath(path, NULL);
	bool same = a && b && strcmp(a, b) == 0;

	free(a);
	free(b);
	return same;
}

static int attach(struct store *s, const char *path, struct diag *d)
{
	/* A name, never an URI. */
	char *file = mem_printf("%s%s", path[0] == '/' ? "" : "./", path);
	int rc = db_exec(s, path, d, "ATTACH ?1 AS source", DB_VALUES(db_text(file)));

	free(file);
	return rc;
}

static int merge_one(struct merging *m, const char *path, struct diag *d)
{
	const struct store_merged before = m->merged;
	int rc = attach(m->s, path, d), detached;

	if (rc)
		return rc;
	rc = db_begin(m->s, d);
	if (rc == 0) {
		rc = merge_attached(m, d);
		rc = db_end(m->s, rc ? rc : references_check(m->s, d), d);
	}
	/* Undone. */
	if (rc)
		m->merged = before;
	detached = db_script(m->s, "DETACH source", path, d);
	return rc ? rc : detached;
}

static int merge_all(struct merging *m, const char *const *in, int n, struct diag *d)
{
	int rc = parts_read(m->s, &m->parts, d);

	for (int i = 0; i < n && rc == 0; i++)
		if (is_same_file(m->s, in[i]))
			rc = diag_set_at(d, ERR_USAGE, in[i], 0, "cannot be merged into itself");
	if (rc == 0)
		rc = references_off(m->s, d);
	for (int i = 0; i < n && rc == 0; i++)
		rc = merge_one(m, in[i], d);
	return references_on(m->s, rc, d);
}

int store_merge(const char *out, const char *const *in, int n, struct store_merged *merged, struct diag *d)
{
	struct merging m = {0};
	bool made = access(out, F_OK) != 0;
	int rc = 0;

	/* All of them before the first row is put. */
	for (int i = 0; i < n && rc == 0; i++)
		rc = source_check(in[i], d);
	if (rc == 0)
		rc = store_open(&m.s, out, STORE_WRITE, d);
	if (rc)
		return rc;
	rc = merge_all(&m, in, n, d);
	store_close(m.s);
	if (rc && made && m.merged.n_added == 0)
		(void)unlink(out);
	*merged = m.merged;
	return rc;
}
