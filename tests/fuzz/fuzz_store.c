/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a store, or as edits of a good one whose columns have lost their types: a column, a kind of value, how
 * long it is, the value. It is refused with the place, or is analysed and reported in every format.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/store/runs.h"
#include "harness/store/trial.h"
#include "reports/report.h"
#include "reports/verdicts/verdicts.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"
#include "tests/unit/trial_example.h"

/* What readers take from a store, as an edit names it by number. */
static const struct {
	const char *table, *column;
} columns[] = {
	{"series", "samples"},	   {"series", "offsets"},     {"series", "marks"},
	{"series", "reps"},	   {"series", "n"},	      {"series", "t0"},
	{"series", "name"},	   {"series", "unit"},	      {"reading", "value"},
	{"reading", "usable"},	   {"reading", "counter"},    {"reading", "source"},
	{"reading", "unit"},	   {"reading", "op"},	      {"reading", "thread"},
	{"visit", "kind"},	   {"visit", "state"},	      {"visit", "round"},
	{"visit", "tokens"},	   {"visit", "flops"},	      {"visit", "bytes"},
	{"visit", "wall_ns"},	   {"visit", "load_ns"},      {"visit", "start_wall_ns"},
	{"visit", "host_before"},  {"visit", "reason"},	      {"run_point", "keys"},
	{"run_point", "role"},	   {"run_point", "state"},    {"run_point", "reason"},
	{"run_point", "position"}, {"run_point", "point"},    {"run_point", "check_answer"},
	{"run_point", "model"},	   {"run_point", "describe"}, {"run", "label"},
	{"run", "command"},	   {"run", "rounds"},	      {"run", "seed"},
	{"run", "state"},	   {"run", "start_wall_ns"},  {"run", "end_wall_ns"},
	{"machine", "facts"},	   {"machine", "class"},      {"environment", "facts"},
	{"build", "facts"},	   {"build", "version"},      {"spec", "text"},
	{"spec", "name"},	   {"artifact", "data"},      {"process", "ended"},
	{"process", "peak_bytes"}, {"sqlite_schema", "sql"},  {"visit", "arm"},
	{"visit", "position"},	   {"annotation", "value"},   {"annotation", "key"},
};
enum { N_PAIRS = 7 }; /* an interval takes six */
enum { N_COLUMNS = sizeof columns / sizeof columns[0] };
enum kind { KIND_NULL = 0, KIND_INT, KIND_REAL, KIND_TEXT, KIND_BLOB, N_KINDS };

static char path[300];
static uint8_t *good;
static size_t n_good;
static int n_judged; /* trials that had verdicts */

/* ---- reading ---- */

static void refused_check(int rc, const struct diag *d)
{
	FUZZ_CHECK(rc < 0 && d->code == (enum err)rc && d->text[0]);
	FUZZ_CHECK(rc == ERR_FORMAT || rc == ERR_IO || rc == ERR_USAGE || rc == ERR_OOM);
}

static void run_report(struct stored_run *run)
{
	struct analysis *a = analysis_make(run);
	const struct report_options options = {.width = 100};
	for (int i = 0; emitter_registry[i]; i++) {
		char *text = NULL;
		size_t n;
		FILE *f = open_memstream(&text, &n);
		FUZZ_CHECK(f && emitter_registry[i]->emit(f, a, &options, NULL) == 0);
		fclose(f);
		FUZZ_CHECK(n > 0 && !memchr(text, '\033', n));
		free(text);
	}
	analysis_free(a);
}

/* It is a trial until an edit makes it none. */
static void run_verdicts(const struct stored_run *run)
{
	static const char *const formats[] = {"terminal", "md", "csv", "json", "junit", "html"};
	const struct report_options options = {.width = 100};
	struct verdicts *v;
	struct diag d = {0};
	int rc = verdicts_make(&v, run, run, &d);
	if (rc) {
		refused_check(rc, &d);
		return;
	}
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		char *text = NULL;
		size_t n;
		FILE *f = open_memstream(&text, &n);
		FUZZ_CHECK(f && verdicts_emit(f, v, formats[i], &options, NULL) == 0);
		fclose(f);
		FUZZ_CHECK(n > 0 && !memchr(text, '\033', n));
		free(text);
	}
	verdicts_free(v);
	n_judged++;
}

