/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run that the golden texts show: decode and prefill in three precisions, blockings, thread counts, every
 * state a row can have, and names from people who mean ill. Invented, not measured.
 */
#ifndef IFM_TESTS_GOLDEN_EXAMPLE_RUN_H
#define IFM_TESTS_GOLDEN_EXAMPLE_RUN_H

#include "tests/golden/stored_run.h"

static const char hostile[] = "=1+1 <script>alert(1)</script> 'quote' \"double\" `id` $(id) | a_b *c* "
			      "\x1b]0;owned\x07 \xff\xe2\x80\xae &amp; @SUM(A1)\nsecond line";

/* A few parts in a thousand up and down, the same in every run of the test. */
static double wobble(int round, int point)
{
	return 1 + 0.001 * ((round * round * 37 + point * (round + 3) * 5) % 23 - 11);
}

static void example_timing(struct maker *m, struct stored_point *p, double step_ms, int steps,
			   const double work[3])
{
	for (int round = 1; round <= 6; round++)
		made_timing(m, p, round, (int64_t)(step_ms * 1e6 * wobble(round, p->position)), 3, steps,
			    work);
}

static const struct {
	const char *precision;
	double f32_residual, step_ms, bytes;
} example_precisions[] = {
	{"f32", 2.1e-7, 6.0, 160e6}, {"f16", 3.4e-4, 3.2, 80e6}, {"q8_0", 5.2e-3, 1.9, 42e6}};

static void example_decode(struct maker *m)
{
	for (int i = 0; i < 3; i++)
		for (int sequences = 1; sequences <= 4; sequences *= 2)
			for (int threads = 1; threads <= 4; threads *= 4) {
				char keys[300];
				struct stored_point *p;
				double work[3] = {16.0 * sequences, 16 * 8e7 * sequences,
						  16 * example_precisions[i].bytes};
				double step = example_precisions[i].step_ms * (1 + 0.12 * (sequences - 1));

				if (threads == 1 && sequences > 1)
					continue;
				snprintf(keys, sizeof keys,
					 "workload=tg16 model=synthetic:llama-160m precision=%s kv=f16 "
					 "sequences=%d threads=%d isa=avx2",
					 example_precisions[i].precision, sequences, threads);
				p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
				p->describe =
					made_text(m, "isa: avx2\nkernels: gemm_f32_6x16_avx2, "
						     "pack_f32\nblocks: 64x256x512 (MCxKCxNC, from haswell)");
				p->check_answer = json_pack("{s:i}", "working_set", 60 << 20);
				example_timing(m, p, threads == 1 ? 2.4 * step : step, 16, work);
				made_residuals(m, p, 1.1e-5, example_precisions[i].f32_residual);
			}
}

static void example_products(struct maker *m)
{
	static const char *const blockings[] = {"auto", "64x128x512", "128x256x1024", "auto"};
	static const double step_ms[] = {2.2, 3.1, 2.3, 2.0}, work[3] = {0, 2.7e8, 3.1e6};

	for (int i = 0; i < 4; i++) {
		char keys[300];
		struct stored_point *p;

		snprintf(keys, sizeof keys,
			 "workload=gemm m=512 n=512 k=512 precision=f32 threads=4 isa=avx2 blocking=%s "
			 "provider=%s",
			 blockings[i], i == 3 ? "openblas" : "own");
		p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
		p->check_answer = json_pack("{s:i}", "working_set", 3 << 20);
		example_timing(m, p, step_ms[i], 1, work);
		made_residuals(m, p, 2e-6, 2e-6);
	}
}

