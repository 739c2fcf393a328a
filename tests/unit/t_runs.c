/* SPDX-License-Identifier: Apache-2.0 */
/* Runs by their names, their labels and notes, and the list of them. */
#include "config.h"

#include "harness/store/runs.h"

#include <stdlib.h>

#include "harness/store/db.h"
#include "harness/store/upkeep.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"

#define DAY_NS (86400 * INT64_C(1000000000))
/* 2026-11-25 18:09:11 UTC */
#define FIRST_NS (INT64_C(1795630151) * 1000000000)

static struct store *opened(const char *name)
{
	static char path[300];
	struct store *s = NULL;
	struct diag d = {0};
	snprintf(path, sizeof path, "%s/%s.db", temp_folder(), name);
	if (store_open(&s, path, STORE_WRITE, &d))
		bail(d.text);
	return s;
}

static void label(struct store *s, int64_t run, const char *text)
{
	struct run_label l;
	struct diag d = {0};
	ok(run_label_parse(&l, text, &d) == 0, "label %s", text);
	is_int(store_label_put(s, run, &l, &d), 0, "is put");
	run_label_free(&l);
}

/* Run i begins i days after the first. */
static void runs_put(struct store *s, struct example *e, int n)
{
	struct diag d = {0};
	for (int i = 0; i < n; i++) {
		char sql[100];
		if (example_begin(s, e, &d) || example_point(s, e, i ? POINT_DONE : POINT_FAILED, "", &d))
			bail(d.text);
		snprintf(sql, sizeof sql, "UPDATE run SET label = '', start_wall_ns = %lld WHERE id = %lld",
			 (long long)(FIRST_NS + i * DAY_NS), (long long)e->run);
		if (db_script(s, sql, "test", &d))
			bail(d.text);
	}
}

static int64_t found(struct store *s, const char *text, struct diag *d)
{
	int64_t run = -1;
	diag_clear(d);
	return store_run_find(s, text, &run, d) ? -1 : run;
}

static void test_names(struct store *s)
{
	struct diag d = {0};
	is_int(found(s, "2", &d), 2, "a number");
	is_int(found(s, "last", &d), 7, "the newest");
	is_int(found(s, "last~0", &d), 7, "again");
	is_int(found(s, "last~6", &d), 1, "the oldest");
	is_int(found(s, "last~7", &d), -1, "one before it");
	has_text(d.text, "the store has 7 runs", "and how many there are");
	is_int(found(s, "2026-11-25", &d), 1, "a date");
	is_int(found(s, "2026-11-26T18:09", &d), 2, "with a time");
	is_int(found(s, "2026-11-26 18:09 UTC", &d), 2, "as it is printed");
	is_int(found(s, "2026-11", &d), -1, "a month of several");
	has_text(d.text, "date of 6 runs: 1 (2026-11-25 18:09), 2 (2026-11-26 18:09)", "lists them");
	has_text(d.text, " and 1 more", "but not all");
	is_int(found(s, "2026-12", &d), 7, "a month of one");
	is_int(found(s, "2026", &d), -1, "a year");
	has_text(d.text, "date of 7 runs", "is a date where no run has the number");
	is_int(found(s, "9", &d), -1, "no such number");
	has_text(d.text, "there is no run 9: the store has runs 1 to 7", "and which there are");
	is_int(found(s, "", &d), -1, "nothing");
	is_int(found(s, "99999999999999999999", &d), -1, "a number beyond all");
	is_int(found(s, "last~", &d), -1, "last of nothing");
	has_text(d.text, "expected a number, last, last~N, a label", "says what is expected");
}

static void test_labels(struct store *s)
{
	struct diag d = {0};
	label(s, 3, "night");
	is_int(found(s, "night", &d), 3, "a label");
	label(s, 5, "night");
	is_int(found(s, "night", &d), -1, "of two");
	has_text(d.text, "label of 2 runs: 3 (2026-11-27 18:09), 5", "lists both");
	label(s, 4, "branch=main");
	label(s, 4, "branch=x y");
	is_int(found(s, "branch=main", &d), -1, "a value that was replaced");
	is_int(found(s, "branch=x y", &d), 4, "the one in its place");
	is_int(store_label_remove(s, 4, "branch", &d), 0, "it is removed");
	is_int(store_label_remove(s, 4, "branch", &d), ERR_USAGE, "once");
	has_text(d.text, "run 4 has no label \"branch\"", "and says so");
	label(s, 6, "2026-11");
	is_int(found(s, "2026-11", &d), 6, "a label goes before a date");
	label(s, 6, "12");
	is_int(found(s, "12", &d), 6, "and is tried where no run has that number");
	is_int(store_label_remove(s, 6, NULL, &d), 0, "the word is removed");
	is_int(found(s, "12", &d), -1, "and names nothing");
}

