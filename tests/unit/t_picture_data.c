/* SPDX-License-Identifier: Apache-2.0 */
/* What pictures are drawn of: the Pareto set, step times, Amdahl's law over rounds, visits in the order of time. */
#include "config.h"

#include "reports/analysis/latency.h"
#include "reports/analysis/pareto.h"
#include "reports/analysis/scaling.h"
#include "reports/analysis/timeline.h"
#include "reports/html/html.h"

#include <math.h>
#include <stdlib.h>

#include "tests/golden/stored_run.h"
#include "tests/tap.h"

static const double work[3] = {16, 1e9, 1e8};

static void test_pareto(void)
{
	const double cost[] = {1, 2, 2, 3, 3, 4, NAN, 1}, gain[] = {5, 7, 7, 6, 7, 9, 99, 5};
	const bool want[] = {true, true, true, false, false, true, false, true};
	bool best[8], one;

	pareto_mark(cost, gain, 8, best);
	for (int i = 0; i < 8; i++)
		ok(best[i] == want[i], "choice %d is %s", i, want[i] ? "best" : "beaten, or unknown");
	pareto_mark(cost, gain, 1, &one);
	ok(one, "one alone is best");
	pareto_mark(cost, gain, 0, NULL);
}

/* 400 samples, 1 to 400 ms in no order, the warm-up far above, two of them marked. */
static void test_latency(void)
{
	struct maker *m = made_start();
	struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "", "workload=tg16 precision=f32");
	struct analysis *a;
	struct latency l;
	int index[40], n;

	for (int round = 0; round < 4; round++) {
		struct stored_series *s = made_timing(m, p, round, 9000000000, 10, 10, work)->series;

		for (int i = 10; i < s->n; i++)
			s->values[i] = 1000000 * (int64_t)(1 + ((i - 10) * 37 % 100) * 4 + round);
		s->marks[20 + round] |= round < 2 ? MARK_PREEMPTED : 0;
	}
	made_visit(m, p, VISIT_TIMING, 4)->failed = true;
	made_visit(m, p, VISIT_COUNTER, 4);
	a = analysis_make(&m->run);
	l = latency_make(&a->rows[0]);
	is_int(l.n, 400, "all samples behind the warm-up");
	is_int(l.n_marked, 2, "marked ones are kept and counted");
	is_int(l.n_processes, 4, "of so many processes");
	is_near(l.sample[0].ms, 1, 0, "sorted: the least");
	is_near(l.sample[399].ms, 400, 0, "sorted: the largest");
	is_near(l.percentile[0].ms, 200.5, 1e-9, "p50");
	ok(l.percentile[0].lo < 200.5 && l.percentile[0].hi > 200.5, "inside its interval");
	is_near(l.percentile[3].ms, 396.01, 1e-9, "p99, from 368 samples on");
	is_int(l.percentile[3].n_min, 368, "so many");
	ok(isnan(l.percentile[4].ms) && l.percentile[4].n_min == 3688, "p99.9 needs more");
	n = latency_thin(&l, index, 40);
	ok(n > 20 && n <= 40, "%d of 400 samples show the distribution", n);
	ok(index[0] == 0 && index[n - 1] == 399, "from the first to the last");
	ok(index[n - 2] > 390 && index[n / 2] > 200, "the tail keeps its own");
	is_int(latency_thin(&l, index, 1), 0, "one point is no curve");
	is_near(latency_up(0.99), 2, 1e-12, "the axis is stretched");
	latency_free(&l);
	is_int(latency_thin(&l, index, 40), 0, "of nothing");
	analysis_free(a);
	made_free(m);
}

