/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a store as large as a night leaves: big_store FILE [POINTS [ROUNDS [SAMPLES]]], 1000 points of 10 processes of
 * 100 samples each where nothing is said. For looking at how long reports take; no part of `make check`.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "harness/store/store.h"

struct big {
	struct store *s;
	int64_t run;
	int points, rounds, samples;
	struct rng rng;
	json_t *machine, *environment, *build, *host, *check, *model;
	int64_t *values, *offsets, *marks, *reps;
};

static void must(int rc, const struct diag *d)
{
	char text[800];

	if (rc == 0)
		return;
	fprintf(stderr, "%s\n", diag_format(d, text, sizeof text));
	exit(1);
}

static json_t *facts(const char *name, int n)
{
	json_t *o = json_object();

	for (int i = 0; i < n; i++) {
		char key[32];

		snprintf(key, sizeof key, "%s_%d", name, i);
		json_object_set_new(o, key,
				    i % 3 ? json_string("some text of a file") : json_integer(i * 1000));
	}
	return o;
}

static void point_make(struct point *p, int i)
{
	static const char *const precisions[] = {"f32", "f16", "bf16", "q8_0", "q4_0"};
	static const char *const isas[] = {"ref", "avx2", "avx512", "vnni"};
	char text[32];

	point_set(p, KEY_MODEL, "synthetic:tiny");
	point_set(p, KEY_PRECISION, precisions[i % 5]);
	point_set(p, KEY_ISA, isas[i / 5 % 4]);
	snprintf(text, sizeof text, "%d", 1 + i / 20 % 5);
	point_set(p, KEY_THREADS, text);
	snprintf(text, sizeof text, "tg%d", 16 + i / 100);
	point_set(p, KEY_WORKLOAD, text);
}

static void ceiling_make(struct point *p, int i)
{
	char text[32];

	snprintf(text, sizeof text, "%d", 1 + i % 5);
	point_set(p, KEY_THREADS, text);
	point_set(p, KEY_ISA, i / 5 % 2 ? "avx2" : "avx512");
	point_set(p, KEY_WORKLOAD, i / 10 % 2 ? "fma" : "read");
	point_set(p, i / 10 % 2 ? KEY_TYPE : KEY_SIZE, i / 10 % 2 ? "f32" : "4194304");
}

static void samples_make(struct big *b)
{
	int64_t at = 0;

	for (int i = 0; i < b->samples; i++) {
		b->values[i] = 1000000 + (int64_t)rng_below(&b->rng, 100000);
		b->offsets[i] = at;
		at += b->values[i];
		b->marks[i] = i < 16 ? MARK_WARMUP : 0;
		b->reps[i] = i / 16;
	}
}

static void timing_put(struct big *b, const char *id, int round)
{
	struct wire_series series = {.name = "step",
				     .unit = "ns",
				     .clock = "CLOCK_MONOTONIC",
				     .n = b->samples,
				     .values = b->values,
				     .offsets = b->offsets,
				     .marks = b->marks,
				     .reps = b->reps};
	struct wire_reading reading = {
		.counter = "page_faults", .unit = "count", .source = "rusage", .thread = -1, .usable = true};
	struct wire_run_result result = {.n_series = 1,
					 .series = &series,
					 .n_readings = 1,
					 .readings = &reading,
					 .window_version = 1,
					 .tokens_per_rep = 16,
					 .flops_per_rep = 2e9,
					 .bytes_per_rep = 1e8};
	const struct store_visit v = {.point_id = id,
				      .round = round,
				      .arm = "own",
				      .kind = VISIT_TIMING,
				      .reason = "",
				      .host_before = b->host,
				      .host_after = b->host,
				      .wall_ns = 90000000,
				      .worker = "worker",
				      .build_program = "inferometer-worker",
				      .build_version = "1",
				      .build = b->build,
				      .pid = 1,
				      .ended = "exit 0",
				      .log = "",
				      .result = &result};
	struct diag d = {0};
	int64_t visit;

	samples_make(b);
	must(store_visit_put(b->s, b->run, &v, &visit, &d), &d);
}

