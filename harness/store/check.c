/* SPDX-License-Identifier: Apache-2.0 */
/* Is a store whole? Each question is a statement whose rows are the problems, a line of text each. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/mem.h"
#include "harness/store/db.h"
#include "harness/store/trial.h"
#include "harness/store/upkeep.h"

/* Lines of one kind that are told; the rest is counted. */
#define LINES_MAX 24

/* A JSON column: NULL is fine where it may be. */
#define NO_OBJECT(table, name, column)                                                                       \
	"SELECT '" table " ' || " name " || ': " column " is no JSON object' FROM " table " WHERE " column   \
	" IS NOT NULL AND CASE WHEN json_valid(" column ") THEN json_type(" column                           \
	") <> 'object' ELSE 1 END"
#define BLOB_LENGTH(column)                                                                                  \
	"SELECT 'series ' || id || ' of visit ' || visit || ': " column " holds ' || length(" column         \
	") || ' bytes, expected 8 for each of ' || n FROM series WHERE length(" column ") <> 8 * n"

static const struct {
	bool deep;
	const char *sql;
	int from, to; /* schemas it can be asked of; 0: any */
} questions[] = {
	/* clang-format off */
	{false, "SELECT integrity_check FROM pragma_integrity_check(100) WHERE integrity_check <> 'ok'", 0, 0},
	{false, "SELECT 'table ' || \"table\" || ', row ' || coalesce(rowid, '?') || ': its ' || parent || ' is not there' "
		"FROM pragma_foreign_key_check", 0, 0},
	{false, "SELECT 'series ' || id || ' of visit ' || visit || ': n is ' || n FROM series WHERE n < 0", 0, 0},
	{false, BLOB_LENGTH("samples"), 0, 0},
	{false, BLOB_LENGTH("offsets"), 0, 0},
	{false, BLOB_LENGTH("marks"), 0, 0},
	{false, BLOB_LENGTH("reps"), 0, 0},
	{false, NO_OBJECT("machine", "id", "facts"), 0, 0},
	{false, NO_OBJECT("environment", "id", "facts"), 0, 0},
	{false, NO_OBJECT("build", "id", "facts"), 0, 0},
	{false, NO_OBJECT("run_point", "point", "keys"), 0, 0},
	{false, NO_OBJECT("run_point", "point", "check_answer"), 0, 0},
	{false, NO_OBJECT("run_point", "point", "model"), 0, 0},
	{false, NO_OBJECT("visit", "id", "host_before"), 0, 0},
	{false, NO_OBJECT("visit", "id", "host_after"), 0, 0},
	{false, NO_OBJECT("decision", "name || ' of run ' || run", "inputs"), 0, 0},
	{false, NO_OBJECT("decision", "name || ' of run ' || run", "outcome"), 0, 0},
	{false, "SELECT 'visit ' || v.id || ': its point is none of run ' || v.run FROM visit v WHERE NOT EXISTS "
		"(SELECT 1 FROM run_point q WHERE q.run = v.run AND q.point = v.point)", 0, 0},
	{true, "SELECT 'visit ' || v.id || ': its process is of another run' FROM visit v JOIN process p ON p.id = v.process "
		"WHERE p.run <> v.run", 0, 0},
	{true, "SELECT 'run ' || id || ': done, but has no end' FROM run WHERE state = 'done' AND end_wall_ns IS NULL", 0, 0},
	{true, "SELECT 'run ' || r.id || ': done, but point ' || q.point || ' is still planned' FROM run r JOIN run_point q "
		"ON q.run = r.id WHERE r.state = 'done' AND q.state = 'planned'", 0, 0},
	{true, "SELECT 'run ' || q.run || ': point ' || q.point || ' is done without a timing visit that is' FROM run_point q "
		"WHERE q.state = 'done' AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.run = q.run AND v.point = q.point AND "
		"v.kind = 'timing' AND v.state = 'done')", 0, 0},
	{true, "SELECT 'visit ' || v.id || ': a timing visit that is done without a series' FROM visit v WHERE v.kind = "
		"'timing' AND v.state = 'done' AND NOT EXISTS (SELECT 1 FROM series x WHERE x.visit = v.id)", 0, 0},
	{true, "SELECT 'visit ' || id || ': failed without a reason' FROM visit WHERE state = 'failed' AND reason = ''", 0, 0},
	{true, "SELECT 'run ' || run || ': point ' || point || ' has ' || count(*) || ' done timing visits of arm ' || arm || "
		"' in round ' || round FROM visit WHERE kind = 'timing' AND state = 'done' GROUP BY run, point, round, arm "
		"HAVING count(*) > 1", 0, 0},
	{true, "SELECT 'point ' || id || ': of no run' FROM point WHERE id NOT IN (SELECT point FROM run_point)", 0, 0},
	{true, "SELECT 'machine ' || id || ': of no run' FROM machine WHERE id NOT IN (SELECT machine FROM run)", 0, 0},
	{true, "SELECT 'environment ' || id || ': of no run' FROM environment WHERE id NOT IN (SELECT environment FROM run)", 0, 0},
	{true, "SELECT 'spec ' || id || ': of no run' FROM spec WHERE id NOT IN (SELECT spec FROM run)", 0, 0},
	{true, "SELECT 'build ' || id || ': of no process' FROM build WHERE id NOT IN (SELECT build FROM process WHERE build "
		"IS NOT NULL)", 0, 1},
	{true, "SELECT 'build ' || id || ': of no process or run' FROM build WHERE id NOT IN (SELECT build FROM process WHERE "
		"build IS NOT NULL) AND id NOT IN (SELECT build FROM run WHERE build IS NOT NULL)", 2, 0},
	{true, "SELECT 'run ' || run || ': a plan of ' || count(*) || ' visits, numbered ' || min(number) || ' to ' || "
		"max(number) FROM planned GROUP BY run HAVING min(number) <> 1 OR max(number) <> count(*)", 2, 0},
	{true, "SELECT 'run ' || p.run || ': the point of planned visit ' || p.number || ' is none of it' FROM planned p WHERE "
		"NOT EXISTS (SELECT 1 FROM run_point q WHERE q.run = p.run AND q.point = p.point)", 2, 0},
	{true, "SELECT 'visit ' || v.id || ': number ' || v.planned || ' is not in the plan of run ' || v.run FROM visit v WHERE "
		"v.planned IS NOT NULL AND NOT EXISTS (SELECT 1 FROM planned p WHERE p.run = v.run AND p.number = v.planned)", 2, 0},
	/* clang-format on */
};

