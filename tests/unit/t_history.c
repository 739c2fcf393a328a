/* SPDX-License-Identifier: Apache-2.0 */
/* How long visits took: which are told, and what of them. */
#include "config.h"

#include "harness/store/history.h"

#include <limits.h>

#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"

#define MACHINE "00112233445566778899aabbccddeeff"
#define MS	INT64_C(1000000)

/* A visit with `reps` repetitions of a step; 0: without a result. */
static void visit_put(struct store *s, const struct example *e, enum visit_kind kind, bool failed,
		      int64_t begin, int64_t end, int64_t run_ns, int reps)
{
	int64_t values[8] = {1, 1, 1, 1, 1, 1, 1, 1}, zeros[8] = {0}, numbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};
	struct wire_series series = {.name = "step",
				     .unit = "ns",
				     .clock = "CLOCK_MONOTONIC",
				     .n = reps,
				     .values = values,
				     .offsets = numbers,
				     .marks = zeros,
				     .reps = numbers};
	const struct wire_run_result result = {.n_series = 1,
					       .series = &series,
					       .window_version = 1,
					       .flops_per_rep = 3,
					       .bytes_per_rep = 4};
	const struct wire_prepared prepared = {.load_ns = 5, .weight_bytes = 6};
	const struct store_visit v = {.point_id = e->id,
				      .round = 1,
				      .arm = "own",
				      .kind = kind,
				      .failed = failed,
				      .reason = failed ? "it died" : "",
				      .wall_ns = run_ns,
				      .worker = "w",
				      .build_program = "cpu",
				      .build_version = "1",
				      .build = e->build,
				      .pid = 1,
				      .process_start_wall_ns = begin,
				      .process_end_wall_ns = end,
				      .ended = "exit 0",
				      .log = "",
				      .prepared = reps ? &prepared : NULL,
				      .result = reps ? &result : NULL};
	int64_t id;
	if (store_visit_put(s, e->run, &v, &id, NULL))
		bail("a visit cannot be stored");
}

static void fill(struct store *s, struct example *e)
{
	if (example_begin(s, e, NULL) || example_point(s, e, POINT_DONE, "", NULL))
		bail("the example cannot be stored");
	/* Its references ran until the next began. */
	visit_put(s, e, VISIT_QUALITY, false, 100 * MS, 200 * MS, 0, 0);
	visit_put(s, e, VISIT_TIMING, false, 900 * MS, 1000 * MS, 60 * MS, 8);
	visit_put(s, e, VISIT_TIMING, true, 1000 * MS, 1500 * MS, 60 * MS, 8);
	visit_put(s, e, VISIT_COUNTER, false, 1500 * MS, 1580 * MS, 50 * MS, 2);
	/* The clock was set back; longer than its process. */
	visit_put(s, e, VISIT_TIMING, false, 2000 * MS, 1900 * MS, 50 * MS, 2);
	visit_put(s, e, VISIT_TIMING, false, 2000 * MS, 2010 * MS, 50 * MS, 2);
}

/* The run is interrupted while the references of the second quality visit run: between 2 and 9000 s. */
static void test_interrupted(struct store *s, struct example *e)
{
	static const char *const notes[] = {
		"interrupted 1970-01-01 00:00:03 UTC, after 0 of 3 visits; resumed 1970-01-01 01:00:00 UTC",
		"in other words"};
	struct store_past *past = NULL;
	int n = 0;
	if (store_begin(s, NULL) || example_begin(s, e, NULL) || example_point(s, e, POINT_DONE, "", NULL) ||
	    store_end(s, 0, NULL))
		bail("the example cannot be stored");
	visit_put(s, e, VISIT_QUALITY, false, 1000 * MS, 1500 * MS, 0, 0);
	visit_put(s, e, VISIT_QUALITY, false, 2000 * MS, 2500 * MS, 0, 0);
	visit_put(s, e, VISIT_TIMING, false, 9000000 * MS, 9000100 * MS, 60 * MS, 8);
	is_int(store_history(s, MACHINE, &past, &n, NULL), 0, "a run that was not interrupted");
	is_int(n, 6, "has all its visits");
	free(past);
	for (int i = 0; i < 2; i++) {
		past = NULL;
		if (store_annotate(s, e->run, "interrupted", notes[i], NULL))
			bail("no note");
		is_int(store_history(s, MACHINE, &past, &n, NULL), 0, "one that was interrupted");
		/* A note that tells no time may be of any of them. */
		is_int(n, 5 - i, "lacks the visit that it was interrupted in");
		for (int k = 0; k < n; k++)
			ok(past[k].whole_ns <= 1000 * MS, "no interruption is counted");
		free(past);
	}
}

static const struct store_past *find(const struct store_past *past, int n, enum visit_kind kind)
{
	for (int i = 0; i < n; i++)
		if (past[i].kind == kind)
			return &past[i];
	bail("no such visit");
}

static void test_past(struct store *s, const struct example *e)
{
	struct store_past *past = NULL;
	struct diag d = {0};
	int n = 0;
	if (!ok(store_history(s, MACHINE, &past, &n, &d) == 0, "history"))
		printf("# %s\n", d.text);
	is_int(n, 3, "visits that are done and make sense");
	const struct store_past *v = find(past, n, VISIT_TIMING);
	is_text(v->id, e->id, "their point");
	is_int(v->whole_ns, 100 * MS, "the process");
	is_int(v->run_ns, 60 * MS, "its run");
	is_int(v->reps, 8, "and repetitions");
	is_int(v->load_ns, 5, "its load");
	is_int(v->weight_bytes, 6, "of so many bytes");
	is_near(v->flops, 3, 0, "work");
	is_near(v->bytes, 4, 0, "of a repetition");
	is_int(find(past, n, VISIT_COUNTER)->reps, 2, "a counter visit");
	v = find(past, n, VISIT_QUALITY);
	is_int(v->whole_ns, 800 * MS, "comparing lasts until the next visit");
	is_int(v->reps, 0, "and repeats nothing");
	free(past);
	past = NULL;
	is_int(store_history(s, "another", &past, &n, NULL), 0, "another machine");
	is_int(n, 0, "has none");
	free(past);
}

int main(void)
{
	char path[PATH_MAX];
	struct example e;
	struct store *s;
	temp_folder();
	snprintf(path, sizeof path, "%s/x.db", temp_path);
	if (store_open(&s, path, STORE_WRITE, NULL))
		bail("no store");
	example_make(&e, "tg32");
	fill(s, &e);
	test_past(s, &e);
	store_close(s);
	if (store_open(&s, path, STORE_READ, NULL))
		bail("it cannot be read");
	test_past(s, &e);
	store_close(s);
	if (store_open(&s, path, STORE_WRITE, NULL))
		bail("it cannot be written");
	test_interrupted(s, &e);
	store_close(s);
	example_free(&e);
	return tap_done();
}
