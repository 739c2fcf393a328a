/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/analysis.h"

#include "tests/golden/stored_run.h"
#include "tests/tap.h"

static const char tg_keys[] = "workload=tg4 model=synthetic:x precision=f32 kv=f16 threads=2 isa=avx2";
/* Tokens, FLOP and bytes of a repetition. */
static const double tg_work[3] = {8, 4e6, 2e6}, read_work[3] = {0, 0, 1e6}, fma_work[3] = {0, 1e7, 0};

/* Steps of 1.00, 1.01, ... 1.05 ms in rounds 1 to n; four steps are a repetition. */
static struct stored_point *add_tg(struct maker *m, const char *keys, int n)
{
	struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);

	for (int round = 1; round <= n; round++)
		made_timing(m, p, round, 990000 + 10000 * round, 3, 4, tg_work);
	return p;
}

/* 1 MB in 0.2 ms is 5 GB/s; 10 MFLOP in 5 ms are 2 GFLOP/s. */
static void add_ceilings(struct maker *m, const char *suffix, const char *size)
{
	char keys[200];
	struct stored_point *p;

	snprintf(keys, sizeof keys, "workload=read size=%s %s", size, suffix);
	p = made_point(m, ROLE_CEILING, POINT_DONE, "", keys);
	for (int round = 1; round <= 6; round++)
		made_timing(m, p, round, 200000, 3, 1, read_work);
	snprintf(keys, sizeof keys, "workload=fma type=f32 %s", suffix);
	p = made_point(m, ROLE_CEILING, POINT_DONE, "", keys);
	for (int round = 1; round <= 6; round++)
		made_timing(m, p, round, 5000000, 3, 1, fma_work);
}

static void test_rates(void)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 6);
	struct analysis *a;
	const struct row *r;

	made_residuals(m, p, 5e-4, 6e-4);
	a = analysis_make(&m->run);
	r = &a->rows[0];
	is_int(a->n_rows, 1, "one measured point");
	is_int(r->state, POINT_DONE, "it is done");
	is_int(r->n_values, 6, "six processes");
	is_int(r->values[0].n_reps, 3, "the warm-up repetition is not counted");
	is_near(r->values[0].rep_s, 0.004, 1e-12, "summed time of a repetition");
	is_near(r->rep_s.value, 0.0041, 1e-12, "median of 4.00 4.04 4.08 4.12 4.16 4.20 ms");
	is_near(r->tokens_s.value, (8 / 0.00408 + 8 / 0.00412) / 2, 1e-6, "tokens/s: median of the rates");
	is_int(r->tokens_s.interval, 1, "six processes give an interval");
	is_near(r->tokens_s.lo, 8 / 0.0042, 1e-6, "its lower end is the slowest");
	is_near(r->tokens_s.hi, 8 / 0.004, 1e-6, "its upper end the fastest");
	is_near(r->gflops_s.value, (1 / 1.02 + 1 / 1.03) / 2, 1e-6, "GFLOP/s");
	is_near(r->gbytes_s.value, (1 / 1.02 + 1 / 1.03) / 4, 1e-6, "GB/s");
	is_near(r->step_ms.value, 1.025, 1e-9, "median step");
	is_near(r->load_s.value, 0.05, 1e-12, "load time");
	is_int(r->n_samples, 72, "measured samples");
	is_int(r->n_warmup, 24, "warm-up samples");
	ok(isnan(r->step_p99_ms), "72 samples have no 99th percentile");
	ok(isnan(r->ceiling) && r->share.n == 0 && r->bound == BOUND_NONE, "no ceiling, no share");
	is_near(r->residual_same, 5e-4, 0, "residual at the same precision");
	is_near(r->residual_f32, 6e-4, 0, "residual to f32");
	is_near(r->residual_bound, 1e-3, 0, "bound of f32 with an f16 cache");
	analysis_free(a);
	made_free(m);
}

