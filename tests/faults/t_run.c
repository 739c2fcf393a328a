/* SPDX-License-Identifier: Apache-2.0 */
/* harness/run/run.h with a worker that dies, hangs and lies: what is in the store afterwards. */
#include "config.h"

#include "harness/run/run.h"

#include <signal.h>
#include <sys/stat.h>

#include "engines/base/json.h"
#include "tests/faults/faults.h"
#include "tests/tap.h"

/* Three points and, beside them, a read and an fma ceiling. */
#define HEAD                                                                                                 \
	"name: faults\nrounds: 3\nwarmup: 1\nrepeat: 2\nmin_time: 0\nmax_time: 0.5\ntimeout: 60\nseed: 7\n"  \
	"counters: [clock, pmu]\n"
#define AXES                                                                                                 \
	"model: fake\nworkload: [pp8, tg4, gemm]\nm: 8\nn: 8\nk: 8\nprecision: q8_0\nthreads: 2\nisa: "      \
	"avx2\n"
#define ALL HEAD AXES
/* One point, one visit. */
#define ONE_HEAD                                                                                             \
	"name: one\nrounds: 1\nwarmup: 1\nrepeat: 2\nmin_time: 0\nmax_time: 30\ntimeout: 60\nverify: "       \
	"false\n"                                                                                            \
	"ceilings: false\n"
#define ONE_AXES "workload: gemm\nm: 8\nn: 8\nk: 8\nprecision: f32\nthreads: 1\n"
#define ONE	 ONE_HEAD "counters: []\n" ONE_AXES

static char work[] = "/tmp/ifm-run.XXXXXX";

/* A run with these faults and what the store says of it. */
struct ran {
	int planned, executed; /* return values */
	struct diag d;
	struct run_summary sum;
	struct stored_run *run;
};

static void path_of(const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", work, name);
}

static void forget(const char *name)
{
	char path[200];
	path_of(name, path, sizeof path);
	unlink(path);
}

/* Requests of that name that a word with a count matched. */
static int times_of(const char *request)
{
	char name[64], path[200];
	struct stat st = {0};
	snprintf(name, sizeof name, "state.%s", request);
	path_of(name, path, sizeof path);
	return stat(path, &st) ? 0 : (int)st.st_size;
}

