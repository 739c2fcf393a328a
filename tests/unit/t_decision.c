/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions of runs into a store and out of it. */
#include "config.h"

#include "harness/store/decision.h"

#include <sqlite3.h>

#include "harness/store/store.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"

static char path[400];

static void put(struct store *s, int64_t run, const char *name, int number)
{
	struct diag d = {0};
	json_t *inputs = json_pack("{s:i}", "in", number), *outcome = json_pack("{s:i}", "out", number);

	if (store_decision_put(s, run, name, inputs, outcome, &d))
		bail(d.text);
	json_decref(inputs);
	json_decref(outcome);
}

static void run_sql(const char *sql)
{
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		bail("SQL of a test");
	sqlite3_close(db);
}

/* The numbers of a list, "3 1 ", and whether inputs and outcomes belong together. */
static void listed(const char *name, const char *machine, int most, const char *want, const char *what)
{
	struct store *s;
	struct stored_decision *list = NULL;
	struct diag d = {0};
	char got[100] = "";
	int n = -1, bad = 0;

	if (store_open(&s, path, STORE_READ, &d) ||
	    store_decision_list(s, name, machine, most, &list, &n, &d))
		bail(d.text);
	for (int i = 0; i < n; i++) {
		json_int_t out = json_integer_value(json_object_get(list[i].outcome, "out"));
		bad += out != json_integer_value(json_object_get(list[i].inputs, "in")) ||
		       list[i].start_wall_ns != 100 * list[i].run;
		snprintf(got + strlen(got), sizeof got - strlen(got), "%lld ", (long long)out);
	}
	is_text(got, want, what);
	is_int(bad, 0, "each with what is its own");
	stored_decisions_free(list, n);
	store_close(s);
}

static void made(void)
{
	struct store *s;
	struct example e;
	struct diag d = {0};

	snprintf(path, sizeof path, "%s/store.db", temp_folder());
	example_make(&e, "tg32");
	if (store_open(&s, path, STORE_WRITE, &d))
		bail(d.text);
	for (int i = 1; i <= 3; i++)
		if (example_begin(s, &e, &d))
			bail(d.text);
	/* Put in another order than the runs began. */
	put(s, 2, DECISION_AA, 21);
	put(s, 3, DECISION_AA, 31);
	put(s, 1, DECISION_AA, 11);
	put(s, 1, DECISION_GATE, 12);
	put(s, 2, DECISION_AA, 22);
	is_int(store_decision_put(s, 1, DECISION_AA, e.host, NULL, &d), ERR_USAGE, "half a decision");
	has_text(d.text, "two JSON objects", "what it is made of");
	diag_clear(&d);
	ok(store_decision_put(s, 9, DECISION_AA, e.host, e.host, &d) < 0, "of no run");
	store_close(s);
	example_free(&e);
	run_sql("UPDATE run SET start_wall_ns = 100 * id; INSERT INTO machine VALUES ('other', 'c', '{}'); "
		"UPDATE run SET machine = 'other' WHERE id = 3");
}

static void test_list(void)
{
	listed(DECISION_AA, NULL, 100, "31 22 21 11 ", "all of a name, newest run first");
	listed(DECISION_AA, NULL, 2, "31 22 ", "the newest two");
	listed(DECISION_AA, "00112233445566778899aabbccddeeff", 100, "22 21 11 ", "of a machine");
	listed(DECISION_AA, "other", 100, "31 ", "of another");
	listed(DECISION_AA, "none", 100, "", "of none");
	listed(DECISION_GATE, NULL, 1, "12 ", "of another name");
	listed(DECISION_CALIBRATION, NULL, 100, "", "of a name that nothing has");
	listed(DECISION_AA, NULL, 0, "", "none at all");
	listed(DECISION_AA, NULL, -1, "", "nor fewer");
}

static void test_bad(void)
{
	static const char *const bad[] = {"[]", "{", "", "7"};
	struct store *s;
	struct stored_decision *list = NULL;
	int n = 77;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct diag d = {0};
		char sql[100];
		snprintf(sql, sizeof sql, "UPDATE decision SET outcome = '%s' WHERE run = 1", bad[i]);
		run_sql(sql);
		if (store_open(&s, path, STORE_READ, NULL))
			bail("store_open");
		is_int(store_decision_list(s, DECISION_AA, NULL, 100, &list, &n, &d), ERR_FORMAT, bad[i]);
		has_text(d.text, "run 1: a decision: column outcome", "is told with its run");
		ok(!list && n == 77, "nothing is given out");
		store_close(s);
	}
}

int main(void)
{
	made();
	test_list();
	test_bad();
	return tap_done();
}