/* Where the precision itself costs much, two correct computations are far from each other as well. */
static void test_bound(void)
{
	static const struct {
		const char *keys;
		double same, cost, bound;
		enum point_state state;
	} cases[] = {
		{"workload=tg8 model=m precision=q8_0 kv=f16 threads=1", 0.019, 0.02, 0.03, POINT_DONE},
		{"workload=tg8 model=m precision=q8_0 kv=f16 threads=1", 0.031, 0.02, 0.03, POINT_FAILED},
		{"workload=tg8 model=m precision=q8_0 kv=f16 threads=1", 0.009, 1e-3, 0.01, POINT_DONE},
		{"workload=tg8 model=m precision=q8_0 kv=f16 threads=1", 0.09, 0.8, 0.1, POINT_DONE},
		{"workload=tg8 model=m precision=q8_0 kv=f16 threads=1", 0.11, 0.8, 0.1, POINT_FAILED},
		{"workload=tg8 model=m precision=f32 kv=f32 threads=1", 2e-4, 0, 1e-4, POINT_FAILED},
		{"workload=gemm m=8 n=8 k=8 precision=q8_0 threads=1", 2e-3, 0.02, 1e-3, POINT_FAILED},
		/* Another device keeps activations in f16. */
		{"workload=gemm m=8 n=8 k=8 precision=q8_0 threads=1 device=cuda:0", 5e-3, 0.02, 1e-2,
		 POINT_DONE},
		{"workload=gemm m=8 n=8 k=8 precision=q4_0 threads=1 device=cuda:0", 2e-2, 0.2, 1e-2,
		 POINT_FAILED},
		{"workload=gemm m=8 n=8 k=8 precision=tf32 threads=1 device=cuda:0", 1e-3, 0, 2e-3,
		 POINT_DONE},
		{"workload=gemm m=8 n=8 k=8 precision=wi8ai8 threads=1 device=cuda:0", 2e-3, 0, 1e-3,
		 POINT_FAILED},
		{"workload=tg8 model=m precision=f16 kv=f16 threads=1 device=cuda:0", 5e-3, 1e-3, 1e-2,
		 POINT_DONE},
		{"workload=tg8 model=m precision=f16 kv=f16 threads=1", 5e-3, 1e-3, 2e-3, POINT_FAILED},
		{"workload=tg8 model=m precision=tf32 kv=f16 threads=1 device=cuda:0", 2e-2, 1e-3, 1e-2,
		 POINT_FAILED},
		{"workload=tg8 model=m precision=q8_0 kv=f16 threads=1 device=cuda:0", 0.019, 0.02, 0.03,
		 POINT_DONE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct maker *m = made_start();
		struct stored_point *p = add_tg(m, cases[i].keys, 6);
		made_residuals_beside(m, p, cases[i].same, 0.02, cases[i].cost);
		struct analysis *a = analysis_make(&m->run);
		is_near(a->rows[0].residual_bound, cases[i].bound, 1e-12, "the bound of a residual");
		is_int(a->rows[0].state, cases[i].state, "what is above is wrong");
		analysis_free(a);
		made_free(m);
	}
}

/* A prefill that multiplies and decode steps that read: each stands under its own ceiling. */
static void test_parts(void)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 6);
	struct analysis *a;
	const struct row *r;

	p->check_answer = json_pack("{s:i, s:f, s:f, s:[{s:f, s:f, s:i}, {s:f, s:f, s:i}]}", "working_set",
				    3 << 20, "flops", 4e6, "bytes", 2e6, "parts", "flops", 3.6e6, "bytes",
				    0.2e6, "steps", 1, "flops", 0.4e6, "bytes", 1.8e6, "steps", 7);
	add_ceilings(m, "isa=avx2 threads=2", "4194304");
	a = analysis_make(&m->run);
	r = &a->rows[0];
	is_int(r->n_parts, 2, "two kinds of steps");
	ok(r->part[0].bound == BOUND_COMPUTE && r->part[1].bound == BOUND_MEMORY,
	   "3.6 MFLOP take 1.8 ms, 1.8 MB 0.36 ms: another ceiling binds each");
	is_int(r->bound, BOUND_COMPUTE, "most of the time is the first's");
	is_near(r->ceiling_tokens_s, 8 / 2.16e-3, 1e-6, "8 tokens in 2.16 ms");
	is_near(r->share.value, (2.16 / 4.08 + 2.16 / 4.12) / 2, 1e-9, "share of both, paired by round");
	ok(r->tokens_s.n == 6 && isfinite(r->tokens_s.value), "the rate is that of the repetition");
	ok(r->step_ms.n == 0 && isnan(r->step_ms.value) && isnan(r->step_p99_ms), "no latency is a step's");
	analysis_free(a);
	made_free(m);
}