static void forget_all(void)
{
	static const char *const names[] = {"store.db",	    "store.db-wal", "store.db-shm", "state.run",
					    "state.verify", "state.check",  "state.prepare"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		forget(names[i]);
}

static void execute(struct ran *r, const struct spec *spec, struct plan *plan, const struct wire_hello *hello,
		    FILE *progress)
{
	char word[] = "a label", key[] = "branch", value[] = "main";
	const struct run_label labels[] = {{NULL, word}, {key, value}};
	const struct run_options options = {.worker = fake_worker(),
					    .n_labels = 2,
					    .labels = labels,
					    .command = "typed",
					    .progress = progress};
	struct store *store;
	struct diag d = {0};
	char path[200];
	path_of("store.db", path, sizeof path);
	if (store_open(&store, path, STORE_WRITE, &d))
		bail(d.text);
	r->executed = run_execute(spec, plan, hello, store, &options, &r->sum, &r->d);
	if (r->executed == 0 && store_run_load(store, r->sum.run, &r->run, &d))
		bail(d.text);
	store_close(store);
}

static struct ran go(const char *yaml, const char *faults, FILE *progress)
{
	struct ran r = {.executed = ERR_INTERNAL};
	struct spec spec;
	struct plan plan;
	struct wire_hello hello;
	struct diag d = {0};
	forget_all();
	setenv("FAKE_WORKER", faults, 1);
	if (spec_parse(&spec, yaml, strlen(yaml), "test.yaml", &d))
		bail(d.text);
	r.planned = run_plan(&spec, fake_worker(), &plan, &hello, &r.d);
	if (r.planned == 0) {
		execute(&r, &spec, &plan, &hello, progress);
		plan_free(&plan);
		wire_hello_free(&hello);
	}
	spec_free(&spec);
	return r;
}

static void done(struct ran *r)
{
	if (r->run)
		stored_run_free(r->run);
	r->run = NULL;
}

static const struct stored_point *point_of(const struct ran *r, const char *workload)
{
	for (int i = 0; r->run && i < r->run->n_points; i++)
		if (strcmp(point_get(&r->run->points[i].point, KEY_WORKLOAD), workload) == 0)
			return &r->run->points[i];
	bail("a point is missing");
}

static int count_visits(const struct stored_point *p, enum visit_kind kind, bool failed)
{
	int n = 0;
	for (int i = 0; i < p->n_visits; i++)
		n += p->visits[i].kind == kind && p->visits[i].failed == failed;
	return n;
}

static const struct stored_reading *reading_of(const struct stored_point *p, const char *counter)
{
	static char nothing[] = "";
	static const struct stored_reading none = {
		.source = nothing, .op = nothing, .unit = nothing, .why = nothing};
	for (int i = 0; i < p->n_visits; i++)
		for (int k = 0; k < p->visits[i].n_readings; k++)
			if (strcmp(p->visits[i].readings[k].counter, counter) == 0)
				return &p->visits[i].readings[k];
	return &none;
}

/* The sweep beside the point that was interfered with is whole. */
static void rest_is_done(const struct ran *r, const char *but, const char *name)
{
	int bad = 0;
	for (int i = 0; i < r->run->n_points; i++) {
		const struct stored_point *p = &r->run->points[i];
		if (strcmp(point_get(&p->point, KEY_WORKLOAD), but) == 0)
			continue;
		bad += p->state != POINT_DONE || count_visits(p, VISIT_TIMING, false) != 3;
	}
	ok(bad == 0 && r->run->n_points == 5, "%s: the rest of the sweep is there", name);
}

/* ---- a good worker ---- */

static void check_point_row(const struct stored_point *p)
{
	const char *workload = point_get(&p->point, KEY_WORKLOAD);
	bool ceiling = p->role == ROLE_CEILING;
	ok(p->state == POINT_DONE && !p->reason[0], "%s is done", workload);
	ok(count_visits(p, VISIT_TIMING, false) == 3 && count_visits(p, VISIT_COUNTER, false) == !ceiling &&
		   count_visits(p, VISIT_QUALITY, false) == !ceiling && p->n_visits == (ceiling ? 3 : 5),
	   "%s has all its visits", workload);
	is_text(p->describe, "kernel: fake\n", "and says what ran");
	ok(json_opt_int(p->check_answer, "steps", 0) == 2, "and what its check said");
	for (int i = 0; i < p->n_visits; i++) {
		const struct stored_visit *v = &p->visits[i];
		bool timing = v->kind == VISIT_TIMING;
		if (!ok(strcmp(v->ended, "exit 0") == 0 && strcmp(v->arm, "own") == 0 && v->peak_bytes > 0 &&
				v->wall_ns > 0 && v->start_wall_ns > 0,
			"its visit %d has a process and times", i))
			printf("# %s, %s\n", v->ended, v->reason);
		if (timing)
			ok(v->n_series == 1 && v->series[0].n == 6 && v->host_before && v->host_after &&
				   v->round >= 1 && v->round <= 3,
			   "and samples and the host's moments");
	}
}

static void test_good(void)
{
	char *text = NULL;
	size_t size;
	FILE *progress = open_memstream(&text, &size);
	struct ran r = go(ALL, "", progress);
	fclose(progress);
	is_int(r.planned, 0, "good: planned");
	if (!ok(r.executed == 0, "good: executed"))
		bail(r.d.text);
	ok(r.sum.done == 3 && r.sum.failed == 0 && r.sum.skipped == 0 && r.sum.unavailable == 0 &&
		   r.sum.visits_failed == 0 && !r.sum.interrupted,
	   "good: the summary");
	is_text(r.run->state, "done", "good: the run's state");
	is_text(r.run->label, "a label", "good: its label");
	ok(r.run->n_annotations == 1 && strcmp(r.run->annotations[0].key, "label.branch") == 0,
	   "and the other");
	is_text(r.run->command, "typed", "good: its command");
	is_text(r.run->build_program, "fake_worker", "good: who was measured");
	is_text(r.run->build_version, "0.0.1", "good: of which version");
	ok(r.run->seed == 7 && r.run->rounds == 3 && r.run->end_wall_ns > 0, "good: seed, rounds, end");
	for (int i = 0; i < r.run->n_points; i++)
		check_point_row(&r.run->points[i]);
	const struct stored_point *tg = point_of(&r, "tg4");
	is_text(json_opt_string(tg->model, "name", ""), "fake", "good: the model");
	ok(reading_of(tg, "elapsed")->usable && reading_of(tg, "elapsed")->value == 800, "good: a counter");
	ok(!reading_of(tg, "pmu")->usable, "good: an absent counter is a row");
	is_text(reading_of(tg, "pmu")->why, "no PMU in this fake", "good: with the reason");
	has_text(text, "verify 1/3 ", "good: progress of verifying");
	has_text(text, "visit 18/18 ", "good: and of visits");
	free(text);
	done(&r);
}

static void test_residuals(void)
{
	/* 1.01 * 1.0001 against 1.01, and against 1 */
	struct ran r = go(HEAD "model: fake\nworkload: tg4\nprecision: q8_0\nthreads: [1, 2]\nisa: avx2\n",
			  "verify=none:0", NULL);
	const struct stored_point *p = point_of(&r, "tg4");
	const struct stored_reading *same = reading_of(p, "residual_same"),
				    *f32 = reading_of(p, "residual_f32"),
				    *cost = reading_of(p, "residual_reference");
	ok(same->usable && f32->usable && cost->usable, "residuals: all are there");
	is_near(cost->value, 0.01, 1e-6, "residuals: of the reference itself");
	is_text(cost->op, "tg4 fake f32 kv=f32 t2 ref", "residuals: against f32");
	is_near(same->value, 1e-4, 1e-6, "residuals: against the same precision");
	is_near(f32->value, 1.01 * 1.0001 - 1, 1e-6, "residuals: against f32");
	is_text(same->op, "tg4 fake q8_0 t2 ref", "residuals: which reference");
	is_text(f32->op, "tg4 fake f32 kv=f32 t2 ref", "residuals: and which at f32");
	is_text(same->source, "verify", "residuals: whence");
	is_text(same->unit, "1", "residuals: without a unit");
	is_int(times_of("verify"), 4, "residuals: two points share two references");
	done(&r);
}

/* ---- faults of visits ---- */

static void test_dies_once(void)
{
	struct ran r = go(ALL, "run=signal@tg4:2", NULL);
	const struct stored_point *p = point_of(&r, "tg4");
	is_int(p->state, POINT_FAILED, "dies once: the point failed");
	is_text(p->reason, "worker died: signal 11 in round 2; its log is kept", "dies once: why and where");
	ok(count_visits(p, VISIT_TIMING, true) == 1 && count_visits(p, VISIT_TIMING, false) == 2 &&
		   count_visits(p, VISIT_COUNTER, false) == 1,
	   "dies once: its other visits are there");
	for (int i = 0; i < p->n_visits; i++) {
		const struct stored_visit *v = &p->visits[i];
		if (!v->failed)
			continue;
		is_text(v->reason, "worker died: signal 11", "dies once: the visit's reason");
		is_text(v->ended, "signal 11", "dies once: the process's end");
		is_text(v->log, "about to die\n", "dies once: its log");
		ok(v->round == 2 && v->n_series == 0, "dies once: in its round, without samples");
	}
	rest_is_done(&r, "tg4", "dies once");
	ok(r.sum.failed == 1 && r.sum.done == 2 && r.sum.visits_failed == 1, "dies once: the summary");
	done(&r);
}

static void test_fails_always(void)
{
	struct ran r = go(ALL, "run=oom@pp8", NULL);
	const struct stored_point *p = point_of(&r, "pp8");
	is_text(p->reason,
		"told to say so in round 1; after 2 failures in a row 2 more visits were not tried",
		"fails always: it is given up, and that is said");
	ok(count_visits(p, VISIT_TIMING, true) == 2 && p->n_visits == 3, "fails always: after two visits");
	rest_is_done(&r, "pp8", "fails always");
	is_int(r.sum.visits_failed, 2, "fails always: the summary");
	done(&r);
	r = go(ALL, "prepare=die@gemm:6", NULL); /* 3 of verifying, 3 rounds, then the counters */
	is_int(point_of(&r, "gemm")->state, POINT_FAILED, "dies late: the point failed");
	has_text(point_of(&r, "gemm")->reason, "worker died: exit 3 in round 3",
		 "dies late: in the last round");
	done(&r);
	r = go(ALL, "run=lie-readings@gemm:4", NULL);
	is_text(point_of(&r, "gemm")->reason,
		"worker lied: no reading of the 1 counter sources asked for in its counter visit",
		"counters: a visit without readings");
	done(&r);
}

static void test_hangs(void)
{
	/* Long enough for a good answer on a machine that does much else. */
	struct ran r = go("name: hangs\nrounds: 2\nmin_time: 0\nmax_time: 0.5\ntimeout: 3\nverify: false\n"
			  "ceilings: false\ncounters: []\n" AXES,
			  "run=hang@tg4:1", NULL);
	const struct stored_point *p = point_of(&r, "tg4");
	is_text(p->reason, "no answer for 3.5 s (run) in round 1; its log is kept", "hangs: the reason");
	ok(count_visits(p, VISIT_TIMING, true) == 1 && count_visits(p, VISIT_TIMING, false) == 1,
	   "hangs: the other visit is there");
	ok(point_of(&r, "pp8")->state == POINT_DONE && point_of(&r, "gemm")->state == POINT_DONE,
	   "hangs: the others are done");
	done(&r);
}

static const struct {
	const char *fault, *reason;
} lies[] = {
	{"run=lie-sum", "worker lied: samples sum to 6000 s in a request of "},
	{"run=lie-none", "worker lied: 0 samples, none after the warm-up in round 1"},
	{"run=lie-zero", "worker lied: 2 repetitions in no time in round 1"},
	{"run=lie-few", "worker lied: 1 repetitions of 2 asked for, with time left in round 1"},
	{"run=lie-tokens", "worker lied: 1e+09 tokens a repetition, its check said 0 in round 1"},
	{"run=lie-flops", "worker lied: 1e+15 FLOP a repetition, its check said 1e+06 in round 1"},
	{"run=lie-steps", "worker lied: 3 steps a repetition, its check said 2 in round 1"},
	{"run=lie-negative", "tokens_per_rep: -1, expected a number not below 0 in round 1"},
	{"run=lie-name", "worker lied: no series \"step\" in ns among its 1 in round 1"},
	{"run=bad-id", "worker answered request 3, not 2 in round 1"},
	{"run=garbage", "worker sent no JSON: \"this is no JSON\""},
	{"prepare=unsupported", "told to say so in round 1"},
	{"prepare=die", "worker died: exit 3 in round 1"},
};

static void test_lies(void)
{
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		struct ran r = go(ONE, lies[i].fault, NULL);
		const struct stored_point *p = point_of(&r, "gemm");
		ok(p->state == POINT_FAILED && p->n_visits == 1 && p->visits[0].n_series == 0,
		   "%s: failed, nothing of it is kept", lies[i].fault);
		has_text(p->reason, lies[i].reason, lies[i].fault);
		done(&r);
	}
	/* Whoever dies of being asked about a model is no refusal of it. */
	struct ran asked = go("name: m\nrounds: 1\nceilings: false\ncounters: []\n" AXES, "ask=die", NULL);
	is_int(point_of(&asked, "tg4")->state, POINT_FAILED, "ask=die: failed");
	is_int(point_of(&asked, "gemm")->state, POINT_DONE, "ask=die: what needs no model is done");
	done(&asked);
	struct ran r = go(ONE, "run=flood", NULL);
	is_int(point_of(&r, "gemm")->state, POINT_DONE, "flood: what a worker prints is no fault");
	has_text(point_of(&r, "gemm")->visits[0].log, "line 39999 of the flood", "flood: its end is kept");
	done(&r);
	r = go(ONE, "run=events", NULL);
	is_int(point_of(&r, "gemm")->state, POINT_DONE, "events: nor is what it tells");
	done(&r);
}