static void test_amdahl(void)
{
	struct maker *m = made_start();
	const struct row *rows[3];
	struct analysis *a;
	struct amdahl fit;

	for (int threads = 1; threads <= 4; threads *= 2) {
		char keys[80];
		struct stored_point *p;

		snprintf(keys, sizeof keys, "workload=pp16 precision=f32 threads=%d", threads);
		p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
		/* Rounds differ by all of it, as a clock that falls does; the law does not. */
		for (int round = 1; round <= 7 - (threads == 4); round++)
			made_timing(m, p, round, round * (2000000 + 8000000 / threads), 3, 1, work);
	}
	a = analysis_make(&m->run);
	for (int i = 0; i < 3; i++)
		rows[i] = &a->rows[i];
	fit = amdahl_fit(rows, 3);
	is_near(fit.parallel.value, 0.8, 1e-9, "the parallel fraction");
	is_int(fit.parallel.n, 6, "of the rounds that all have");
	ok(fit.parallel.interval && fit.parallel.hi - fit.parallel.lo < 1e-9, "with an interval");
	is_near(fit.rms, 0, 1e-9, "nothing deviates from it");
	is_int(fit.n_counts, 3, "over three counts");
	is_int(amdahl_fit(rows, 2).parallel.n, 0, "two counts have no fit");
	is_int(amdahl_fit(rows, 0).parallel.n, 0, "nor has nothing");
	is_near(amdahl_speed_up(0.8, 1, 4), 2.5, 1e-12, "the curve");
	is_near(amdahl_speed_up(0.8, 2, 2), 1, 1e-12, "is 1 where it begins");
	analysis_free(a);
	made_free(m);
}

/* Speed-ups of 1, 1.25 and 2 over one thread. */
static void test_deviation(void)
{
	struct maker *m = made_start();
	const struct row *rows[3];

	for (int i = 0; i < 3; i++) {
		char keys[80];

		snprintf(keys, sizeof keys, "workload=pp16 precision=f32 threads=%d", 1 << i);
		struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
		for (int round = 1; round <= 6; round++)
			made_timing(m, p, round, i == 0 ? 10000000 : i == 1 ? 8000000 : 5000000, 3, 1, work);
	}
	struct analysis *a = analysis_make(&m->run);
	for (int i = 0; i < 3; i++)
		rows[i] = &a->rows[i];
	struct amdahl fit = amdahl_fit(rows, 3);
	double f = fit.parallel.value, at_2 = 1 / (1 - f / 2) / 1.25 - 1, at_4 = 1 / (1 - f * 3 / 4) / 2 - 1;
	ok(f > .4 && f < .7 && !fit.refused, "a fraction of %g lies between", f);
	is_near(fit.rms, sqrt((at_2 * at_2 + at_4 * at_4) / 2), 1e-9, "by how much they deviate");
	ok(fit.rms > .01, "which is not nothing");
	analysis_free(a);
	made_free(m);
}

/* One row's rounds, each so much slower than the last. */
static void racer(struct maker *m, const char *precision, int first_round, int n, int64_t step_ns)
{
	char keys[80];

	snprintf(keys, sizeof keys, "workload=tg16 precision=%s", precision);
	struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
	for (int round = first_round; round < first_round + n; round++)
		made_timing(m, p, round, step_ns * (10 + round % 6), 3, 1, work);
}

/* Who is ahead is told by common rounds, else by intervals that lie apart, else not at all. */
static void test_race(void)
{
	struct maker *m = made_start();

	racer(m, "f32", 0, 6, 1000000);
	racer(m, "f16", 0, 6, 990000);
	racer(m, "q8_0", 6, 6, 990000);
	racer(m, "q4_0", 6, 6, 400000);
	racer(m, "bf16", 6, 3, 400000);
	struct analysis *a = analysis_make(&m->run);
	const struct row *r = a->rows;
	struct race race = row_race(&r[1], &r[0]);
	ok(race.by == RACE_PAIRED && race.won, "1 %% faster in every round is ahead");
	race = row_race(&r[0], &r[1]);
	ok(race.by == RACE_PAIRED && !race.won, "and the other one is not");
	race = row_race(&r[2], &r[0]);
	ok(race.by == RACE_APART && !race.won, "so it is not of other rounds: the intervals overlap");
	race = row_race(&r[3], &r[0]);
	ok(race.by == RACE_APART && race.won, "ahead where they lie apart");
	race = row_race(&r[0], &r[3]);
	ok(race.by == RACE_APART && !race.won, "not behind");
	race = row_race(&r[4], &r[0]);
	ok(race.by == RACE_UNKNOWN && !race.won, "three processes have no interval");
	analysis_free(a);
	made_free(m);
}

