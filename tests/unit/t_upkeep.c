/* SPDX-License-Identifier: Apache-2.0 */
/* Stores joined, looked through, cut down and read out: nothing lost, nothing doubled, nothing taken from bad ones. */
#include "config.h"

#include "harness/store/upkeep.h"

#include <sqlite3.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/store/decision.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"
#include "tests/unit/trial_example.h"

static const char *folder;

/* Static, of the last eight. */
static const char *at(const char *name)
{
	static char paths[8][400];
	static int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static void run_sql(const char *name, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	if (sqlite3_open(at(name), &db) != SQLITE_OK)
		bail("sqlite3_open");
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
		printf("# %s\n", error);
		bail("SQL of a test");
	}
	sqlite3_close(db);
}

/* Makes the run of a store a trial that confirms a run, with a decision of that outcome. */
static void trial_make(const char *name, int64_t run, int64_t confirms, int outcome)
{
	struct diag d = {0};
	struct store *s;
	struct trial t;
	json_t *inputs = json_pack("{s:i}", "n", 5), *said = json_pack("{s:i}", "said", outcome);

	trial_example(&t);
	t.confirms = confirms;
	if (store_open(&s, at(name), STORE_WRITE, &d) || (confirms >= 0 && store_trial_put(s, run, &t, &d)) ||
	    store_decision_put(s, run, DECISION_GATE, inputs, said, &d))
		bail(d.text);
	json_decref(inputs);
	json_decref(said);
	trial_free(&t);
	store_close(s);
}