/* ---- faults of planning ---- */

static void test_checks(void)
{
	struct ran r = go(ALL, "check=signal@tg4", NULL);
	const struct stored_point *p = point_of(&r, "tg4");
	is_int(p->state, POINT_FAILED, "a check that kills the worker: failed");
	is_text(p->reason, "worker died: signal 11 in its check", "and says so");
	is_int(p->n_visits, 0, "and is not visited");
	rest_is_done(&r, "tg4", "a check that kills the worker");
	done(&r);
	r = go(ALL, "check=unsupported@tg4", NULL);
	is_int(point_of(&r, "tg4")->state, POINT_SKIPPED, "a check that is refused: skipped");
	is_text(point_of(&r, "tg4")->reason, "told to say so", "for the worker's reason");
	ok(r.sum.skipped == 1 && r.sum.done == 2, "and counted");
	done(&r);
	r = go(ALL, "check=unavailable@tg4", NULL);
	is_int(point_of(&r, "tg4")->state, POINT_UNAVAILABLE, "absent hardware: unavailable");
	is_int(r.sum.unavailable, 1, "and counted");
	done(&r);
	r = go(ALL, "ask=oom", NULL);
	ok(point_of(&r, "tg4")->state == POINT_SKIPPED && point_of(&r, "pp8")->state == POINT_SKIPPED &&
		   point_of(&r, "gemm")->state == POINT_DONE,
	   "a model that cannot be read: its points are skipped");
	has_text(point_of(&r, "tg4")->reason, "told to say so", "for the worker's reason");
	done(&r);
}