static void example_ceilings(struct maker *m)
{
	static const struct {
		const char *keys;
		double ms, work[3];
	} ceilings[] = {{"workload=read size=67108864 threads=4 isa=avx2", 2.1, {0, 0, 67108864}},
			{"workload=read size=67108864 threads=1 isa=avx2", 5.5, {0, 0, 67108864}},
			{"workload=read size=4194304 threads=4 isa=avx2", 0.05, {0, 0, 4194304}},
			{"workload=fma type=f32 threads=4 isa=avx2", 5, {0, 1e9, 0}},
			{"workload=fma type=f32 threads=1 isa=avx2", 5, {0, 2.6e8, 0}},
			{"workload=fma type=int8 threads=4 isa=avx2", 5, {0, 3e9, 0}}};

	for (size_t i = 0; i < sizeof ceilings / sizeof ceilings[0]; i++)
		example_timing(m, made_point(m, ROLE_CEILING, POINT_DONE, "", ceilings[i].keys),
			       ceilings[i].ms, 1, ceilings[i].work);
}

/* What did not work, and what is doubtful. */
static void example_troubles(struct maker *m)
{
	static const double work[3] = {128, 1e10, 2e8};
	struct stored_point *p;

	p = made_point(m, ROLE_MEASURE, POINT_FAILED, "worker died: signal 11 in round 3; its log is kept",
		       "workload=pp128 model=synthetic:llama-160m precision=f32 kv=f16 threads=4 isa=avx2");
	made_visit(m, p, VISIT_TIMING, 3)->failed = true;
	p->visits[0].log = made_text(m, hostile);
	made_timing(m, p, 4, 80000000, 3, 1, work);
	p = made_point(
		m, ROLE_MEASURE, POINT_FAILED, hostile,
		"workload=tg16 model=/models/<script>alert(1)</script>`id`$(id)'x.gguf precision=q8_0 kv=f16 "
		"threads=4 isa=avx2");
	p->describe = made_text(m, hostile);
	made_point(m, ROLE_MEASURE, POINT_SKIPPED, "needs 13.6 GB, limit 12.0 GB (control group)",
		   "workload=pp128 model==cmd|'/c~calc'!A1 precision=f32 kv=f16 threads=4 isa=avx2");
	made_point(m, ROLE_MEASURE, POINT_UNAVAILABLE, "isa vnni: not on this CPU",
		   "workload=tg16 model=synthetic:llama-160m precision=q8_0 kv=f16 threads=4 isa=vnni");
	made_point(m, ROLE_MEASURE, POINT_SKIPPED, "unknown precision \"<b>\"",
		   "workload=tg16 model=synthetic:llama-160m precision=<b> kv=f16 threads=4 isa=avx2");
	p = made_point(m, ROLE_MEASURE, POINT_DONE, "",
		       "workload=pp128 model=synthetic:llama-160m precision=f16 kv=f16 threads=4 isa=avx2");
	example_timing(m, p, 90, 1, work);
	made_residuals(m, p, 0.02, 0.03);
	p = made_point(m, ROLE_MEASURE, POINT_DONE, "",
		       "workload=pp128 model=synthetic:llama-160m precision=q8_0 kv=f16 threads=4 isa=avx2");
	for (int round = 1; round <= 3; round++) {
		struct stored_visit *v = made_timing(m, p, round, 45000000 + 100000 * round, 3, 1, work);

		v->series->marks[1] = MARK_CONTENDED;
	}
}

/* Ctrl-C after the first rounds. */
static void example_unfinished(struct maker *m)
{
	static const double work[3] = {256, 2e10, 2e8};
	struct stored_point *p = made_point(
		m, ROLE_MEASURE, POINT_PLANNED, "",
		"workload=pp256 model=synthetic:llama-160m precision=f32 kv=f16 threads=4 isa=avx2");

	p->check_answer = json_pack("{s:i}", "working_set", 60 << 20);
	for (int round = 1; round <= 2; round++)
		made_timing(m, p, round, 130000000 + 100000 * round, 3, 1, work);
	made_residuals(m, p, 1.2e-5, 1.2e-5);
	made_point(m, ROLE_MEASURE, POINT_PLANNED, "",
		   "workload=pp256 model=synthetic:llama-160m precision=f16 kv=f16 threads=4 isa=avx2");
}