#define SECOND 1000000000

static void visit_at(struct stored_visit *v, int second)
{
	v->start_wall_ns = (int64_t)(1000 + second) * SECOND;
	v->wall_ns = (int64_t)2 * SECOND;
}

static void test_timeline(void)
{
	struct maker *m = made_start();
	struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "", "workload=tg16 precision=f32");
	struct stored_point *q = made_point(m, ROLE_CEILING, POINT_DONE, "", "workload=read size=1024");
	/* The second is that of the visit at 20 s, the others are nothing that happened. */
	char key[] = "interrupted", other[] = "clock", when[] = "killed; resumed 1970-01-01 00:17:00 UTC",
	     never[] = "resumed 9999-99-99 99:99:99 UTC", noise[] = "resumed";
	struct stored_annotation notes[] = {{key, never}, {key, when}, {other, noise}};
	struct stored_visit *v;
	struct analysis *a;
	struct timeline t;

	for (int i = 0; i < 3; i++)
		visit_at(made_timing(m, p, i, 1000000 * (10 + i), 3, 1, work), 10 * i);
	v = made_timing(m, q, 0, 1000000, 3, 1, work);
	visit_at(v, 5);
	v->series->marks[1] = MARK_CONTENDED;
	v->host_before = json_pack("{s:i}", "pressure_cpu_us", 1000000);
	v->host_after = json_pack("{s:i, s:f}", "pressure_cpu_us", 1500000, "mhz", 3600.0);
	v = made_visit(m, q, VISIT_TIMING, 1);
	v->failed = true;
	visit_at(v, 7000);
	visit_at(made_visit(m, p, VISIT_QUALITY, 0), 24);
	made_timing(m, p, 4, 10000000, 3, 1, work); /* does not say when */
	m->run.n_annotations = 3;
	m->run.annotations = notes;
	a = analysis_make(&m->run);
	t = timeline_make(a);
	is_int(t.n, 5, "timing visits that say when, and failed ones");
	is_near(t.moment[1].second, 5, 1e-9, "in the order of time");
	is_int(t.moment[1].state, MOMENT_CONTENDED, "contended");
	is_near(t.moment[1].pressure, 0.25, 1e-9, "with the pressure during it");
	is_near(t.moment[1].mhz, 3600, 1e-9, "and the clock behind it");
	is_near(t.moment[0].rate, 0.05, 1e-9, "faster than its point's median");
	ok(isnan(t.moment[0].pressure) && isnan(t.moment[0].mhz), "nothing recorded");
	is_int(t.moment[4].state, MOMENT_FAILED, "failed");
	is_int(t.n_lulls, 2, "a short lull by its note, a long one by itself");
	is_near(t.lull[0].at, 12, 1e-9, "behind the visit before it was resumed");
	is_near(t.lull[0].length, 8, 1e-9, "however short");
	is_near(t.lull[1].at, 18, 1e-9, "behind the last visit of any kind");
	is_near(t.lull[1].length, 6974, 1e-6, "so long");
	is_near(t.moment[4].second, 18, 1e-6, "and left out of the time");
	is_near(t.length, 20, 1e-6, "to the end of the last visit");
	is_int(t.count[MOMENT_CLEAN], 3, "three clean visits");
	timeline_free(&t);
	analysis_free(a);
	json_decref(q->visits[0].host_before);
	json_decref(q->visits[0].host_after);
	made_free(m);
}

int main(void)
{
	test_pareto();
	test_latency();
	test_amdahl();
	test_deviation();
	test_race();
	test_timeline();
	return tap_done();
}
