/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are no store, stores that hold garbage, disks that are full: one clear line each, never a crash. */
#include "config.h"

#include "harness/store/store.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>

#include "engines/base/rng.h"
#include "harness/store/db.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"

static const char *at(const char *name)
{
	static char paths[2][PATH_MAX];
	static int turn;
	char *path = paths[turn++ % 2];

	snprintf(path, PATH_MAX, "%s/%s", temp_path, name);
	return path;
}

static void put_file(const char *name, const void *data, size_t n)
{
	FILE *f = fopen(at(name), "w");

	if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
		bail("cannot write into the temporary folder");
}

/* free() it. */
static unsigned char *get_file(const char *name, size_t *n)
{
	FILE *f = fopen(at(name), "r");
	unsigned char *data = malloc(1 << 20);

	if (!f || !data)
		bail("cannot read a file of the test");
	*n = fread(data, 1, 1 << 20, f);
	fclose(f);
	return data;
}

/* A store of one run, one point and three visits. */
static void put_store(const char *name)
{
	struct example e;
	struct store *s;
	struct diag d = {0};

	if (store_open(&s, at(name), STORE_WRITE, &d) != 0)
		bail("the example cannot be stored");
	example_make(&e, "tg32");
	if (example_begin(s, &e, &d) || example_point(s, &e, POINT_DONE, "", &d) ||
	    example_timing(s, &e, 1, &d) || example_quality(s, &e, 1e-3, 2e-3, &d) ||
	    example_failed(s, &e, &d) || store_run_end(s, e.run, false, &d))
		bail("the example cannot be stored");
	store_close(s);
	example_free(&e);
}

/* Past our code: what an enemy or a bug could have written. */
static void run_sql(const char *name, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	if (sqlite3_open(at(name), &db) != SQLITE_OK)
		bail("sqlite3_open");
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		printf("# %s: %s\n", sql, error);
	sqlite3_free(error);
	sqlite3_close(db);
}

/* Opening fails with ERR_IO and these words. */
static void refused(const char *path, enum store_mode mode, const char *words, const char *what)
{
	struct store *s = NULL;
	struct diag d = {0};
	int rc = store_open(&s, path, mode, &d);

	ok(rc == ERR_IO && !s && strstr(d.text, words) && strcmp(d.file, path) == 0, "%s: %s", what, d.text);
	store_close(s);
}

static void test_files(void)
{
	refused(at("absent.db"), STORE_READ, "there is no such store", "absent");
	ok(access(at("absent.db"), F_OK) != 0, "reading creates nothing");
	refused(at("nowhere/x.db"), STORE_WRITE, "cannot create", "a folder that is not there");
	refused(temp_path, STORE_READ, "a directory, expected a store", "a directory");
	refused(temp_path, STORE_WRITE, "a directory, expected a store", "a directory to write");
	refused("/dev/null", STORE_READ, "no regular file", "a device");
	put_file("empty.db", "", 0);
	refused(at("empty.db"), STORE_READ, "the file is empty", "an empty file");
	put_file("text.db", "name: x\n", 8);
	refused(at("text.db"), STORE_READ, "no SQLite database", "a short text");
	char noise[20000];
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)rng_at(3, i);
	put_file("noise.db", noise, sizeof noise);
	refused(at("noise.db"), STORE_READ, "no SQLite database", "noise");
	refused(at("noise.db"), STORE_WRITE, "no SQLite database", "noise to write");
	ok(access(at("noise.db-lock"), F_OK) != 0, "a lock is given back after failing");
	size_t n;
	unsigned char *after = get_file("noise.db", &n);
	ok(n == sizeof noise && memcmp(after, noise, n) == 0, "a file of somebody else is left as it was");
	free(after);
	struct store *s = NULL;
	struct diag d = {0};
	is_int(store_open(&s, at("empty.db"), STORE_WRITE, &d), 0, "an empty file can become a store");
	store_close(s);
}

static void test_names(void)
{
	struct store *s = NULL;
	struct diag d = {0};
	char before[PATH_MAX];

	if (!getcwd(before, sizeof before) || chdir(temp_path) != 0)
		bail("chdir");
	refused("", STORE_WRITE, "a directory", "an empty path");
	is_int(store_open(&s, "file:x?mode=memory", STORE_WRITE, &d), 0, "an URI");
	store_close(s);
	is_int(access("file:x?mode=memory", F_OK), 0, "is the name of a file");
	is_int(store_open(&s, ":memory:", STORE_WRITE, &d), 0, "so is :memory:");
	store_close(s);
	is_int(access(":memory:", F_OK), 0, "not a database that is gone afterwards");
	if (chdir(before) != 0)
		bail("chdir");
}

