/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the statistics fail when they must: repeats, seeds and tolerances. Their full run is a command. */
#include "config.h"

#include "harness/stat/selftest/selftest.h"

#include "harness/stat/selftest/rig.h"
#include "tests/tap.h"

static void test_rows(void)
{
	struct selftest t = {.seed = 1, .shorten = 1};

	/* 3 standard errors of 0.5 in 900 are 0.05. */
	rig_share(&t, false, 494, 900, .5, RIG_EXACT, "row %d", 1);
	rig_share(&t, false, 496, 900, .5, RIG_EXACT, "row %d", 2);
	rig_share(&t, true, 496, 900, .5, 2, "half a digit more");
	ok(t.row[0].passed && !t.row[1].passed && t.row[2].passed,
	   "three standard errors, and the last digit");
	is_text(t.row[1].what, "row 2", "rows have names");
	ok(t.row[2].control && !t.row[0].control, "controls are marked");
	t.n = 0;
	rig_at_most(&t, 5, 100, .05, false, "at the bound");
	rig_at_most(&t, 6, 100, .05, false, "beyond it");
	rig_at_most(&t, 6, 100, .05, true, "by chance");
	t.shorten = 10;
	rig_at_most(&t, 6, 100, .05, false, "by few repeats");
	ok(t.row[0].passed && !t.row[1].passed && t.row[2].passed && t.row[3].passed, "at most");
	rig_value(&t, SELFTEST_NEAR, NAN, 0, 1, "no number");
	ok(!t.row[4].passed, "NaN passes nothing");
	for (int i = 0; i < 2 * SELFTEST_ROWS_MAX; i++)
		rig_value(&t, SELFTEST_NEAR, 0, 0, 0, "many");
	is_int(t.n, SELFTEST_ROWS_MAX, "rows end somewhere");
	is_int(rig_repeats(&t, 20000), 2000, "shortened repeats");
}

static void fails(struct selftest *t)
{
	rig_value(t, SELFTEST_NEAR, 0, 0, 0, "good");
	rig_value(t, SELFTEST_NEAR, 1, 0, 0, "bad");
}

static void empty(struct selftest *t)
{
	(void)t;
}

static void test_run(void)
{
	struct selftest t = {.seed = 3, .shorten = 200}, u = {.seed = 4, .shorten = 200};
	const struct selftest_check bad = {99, "bad", fails}, none = {99, "none", empty};
	int number = 0, n = 0;
	bool differs = false;

	ok(!selftest_run(&t, &bad) && t.n == 2, "one bad row fails a check");
	ok(!selftest_run(&t, &none), "so does none");
	for (const struct selftest_check *c = selftest_checks; c->title; c++, n++) {
		ok(c->number > number, "check %d", c->number);
		number = c->number;
		if (number == 7 || number == 11)
			continue;
		selftest_run(&t, c);
		struct selftest_row first = t.row[0];
		selftest_run(&t, c);
		ok(t.n > 0 && t.n < SELFTEST_ROWS_MAX && t.row[0].got == first.got,
		   "has rows, the same again");
		selftest_run(&u, c);
		differs = differs || u.row[0].got != first.got;
	}
	is_int(n, 13, "all but that of history");
	ok(differs, "another seed, other figures");
}

int main(void)
{
	test_rows();
	test_run();
	return tap_done();
}
