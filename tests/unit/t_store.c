/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into a store comes out of it; one writer, readers beside it, and a writer that is killed. */
#include "config.h"

#include "harness/store/store.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "harness/store/db.h"
#include "harness/store/journal.h"
#include "reports/analysis/analysis.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"

static char path[PATH_MAX];

/* A name in the temporary folder. */
static const char *at(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", temp_path, name);
	return path;
}

static struct store *opened(const char *name, enum store_mode mode)
{
	struct store *s = NULL;
	struct diag d = {0};

	if (store_open(&s, at(name), mode, &d) != 0)
		printf("# %s: %s\n", d.file, d.text);
	return s;
}

static bool exists(const char *name)
{
	return access(at(name), F_OK) == 0;
}

static void check_head(const struct stored_run *r, int64_t run)
{
	is_int(r->id, run, "id of the run");
	is_text(r->label, "first", "label");
	is_text(r->notes, "", "notes");
	is_text(r->command, "inferometer run x.yaml", "command");
	is_text(r->state, "done", "state of the run");
	is_text(r->spec_name, "x", "spec");
	is_text(r->spec_text, "workload: [tg32]\n", "its text");
	is_text(r->machine_id, "00112233445566778899aabbccddeeff", "machine");
	is_text(r->machine_class, "ffeeddccbbaa99887766554433221100", "its class");
	is_int(json_integer_value(json_object_get(r->machine, "cpus")), 4, "its facts");
	is_text(json_string_value(json_object_get(r->environment, "kernel")), "6.1", "environment");
	is_text(json_string_value(json_object_get(r->build, "compiler")), "cc", "build");
	is_text(r->build_program, "cpu", "program");
	is_text(r->build_version, "0.1.0", "version");
	is_int(r->seed, -7, "seed");
	is_int(r->rounds, 6, "rounds");
	ok(r->start_wall_ns > 1600000000000000000 && r->end_wall_ns >= r->start_wall_ns, "start and end");
	is_int(r->n_points, 2, "points");
}

static void check_timing(const struct stored_visit *v)
{
	const struct stored_series *x = v->series;

	is_int(v->round, 1, "round");
	is_int(v->position, 3, "position in it");
	is_int(v->kind, VISIT_TIMING, "kind");
	is_int(v->failed, 0, "not failed");
	is_text(v->arm, "own", "arm");
	is_int(v->start_wall_ns, 1700000000000000000, "start of the request");
	is_int(v->wall_ns, 90000000, "time of the request");
	is_int(v->load_ns, 250000000, "load time");
	is_int(v->weight_bytes, 77, "bytes of weights");
	is_int(v->peak_bytes, 4096, "the worker's word on memory, where the harness has none");
	is_near(v->tokens, 20, 0, "tokens");
	is_near(v->flops, 2e9, 0, "flops");
	is_near(v->bytes, 1e8, 0, "bytes");
	is_text(v->ended, "exit 0", "how the process ended");
	is_text(v->log, "a line\nof \xff bytes\n", "its log, byte for byte");
	is_near(json_real_value(json_object_get(v->host_before, "load_1")), 0.25, 0, "the host before");
	ok(v->host_after == NULL, "no host after");
	is_int(v->n_series, 1, "one series");
	is_text(x->name, "step", "its name");
	is_text(x->unit, "ns", "unit");
	is_text(x->clock, "CLOCK_MONOTONIC", "clock");
	is_int(x->t0, 123456789012345, "t0");
	is_int(x->n, EXAMPLE_SAMPLES, "samples");
	is_int(x->values[0], 20000000, "first value");
	is_int(x->offsets[5], INT64_MAX, "last offset, the largest number");
	is_int(x->marks[3], MARK_CONTENDED, "mark");
	is_int(x->reps[5], 2, "repetition");
	is_int(v->n_readings, 2, "two readings");
	is_text(v->readings[0].counter, "page_faults_minor", "counter");
	is_text(v->readings[0].source, "rusage", "source");
	is_int(v->readings[0].thread, -1, "of the process");
	is_near(v->readings[0].value, 9007199254740992.0, 0, "value, as a double");
	ok(!v->readings[1].usable && isnan(v->readings[1].value),
	   "a reading that is not usable has no value");
	is_text(v->readings[1].why, "no PMU", "and says why");
}