static void test_hello(void)
{
	struct ran r = go(ONE, "hello=signal", NULL);
	is_int(r.planned, ERR_DEVICE, "a worker that dies of hello: no plan");
	is_text(r.d.text, "worker died: signal 11", "and why");
	r = go(ONE, "hello=future", NULL);
	is_int(r.planned, ERR_UNSUPPORTED, "a worker of another protocol: no plan");
	has_text(r.d.text, "speaks protocol 2, expected 1", "and why");
	r = go(ONE, "start=die", NULL);
	is_int(r.planned, ERR_DEVICE, "a worker that ends at once: no plan");
}

/* ---- faults of verifying ---- */

static const struct {
	const char *fault, *same, *f32; /* why there is no residual; NULL: there is one */
} unverified[] = {
	{"verify=signal@tg4:1", "worker died: signal 11", "worker died: signal 11"},
	{"verify=unsupported@tg4:1", "told to say so", "told to say so"},
	{"prepare=oom@tg4:1", "told to say so", "told to say so"},
	{"verify=signal@tg4:2", "the reference: worker died: signal 11", NULL},
	{"verify=unavailable@tg4:3", NULL, "the reference: told to say so"},
	{"verify=other-shape@tg4:1", "outputs are 3 x 2, the reference's 2 x 3",
	 "outputs are 3 x 2, the reference's 2 x 3"},
	{"verify=vast@tg4:1", "\"rows\" is 4611686018427387904", "\"rows\" is"},
	{"verify=short-data@tg4:1", "too few for 2 x 3 outputs", "too few for"},
};