static void test_permissions(void)
{
	if (geteuid() == 0) {
		skip("root may read and write everything");
		return;
	}
	put_store("mode.db");
	chmod(at("mode.db"), 0444);
	refused(at("mode.db"), STORE_WRITE, "not writable: Permission denied",
		"a file that may be read alone");
	struct store *s = NULL;
	struct diag d = {0};
	is_int(store_open(&s, at("mode.db"), STORE_READ, &d), 0, "reading it");
	store_close(s);
	chmod(at("mode.db"), 0);
	refused(at("mode.db"), STORE_READ, "not readable: Permission denied", "a file that may not be read");
}

/* A copy of the good store, spoilt by statements, does not open. */
static void refused_after(const char *sql, const char *words, const char *what)
{
	size_t n;
	unsigned char *good = get_file("good.db", &n);

	put_file("bad.db", good, n);
	free(good);
	run_sql("bad.db", sql);
	refused(at("bad.db"), STORE_READ, words, what);
}

static void test_schemas(void)
{
	refused_after("PRAGMA user_version=3", "schema 3 is newer than this program's 2", "a newer schema");
	refused_after("PRAGMA user_version=3",
		      "a newer inferometer wrote it, and reads it; --store names another",
		      "which says what helps");
	refused_after("PRAGMA user_version=-5", "its schema is -5, expected 1 to 2", "a schema below all");
	refused_after("PRAGMA application_id=7", "another program (application id 7)", "another application");
	refused_after("DROP TABLE reading", "table \"reading\" is absent", "a table less");
	refused_after(
		"ALTER TABLE visit DROP COLUMN load_ns",
		"table \"visit\" is another, expected that of schema 2: another build of inferometer wrote",
		"a column less");
	refused_after("ALTER TABLE visit RENAME COLUMN load_ns TO x", "table \"visit\" is another",
		      "a column of another name");
	refused_after("DROP TABLE op; CREATE VIEW op AS SELECT 1 AS visit, 'x' AS name, 1 AS calls, 1 AS "
		      "total_ns, 1.0 AS flops, 1.0 AS bytes",
		      "table \"op\" is another", "a view in a table's place");
	run_sql("foreign.db", "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
	refused(at("foreign.db"), STORE_READ, "another program (application id 0)",
		"a database of another program");
	refused(at("foreign.db"), STORE_WRITE, "another program", "is not made a store");
}

/* A copy of the good store, spoilt by statements, opens and does not load. */
static void garbage(const char *what, const char *sql, const char *words)
{
	struct store *s = NULL;
	struct stored_run *r = NULL;
	struct diag d = {0};
	size_t n;
	unsigned char *good = get_file("good.db", &n);

	put_file("bad.db", good, n);
	free(good);
	run_sql("bad.db", sql);
	int rc = store_open(&s, at("bad.db"), STORE_READ, &d);
	if (rc == 0)
		rc = store_run_load(s, 0, &r, &d);
	ok((rc == ERR_FORMAT || rc == ERR_UNSUPPORTED) && !r && strstr(d.text, words), "%s: %s", what,
	   d.text);
	if (!strstr(d.text, words))
		printf("# expected \"%s\"\n", words);
	stored_run_free(r);
	store_close(s);
}

static void wrong(const char *sql, const char *words)
{
	garbage(sql, sql, words);
}

static void test_garbage_rows(void)
{
	wrong("UPDATE series SET samples = x'00'", "column samples: 1 bytes, expected a blob of 6 int64");
	wrong("UPDATE series SET marks = x''", "column marks: 0 bytes");
	wrong("UPDATE series SET n = 7", "expected a blob of 7 int64");
	wrong("UPDATE series SET n = -1", "column n: -1, expected 0 to");
	wrong("UPDATE series SET n = 1 << 40", "column n: 1099511627776");
	wrong("UPDATE series SET n = 2147483647", "2147483647 samples, at most");
	wrong("UPDATE series SET samples = zeroblob(47)", "column samples");
	wrong("UPDATE series SET reps = CAST(zeroblob(47) || x'ff' AS BLOB)", "no negative number");
	wrong("UPDATE visit SET host_before = '{'", "column host_before: no JSON at byte");
	wrong("UPDATE visit SET host_before = '[1]'", "column host_before: expected a JSON object");
	wrong("UPDATE visit SET wall_ns = -1", "column wall_ns: -1");
	wrong("UPDATE visit SET round = -1", "visit of point");
	wrong("UPDATE visit SET tokens = -1", "column tokens: expected a finite number not below 0");
	wrong("UPDATE visit SET flops = 9e999", "column flops: expected a finite number");
	wrong("UPDATE visit SET reason = 'a' || char(0) || 'b'",
	      "column reason: expected no NUL byte inside");
	wrong("UPDATE artifact SET data = x'610062'", "column log: expected no NUL byte inside");
	wrong("UPDATE reading SET value = 'x'", "column value: expected a number");
	wrong("UPDATE reading SET usable = 2", "column usable: 2, expected 0 to 1");
	wrong("UPDATE reading SET thread = -2", "column thread: -2, expected -1 to");
	wrong("UPDATE run_point SET keys = '{\"workload\": 3}'", "workload: expected a text");
	wrong("UPDATE run_point SET keys = '{\"colour\": \"red\"}'", "unknown point key \"colour\"");
	wrong("UPDATE run_point SET keys = '[]'", "column keys: expected a JSON object");
	wrong("UPDATE run_point SET position = -3", "run 1: a point: column position: -3");
	wrong("PRAGMA foreign_keys=OFF; UPDATE run_point SET point = 'X'", "32 lower-case hex digits");
	wrong("PRAGMA foreign_keys=OFF; DELETE FROM machine", "run 1: column id: expected a value, not NULL");
	wrong("UPDATE machine SET facts = ''", "run 1: column machine_facts: no JSON");
	wrong("UPDATE build SET facts = '7'", "column build_facts");
	wrong("UPDATE run SET rounds = 1 << 33", "run 1: column rounds");
	wrong("UPDATE environment SET facts = '{\"a\": \"' || char(0) || '\"}'",
	      "column environment_facts: no JSON");
	wrong("PRAGMA ignore_check_constraints=ON; UPDATE visit SET kind = 'Timing'",
	      "column kind: unknown \"Timing\"");
	wrong("PRAGMA ignore_check_constraints=ON; UPDATE visit SET state = ''",
	      "column state: unknown \"\"");
	wrong("PRAGMA ignore_check_constraints=ON; UPDATE run_point SET role = 'x'",
	      "column role: unknown \"x\"");
	wrong("PRAGMA ignore_check_constraints=ON; UPDATE run_point SET state = 'done ' || char(10)",
	      "column state: unknown \"done  \"");
	wrong("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300) INSERT INTO "
	      "series "
	      "(visit, name, unit, clock, t0, n, samples, offsets, marks, reps) SELECT 1, 'x', '', '', 0, "
	      "0, "
	      "x'', x'', x'', x'' FROM c",
	      "visit 1: more than 256 rows");
}

/* Values of a type that the column does not have, where STRICT does not keep watch. */
static void test_garbage_types(void)
{
	/* Watch is called off, and called back afterwards: the schema is what it was. */
	const char *const lax =
		"PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = substr(sql, 1, "
		"length(sql) - length(' STRICT')) WHERE type = 'table' AND sql LIKE '% STRICT'; "
		"PRAGMA writable_schema=RESET; ";
	const char *const strict =
		"; PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = sql || ' STRICT' "
		"WHERE type = 'table' AND name NOT LIKE 'sqlite_%'; "
		"PRAGMA writable_schema=RESET";
	const struct {
		const char *update, *words;
	} rows[] = {
		{"UPDATE run SET label = x'00ff'", "run 1: column label: expected a text"},
		{"UPDATE run SET seed = 'many'", "run 1: column seed: expected an integer"},
		{"UPDATE visit SET reason = 7.5; UPDATE visit SET reason = x'37'",
		 "column reason: expected a text"},
		{"UPDATE visit SET load_ns = 1.5", "column load_ns: expected an integer"},
		{"UPDATE visit SET bytes = x'00'", "column bytes: expected a number"},
		{"UPDATE visit SET host_after = x'7b7d'", "column host_after: expected a JSON text"},
		{"UPDATE series SET samples = 'twelve'", "column samples"},
		{"UPDATE series SET name = x'73'", "column name: expected a text"},
		{"UPDATE artifact SET data = 'text'", "column log: expected a blob"},
		{"UPDATE reading SET value = x'01'", "column value: expected a number"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char sql[800];
		snprintf(sql, sizeof sql, "%s%s%s", lax, rows[i].update, strict);
		garbage(rows[i].update, sql, rows[i].words);
	}
}

/* Enemies' triggers do not run, their views are not asked. */
static void test_hostile_schema(void)
{
	struct store *s = NULL;
	struct example e;
	struct diag d = {0};
	int64_t n = -1;

	put_store("hostile.db");
	run_sql("hostile.db", "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM visit; END;"
			      "CREATE VIEW extra AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
			      "FROM c) SELECT i FROM c");
	is_int(store_open(&s, at("hostile.db"), STORE_WRITE, &d), 0,
	       "a store with a trigger and a view more");
	example_make(&e, "tg32");
	is_int(example_begin(s, &e, &d), 0, "another run");
	is_int(db_integer(s, "SELECT count(*) FROM visit", "test", &n, &d), 0, "count visits");
	is_int(n, 3, "the trigger did not run");
	store_close(s);
	example_free(&e);
}

/* The pages that the database may have are fewer than a visit needs. */
static void test_full(void)
{
	struct store *s = NULL;
	struct stored_run *r = NULL;
	struct example e;
	struct diag d = {0};
	int64_t pages = 0;
	char sql[80];

	is_int(store_open(&s, at("full.db"), STORE_WRITE, &d), 0, "a store on a disk that gets full");
	example_make(&e, "tg32");
	(void)!example_begin(s, &e, &d);
	(void)!example_point(s, &e, POINT_DONE, "", &d);
	is_int(db_integer(s, "PRAGMA page_count", "test", &pages, &d), 0, "its pages");
	snprintf(sql, sizeof sql, "PRAGMA max_page_count=%lld", (long long)pages + 1);
	is_int(db_script(s, sql, "test", &d), 0, "are all");
	int rc = 0, visits = 0;
	for (; visits < 1000 && rc == 0; visits++)
		rc = example_timing(s, &e, visits, &d);
	is_int(rc, ERR_IO, "a visit that does not fit");
	has_text(d.text, "the disk is full", "says so");
	is_text(d.file, at("full.db"), "and where");
	diag_clear(&d);
	is_int(store_run_load(s, 0, &r, &d), 0, "the store is whole");
	is_int(r->points[0].n_visits, visits - 1, "with the visits before");
	stored_run_free(r);
	is_int(db_script(s, "PRAGMA max_page_count=100000", "test", &d), 0, "room again");
	is_int(example_timing(s, &e, 1, &d), 0, "and it goes on");
	store_close(s);
	example_free(&e);
}

/* Loads whatever it is. */
static void try_load(const char *name)
{
	struct store *s = NULL;
	struct stored_run *r = NULL;
	struct diag d = {0};
	int n = 0, rc = store_open(&s, at(name), STORE_READ, &d);

	if (rc == 0 && store_run_load(s, 0, &r, NULL) == 0)
		stored_run_free(r);
	if (rc == 0 && store_run_list(s, &r, &n, NULL) == 0)
		stored_run_list_free(r, n);
	if (rc && d.text[0] == '\0')
		ok(0, "an error without a word");
	store_close(s);
}

/*
 * A few bytes of a small store changed at a time, most of them where structure is: heads of pages and what
 * follows them. Seed 29.
 */
static void test_flipped_bytes(void)
{
	enum { ROUNDS = 300 };
	struct rng rng = {.seed = 29};
	size_t n;
	unsigned char *good, *bad;

	good = get_file("good.db", &n);
	bad = malloc(n);
	for (int round = 0; round < ROUNDS; round++) {
		memcpy(bad, good, n);
		for (uint64_t k = 1 + rng_below(&rng, 4); k > 0; k--) {
			size_t i = rng_below(&rng, n);
			if (rng_below(&rng, 2))
				i = i / 512 * 512 + rng_below(&rng, 40);
			bad[i < n ? i : 0] = (unsigned char)rng_next(&rng);
		}
		put_file("flipped.db", bad, round % 10 == 9 ? rng_below(&rng, n) : n);
		try_load("flipped.db");
		unlink(at("flipped.db-journal"));
		unlink(at("flipped.db-wal"));
	}
	ok(1, "%d stores with changed bytes, cut files among them", ROUNDS);
	free(good);
	free(bad);
}

int main(void)
{
	temp_folder();
	put_store("good.db");
	/* Small pages: more structure a byte, and less to read. */
	run_sql("good.db", "PRAGMA page_size=512; VACUUM");
	test_files();
	test_names();
	test_permissions();
	test_schemas();
	test_garbage_rows();
	test_garbage_types();
	test_hostile_schema();
	test_full();
	test_flipped_bytes();
	return tap_done();
}