static void quality_put(struct big *b, const char *id)
{
	struct store_reading readings[] = {{.counter = "residual_same",
					    .unit = "1",
					    .source = "verify",
					    .op = "ref",
					    .thread = -1,
					    .usable = true,
					    .real = true,
					    .value_real = 1e-5}};
	const struct store_visit v = {.point_id = id,
				      .arm = "own",
				      .kind = VISIT_QUALITY,
				      .build_program = "",
				      .log = "",
				      .n_readings = 1,
				      .readings = readings};
	struct diag d = {0};
	int64_t visit;

	must(store_visit_put(b->s, b->run, &v, &visit, &d), &d);
}

static void point_put(struct big *b, int i, bool ceiling)
{
	struct point p = {0};
	char id[POINT_ID_SIZE];
	struct diag d = {0};

	(ceiling ? ceiling_make : point_make)(&p, i);
	point_id(&p, ceiling ? NULL : "0123456789abcdef0123456789abcdef", id);
	const struct store_point sp = {.point = &p,
				       .id = id,
				       .model_hash = ceiling ? NULL : "0123456789abcdef0123456789abcdef",
				       .position = i + (ceiling ? b->points : 0),
				       .role = ceiling ? ROLE_CEILING : ROLE_MEASURE,
				       .state = POINT_DONE,
				       .reason = "",
				       .check_answer = b->check,
				       .model = ceiling ? NULL : b->model,
				       .describe = "isa: avx2\nkernels: gemm_f32_6x16_avx2\n"};
	must(store_point_put(b->s, b->run, &sp, &d), &d);
	for (int r = 1; r <= b->rounds; r++)
		timing_put(b, id, r);
	if (!ceiling)
		quality_put(b, id);
	point_free(&p);
}

static void arrays_make(struct big *b)
{
	size_t size = sizeof(int64_t) * (size_t)b->samples;

	b->values = mem_alloc(size);
	b->offsets = mem_alloc(size);
	b->marks = mem_alloc(size);
	b->reps = mem_alloc(size);
}

int main(int argc, char **argv)
{
	struct big b = {.points = argc > 2 ? atoi(argv[2]) : 1000,
			.rounds = argc > 3 ? atoi(argv[3]) : 10,
			.samples = argc > 4 ? atoi(argv[4]) : 100,
			.rng = {.seed = 1}};
	struct diag d = {0};

	if (argc < 2 || b.points < 1 || b.rounds < 1 || b.samples < 1) {
		fprintf(stderr, "usage: big_store FILE [POINTS [ROUNDS [SAMPLES]]]\n");
		return 2;
	}
	arrays_make(&b);
	b.machine = facts("machine", 20);
	b.environment = facts("environment", 40);
	b.build = facts("build", 8);
	b.host = facts("host", 12);
	b.check = json_pack("{s:i, s:f, s:f}", "working_set", 4 << 20, "flops", 2e9, "bytes", 1e8);
	b.model = json_pack("{s:s, s:s}", "name", "tiny", "hash", "0123456789abcdef0123456789abcdef");
	must(store_open(&b.s, argv[1], STORE_WRITE, &d), &d);
	const struct store_run run = {.label = "big",
				      .command = "big_store",
				      .spec_name = "big",
				      .spec_text = "name: big\n",
				      .machine_id = "0123456789abcdef0123456789abcdef",
				      .machine_class = "0123456789abcdef0123456789abcdef",
				      .machine = b.machine,
				      .environment = b.environment,
				      .rounds = b.rounds};
	must(store_run_begin(b.s, &run, &b.run, &d), &d);
	for (int i = 0; i < b.points; i++)
		point_put(&b, i, false);
	for (int i = 0; i < 20; i++)
		point_put(&b, i, true);
	must(store_run_end(b.s, b.run, false, &d), &d);
	store_close(b.s);
	return 0;
}