static void test_verify(void)
{
	for (size_t i = 0; i < sizeof unverified / sizeof unverified[0]; i++) {
		struct ran r = go("name: v\nrounds: 1\nmin_time: 0\nmax_time: 0.5\ncounters: []\n" AXES,
				  unverified[i].fault, NULL);
		const struct stored_point *p = point_of(&r, "tg4");
		const struct stored_reading *same = reading_of(p, "residual_same"),
					    *f32 = reading_of(p, "residual_f32");
		ok(p->state == POINT_DONE && count_visits(p, VISIT_QUALITY, false) == 1 &&
			   r.sum.visits_failed == 0,
		   "%s: the point is measured all the same", unverified[i].fault);
		ok(same->usable == !unverified[i].same && f32->usable == !unverified[i].f32,
		   "%s: what is usable", unverified[i].fault);
		ok(same->op[0] && f32->op[0], "%s: the references are named", unverified[i].fault);
		ok(!reading_of(p, "residual_reference")->usable, "%s: and not compared with each other",
		   unverified[i].fault);
		has_text(same->why, unverified[i].same ? unverified[i].same : "", unverified[i].fault);
		has_text(f32->why, unverified[i].f32 ? unverified[i].f32 : "", unverified[i].fault);
		ok(reading_of(point_of(&r, "pp8"), "residual_same")->usable, "%s: the others are verified",
		   unverified[i].fault);
		if (i == 3)
			has_text(p->visits[0].log, "[the reference]\nabout to die\n",
				 "both processes' logs are kept");
		done(&r);
	}
}

