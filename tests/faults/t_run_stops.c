/* SPDX-License-Identifier: Apache-2.0 */
/* harness/run/run.h where a plan cannot be made, outputs cannot be compared, and a run ends before its time. */
#include "config.h"

#include "tests/faults/ran.h"

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

/* ---- what is written while a window is open ---- */

struct watcher {
	const char *path; /* is there while one is */
	int inside, all, redrawn;
};

static ssize_t write_and_watch(void *cookie, const char *text, size_t n)
{
	struct watcher *w = cookie;
	w->all++;
	w->inside += access(w->path, F_OK) == 0;
	w->redrawn += n >= 4 && memcmp(text, "\r\033[K", 4) == 0;
	return (ssize_t)n;
}

/* Windows of 0.4 s, and the worker says by itself when they are open. */
static void test_windows(bool is_drawn)
{
	const cookie_io_functions_t io = {.write = write_and_watch};
	char path[200], times[210];
	struct stat st = {0};
	path_of("window", path, sizeof path);
	snprintf(times, sizeof times, "%s.n", path);
	struct watcher w = {.path = path};
	setenv("FAKE_WINDOW", path, 1);
	FILE *progress = fopencookie(&w, "w", io);
	drawn = is_drawn;
	struct ran r =
		go("name: w\nrounds: 1\nmin_time: 0\nmax_time: 0.5\ncounters: []\nceilings: false\n" AXES,
		   "run=slow", progress);
	drawn = false;
	fclose(progress);
	unsetenv("FAKE_WINDOW");
	ok(r.executed == 0 && r.sum.done == 3, "%s: all is measured", is_drawn ? "drawn" : "lines");
	/* Comparisons open windows for the references, too. */
	ok(stat(times, &st) == 0 && st.st_size >= 6, "a window a visit and a comparison was watched");
	ok(w.all >= (is_drawn ? 6 : 2), "progress was written");
	ok(is_drawn == (w.redrawn > 0), "in its form");
	is_int(w.inside, 0, "never while a window was open");
	unlink(times);
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

/* ---- a store that is lost ---- */

static ssize_t write_and_forget(void *cookie, const char *text, size_t n)
{
	(void)cookie;
	(void)text;
	forget("store.db");
	return (ssize_t)n;
}

/* The first line of progress tells of a point that was verified: the next one cannot be stored. */
static void test_lost(void)
{
	const cookie_io_functions_t io = {.write = write_and_forget};
	FILE *progress = fopencookie(NULL, "w", io);
	struct ran r =
		go("name: v\nrounds: 2\nmin_time: 0\nmax_time: 0.5\nceilings: false\ncounters: []\n" AXES, "",
		   progress);
	fclose(progress);
	is_int(r.executed, ERR_IO, "lost while verifying: an error");
	has_text(r.d.text, "the store was deleted", "which says so");
	ok(r.sum.visits_planned == 6 && r.sum.visits_made == 0, "and tells how many visits are left");
	done(&r);
}

int main(void)
{
	work_begin();
	test_checks();
	int before = n_descriptors();
	test_hello();
	test_verify();
	test_nan();
	test_windows(false);
	test_windows(true);
	test_interrupts();
	test_lost();
	work_end(before);
	return tap_done();
}