static void check_quality(const struct stored_visit *v)
{
	is_int(v->kind, VISIT_QUALITY, "quality visit");
	is_int(v->peak_bytes, 8192, "memory as the harness saw it");
	is_int(v->n_series, 0, "no series");
	is_text(v->log, "", "no log");
	is_text(v->readings[0].op, "ref q8_0", "against what");
	is_near(v->readings[0].value, 1.0e-3, 0, "a real reading");
	ok(v->readings[1].usable && isnan(v->readings[1].value), "NaN is a value: usable, and NaN again");
}

static void check_failed(const struct stored_visit *v)
{
	is_int(v->failed, 1, "failed");
	is_text(v->reason, "no such program", "why");
	is_text(v->ended, "", "no process");
	is_int(v->load_ns + v->weight_bytes + v->peak_bytes, 0, "nothing of it");
	is_near(v->tokens + v->flops + v->bytes, 0, 0, "no work");
}

static void check_points(const struct stored_run *r, const struct example *e, const struct example *other)
{
	const struct stored_point *p = r->points;

	is_text(p->id, e->id, "id of the point");
	is_text(point_get(&p->point, KEY_WORKLOAD), "tg32", "its workload");
	is_text(point_get(&p->point, KEY_MODEL), "synthetic:tiny", "its model as it was named");
	ok(p->point.value[KEY_KV] == NULL, "a key that was not set is not set");
	is_int(p->role, ROLE_MEASURE, "role");
	is_int(p->state, POINT_DONE, "the last state put");
	is_text(p->reason, "", "no reason");
	is_text(p->describe, "isa: avx2\n", "what ran");
	is_int(json_integer_value(json_object_get(p->check_answer, "working_set")), 1 << 20,
	       "what was put first and then left");
	is_text(json_string_value(json_object_get(p->model, "name")), "tiny \xc3\xa9", "model");
	is_int(p->n_visits, 3, "visits, in order");
	check_timing(&p->visits[0]);
	check_quality(&p->visits[1]);
	check_failed(&p->visits[2]);
	is_text(r->points[1].id, other->id, "points stand in plan order");
	is_int(r->points[1].state, POINT_SKIPPED, "a skipped one");
	is_text(r->points[1].reason, "does not fit", "and why");
	ok(r->points[1].model != NULL && r->points[1].visits == NULL, "without visits");
}

/* Done later than planned, with what was known at planning left as it is. */
static int point_done(struct store *s, const struct example *e, struct diag *d)
{
	const struct store_point p = {
		.point = &e->point, .id = e->id, .position = e->position, .state = POINT_DONE, .reason = ""};
	return store_point_put(s, e->run, &p, d);
}

static void test_round_trip(void)
{
	struct example e, other;
	struct stored_run *r = NULL;
	struct diag d = {0};
	struct store *s = opened("a.db", STORE_WRITE);

	example_make(&e, "tg32");
	example_make(&other, "pp128");
	is_int(example_begin(s, &e, &d), 0, "run");
	other.run = e.run;
	other.position = 1;
	is_int(example_point(s, &other, POINT_SKIPPED, "does not fit", &d), 0, "second point first");
	is_int(example_point(s, &e, POINT_PLANNED, "planned", &d), 0, "point");
	is_int(example_timing(s, &e, 1, &d), 0, "timing visit");
	is_int(example_quality(s, &e, 1.0e-3, NAN, &d), 0, "quality visit");
	is_int(example_failed(s, &e, &d), 0, "failed visit");
	is_int(point_done(s, &e, &d), 0, "point again");
	is_int(store_run_end(s, e.run, false, &d), 0, "end");
	store_close(s);
	ok(exists("a.db") && !exists("a.db-wal") && !exists("a.db-shm") && !exists("a.db-lock"),
	   "a closed store is one file");
	s = opened("a.db", STORE_READ);
	if (store_run_load(s, 0, &r, &d) != 0 || !r->points || r->n_points != 2)
		bail("the run does not load");
	check_head(r, e.run);
	check_points(r, &e, &other);
	stored_run_free(r);
	is_int(store_point_load(s, e.run, e.id, &r, &d), 0, "one point alone");
	is_text(r->command, "inferometer run x.yaml", "of that run");
	ok(r->n_points == 1 && strcmp(r->points[0].id, e.id) == 0 && r->points[0].n_visits == 3,
	   "that one, with its visits");
	stored_run_free(r);
	is_int(store_run_load_brief(s, e.run, &r, &d), 0, "in brief");
	const struct stored_visit *v = r->points[0].n_visits == 3 ? &r->points[0].visits[0] : NULL;
	ok(r->n_points == 2 && v && v->n_series > 0 && v->series[0].values && v->series[0].marks,
	   "all that is measured");
	ok(v && !v->host_before && !v->host_after && !*v->log && !v->series[0].offsets, "and no more");
	stored_run_free(r);
	is_int(store_point_load(s, e.run, "none", &r, &d), 0, "a point that there is not");
	is_int(r->n_points, 0, "is none");
	stored_run_free(r);
	is_int(store_point_load(s, 99, e.id, &r, &d), ERR_USAGE, "of a run that there is not");
	store_close(s);
	example_free(&e);
	example_free(&other);
}

