/* SPDX-License-Identifier: Apache-2.0 */
/* The plan that a store keeps: what is read back of it, and that no visit is stored twice. */
#include "config.h"

#include "harness/store/store.h"

#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"

static struct example e;
static char path[300];

static struct store *opened(enum store_mode mode)
{
	struct store *s = NULL;
	struct diag d = {0};
	if (store_open(&s, path, mode, &d))
		bail(d.text);
	return s;
}

static int put_visit(struct store *s, int planned, int round, bool failed, struct diag *d)
{
	int64_t id;
	const struct store_visit v = {.point_id = e.id,
				      .round = round,
				      .position = planned,
				      .planned = planned,
				      .arm = "own",
				      .kind = VISIT_TIMING,
				      .failed = failed,
				      .reason = failed ? "it failed" : "",
				      .pid = 1,
				      .worker = "w",
				      .build_program = "",
				      .ended = "exit 0",
				      .process_end_wall_ns = 1000 + planned,
				      .log = failed ? "last words" : ""};
	return store_visit_put(s, e.run, &v, &id, d);
}

/* Everything or nothing: the transactions within are parts of the one around them. */
static void test_together(struct store *s)
{
	struct diag d = {0};
	struct stored_run *runs;
	int n = -1;
	is_int(store_begin(s, &d), 0, "a transaction");
	is_int(example_begin(s, &e, &d), 0, "with a run");
	is_int(store_end(s, ERR_IO, &d), ERR_IO, "that fails in the end");
	is_int(store_begin(s, &d), 0, "another one");
	is_int(example_begin(s, &e, &d), 0, "with a run");
	is_int(store_run_list(s, &runs, &n, &d), 0, "which is there");
	is_int(n, 1, "as long as it lasts");
	stored_run_list_free(runs, n);
	store_undo(s);
	is_int(store_run_list(s, &runs, &n, &d), 0, "the runs");
	is_int(n, 0, "there is none");
	stored_run_list_free(runs, n);
}

static void put_plan(struct store *s)
{
	const struct store_planned visits[] = {
		{e.id, 1, VISIT_TIMING, 0}, {e.id, 2, VISIT_TIMING, 0}, {e.id, 3, VISIT_COUNTER, 2}};
	struct diag d = {0};
	is_int(store_begin(s, &d), 0, "a transaction");
	is_int(example_begin(s, &e, &d), 0, "with a run");
	is_int(example_point(s, &e, POINT_PLANNED, "", &d), 0, "its point");
	is_int(store_plan_put(s, e.run, visits, 3, &d), 0, "and its plan");
	is_int(store_end(s, 0, &d), 0, "is stored");
}

static void test_progress(struct store *s)
{
	struct stored_progress *p = NULL;
	struct diag d = {0};
	is_int(put_visit(s, 2, 2, true, &d), 0, "the second visit");
	ok(put_visit(s, 2, 2, false, &d) != 0, "is not stored twice: %s", d.text);
	diag_clear(&d);
	is_int(example_quality(s, &e, 0, 0, &d), 0, "a quality visit is not of the plan");
	is_int(example_quality(s, &e, 0, 0, &d), 0, "nor is another");
	is_int(store_progress_load(s, 0, &p, &d), 0, "how far it is");
	is_int(p->n_planned, 3, "three visits are planned");
	ok(!p->planned[0].made && p->planned[1].made && !p->planned[2].made, "one is made");
	ok(p->planned[1].failed && p->planned[1].has_log, "it failed with a log");
	is_text(p->planned[1].reason, "it failed", "and a reason");
	ok(p->planned[2].kind == VISIT_COUNTER && p->planned[2].round == 3 && p->planned[2].pass == 2 &&
		   strcmp(p->planned[2].point, e.id) == 0,
	   "what is planned");
	ok(p->n_verified == 1 && strcmp(p->verified[0], e.id) == 0, "the point is verified");
	is_int(p->run->n_points, 1, "its points");
	is_int(p->run->points[0].n_visits, 0, "have no visits here");
	stored_progress_free(p);
}

static void test_ended(struct store *s)
{
	struct stored_progress *p = NULL;
	struct stored_run *r = NULL;
	struct diag d = {0};
	is_int(store_annotate(s, e.run, "interrupted", "twice\n", &d), 0, "a note");
	is_int(store_annotate(s, e.run, "interrupted", "", &d), 0, "and another");
	is_int(store_run_load(s, 0, &r, &d), 0, "load");
	ok(r->n_annotations == 2 && strcmp(r->annotations[0].value, "twice\n") == 0, "the notes");
	stored_run_free(r);
	is_int(store_run_end(s, e.run, false, &d), 0, "the end");
	is_int(store_progress_load(s, 0, &p, &d), ERR_USAGE, "no run is interrupted");
	has_text(d.text, "no run of it was interrupted", "and says so");
	diag_clear(&d);
	is_int(store_progress_load(s, 9, &p, &d), ERR_USAGE, "a run that is not there");
	has_text(d.text, "there is no run 9", "and says so");
}

/* Nothing could run, but the plan was made with some worker. */
static void test_build(struct store *s)
{
	const struct store_run row = {.label = "",
				      .command = "",
				      .spec_name = "",
				      .spec_text = "",
				      .machine_id = "00112233445566778899aabbccddeeff",
				      .machine_class = "x",
				      .machine = e.machine,
				      .environment = e.environment,
				      .build_program = "planner",
				      .build_version = "7",
				      .build = e.build};
	struct stored_run *r = NULL;
	struct diag d = {0};
	int64_t run;
	is_int(store_run_begin(s, &row, &run, &d), 0, "a run without a process");
	is_int(store_run_load(s, run, &r, &d), 0, "load");
	is_text(r->build_program, "planner", "has the worker of its plan");
	is_text(r->build_version, "7", "its version");
	ok(json_equal(r->build, e.build), "and its build");
	stored_run_free(r);
}

int main(void)
{
	snprintf(path, sizeof path, "%s/plan.db", temp_folder());
	example_make(&e, "tg32");
	struct store *s = opened(STORE_WRITE);
	test_together(s);
	put_plan(s);
	test_progress(s);
	test_ended(s);
	test_build(s);
	store_close(s);
	example_free(&e);
	return tap_done();
}