/* Parts that are none of the whole are as if they were not there. */
static void test_bad_parts(void)
{
	static const char *const bad[] = {
		"[{\"flops\": 1e6, \"bytes\": 2e6}, {\"flops\": 1e6, \"bytes\": 0}]",
		"[{\"flops\": 5e6, \"bytes\": 2e6}, {\"flops\": -1e6, \"bytes\": 0}]",
		"[{\"flops\": 4e6, \"bytes\": 2e6}]",
		"[7, \"x\"]",
		"{}",
		"[{}, {}, {}, {}, {}, {}, {}, {}, {}]",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct maker *m = made_start();
		struct stored_point *p = add_tg(m, tg_keys, 6);
		struct analysis *a;

		p->check_answer = json_pack("{s:i, s:f, s:f, s:o}", "working_set", 3 << 20, "flops", 4e6,
					    "bytes", 2e6, "parts", json_loads(bad[i], 0, NULL));
		add_ceilings(m, "isa=avx2 threads=2", "4194304");
		a = analysis_make(&m->run);
		is_int(a->rows[0].n_parts, 1, bad[i]);
		is_near(a->rows[0].ceiling_tokens_s, 4000, 1e-6, "is judged as a whole");
		ok(isfinite(a->rows[0].step_ms.value), "and has its steps");
		analysis_free(a);
		made_free(m);
	}
}

static void test_few(void)
{
	struct maker *m = made_start();
	struct analysis *a;

	add_tg(m, tg_keys, 5);
	a = analysis_make(&m->run);
	is_int(a->rows[0].tokens_s.n, 5, "five processes");
	ok(!a->rows[0].tokens_s.interval, "are too few for an interval");
	is_int(a->rows[0].verified, 0, "without readings it is not verified");
	analysis_free(a);
	made_free(m);
}

/* Steps of 1 ms: the harness may cost 10 us of one. What no worker told is no mark. */
static void test_client_bound(void)
{
	static const struct {
		double cost_ns;
		int bound;
	} cases[] = {{9900, 0}, {10400, 1}, {140, 0}, {NAN, 0}, {0, 0}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct maker *m = made_start();
		struct stored_point *p = add_tg(m, tg_keys, 6);
		struct analysis *a;

		/* The first visit's worker is an old one. */
		for (int v = 1; v < p->n_visits; v++)
			made_step_cost(m, &p->visits[v], cases[i].cost_ns);
		a = analysis_make(&m->run);
		is_int(a->rows[0].client_bound, cases[i].bound, "a step of 1.025 ms");
		ok(cases[i].cost_ns > 0 ? a->rows[0].step_cost_ns == cases[i].cost_ns
					: isnan(a->rows[0].step_cost_ns),
		   "%g ns a step beside it", cases[i].cost_ns);
		analysis_free(a);
		made_free(m);
	}
}