struct telling {
	store_problem_fn *fn;
	void *arg;
	int n, of_kind;
};

static void tell(struct telling *t, const char *text)
{
	char more[64];

	t->n++;
	if (t->of_kind++ < LINES_MAX)
		t->fn(t->arg, text);
	else if (t->of_kind == LINES_MAX + 1) {
		snprintf(more, sizeof more, "and more of this kind");
		t->fn(t->arg, more);
	}
}

static int ask(struct store *s, const char *sql, struct telling *t, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, sql, "checking", &stmt, d);

	t->of_kind = 0;
	while (rc == 0 && (rc = db_step(s, stmt, "checking", d)) == 1) {
		const char *text = (const char *)sqlite3_column_text(stmt, 0);

		tell(t, text ? text : "a row without a name");
		rc = 0;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* A point's id is the hash of its text, by which runs are told to have the same point. */
static int ask_ids(struct store *s, struct telling *t, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, "SELECT id, canonical FROM point", "checking", &stmt, d);

	t->of_kind = 0;
	while (rc == 0 && (rc = db_step(s, stmt, "checking", d)) == 1) {
		const char *id = (const char *)sqlite3_column_text(stmt, 0);
		const void *text = sqlite3_column_text(stmt, 1);
		size_t size = (size_t)sqlite3_column_bytes(stmt, 1);
		XXH128_canonical_t c;
		char want[33];

		XXH128_canonicalFromHash(&c, XXH3_128bits(text ? text : "", size));
		for (int i = 0; i < 16; i++)
			snprintf(want + 2 * i, 3, "%02x", c.digest[i]);
		rc = 0;
		if (id && strcmp(id, want) == 0)
			continue;
		char *line = mem_printf("point %.40s: its id is not that of its text", id ? id : "");
		tell(t, line);
		free(line);
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* What stored_trial says of each run. Two stand for all annotations of a run that are too many. */
static int ask_trials(struct store *s, struct telling *t, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s,
			    "SELECT run, value, count(*) FROM annotation WHERE key = '" TRIAL_KEY
			    "' GROUP BY run ORDER BY run",
			    "checking", &stmt, d);

	t->of_kind = 0;
	while (rc == 0 && (rc = db_step(s, stmt, "checking", d)) == 1) {
		const char *value = (const char *)sqlite3_column_text(stmt, 1);
		char key[] = TRIAL_KEY, *text = mem_strdup(value ? value : "");
		struct stored_annotation notes[] = {{key, text}, {key, text}};
		const struct stored_run run = {.id = sqlite3_column_int64(stmt, 0),
					       .n_annotations = sqlite3_column_int(stmt, 2) > 1 ? 2 : 1,
					       .annotations = notes};
		struct trial trial;
		struct diag inner = {0};

		rc = 0;
		if (stored_trial(&trial, &run, &inner))
			tell(t, inner.text);
		else
			trial_free(&trial);
		free(text);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int check(struct store *s, bool deep, struct telling *t, struct diag *d)
{
	int64_t schema = 0;
	int rc = db_integer(s, "PRAGMA user_version", "checking", &schema, d);

	for (size_t i = 0; i < sizeof questions / sizeof questions[0] && rc == 0; i++) {
		bool fits = schema >= questions[i].from && (!questions[i].to || schema <= questions[i].to);
		if (fits && (deep || !questions[i].deep))
			rc = ask(s, questions[i].sql, t, d);
	}
	if (rc == 0 && deep)
		rc = ask_ids(s, t, d);
	return rc == 0 && deep ? ask_trials(s, t, d) : rc;
}

int store_check(struct store *s, bool deep, store_problem_fn *fn, void *arg, int *n, struct diag *d)
{
	struct telling t = {.fn = fn, .arg = arg};
	int rc = db_begin_read(s, d);

	if (rc == 0)
		rc = db_end(s, check(s, deep, &t, d), d);
	/* A page that is torn ends the questions: that, too, is an answer. */
	if (rc == ERR_FORMAT && t.n > 0)
		rc = 0;
	*n = t.n;
	return rc;
}