/* What a statement answers, as text; static. */
static const char *ask(const char *name, const char *sql)
{
	static char answer[200];
	sqlite3 *db;
	sqlite3_stmt *stmt;

	if (sqlite3_open(at(name), &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
		bail("SQL of a test");
	snprintf(answer, sizeof answer, "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return answer;
}

static const char counts[] =
	"SELECT (SELECT count(*) FROM run) || ' ' || (SELECT count(*) FROM visit) || ' ' || (SELECT "
	"count(*) FROM series) || ' ' || (SELECT count(*) FROM reading) || ' ' || (SELECT count(*) FROM "
	"artifact) || ' ' || (SELECT count(*) FROM process) || ' ' || (SELECT count(*) FROM machine)";

/* A store with one run of a point of that workload with so many timing visits, a quality visit and one that failed. */
static void store_make(const char *name, const char *workload, int rounds)
{
	struct example e;
	struct diag d = {0};
	struct store *s;

	example_make(&e, workload);
	if (store_open(&s, at(name), STORE_WRITE, &d) || example_begin(s, &e, &d) ||
	    example_point(s, &e, POINT_DONE, "", &d))
		bail(d.text);
	for (int r = 1; r <= rounds; r++)
		if (example_timing(s, &e, r, &d))
			bail(d.text);
	if (example_quality(s, &e, 1e-5, NAN, &d) || example_failed(s, &e, &d) ||
	    store_run_end(s, e.run, false, &d))
		bail(d.text);
	store_close(s);
	example_free(&e);
}

static int merge2(const char *out, const char *a, const char *b, struct store_merged *m, struct diag *d)
{
	const char *const in[] = {at(a), b ? at(b) : NULL};

	diag_clear(d);
	return store_merge(at(out), in, b ? 2 : 1, m, d);
}

static void keep(void *arg, const char *text)
{
	strbuf_printf(arg, "%s\n", text);
}

/* The problems as lines; free() it. */
static char *problems(const char *name, bool deep)
{
	struct strbuf lines = {0};
	struct diag d = {0};
	struct store *s;
	int n = 0;

	if (store_open(&s, at(name), STORE_READ, &d))
		bail(d.text);
	if (store_check(s, deep, keep, &lines, &n, &d))
		strbuf_printf(&lines, "error: %s\n", d.text);
	store_close(s);
	return strbuf_take(&lines);
}

static void is_whole(const char *name)
{
	char *text = problems(name, true);

	is_text(text, "", "the store is whole");
	free(text);
}

static void test_merge(void)
{
	struct store_merged m;
	struct diag d = {0};

	store_make("a.db", "tg32", 6);
	store_make("b.db", "tg64", 3);
	is_int(merge2("all.db", "a.db", "b.db", &m, &d), 0, "two stores into a new one");
	is_int(m.n_added, 2, "both runs are added");
	is_text(ask("all.db", counts), "2 13 9 22 9 11 1", "with all their rows, and one machine");
	is_text(ask("all.db", "SELECT group_concat(id) FROM visit"), "1,2,3,4,5,6,7,8,9,10,11,12,13",
		"under new numbers");
	is_whole("all.db");
	is_int(merge2("all.db", "b.db", "a.db", &m, &d), 0, "the same again");
	is_int(m.n_known, 2, "is known");
	is_text(ask("all.db", counts), "2 13 9 22 9 11 1", "and nothing is doubled");
	is_int(merge2("other.db", "all.db", NULL, &m, &d), 0, "a merged store into another");
	is_int(merge2("other.db", "a.db", "b.db", &m, &d), 0, "knows its runs");
	is_int(m.n_known, 2, "by what they are, not by their numbers");
	/* What a row holds is what it held. */
	is_text(ask("all.db", "SELECT hex(samples) || reps || marks || offsets = (SELECT hex(samples) || "
			      "reps || marks || "
			      "offsets FROM series x JOIN visit v ON v.id = x.visit WHERE v.run = 1 LIMIT 1) "
			      "FROM series LIMIT 1"),
		"1", "samples are the same");
}

static void test_merge_again(void)
{
	struct store_merged m;
	struct diag d = {0};

	store_make("grown.db", "pp8", 4);
	/* As it was when it was interrupted in its third round. */
	is_int(merge2("late.db", "grown.db", NULL, &m, &d), 0, "a run");
	run_sql("late.db", "PRAGMA foreign_keys=OFF; DELETE FROM series WHERE visit IN (SELECT id FROM visit "
			   "WHERE round > 2); "
			   "DELETE FROM reading WHERE visit IN (SELECT id FROM visit WHERE round > 2); "
			   "DELETE FROM artifact "
			   "WHERE visit IN (SELECT id FROM visit WHERE round > 2); DELETE FROM visit WHERE "
			   "round > 2; UPDATE "
			   "run SET state = 'interrupted'");
	is_int(merge2("late.db", "a.db", "grown.db", &m, &d), 0, "and merged again when it went on");
	is_int(m.n_updated, 1, "takes the place of what it was");
	is_text(ask("late.db", "SELECT group_concat(id || state) FROM run"), "1done,2done",
		"keeps its number");
	is_whole("late.db");
}

static const char decisions[] =
	"SELECT coalesce(group_concat(run || name || outcome), '') FROM (SELECT * FROM decision ORDER BY "
	"run, rowid)";
static const char confirmed[] =
	"SELECT coalesce(group_concat(run || ':' || json_extract(value, '$.confirms')), '') FROM (SELECT * "
	"FROM annotation WHERE key = 'trial' ORDER BY run)";

/* A trial, run 1, and one that confirms it, run 2. */
static void test_merge_trial(void)
{
	struct store_merged m;
	struct diag d = {0};

	store_make("t1.db", "tg8", 2);
	store_make("t2.db", "tg8", 3);
	is_int(merge2("trials.db", "t1.db", "t2.db", &m, &d), 0, "two runs");
	trial_make("trials.db", 1, 0, 1);
	trial_make("trials.db", 2, 1, 2);
	store_make("before.db", "pp8", 1);
	is_int(merge2("joined.db", "before.db", "trials.db", &m, &d), 0, "that are trials, behind another");
	is_text(ask("joined.db", confirmed), "2:0,3:2", "confirm what they confirmed");
	is_text(ask("joined.db", decisions), "2gate{\"said\":1},3gate{\"said\":2}", "decisions move, too");
	is_whole("joined.db");
	is_int(merge2("joined.db", "trials.db", NULL, &m, &d), 0, "once more");
	is_int(m.n_known, 2, "they are known");
	is_text(ask("joined.db", confirmed), "2:0,3:2", "and are what they were");
	is_text(ask("joined.db", decisions), "2gate{\"said\":1},3gate{\"said\":2}", "and so are decisions");
	trial_make("trials.db", 1, -1, 7);
	is_int(merge2("joined.db", "trials.db", NULL, &m, &d), 0, "something more was decided");
	is_text(ask("joined.db", decisions), "2gate{\"said\":1},2gate{\"said\":7},3gate{\"said\":2}",
		"it is added");
	run_sql("trials.db", "PRAGMA foreign_keys=OFF; DELETE FROM series; DELETE FROM reading; DELETE FROM "
			     "artifact; DELETE FROM visit; DELETE FROM process; DELETE FROM run_point WHERE "
			     "run = 1; UPDATE run_point SET state = 'failed'; DELETE FROM annotation WHERE "
			     "run = 1; DELETE FROM decision WHERE run = 1; DELETE FROM run WHERE id = 1");
	is_int(merge2("alone.db", "before.db", "trials.db", &m, &d), 0, "without what it confirms");
	is_text(ask("alone.db", confirmed), "2:0", "it confirms none here");
}

static void test_merge_bad(void)
{
	static const struct {
		const char *sql, *words;
	} bad[] = {
		{"UPDATE series SET samples = x'00'", "samples holds 1 bytes"},
		{"UPDATE visit SET host_before = '['", "host_before is no JSON object"},
		{"UPDATE run_point SET keys = '[1]'", "keys is no JSON object"},
		{"PRAGMA foreign_keys=OFF; DELETE FROM process", "its process is not there"},
		{"PRAGMA user_version = 99", "newer than this program's"},
		{"PRAGMA application_id = 1", "of another program"},
		{"DROP TABLE op", "table \"op\" is absent"},
	};
	struct store_merged m;
	struct diag d = {0};
	char *before = mem_strdup(ask("all.db", counts));

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		unlink(at("bad.db"));
		store_make("bad.db", "tg8", 2);
		run_sql("bad.db", bad[i].sql);
		ok(merge2("all.db", "grown.db", "bad.db", &m, &d) != 0, "refused: %s", bad[i].sql);
		has_text(d.text, bad[i].words, "with the reason");
		is_text(ask("all.db", counts), before, "nothing was put");
		ok(merge2("new.db", "bad.db", NULL, &m, &d) != 0 && access(at("new.db"), F_OK) != 0,
		   "and no new store is left");
	}
	/* A failure in the middle: there are no numbers left for visits. */
	run_sql("all.db", "UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'visit'");
	ok(merge2("all.db", "grown.db", NULL, &m, &d) != 0, "a merge that fails half way");
	is_text(ask("all.db", counts), before, "leaves the store as it was");
	is_whole("all.db");
	ok(merge2("all.db", "all.db", NULL, &m, &d) == ERR_USAGE, "a store is not merged into itself");
	free(before);
}

/* Every question of the check has a store that it finds. */
static void test_check(void)
{
	static const struct {
		const char *sql, *words;
	} bad[] = {
		{"UPDATE series SET n = -1", "n is -1"},
		{"UPDATE series SET offsets = x''", "offsets holds 0 bytes, expected 8 for each of 6"},
		{"UPDATE series SET marks = x''", "marks holds 0 bytes"},
		{"UPDATE series SET reps = x''", "reps holds 0 bytes"},
		{"UPDATE machine SET facts = 'x'", "facts is no JSON object"},
		{"UPDATE environment SET facts = 'x'", "environment "},
		{"UPDATE build SET facts = 'x'", "build "},
		{"UPDATE run_point SET check_answer = '3'", "check_answer is no JSON object"},
		{"UPDATE run_point SET model = 'x'", "model is no JSON object"},
		{"UPDATE visit SET host_after = 'x'", "host_after is no JSON object"},
		{"PRAGMA foreign_keys=OFF; DELETE FROM run_point", "its point is none of run 1"},
		{"UPDATE run SET end_wall_ns = NULL", "done, but has no end"},
		{"UPDATE run_point SET state = 'planned'", "is still planned"},
		{"UPDATE visit SET state = 'failed', reason = 'x'", "is done without a timing visit"},
		{"DELETE FROM series", "done without a series"},
		{"UPDATE visit SET reason = ''", "failed without a reason"},
		{"UPDATE visit SET round = 1", "done timing visits of arm own in round 1"},
		{"INSERT INTO point VALUES ('00000000000000000000000000000000', 'x')", "of no run"},
		{"INSERT INTO machine VALUES ('1', 'x', '{}')", "machine 1: of no run"},
		{"INSERT INTO environment VALUES ('1', '{}')", "environment 1: of no run"},
		{"INSERT INTO spec VALUES ('1', 'x', 'y')", "spec 1: of no run"},
		{"INSERT INTO build VALUES ('1', 'x', 'y', '{}')", "build 1: of no process"},
		{"UPDATE point SET canonical = 'x'", "its id is not that of its text"},
		{"INSERT INTO decision VALUES (1, 'aa', '[]', '{}')",
		 "decision aa of run 1: inputs is no JSON object"},
		{"INSERT INTO decision VALUES (1, 'aa', '{}', '')", "outcome is no JSON object"},
		{"INSERT INTO annotation VALUES (1, 'trial', '{}')", "run 1: annotation \"trial\": "},
		{"INSERT INTO annotation VALUES (1, 'trial', ''), (1, 'trial', '')", "run 1: 2 annotations"},
	};

	store_make("good.db", "tg8", 2);
	is_whole("good.db");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *text;

		unlink(at("bad.db"));
		store_make("bad.db", "tg8", 2);
		run_sql("bad.db", bad[i].sql);
		text = problems("bad.db", true);
		has_text(text, bad[i].words, bad[i].sql);
		free(text);
	}
	unlink(at("bad.db"));
	store_make("bad.db", "tg8", 60);
	run_sql("bad.db", "UPDATE series SET marks = x''");
	char *text = problems("bad.db", false);
	has_text(text, "and more of this kind", "many of one kind are not all told");
	free(text);
}

static void test_prune(void)
{
	struct store_merged m;
	struct diag d = {0};
	struct store *s;
	const int64_t runs[] = {1, 3}, none[] = {7};

	store_make("c.db", "pp8", 2);
	unlink(at("three.db"));
	if (merge2("three.db", "a.db", "b.db", &m, &d) || merge2("three.db", "c.db", NULL, &m, &d) ||
	    store_open(&s, at("three.db"), STORE_READ, &d))
		bail(d.text);
	store_close(s);
	for (int run = 1; run <= 3; run++)
		trial_make("three.db", run, run - 1, run);
	if (store_open(&s, at("three.db"), STORE_WRITE, &d))
		bail(d.text);
	is_int(store_runs_remove(s, none, 1, &d), ERR_USAGE, "a run that is not there");
	diag_clear(&d);
	is_int(store_runs_remove(s, runs, 2, &d), 0, "two runs go");
	is_int(store_shrink(s, &d), 0, "and their room");
	store_close(s);
	is_text(ask("three.db", decisions), "2gate{\"said\":2}", "a decision of another run stays");
	is_text(ask("three.db", confirmed), "2:1", "and a trial");
	is_text(ask("three.db", counts), "1 5 3 8 3 4 1", "with all that is theirs, and nothing else");
	is_text(ask("three.db", "SELECT count(*) FROM point"), "1", "and points that no run has");
	is_whole("three.db");
	if (store_open(&s, at("three.db"), STORE_WRITE, &d))
		bail(d.text);
	is_int(store_runs_remove(s, (const int64_t[]){2}, 1, &d), 0, "the last run");
	store_close(s);
	is_text(ask("three.db", counts), "0 0 0 0 0 0 0", "leaves an empty store");
	is_whole("three.db");
}

struct seen {
	int n, n_samples, stop_after;
	int64_t last_visit;
};

static int see(void *arg, const struct export_series *x, struct diag *d)
{
	struct seen *seen = arg;

	seen->n++;
	seen->n_samples += x->n;
	if (x->visit < seen->last_visit || x->values[0] != 20000000 || x->marks[0] != MARK_WARMUP ||
	    x->reps[5] != 2 || x->offsets[5] != INT64_MAX || strcmp(x->name, "step") != 0 ||
	    !strstr(x->keys, "\"threads\":\"4\""))
		ok(0, "a series is not what was stored");
	seen->last_visit = x->visit;
	return seen->n == seen->stop_after ? diag_set(d, ERR_CANCELLED, "enough") : 0;
}

static void test_export(void)
{
	struct seen seen = {0};
	struct diag d = {0};
	struct store *s;

	if (store_open(&s, at("other.db"), STORE_READ, &d))
		bail(d.text);
	is_int(store_export(s, 0, see, &seen, &d), 0, "all runs");
	is_int(seen.n * 1000 + seen.n_samples, 9054, "every series with every sample");
	seen = (struct seen){0};
	is_int(store_export(s, 2, see, &seen, &d), 0, "one run");
	is_int(seen.n, 3, "has its series alone");
	seen = (struct seen){.stop_after = 2};
	is_int(store_export(s, 0, see, &seen, &d), ERR_CANCELLED, "ends when it is told to");
	is_int(seen.n, 2, "at once");
	store_close(s);
}

int main(void)
{
	folder = temp_folder();
	test_merge();
	test_merge_again();
	test_merge_trial();
	test_merge_bad();
	test_check();
	test_prune();
	test_export();
	return tap_done();
}