static void test_ceilings(void)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 6);
	struct analysis *a;
	const struct row *r;

	p->check_answer = json_pack("{s:i}", "working_set", 3 << 20);
	add_ceilings(m, "isa=avx2 threads=2", "4194304");
	add_ceilings(m, "isa=avx2 threads=1", "4194304");
	add_ceilings(m, "isa=ref threads=2", "4194304");
	a = analysis_make(&m->run);
	r = &a->rows[0];
	is_int(a->n_ceilings, 6, "ceilings stand apart");
	is_near(a->ceilings[0].gbytes_s.value, 5, 1e-9, "5 GB/s");
	is_near(a->ceilings[1].gflops_s.value, 2, 1e-9, "2 GFLOP/s");
	is_int(r->bound, BOUND_COMPUTE, "4 MFLOP take 2 ms, 2 MB 0.4 ms: compute binds");
	is_near(r->ceiling, 2, 1e-9, "its ceiling");
	is_near(r->ceiling_tokens_s, 4000, 1e-6, "8 tokens in 2 ms");
	is_near(r->share.value, (2 / 4.08 + 2 / 4.12) / 2, 1e-9, "share, paired by round");
	is_int(r->share.n, 6, "over six pairs");
	analysis_free(a);
	made_free(m);
}

static void test_memory_bound(void)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 6);
	struct analysis *a;

	for (int i = 0; i < 6; i++)
		p->visits[i].bytes = 1.5e7;
	p->check_answer = json_pack("{s:i}", "working_set", 3 << 20);
	add_ceilings(m, "isa=avx2 threads=2", "4194304");
	/* Nearest by powers of two: 3 MiB is 2^21.6, so 4 MiB and not 1 MiB. */
	add_ceilings(m, "isa=avx2 threads=2", "1048576");
	for (int i = 0; i < 6; i++)
		m->points[3].visits[i].bytes = 9e9;
	a = analysis_make(&m->run);
	is_int(a->rows[0].bound, BOUND_MEMORY, "15 MB take 3 ms at 5 GB/s: memory binds");
	is_near(a->rows[0].ceiling, 5, 1e-9, "the read ceiling of the nearest size");
	is_near(a->rows[0].share.value, (3 / 4.08 + 3 / 4.12) / 2, 1e-9, "share of it");
	analysis_free(a);
	made_free(m);
}

/* Rounds of the ceiling that the row does not have: its median stands for all. */
static void test_unpaired(void)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 6);
	struct analysis *a;

	p->check_answer = json_pack("{s:i}", "working_set", 3 << 20);
	add_ceilings(m, "isa=avx2 threads=2", "4194304");
	for (int i = 1; i <= 2; i++)
		for (int j = 0; j < 6; j++)
			m->points[i].visits[j].round += 100;
	a = analysis_make(&m->run);
	is_int(a->rows[0].share.n, 6, "shares without pairs");
	is_near(a->rows[0].share.value, (2 / 4.08 + 2 / 4.12) / 2, 1e-9, "of the ceiling's median");
	is_int(a->rows[0].bound, BOUND_COMPUTE, "which binds as before");
	analysis_free(a);
	made_free(m);
}

static void is_unlimited(const struct row *r, const char *what)
{
	ok(r->bound == BOUND_NONE && r->share.n == 0 && isnan(r->ceiling) && isnan(r->ceiling_tokens_s),
	   "%s: no bound and no share", what);
}

/* Of bytes and FLOP with one ceiling missing nobody knows which binds; of FLOP alone one ceiling is all. */
static void test_missing_ceiling(void)
{
	static const struct {
		const char *what, *size; /* of read, for a working set of 4 MiB */
		double bytes;
		int n_fma; /* visits of the fma ceiling */
		enum bound bound;
	} cases[] = {{"both ceilings", "4194304", 2e6, 6, BOUND_COMPUTE},
		     {"no fma ceiling", "4194304", 2e6, 0, BOUND_NONE},
		     {"a read ceiling of twice the size", "8388608", 2e6, 6, BOUND_NONE},
		     {"a read ceiling of half the size", "2097152", 2e6, 6, BOUND_NONE},
		     {"FLOP alone and no read ceiling", "8388608", 0, 6, BOUND_COMPUTE}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct maker *m = made_start();
		struct stored_point *p = add_tg(m, tg_keys, 6);
		struct analysis *a;

		p->check_answer = json_pack("{s:i}", "working_set", 3 << 20);
		add_ceilings(m, "isa=avx2 threads=2", cases[i].size);
		for (int j = 0; j < p->n_visits; j++)
			p->visits[j].bytes = cases[i].bytes;
		m->points[2].n_visits = cases[i].n_fma;
		a = analysis_make(&m->run);
		if (cases[i].bound == BOUND_NONE)
			is_unlimited(&a->rows[0], cases[i].what);
		else
			is_int(a->rows[0].bound, cases[i].bound, cases[i].what);
		analysis_free(a);
		made_free(m);
	}
}