/* Rows come from what was stored: series "step" in ns, readings residual_same and residual_f32. */
static void test_analysis(void)
{
	struct example e;
	struct stored_run *r = NULL;
	struct diag d = {0};
	struct store *s = opened("rows.db", STORE_WRITE);

	example_make(&e, "tg32");
	(void)!example_begin(s, &e, &d);
	(void)!example_point(s, &e, POINT_DONE, "", &d);
	for (int round = 1; round <= 6; round++)
		(void)!example_timing(s, &e, round, &d);
	(void)!example_quality(s, &e, 1.5e-3, 2.5e-3, &d);
	is_int(d.code, 0, "stored");
	is_int(store_run_load(s, e.run, &r, &d), 0, "a writer reads its own run");
	struct analysis *a = analysis_make(r);
	is_int(a->n_rows, 1, "one row");
	is_int(a->rows[0].n_values, 6, "six processes");
	is_near(a->rows[0].rep_s.value, 0.02, 1e-15, "seconds of a repetition without the warm-up");
	is_near(a->rows[0].tokens_s.value, 1000, 1e-9, "tokens a second");
	ok(a->rows[0].tokens_s.interval, "with an interval");
	is_near(a->rows[0].load_s.value, 0.25, 0, "load time");
	is_int(a->rows[0].n_contended, 6, "marks");
	is_int(a->rows[0].n_warmup, 12, "warm-up");
	ok(a->rows[0].verified, "verified");
	is_near(a->rows[0].residual_same, 1.5e-3, 0, "residual");
	is_near(a->rows[0].residual_f32, 2.5e-3, 0, "residual against f32");
	is_int(a->rows[0].state, POINT_DONE, "right");
	analysis_free(a);
	stored_run_free(r);
	r = NULL;
	(void)!example_quality(s, &e, NAN, NAN, &d);
	is_int(store_run_load(s, 0, &r, &d), 0, "load again");
	a = analysis_make(r);
	has_text(a->rows[0].reason, "not finite", "a residual that is NaN makes the row wrong");
	analysis_free(a);
	stored_run_free(r);
	store_close(s);
	example_free(&e);
}

static void test_runs(void)
{
	struct example e;
	struct stored_run *r = NULL;
	struct diag d = {0};
	int n = -1;
	struct store *s = opened("runs.db", STORE_WRITE);

	is_int(store_run_list(s, &r, &n, &d), 0, "list of nothing");
	is_int(n, 0, "no run");
	stored_run_list_free(r, n);
	is_int(store_run_load(s, 0, &r, &d), ERR_USAGE, "the newest of none");
	has_text(d.text, "no run yet", "says so");
	diag_clear(&d);
	example_make(&e, "tg32");
	for (int i = 0; i < 3; i++) {
		(void)!example_begin(s, &e, &d);
		for (int k = 0; k < i; k++)
			(void)!example_point(s, &e, POINT_DONE, "", &d);
		(void)!store_run_end(s, e.run, i == 2, &d);
	}
	is_int(d.code, 0, "three runs");
	is_int(store_run_list(s, &r, &n, &d), 0, "list");
	is_int(n, 3, "all of them");
	ok(r[0].id == 1 && r[2].id == 3, "oldest first");
	ok(r[0].n_points == 0 && r[2].n_points == 1 && !r[2].points, "with the number of their points alone");
	is_text(r[2].state, "interrupted", "and their states");
	is_text(r[0].build_program, "", "no process, no build");
	stored_run_list_free(r, n);
	is_int(store_run_load(s, 2, &r, &d), 0, "one of them");
	is_int(r->id, 2, "is the one");
	stored_run_free(r);
	is_int(store_run_load(s, 9, &r, &d), ERR_USAGE, "one that is not there");
	has_text(d.text, "no run 9: the store has runs 1 to 3", "says which are");
	diag_clear(&d);
	is_int(store_run_end(s, 9, false, &d), ERR_USAGE, "nor can it end");
	diag_clear(&d);
	e.run = 9;
	is_int(example_timing(s, &e, 1, &d), ERR_INTERNAL, "nor have visits");
	has_text(d.text, "FOREIGN KEY", "foreign keys are watched");
	is_int(sqlite3_get_autocommit(s->db), 1, "and the transaction is undone");
	store_close(s);
	example_free(&e);
}