/* One of them died in its third round, one in all. */
static void example_failed_ceilings(struct maker *m)
{
	static const double work[3] = {0, 5e8, 0};
	struct stored_point *p = made_point(m, ROLE_CEILING, POINT_FAILED, "worker died: signal 9 in round 3",
					    "workload=fma type=f32 threads=2 isa=avx2");

	for (int round = 1; round <= 2; round++)
		made_timing(m, p, round, 5000000, 3, 1, work);
	made_visit(m, p, VISIT_TIMING, 3)->failed = true;
	p = made_point(m, ROLE_CEILING, POINT_FAILED, hostile,
		       "workload=read size=67108864 threads=2 isa=avx2");
	made_visit(m, p, VISIT_TIMING, 1)->failed = true;
}

/* A visit that read the energy of a GPU, and what it could not read. */
__attribute__((unused)) static void example_energy(struct maker *m, struct stored_point *p)
{
	static const double work[3] = {128, 1e10, 2e8};
	static const struct {
		const char *counter, *unit, *why;
		double value;
	} readings[] = {
		{"energy_gpu", "mJ",
		 "poor: board, counter, 25 steps of 100 ms in 2.5 s, too short: 10 s and 50 steps are needed",
		 750000},
		{"energy_gpu_net", "mJ", "poor: less 70 W of idleness", 575000},
		{"power_mean", "mW", "energy_gpu / time", 300000},
		{"throttle_reasons", "bits", "software power cap", 4},
		{"ecc_corrected", "count", "nvmlDeviceGetTotalEccErrors: not supported by this device", NAN},
	};
	const int n = sizeof readings / sizeof readings[0];
	struct stored_visit *v = made_timing(m, p, 0, 45000000, 3, 1, work);

	v->kind = VISIT_COUNTER;
	v->n_readings = n;
	v->readings = made_own(m, mem_alloc(sizeof *v->readings * (size_t)n));
	for (int i = 0; i < n; i++)
		v->readings[i] = (struct stored_reading){.counter = made_text(m, readings[i].counter),
							 .unit = made_text(m, readings[i].unit),
							 .source = made_text(m, "nvml"),
							 .op = made_text(m, ""),
							 .thread = -1,
							 .usable = isfinite(readings[i].value),
							 .why = made_text(m, readings[i].why),
							 .value = readings[i].value};
}

/* One point on a GPU that was too hot. */
__attribute__((unused)) static struct maker *example_gpu_run(void)
{
	static const double work[3] = {128, 1e10, 2e8};
	struct maker *m = made_start();
	struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "",
					    "workload=pp128 model=synthetic:llama-160m precision=bf16 kv=f16 "
					    "device=cuda:0 engine=cuda threads=1");

	for (int round = 1; round <= 3; round++)
		made_timing(m, p, round, 45000000, 3, 1, work)->series->marks[2] = MARK_THROTTLED;
	example_energy(m, p);
	return m;
}

__attribute__((unused)) static struct maker *example_run(void)
{
	struct maker *m = made_start();

	m->run.label = made_text(m, hostile);
	m->run.command = made_text(m, "inferometer run sweep.yaml");
	m->run.spec_name = made_text(m, "</pre><script>alert(2)</script>");
	m->run.spec_text =
		made_text(m, "name: </pre><script>alert(2)</script>\nsweeps:\n  - workload: [tg16, pp128]\n");
	m->run.machine_id = made_text(m, "0123456789abcdef0123456789abcdef");
	m->run.machine_class = made_text(m, "fedcba9876543210fedcba9876543210");
	m->run.build_program = made_text(m, "inferometer-worker");
	m->run.build_version = made_text(m, "0.1.0-<example>");
	m->run.machine = json_pack("{s:s, s:i, s:{s:s}}", "processor", "Example <CPU> & Co", "cpus", 4,
				   "caches", "l2", "1 MiB");
	m->run.environment = json_pack("{s:s, s:s}", "kernel", "6.1", "governor", "unknown: not visible");
	m->run.build = json_pack("{s:s}", "compiler", "cc \"<img src=x onerror=alert(3)>\"");
	example_decode(m);
	example_troubles(m);
	example_products(m);
	example_ceilings(m);
	example_unfinished(m);
	example_failed_ceilings(m);
	return m;
}

#endif