/* A ceiling of which one visit died, or that Ctrl-C cut short, is still the limit that was measured. */
static void test_ceiling_states(void)
{
	static const enum point_state states[] = {POINT_FAILED, POINT_PLANNED};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		struct maker *m = made_start();
		struct stored_point *p = add_tg(m, tg_keys, 6);
		struct analysis *a;

		p->check_answer = json_pack("{s:i}", "working_set", 3 << 20);
		add_ceilings(m, "isa=avx2 threads=2", "4194304");
		m->points[2].state = states[i];
		m->points[2].visits[0].failed = true;
		a = analysis_make(&m->run);
		is_int(a->ceilings[1].state, states[i], "the fma ceiling is not done");
		is_int(a->rows[0].bound, BOUND_COMPUTE, "and binds nevertheless");
		is_int(a->rows[0].share.n, 5, "in the rounds it has");
		analysis_free(a);
		made_free(m);
	}
}

static void test_wrong(double residual, enum point_state state, const char *reason)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 6);
	struct analysis *a;

	made_residuals(m, p, residual, 0.1);
	a = analysis_make(&m->run);
	is_int(a->rows[0].state, state, "state after the check");
	is_text(a->rows[0].reason, reason, "and its reason");
	is_int(a->rows[0].tokens_s.n, 6, "its speed is kept");
	analysis_free(a);
	made_free(m);
}

/* What a run that was interrupted measured is judged like the rest. */
static void test_wrong_unfinished(void)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 2), *none;
	struct analysis *a;

	p->state = POINT_PLANNED;
	made_residuals(m, p, 5e-3, 0.1);
	none = made_point(m, ROLE_MEASURE, POINT_PLANNED, "", tg_keys);
	made_residuals(m, none, 5e-3, 0.1);
	a = analysis_make(&m->run);
	is_int(a->rows[0].state, POINT_FAILED, "an unfinished row may be wrong");
	has_text(a->rows[0].reason, "wrong: residual 0.005", "and says so");
	is_int(a->rows[1].state, POINT_PLANNED, "one without a speed is only not reached");
	analysis_free(a);
	made_free(m);
}

static void test_device_share(void)
{
	struct maker *m = made_start();
	struct stored_point *p = add_tg(m, tg_keys, 1);
	struct analysis *a = analysis_make(&m->run);
	double rep_s = a->rows[0].rep_s.value;
	int64_t step_ns = p->visits[0].series->values[p->visits[0].series->n - 1];

	ok(isnan(a->rows[0].device_share.value), "no clock of a device: no share");
	analysis_free(a);
	made_by_device(m, &p->visits[0], 4 * step_ns);
	a = analysis_make(&m->run);
	is_near(a->rows[0].device_share.value, 0.25, 1e-12,
		"a step by the device's clock is its share of the host's");
	is_near(a->rows[0].rep_s.value, rep_s, 1e-12, "and is what the row goes by");
	p->visits[0].series[1].n--;
	analysis_free(a);
	a = analysis_make(&m->run);
	ok(isnan(a->rows[0].device_share.value), "series of unequal length have none");
	analysis_free(a);
	made_free(m);
}