static void test_label_text(void)
{
	static const char *const words[] = {"two words", "a b=c", "\xc3\xa9=1", "a/b=1", ""};
	struct run_label l;
	struct diag d = {0};
	ok(run_label_parse(&l, "=x", &d) == ERR_USAGE, "no label: a key that is empty");
	has_text(d.text, "expected a word or KEY=VALUE", "and what it should be");
	diag_clear(&d);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		ok(run_label_parse(&l, words[i], &d) == 0 && !l.key && strcmp(l.value, words[i]) == 0,
		   "a word stays as it is: %s", words[i]);
		run_label_free(&l);
	}
	is_int(run_label_parse(&l, "a.b_c-1=x=y", &d), 0, "a label");
	ok(strcmp(l.key, "a.b_c-1") == 0 && strcmp(l.value, "x=y") == 0, "ends its key at the first =");
	run_label_free(&l);
	is_text(run_label_key("label.x"), "x", "the key of a label");
	ok(!run_label_key("clock"), "a note of the program is none");
}

static void test_notes(struct store *s)
{
	struct run_listing l;
	struct diag d = {0};
	is_int(store_annotate(s, 2, "clock", "went", &d), 0, "what the program notes");
	is_int(store_note_add(s, 2, "one", &d), 0, "a note");
	is_int(store_note_add(s, 2, "two", &d), 0, "another");
	is_int(store_note_add(s, 7, "seven", &d), 0, "of another run");
	is_int(store_note_remove(s, 2, 1, &d), 0, "the first is removed");
	is_int(store_note_remove(s, 2, 2, &d), ERR_USAGE, "there is no second now");
	has_text(d.text, "run 2 has no note 2", "and says so");
	is_int(store_listing(s, &l, &d), 0, "the list");
	const struct stored_run *r = l.item[1].run;
	ok(r->n_annotations == 2 && strcmp(r->annotations[0].value, "went") == 0 &&
		   strcmp(r->annotations[1].value, "two") == 0,
	   "has what is left");
	ok(l.item[6].run->n_annotations == 1 && l.item[0].run->n_annotations == 0, "of each run its own");
	ok(l.item[0].n_failed == 1 && l.item[0].n_done == 0 && l.item[1].n_done == 1, "how far each came");
	ok(l.item[3].n_models == 1 && strcmp(l.item[3].model[0], "synthetic:tiny") == 0, "and its model");
	run_listing_free(&l);
}

/* The runs here have no visits, which a check tells, too. */
static void count_orphans(void *arg, const char *text)
{
	*(int *)arg += strstr(text, "of no run") != NULL;
}

static void test_removed(struct store *s)
{
	const int64_t runs[] = {2, 7};
	struct run_listing l;
	struct diag d = {0};
	int64_t unused = -1;
	int n = -1, orphans = 0;
	is_int(store_runs_remove(s, runs, 2, &d), 0, "runs with labels and notes are removed");
	is_int(store_check(s, true, count_orphans, &orphans, &n, &d), 0, "the store");
	is_int(orphans, 0, "has nothing of theirs");
	is_int(store_listing(s, &l, &d), 0, "the list");
	is_int(l.n, 5, "without them");
	run_listing_free(&l);
	is_int(found(s, "last", &d), 6, "the newest is another");
	is_int(store_unused(s, &unused, &d), 0, "room");
	ok(unused >= 0, "is told");
	is_int(store_shrink(s, &d), 0, "and given back");
	is_int(store_unused(s, &unused, &d), 0, "then");
	is_int((long long)unused, 0, "there is none");
}

/* Columns of other types than ours, keys that are no object: a list all the same. */
static void test_foreign(struct store *s)
{
	struct run_listing l;
	struct diag d = {0};
	is_int(db_script(s,
			 "UPDATE run_point SET keys = '{\"model\": 7}' WHERE run = 1; UPDATE run_point SET "
			 "keys = "
			 "'[' WHERE run = 3; PRAGMA foreign_keys=OFF; INSERT INTO annotation VALUES (99, "
			 "'x', 'y')",
			 "test", &d),
	       0, "a broken store");
	is_int(store_listing(s, &l, &d), 0, "is listed");
	ok(l.item[0].n_models == 1 && strcmp(l.item[0].model[0], "7") == 0, "a number is a text");
	is_int(l.item[1].n_models, 0, "no object has no model");
	run_listing_free(&l);
}

static void test_empty(void)
{
	struct store *s = opened("empty");
	struct diag d = {0};
	is_int(found(s, "last", &d), -1, "the last of none");
	has_text(d.text, "the store has no run yet", "says so");
	is_int(found(s, "1", &d), -1, "nor the first");
	store_close(s);
}

int main(void)
{
	struct store *s = opened("runs");
	struct example e;
	example_make(&e, "tg32");
	runs_put(s, &e, 7);
	test_names(s);
	test_labels(s);
	test_label_text();
	test_notes(s);
	test_removed(s);
	test_foreign(s);
	store_close(s);
	test_empty();
	example_free(&e);
	return tap_done();
}
