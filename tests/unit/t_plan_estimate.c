/* SPDX-License-Identifier: Apache-2.0 */
/* How long a plan takes: from visits of before, a pilot, work or nothing. */
#include "config.h"

#include "harness/plan/estimate.h"

#include "tests/unit/plan_worker.h"

static struct spec spec;
static struct plan plan;

static void plan_make(const char *yaml, bool ceilings)
{
	if (spec_parse(&spec, yaml, strlen(yaml), "x.yaml", NULL) ||
	    plan_expand(&plan, &spec, &hello, models, N_MODELS, NULL))
		bail("no plan");
	for (int i = 0; i < plan.n_points; i++) {
		struct wire_check fits = {
			.fits = true, .flops = 1e9, .bytes = 1e9, .working_set = 1 << 20, .weights = 1000000};
		plan_admit(&plan, i, &fits);
	}
	if (ceilings)
		plan_add_ceilings(&plan, &hello);
	plan_order(&plan, 1, spec.rounds, spec.n_counters > 0);
}

static void plan_drop(void)
{
	plan_free(&plan);
	spec_free(&spec);
}

static struct store_past past_of(int point, enum visit_kind kind, int64_t whole_ms, int64_t run_ms,
				 int64_t reps)
{
	struct store_past p = {.kind = kind,
			       .whole_ns = whole_ms * 1000000,
			       .run_ns = run_ms * 1000000,
			       .reps = reps,
			       .flops = 1e9,
			       .bytes = 1e9};
	memcpy(p.id, plan.points[point].id, sizeof p.id);
	return p;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct store_past *)a)->id, ((const struct store_past *)b)->id);
}

static struct plan_estimate *estimate(struct store_past *past, int n, const struct plan_pilot *pilots)
{
	if (n)
		qsort(past, (size_t)n, sizeof *past, by_id);
	return plan_estimate(&plan, &spec, &hello, past, n, pilots);
}

static void test_least(void)
{
	plan_make("{workload: gemm, m: [1, 2], n: 1, k: 1, rounds: 2, min_time: 0.5, counters: []}\n", false);
	struct plan_estimate *e = estimate(NULL, 0, NULL);
	is_int(e[0].source, ESTIMATE_LEAST, "nothing is known");
	is_near(e[0].low, 0.5, 1e-12, "min_time is the least");
	ok(isinf(e[0].high), "and nothing the most");
	is_int(e[0].n_visits, 2, "two rounds");
	struct plan_time t = plan_time(&plan, e);
	is_near(t.low, 2, 1e-12, "of two points");
	is_int(t.n_by[ESTIMATE_LEAST], 2, "both by min_time");
	is_int(t.n_verify_unknown, 2, "nor how long comparing takes");
	free(e);
	plan_drop();
}

static void test_history(void)
{
	/* Two repetitions after one to warm up: 3 of 100 ms, or as many as 1 s takes. */
	plan_make("{workload: gemm, m: [1, 2], n: 1, k: 1, rounds: 2, min_time: 1, warmup: 1, repeat: 2}\n",
		  false);
	struct store_past past[] = {
		past_of(0, VISIT_TIMING, 700, 500, 5),	past_of(0, VISIT_TIMING, 900, 500, 5),
		past_of(0, VISIT_COUNTER, 300, 200, 2), past_of(0, VISIT_QUALITY, 4000, 0, 0),
		past_of(1, VISIT_TIMING, 100, 50, 0),
	};
	struct plan_estimate *e = estimate(past, 5, NULL);
	is_int(e[0].source, ESTIMATE_HISTORY, "it ran before");
	is_int(e[0].n, 3, "three times");
	is_near(e[0].low, 1.2, 1e-9, "0.1 s besides a window of 1.1 s");
	is_near(e[0].likely, 1.3, 1e-9, "the median");
	is_near(e[0].high, 1.5, 1e-9, "the longest");
	is_near(e[0].verify, 4, 1e-9, "comparing outputs");
	is_int(e[1].source, ESTIMATE_LEAST, "a visit of unknown repetitions tells nothing");
	is_int(e[0].n_visits, 3, "a counter visit is one more");
	struct plan_time t = plan_time(&plan, e);
	is_near(t.verify, 4, 1e-9, "of one point");
	is_int(t.n_verify_unknown, 1, "not of the other");
	ok(isinf(t.high), "the sum has no end either");
	spec.repeat = 100;
	spec.max_time_s = 2;
	free(e);
	e = estimate(past, 5, NULL);
	is_near(e[0].low, 0.1 + 0.1 + 2.1, 1e-9, "no repetition begins after max_time");
	free(e);
	plan_drop();
}

static void test_pilot(void)
{
	char why[] = "worker died: signal 11";
	plan_make("{workload: gemm, m: 1-3, n: 1, k: 1, min_time: 0, warmup: 0, repeat: 2, verify: false}\n",
		  false);
	const struct plan_pilot pilots[] = {
		{.done = true, .whole_s = 1.5, .rep_s = 1}, {.cut = true, .whole_s = 7}, {.why = why}};
	struct plan_estimate *e = estimate(NULL, 0, pilots);
	is_int(e[0].source, ESTIMATE_PILOT, "a pilot");
	is_near(e[0].low, 1.5, 1e-9, "later repetitions may be twice as fast");
	is_near(e[0].likely, 2.5, 1e-9, "or as slow");
	is_near(e[0].high, 3.5, 1e-9, "or slower");
	is_int(e[1].source, ESTIMATE_PILOT, "a pilot that was cut");
	is_near(e[1].low, 7, 1e-9, "tells the least");
	ok(isinf(e[1].high), "not the most");
	is_int(e[2].source, ESTIMATE_LEAST, "one that failed tells nothing");
	is_int(plan_time(&plan, e).n_verify_unknown, 0, "no outputs are compared");
	free(e);
	plan_drop();
}

static void test_work(void)
{
	plan_make("{workload: gemm, m: [1, 2], n: 1, k: 1, min_time: 0, warmup: 0, repeat: 1}\n", true);
	is_int(plan.n_points, 4, "two points beside read and fma");
	/* Each of the ceilings: 10 repetitions of 1e9 in 2 s; a process takes 0.25 s besides. */
	struct store_past past[] = {past_of(2, VISIT_TIMING, 2250, 2000, 10),
				    past_of(3, VISIT_TIMING, 1250, 1000, 10)};
	struct plan_estimate *e = estimate(past, 2, NULL);
	is_int(e[0].source, ESTIMATE_WORK, "both ceilings are known");
	is_near(e[0].low, 0.25 + 0.2, 1e-9, "at the one that binds");
	is_near(e[0].likely, 0.25 + 0.4, 1e-9, "at half of it");
	is_near(e[0].high, 0.25 + 1.0, 1e-9, "at a fifth");
	is_int(e[2].source, ESTIMATE_HISTORY, "the ceilings have run themselves");
	free(e);
	e = estimate(past, 1, NULL);
	is_int(e[0].source, ESTIMATE_LEAST, "one of them is not enough");
	free(e);
	plan_drop();
}

int main(void)
{
	hello_make();
	test_least();
	test_history();
	test_pilot();
	test_work();
	wire_hello_free(&hello);
	return tap_done();
}
