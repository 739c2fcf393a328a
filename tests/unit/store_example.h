/* SPDX-License-Identifier: Apache-2.0 */
/* A run put into a store: one point with every kind of thing a visit leaves, one that was skipped. */
#ifndef IFM_TESTS_STORE_EXAMPLE_H
#define IFM_TESTS_STORE_EXAMPLE_H

#include <string.h>

#include "harness/store/store.h"
#include "tests/tap.h"

#define EXAMPLE_SAMPLES 6

struct example {
	struct point point;
	char id[POINT_ID_SIZE];
	json_t *machine, *environment, *check, *model, *host, *build;
	int64_t run;
	int position;
};

__attribute__((unused)) static void example_make(struct example *e, const char *workload)
{
	memset(e, 0, sizeof *e);
	point_set(&e->point, KEY_WORKLOAD, workload);
	point_set(&e->point, KEY_MODEL, "synthetic:tiny");
	point_set(&e->point, KEY_PRECISION, "q8_0");
	point_set(&e->point, KEY_THREADS, "4");
	point_id(&e->point, "0123456789abcdef0123456789abcdef", e->id);
	e->machine = json_pack("{s:s, s:i}", "processor", "Example CPU", "cpus", 4);
	e->environment = json_pack("{s:s}", "kernel", "6.1");
	e->check = json_pack("{s:i}", "working_set", 1 << 20);
	e->model = json_pack("{s:s}", "name", "tiny \xc3\xa9");
	e->host = json_pack("{s:f}", "load_1", 0.25);
	e->build = json_pack("{s:s}", "compiler", "cc");
}

__attribute__((unused)) static void example_free(struct example *e)
{
	point_free(&e->point);
	json_decref(e->machine);
	json_decref(e->environment);
	json_decref(e->check);
	json_decref(e->model);
	json_decref(e->host);
	json_decref(e->build);
}

__attribute__((unused)) static int example_begin(struct store *s, struct example *e, struct diag *d)
{
	const struct store_run r = {.label = "first",
				    .command = "inferometer run x.yaml",
				    .spec_name = "x",
				    .spec_text = "workload: [tg32]\n",
				    .machine_id = "00112233445566778899aabbccddeeff",
				    .machine_class = "ffeeddccbbaa99887766554433221100",
				    .machine = e->machine,
				    .environment = e->environment,
				    .seed = -7,
				    .rounds = 6};
	return store_run_begin(s, &r, &e->run, d);
}

__attribute__((unused)) static int example_point(struct store *s, const struct example *e,
						 enum point_state state, const char *reason, struct diag *d)
{
	const struct store_point p = {.point = &e->point,
				      .id = e->id,
				      .model_hash = "0123456789abcdef0123456789abcdef",
				      .position = e->position,
				      .state = state,
				      .reason = reason,
				      .check_answer = e->check,
				      .model = e->model,
				      .describe = "isa: avx2\n"};
	return store_point_put(s, e->run, &p, d);
}

/* Warm-up of two steps, then two repetitions of two: 10 ms a step, 20 tokens a repetition. */
__attribute__((unused)) static int example_timing(struct store *s, const struct example *e, int round,
						  struct diag *d)
{
	int64_t values[EXAMPLE_SAMPLES] = {20000000, 20000000, 10000000, 10000000, 10000000, 10000000};
	int64_t offsets[EXAMPLE_SAMPLES] = {0, 20000000, 40000000, 50000000, 60000000, INT64_MAX};
	int64_t marks[EXAMPLE_SAMPLES] = {MARK_WARMUP, MARK_WARMUP, 0, MARK_CONTENDED, 0, MARK_FAULTED};
	int64_t reps[EXAMPLE_SAMPLES] = {0, 0, 1, 1, 2, 2};
	struct wire_series series = {.name = "step",
				     .unit = "ns",
				     .clock = "CLOCK_MONOTONIC",
				     .t0 = 123456789012345,
				     .n = EXAMPLE_SAMPLES,
				     .values = values,
				     .offsets = offsets,
				     .marks = marks,
				     .reps = reps};
	struct wire_reading readings[] = {
		{.counter = "page_faults_minor",
		 .unit = "count",
		 .source = "rusage",
		 .thread = -1,
		 .usable = true,
		 .value = 9007199254740993,
		 .enabled_ns = 5,
		 .running_ns = 4},
		{.counter = "cycles", .unit = "count", .source = "perf", .why = "no PMU"}};
	struct wire_run_result result = {.n_series = 1,
					 .series = &series,
					 .n_readings = 2,
					 .readings = readings,
					 .peak_bytes = 4096,
					 .window_version = 1,
					 .tokens_per_rep = 20,
					 .flops_per_rep = 2e9,
					 .bytes_per_rep = 1e8};
	struct wire_prepared prepared = {.load_ns = 250000000, .weight_bytes = 77};
	const struct store_visit v = {.point_id = e->id,
				      .round = round,
				      .position = 3,
				      .arm = "own",
				      .kind = VISIT_TIMING,
				      .reason = "",
				      .host_before = e->host,
				      .start_wall_ns = 1700000000000000000,
				      .wall_ns = 90000000,
				      .worker = "/usr/libexec/inferometer-worker",
				      .build_program = "cpu",
				      .build_version = "0.1.0",
				      .build = e->build,
				      .pid = 4711,
				      .process_start_wall_ns = 1,
				      .process_end_wall_ns = 2,
				      .ended = "exit 0",
				      .log = "a line\nof \xff bytes\n",
				      .prepared = &prepared,
				      .result = &result};
	int64_t visit;
	return store_visit_put(s, e->run, &v, &visit, d);
}

/* What verifying leaves: residuals; f32_residual may be NaN. */
__attribute__((unused)) static int example_quality(struct store *s, const struct example *e, double same,
						   double f32, struct diag *d)
{
	struct store_reading readings[] = {{.counter = "residual_same",
					    .unit = "1",
					    .source = "verify",
					    .op = "ref q8_0",
					    .thread = -1,
					    .usable = true,
					    .real = true,
					    .value_real = same},
					   {.counter = "residual_f32",
					    .unit = "1",
					    .source = "verify",
					    .op = "ref f32",
					    .thread = -1,
					    .usable = true,
					    .real = true,
					    .value_real = f32}};
	const struct store_visit v = {.point_id = e->id,
				      .arm = "own",
				      .kind = VISIT_QUALITY,
				      .worker = "w",
				      .build_program = "cpu",
				      .build_version = "0.1.0",
				      .build = e->build,
				      .pid = 4712,
				      .peak_bytes = 8192,
				      .ended = "exit 0",
				      .n_readings = 2,
				      .readings = readings};
	int64_t visit;
	return store_visit_put(s, e->run, &v, &visit, d);
}

/* A worker that could not be started. */
__attribute__((unused)) static int example_failed(struct store *s, const struct example *e, struct diag *d)
{
	const struct store_visit v = {.point_id = e->id,
				      .round = 2,
				      .arm = "own",
				      .kind = VISIT_TIMING,
				      .failed = true,
				      .reason = "no such program",
				      .build_program = "",
				      .log = ""};
	int64_t visit;
	return store_visit_put(s, e->run, &v, &visit, d);
}

#endif