static void test_nan(void)
{
	struct ran r = go(ALL, "verify=nan@tg4:1", NULL);
	const struct stored_reading *same = reading_of(point_of(&r, "tg4"), "residual_same");
	ok(same->usable && isinf(same->value), "outputs that are no numbers: no small residual");
	done(&r);
}

/* ---- interrupts ---- */

static ssize_t write_and_interrupt(void *cookie, const char *text, size_t n)
{
	(void)cookie;
	(void)text;
	raise(SIGINT);
	return (ssize_t)n;
}

static int all_visits(const struct ran *r)
{
	int n = 0;
	for (int i = 0; i < r->run->n_points; i++)
		n += r->run->points[i].n_visits;
	return n;
}

static void test_interrupts(void)
{
	static const char spec[] = "name: i\nrounds: 2\nmin_time: 0\nmax_time: 0.5\nverify: false\n"
				   "ceilings: false\ncounters: []\n" AXES;
	const cookie_io_functions_t io = {.write = write_and_interrupt};
	struct sigaction before, after;
	sigaction(SIGINT, NULL, &before);
	FILE *progress = fopencookie(NULL, "w", io);
	struct ran r = go(spec, "", progress);
	fclose(progress);
	ok(r.executed == 0 && r.sum.interrupted, "between visits: the run ends");
	is_text(r.run->state, "interrupted", "and says so");
	ok(all_visits(&r) == 1 && r.run->n_points == 3 && point_of(&r, "tg4")->state == POINT_PLANNED,
	   "what was done is stored, the rest is planned");
	done(&r);

	r = go(spec, "run=interrupt:2", NULL);
	ok(r.executed == 0 && r.sum.interrupted, "in a visit: the run ends");
	is_int(all_visits(&r), 2, "after the visit, which is stored");
	is_text(r.run->state, "interrupted", "and says so, too");
	is_int(r.sum.visits_failed, 0, "and the visit is whole");
	done(&r);

	r = go(spec, "run=interrupt-twice:2", NULL);
	ok(r.executed == 0 && r.sum.interrupted, "twice in a visit: the run ends at once");
	is_int(all_visits(&r), 1, "and stores nothing of the visit");
	ok(r.sum.failed == 0 && r.sum.visits_failed == 0, "which is no failure");
	done(&r);

	r = go(ALL, "verify=interrupt:2", NULL);
	ok(r.executed == 0 && r.sum.interrupted && all_visits(&r) == 1, "while verifying: after that visit");

	done(&r);

	r = go(spec, "run=interrupt:6", NULL);
	ok(r.sum.interrupted && r.sum.done == 3, "in the last visit: nothing is missing");

	done(&r);
	sigaction(SIGINT, NULL, &after);
	ok(before.sa_handler == after.sa_handler, "the signals are given back");
}

int main(void)
{
	char state[200];
	if (!mkdtemp(work))
		bail("no temporary folder");
	path_of("state", state, sizeof state);
	setenv("FAKE_STATE", state, 1);
	/* It judges itself as well. */
	setenv("INFEROMETER_WORKER", fake_worker(), 1);
	test_good();
	int before = n_descriptors();
	test_residuals();
	test_dies_once();
	test_fails_always();
	test_hangs();
	test_lies();
	test_checks();
	test_hello();
	test_verify();
	test_nan();
	test_interrupts();
	is_int(n_descriptors(), before, "no descriptor is left open");
	ok(has_no_children(), "no process is left over");
	forget_all();
	rmdir(work);
	return tap_done();
}