/* The list of runs, and runs by their names. */
static void list_run(struct store *s)
{
	static const char *const names[] = {"last", "first", "branch=main", "2026"};
	struct run_listing l;
	struct diag d = {0};
	int64_t run;
	int rc = store_listing(s, &l, &d);
	if (rc)
		refused_check(rc, &d);
	run_listing_free(&l);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		diag_clear(&d);
		rc = store_run_find(s, names[i], &run, &d);
		FUZZ_CHECK(rc == 0 || (rc == (int)d.code && d.text[0]));
	}
}

/* 0, or the error it was refused with. */
static int store_read(void)
{
	struct store *s;
	struct stored_run *run;
	struct diag d = {0};
	int n, rc = store_open(&s, path, STORE_READ, &d);
	if (rc) {
		refused_check(rc, &d);
		return rc;
	}
	rc = store_run_list(s, &run, &n, &d);
	if (rc)
		refused_check(rc, &d);
	else
		stored_run_list_free(run, n);
	diag_clear(&d);
	list_run(s);
	rc = store_run_load(s, 0, &run, &d);
	if (rc) {
		refused_check(rc, &d);
	} else {
		run_report(run);
		run_verdicts(run);
		stored_run_free(run);
	}
	store_close(s);
	return rc;
}

/* ---- the good one ---- */

/* One cell, the example's point in both arms. */
static void trial_put(struct store *s, const struct example *e)
{
	struct trial t;
	trial_example(&t);
	for (int i = 0; i < t.n_cells; i++)
		for (int arm = 0; arm < TRIAL_ARMS; arm++)
			memcpy(t.cell[i].id[arm], e->id, POINT_ID_SIZE);
	FUZZ_CHECK(store_trial_put(s, e->run, &t, NULL) == 0);
	trial_free(&t);
}

static void good_fill(void)
{
	struct store *s;
	struct example e;
	FUZZ_CHECK(store_open(&s, path, STORE_WRITE, NULL) == 0);
	example_make(&e, "tg32");
	FUZZ_CHECK(example_begin(s, &e, NULL) == 0);
	FUZZ_CHECK(example_point(s, &e, POINT_DONE, "", NULL) == 0);
	for (int round = 1; round <= 2 * N_PAIRS; round++)
		FUZZ_CHECK(example_timing(s, &e, round, NULL) == 0);
	FUZZ_CHECK(example_quality(s, &e, 1e-4, 1e-3, NULL) == 0);
	char key[] = "branch", value[] = "main";
	FUZZ_CHECK(store_label_put(s, e.run, &(struct run_label){key, value}, NULL) == 0);
	FUZZ_CHECK(store_note_add(s, e.run, "a note", NULL) == 0);
	trial_put(s, &e);
	FUZZ_CHECK(store_run_end(s, e.run, false, NULL) == 0);
	example_free(&e);
	store_close(s);
}