/* The same content under two names has one id; each run keeps the name it had. */
static void test_names(void)
{
	static const char *const names[] = {"/models/a.gguf", "/models/b.gguf"};
	struct example e;
	struct diag d = {0};
	struct stored_run *r = NULL;
	struct store *s = opened("names.db", STORE_WRITE);
	example_make(&e, "tg32");
	for (int i = 0; i < 2; i++) {
		point_set(&e.point, KEY_MODEL, names[i]);
		is_int(example_begin(s, &e, &d) || example_point(s, &e, POINT_DONE, "", &d), 0, names[i]);
	}
	for (int i = 0; i < 2; i++) {
		is_int(store_run_load(s, i + 1, &r, &d), 0, "load");
		is_text(point_get(&r->points[0].point, KEY_MODEL), names[i], "the name it had in this run");
		stored_run_free(r);
	}
	store_close(s);
	s = opened("names.db", STORE_WRITE);
	is_int(store_run_load(s, 1, &r, &d), 0, "load by the next writer");
	is_text(r->state, "interrupted", "a run whose writer is gone has ended");
	stored_run_free(r);
	store_close(s);
	example_free(&e);
}

static void test_odd_values(void)
{
	struct example e;
	struct stored_run *r = NULL;
	struct diag d = {0};
	struct store *s = opened("odd.db", STORE_WRITE);

	example_make(&e, "tg32");
	(void)!example_begin(s, &e, &d);
	point_set(&e.point, KEY_MODEL, "/models/\xff.gguf");
	is_int(example_point(s, &e, POINT_DONE, "", &d), ERR_USAGE, "a value that JSON cannot hold");
	has_text(d.text, "no UTF-8", "says so");
	diag_clear(&d);
	point_set(&e.point, KEY_MODEL, "/models/moved.gguf");
	is_int(example_point(s, &e, POINT_FAILED, NULL, &d), 0, "no reason is an empty one");
	struct wire_run_result nothing = {.n_series = 1, .series = &(struct wire_series){.name = "step"}};
	const struct store_visit v = {
		.point_id = e.id, .arm = "", .kind = VISIT_AA, .result = &nothing, .ended = "signal 9"};
	int64_t visit = 0;
	is_int(store_visit_put(s, e.run, &v, &visit, &d), 0, "a series without samples");
	ok(visit > 0, "id of the visit");
	is_int(store_run_load(s, 0, &r, &d), 0, "load");
	is_text(point_get(&r->points[0].point, KEY_MODEL), "/models/moved.gguf",
		"the name the model has in this run");
	is_int(r->points[0].visits[0].series[0].n, 0, "no samples");
	is_text(r->points[0].visits[0].ended, "signal 9", "a process that never said what it is");
	ok(!r->build && r->build_program[0] == '\0', "has no build");
	stored_run_free(r);
	store_close(s);
	example_free(&e);
	is_text(visit_kind_name(VISIT_AA), "aa", "name of a kind");
	is_text(point_state_name(POINT_UNAVAILABLE), "unavailable", "name of a state");
	is_text(point_role_name(ROLE_CEILING), "ceiling", "name of a role");
	is_text(point_state_name((enum point_state)77), "unknown", "no such state");
}

