/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A good store in which one value was replaced by any bytes: check, export and merge say what is wrong or go through.
 * The first byte chooses the column, the rest is the value.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <sqlite3.h>

#include "harness/store/decision.h"
#include "harness/store/upkeep.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"
#include "tests/unit/trial_example.h"

static const struct {
	const char *table, *column;
	bool blob;
} places[] = {
	{"series", "samples", true},	 {"series", "offsets", true},
	{"series", "marks", true},	 {"series", "reps", true},
	{"series", "name", false},	 {"run_point", "keys", false},
	{"run_point", "model", false},	 {"run_point", "check_answer", false},
	{"visit", "host_before", false}, {"visit", "arm", false},
	{"machine", "facts", false},	 {"environment", "facts", false},
	{"build", "facts", false},	 {"point", "canonical", false},
	{"spec", "text", false},	 {"artifact", "data", true},
	{"annotation", "value", false},	 {"decision", "inputs", false},
	{"decision", "outcome", false},
};
#define N_PLACES (sizeof places / sizeof places[0])

static char path[400], merged[400];
static sqlite3 *db;

static void sql_run(const char *sql)
{
	FUZZ_CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void store_make(void)
{
	struct example e;
	struct trial trial;
	struct diag d = {0};
	struct store *s;
	const char *folder = temp_folder();

	snprintf(path, sizeof path, "%s/a.db", folder);
	snprintf(merged, sizeof merged, "%s/b.db", folder);
	example_make(&e, "tg32");
	trial_example(&trial);
	FUZZ_CHECK(store_open(&s, path, STORE_WRITE, &d) == 0 && example_begin(s, &e, &d) == 0 &&
		   example_point(s, &e, POINT_DONE, "", &d) == 0 && example_timing(s, &e, 1, &d) == 0 &&
		   example_timing(s, &e, 2, &d) == 0 && store_trial_put(s, e.run, &trial, &d) == 0 &&
		   store_decision_put(s, e.run, DECISION_AA, e.host, e.host, &d) == 0 &&
		   store_run_end(s, e.run, false, &d) == 0);
	store_close(s);
	example_free(&e);
	trial_free(&trial);
	FUZZ_CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	sql_run("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY");
}

/* Into every row of the table. */
static void value_put(size_t place, const uint8_t *data, size_t n)
{
	char sql[200];
	sqlite3_stmt *stmt;

	snprintf(sql, sizeof sql, "UPDATE %s SET %s = ?1", places[place].table, places[place].column);
	FUZZ_CHECK(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK);
	if (places[place].blob)
		sqlite3_bind_blob(stmt, 1, n ? (const void *)data : "", (int)n, SQLITE_STATIC);
	else
		sqlite3_bind_text(stmt, 1, n ? (const char *)data : "", (int)n, SQLITE_STATIC);
	FUZZ_CHECK(sqlite3_step(stmt) == SQLITE_DONE);
	sqlite3_finalize(stmt);
}

static void copy_keep(size_t i)
{
	char sql[300];

	snprintf(sql, sizeof sql, "CREATE TEMP TABLE keep_%s_%s AS SELECT %s FROM %s", places[i].table,
		 places[i].column, places[i].column, places[i].table);
	sql_run(sql);
}

static void copy_back(size_t i)
{
	char sql[300];

	snprintf(sql, sizeof sql,
		 "UPDATE %s SET %s = (SELECT k.%s FROM temp.keep_%s_%s k WHERE k.rowid = %s.rowid)",
		 places[i].table, places[i].column, places[i].column, places[i].table, places[i].column,
		 places[i].table);
	sql_run(sql);
}

static void problem_ignore(void *arg, const char *text)
{
	FUZZ_CHECK(text && *text);
	++*(int *)arg;
}

static int series_look(void *arg, const struct export_series *x, struct diag *d)
{
	int64_t *sum = arg;

	(void)d;
	for (int i = 0; i < x->n; i++)
		*sum |= x->values[i] | x->offsets[i] | x->marks[i] | x->reps[i];
	FUZZ_CHECK(*sum >= 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct diag d = {0};
	struct store_merged m;
	struct store *s;
	const char *const in[] = {path};
	int told = 0, n_problems = 0, rc;
	int64_t sum = 0;

	if (!db) {
		store_make();
		for (size_t i = 0; i < N_PLACES; i++)
			copy_keep(i);
	}
	if (n == 0)
		return 0;
	value_put(data[0] % N_PLACES, data + 1, n - 1);
	FUZZ_CHECK(store_open(&s, path, STORE_READ, &d) == 0);
	FUZZ_CHECK(store_check(s, true, problem_ignore, &told, &n_problems, &d) == 0);
	FUZZ_CHECK((told > 0) == (n_problems > 0));
	rc = store_export(s, 0, series_look, &sum, &d);
	FUZZ_CHECK(rc == 0 || (rc == ERR_FORMAT && d.text[0]));
	store_close(s);
	diag_clear(&d);
	/* A merge is slow: of some inputs only. */
	if (n % 32 == 0) {
		rc = store_merge(merged, in, 1, &m, &d);
		FUZZ_CHECK(rc == 0 || d.text[0]);
		unlink(merged);
	}
	copy_back(data[0] % N_PLACES);
	return 0;
}

/*
 * Six samples, and an annotation of a trial; the first byte soon becomes another column. Few seeds: each run of one goes through
 * a whole store. The text is merged when it is a byte shorter.
 */
const void *fuzz_seed(int i, size_t *n)
{
	static const char zeros[1 + 48], text[] = "\x10{\"confirms\": 7, \"x\": [1, null]} ";

	*n = i ? sizeof text - 1 : sizeof zeros;
	if (i == 0)
		return zeros;
	return i == 1 ? text : NULL;
}