/* Nobody need have written a store with our types and checks; a reader looks at the names and kinds of columns. */
static void types_forget(void)
{
	sqlite3 *db;
	FUZZ_CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	FUZZ_CHECK(sqlite3_exec(db,
				"PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = "
				"replace(replace(sql, ') STRICT', ')'), 'TEXT PRIMARY KEY', 'TEXT NOT NULL "
				"PRIMARY KEY')",
				NULL, NULL, NULL) == SQLITE_OK);
	/* Rounds one after the other become pairs. */
	FUZZ_CHECK(sqlite3_exec(db,
				"UPDATE visit SET arm = CASE round % 2 WHEN 1 THEN 'a' ELSE 'b' END, round = "
				"(round + 1) / 2, position = round",
				NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

static void good_make(void)
{
	snprintf(path, sizeof path, "%s/store.db", temp_folder());
	setenv("GNUPLOT", "/nonexistent", 1);
	good_fill();
	types_forget();
	FUZZ_CHECK(store_read() == 0 && n_judged == 1);
	FILE *f = fopen(path, "rb");
	FUZZ_CHECK(f && fseek(f, 0, SEEK_END) == 0);
	n_good = (size_t)ftell(f);
	good = mem_alloc(n_good);
	rewind(f);
	FUZZ_CHECK(fread(good, 1, n_good, f) == n_good);
	fclose(f);
}

static void file_put(const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	FUZZ_CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && close(fd) == 0);
}

/* ---- edits ---- */

static void value_bind(sqlite3_stmt *stmt, enum kind kind, const uint8_t *bytes, size_t n)
{
	union {
		int64_t whole;
		double real;
	} v = {0};
	memcpy(&v, bytes, n < sizeof v ? n : sizeof v);
	switch (kind) {
	case KIND_INT:
		sqlite3_bind_int64(stmt, 1, v.whole);
		break;
	case KIND_REAL:
		sqlite3_bind_double(stmt, 1, v.real);
		break;
	case KIND_TEXT:
		sqlite3_bind_text(stmt, 1, (const char *)bytes, (int)n, SQLITE_STATIC);
		break;
	case KIND_BLOB:
		sqlite3_bind_blob(stmt, 1, bytes, (int)n, SQLITE_STATIC);
		break;
	default:
		sqlite3_bind_null(stmt, 1);
	}
}

static void edit(sqlite3 *db, const uint8_t *head, const uint8_t *bytes, size_t n)
{
	size_t c = head[0] % N_COLUMNS;
	/* The upper half of the kinds changes the first row alone. */
	char *sql = mem_printf("UPDATE %s SET %s = ?1%s", columns[c].table, columns[c].column,
			       head[1] >= 128 ? " WHERE rowid = 1" : "");
	sqlite3_stmt *stmt = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
		value_bind(stmt, head[1] % N_KINDS, bytes, n);
		sqlite3_step(stmt);
	}
	sqlite3_finalize(stmt);
	free(sql);
}

static void edits_run(const uint8_t *data, size_t n)
{
	sqlite3 *db;
	enum { HEAD = 3 };
	file_put(good, n_good);
	FUZZ_CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	sqlite3_exec(
		db,
		"PRAGMA ignore_check_constraints=1; PRAGMA writable_schema=1; PRAGMA synchronous=0; BEGIN",
		NULL, NULL, NULL);
	for (size_t at = 0; at + HEAD <= n;) {
		size_t length = data[at + 2], left = n - at - HEAD;
		length = length < left ? length : left;
		edit(db, data + at, data + at + HEAD, length);
		at += HEAD + length;
	}
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!good)
		good_make();
	if (n >= 16 && memcmp(data, "SQLite format 3", 16) == 0)
		file_put(data, n);
	else
		edits_run(data, n);
	(void)store_read();
	return 0;
}

const void *fuzz_seed(int i, size_t *n)
{
	static const struct {
		const char *bytes;
		size_t n;
	} seeds[] = {
#define SEED(bytes) {bytes, sizeof(bytes) - 1}
		SEED(""),
		SEED("\x00\x04\x10"
		     "12345678abcdefgh"
		     "\x04\x01\x01\x02"),
		SEED("\x08\x02\x08\x00\x00\x00\x00\x00\x00\xf8\x7f"
		     "\x0a\x03\x09step_cost"
		     "\x0b\x03\x06window"),
		SEED("\x1a\x03\x26{\"workload\":\"gemm\",\"m\":\"8\",\"n\":\"\033[2J\"}"),
		SEED("\x20\x03\x2a{\"parts\":[{\"flops\":1e308},7],\"flops\":-1e308}"
		     "\x22\x03\x04isa:"),
		SEED("\x2a\x03\x02[]"
		     "\x23\x03\x04<b>'"
		     "\x1c\x03\x07planned"
		     "\x1d\x83\x07wrong: "),
#undef SEED
	};
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = seeds[i].n;
	return seeds[i].bytes;
}