static void test_one_writer(void)
{
	struct store *second = NULL, *reader;
	struct stored_run *r = NULL;
	struct example e;
	struct diag d = {0};
	char want[64];
	struct store *s = opened("shared.db", STORE_WRITE);

	example_make(&e, "tg32");
	(void)!example_begin(s, &e, &d);
	is_int(store_open(&second, at("shared.db"), STORE_WRITE, &d), ERR_IO, "a second writer");
	snprintf(want, sizeof want, "locked by another run (pid %ld)", (long)getpid());
	has_text(d.text, want, "hears who is first");
	is_text(d.file, at("shared.db"), "of which store");
	ok(second == NULL, "and has no store");
	diag_clear(&d);
	char link[PATH_MAX + 8];
	snprintf(link, sizeof link, "%s/link.db", temp_path);
	if (symlink("shared.db", link) == 0)
		is_int(store_open(&second, link, STORE_WRITE, &d), ERR_IO, "nor by another name");
	diag_clear(&d);
	reader = opened("shared.db", STORE_READ);
	is_int(store_run_load(reader, 0, &r, &d), 0, "a reader beside the writer");
	is_text(r->state, "running", "sees the run");
	stored_run_free(r);
	is_int(example_point(s, &e, POINT_DONE, "", &d), 0, "the writer writes on");
	is_int(example_begin(reader, &e, &d), ERR_IO, "a reader does not write");
	diag_clear(&d);
	is_int(store_run_load(reader, 0, &r, &d), 0, "it sees what was written since");
	is_int(r->n_points, 1, "one point");
	stored_run_free(r);
	store_close(s);
	ok(!exists("shared.db-lock"), "the writer leaves no lock");
	store_close(reader);
	s = opened("shared.db", STORE_WRITE);
	ok(s != NULL, "the next writer");
	store_close(s);
	ok(!exists("shared.db-wal"), "folds the log that a reader held");
	example_free(&e);
}

/* The child: a visit whole, then one inside its transaction; then it waits for the end. */
static void write_until_killed(int ready)
{
	struct example e;
	struct diag d = {0};
	struct store *s = opened("killed.db", STORE_WRITE);

	example_make(&e, "tg32");
	int rc = example_begin(s, &e, &d);
	rc = rc ? rc : example_point(s, &e, POINT_PLANNED, "", &d);
	rc = rc ? rc : example_timing(s, &e, 1, &d);
	rc = rc ? rc : db_begin(s, &d);
	rc = rc ? rc
		: db_exec(s, "test", &d, "INSERT INTO annotation (run, key, value) VALUES (?, 'x', 'y')",
			  DB_VALUES(db_int(e.run)));
	if (write(ready, rc ? "n" : "y", 1) == 1)
		pause();
	_exit(1);
}

static void test_killed(void)
{
	int pipes[2], status;
	char answer = 0;
	struct stored_run *r = NULL;
	struct diag d = {0};
	struct example e;

	if (pipe(pipes) != 0)
		bail("pipe");
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		write_until_killed(pipes[1]);
	if (child < 0 || read(pipes[0], &answer, 1) != 1)
		bail("fork");
	ok(answer == 'y', "a child writes a visit and begins another");
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	ok(WIFSIGNALED(status), "it is killed");
	struct store *s = opened("killed.db", STORE_READ);
	is_int(store_run_load(s, 0, &r, &d), 0, "the store can be read");
	is_text(r->state, "running", "the run has not ended");
	is_int(r->points[0].n_visits, 1, "the first visit is there");
	check_timing(&r->points[0].visits[0]);
	stored_run_free(r);
	int64_t n = -1;
	is_int(db_integer(s, "SELECT count(*) FROM annotation", "test", &n, &d), 0, "look for the rest");
	is_int(n, 0, "what was not committed is not");
	store_close(s);
	s = opened("killed.db", STORE_WRITE);
	ok(s != NULL, "its lock holds nobody up");
	example_make(&e, "tg32");
	e.run = 1;
	is_int(example_timing(s, &e, 2, &d), 0, "and the run can go on");
	store_close(s);
	ok(!exists("killed.db-lock") && !exists("killed.db-wal"), "nothing is left behind");
	example_free(&e);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_journal(void)
{
	ok(journal_wal_fits(0xef53), "a log on ext4");
	ok(journal_wal_fits(0x58465342) && journal_wal_fits(0x9123683e) && journal_wal_fits(0x01021994),
	   "on XFS, Btrfs, tmpfs");
	ok(!journal_wal_fits(0x6969) && !journal_wal_fits((long)0xff534d42), "not on NFS and CIFS");
	ok(!journal_wal_fits((int)0xff534d42), "whatever sign f_type has");
}

static void test_default_path(void)
{
	unsetenv("INFEROMETER_STORE");
	is_text(store_default_path(), "inferometer.db", "the store by default");
	setenv("INFEROMETER_STORE", "", 1);
	is_text(store_default_path(), "inferometer.db", "an empty variable is none");
	setenv("INFEROMETER_STORE", "/elsewhere.db", 1);
	is_text(store_default_path(), "/elsewhere.db", "the variable");
}

int main(void)
{
	temp_folder();
	test_round_trip();
	test_analysis();
	test_runs();
	test_names();
	test_odd_values();
	test_one_writer();
	test_killed();
	test_journal();
	test_default_path();
	return tap_done();
}
