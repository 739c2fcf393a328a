/* SPDX-License-Identifier: Apache-2.0 */
/* harness/run/run.h with a worker that works, then dies, hangs and lies in visits: what is in the store afterwards. */
#include "config.h"

#include "tests/faults/ran.h"

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
	has_text(text, "[verify 1/3] ", "good: progress of verifying");
	has_text(text, "[18/18] ", "good: and of visits");
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

int main(void)
{
	work_begin();
	test_good();
	int before = n_descriptors();
	test_residuals();
	test_dies_once();
	test_fails_always();
	test_hangs();
	test_lies();
	work_end(before);
	return tap_done();
}