static void test_states(void)
{
	struct maker *m = made_start();
	struct stored_point *p;
	struct analysis *a;

	made_point(m, ROLE_MEASURE, POINT_DONE, "", tg_keys);
	made_point(m, ROLE_MEASURE, POINT_PLANNED, "", tg_keys);
	made_point(m, ROLE_MEASURE, POINT_SKIPPED, "does not fit", tg_keys);
	p = add_tg(m, tg_keys, 6);
	p->visits[0].failed = true;
	for (int i = 4; i < 16; i++)
		p->visits[1].series->marks[i] = MARK_CONTENDED | MARK_FAULTED;
	a = analysis_make(&m->run);
	is_int(a->rows[0].state, POINT_FAILED, "done without a sample is not done");
	is_text(a->rows[0].reason, "no timing visit gave a whole repetition", "and says so");
	has_text(a->rows[1].reason, "the run ended before", "a planned point says why it has nothing");
	is_text(a->rows[2].reason, "does not fit", "a skipped one keeps its reason");
	ok(isnan(a->rows[2].tokens_s.value) && a->rows[2].tokens_s.n == 0, "and has no numbers");
	is_int(a->rows[3].n_values, 5, "a failed visit gives no value");
	is_int(a->rows[3].visits_failed, 1, "and is counted");
	is_int(a->rows[3].n_contended, 12, "contended samples");
	is_int(a->rows[3].n_faulted, 12, "faulted samples");
	analysis_free(a);
	made_free(m);
}

/* What is timed one by one has nanoseconds and no rate; it stands under no ceiling. */
static void test_calls(void)
{
	static const double nothing[3] = {0, 0, 0};
	static const char *const probes[] = {"latency size=L2", "forkjoin", "timer"};
	struct maker *m = made_start();
	struct analysis *a;
	char keys[64];

	for (size_t i = 0; i < 3; i++) {
		snprintf(keys, sizeof keys, "workload=%s threads=1", probes[i]);
		struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);

		p->check_answer = json_pack("{s:f}", "calls", 1000.0);
		for (int round = 1; round <= 6; round++)
			made_timing(m, p, round, 4000 + round, 3, 1, nothing);
	}
	a = analysis_make(&m->run);
	for (int i = 0; i < 3; i++) {
		const struct row *r = &a->rows[i];

		is_near(r->call_ns.value, 4.0035, 1e-9, "4001 to 4006 ns for 1000 of them");
		ok(r->call_ns.interval && r->call_ns.lo < r->call_ns.hi, "with an interval");
		ok(r->gbytes_s.n == 0 && r->gflops_s.n == 0 && r->tokens_s.n == 0, "and no rate");
		ok(row_is_probe(r) && r->bound == BOUND_NONE && r->share.n == 0, "and no ceiling");
	}
	analysis_free(a);
	made_free(m);
}

/* A read of a level is a ceiling by the bytes that the worker found for it; one on other CPUs is none. */
static void test_level_ceiling(void)
{
	static const char *const read_keys[] = {"isa=avx2 threads=2", "isa=avx2 threads=2 affinity=compact"};

	for (size_t i = 0; i < 2; i++) {
		struct maker *m = made_start();
		struct stored_point *p = add_tg(m, tg_keys, 6);
		struct analysis *a;

		for (int k = 0; k < 6; k++)
			p->visits[k].bytes = 1.5e7;
		p->check_answer = json_pack("{s:i}", "working_set", 3 << 20);
		add_ceilings(m, read_keys[i], "L3");
		m->points[1].check_answer = json_pack("{s:i}", "working_set", 4 << 20);
		a = analysis_make(&m->run);
		if (i == 0)
			is_near(a->rows[0].ceiling, 5, 1e-9, "the read of a level of that size");
		else
			ok(isnan(a->rows[0].ceiling), "other CPUs have other ceilings");
		analysis_free(a);
		made_free(m);
	}
}

int main(void)
{
	test_rates();
	test_bound();
	test_few();
	test_client_bound();
	test_parts();
	test_bad_parts();
	test_ceilings();
	test_memory_bound();
	test_unpaired();
	test_missing_ceiling();
	test_ceiling_states();
	test_wrong(5e-3, POINT_FAILED, "wrong: residual 0.005 above the bound 0.001 of f32");
	test_wrong(INFINITY, POINT_FAILED, "wrong: outputs are not finite, or the reference's are not");
	test_wrong(1e-3, POINT_DONE, "");
	test_wrong_unfinished();
	test_device_share();
	test_states();
	test_calls();
	test_level_ceiling();
	return tap_done();
}
