/* SPDX-License-Identifier: Apache-2.0 */
/* Runs with the fake worker, and what the store says of them: for the tests of harness/run/run.h. */
#ifndef IFM_TESTS_RAN_H
#define IFM_TESTS_RAN_H

#include <math.h>
#include <signal.h>
#include <sys/stat.h>

#include "engines/base/json.h"
#include "harness/run/run.h"
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
static bool drawn; /* progress as on a terminal */

/* A run with these faults and what the store says of it. */
struct ran {
	int planned, executed; /* return values */
	struct diag d;
	struct run_summary sum;
	struct stored_run *run;
};

__attribute__((unused)) static void path_of(const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", work, name);
}

__attribute__((unused)) static void forget(const char *name)
{
	char path[200];
	path_of(name, path, sizeof path);
	unlink(path);
}

/* Requests of that name that a word with a count matched. */
__attribute__((unused)) static int times_of(const char *request)
{
	char name[64], path[200];
	struct stat st = {0};
	snprintf(name, sizeof name, "state.%s", request);
	path_of(name, path, sizeof path);
	return stat(path, &st) ? 0 : (int)st.st_size;
}

__attribute__((unused)) static void forget_all(void)
{
	static const char *const names[] = {"store.db",	    "store.db-wal", "store.db-shm", "state.run",
					    "state.verify", "state.check",  "state.prepare"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		forget(names[i]);
}

__attribute__((unused)) static void execute(struct ran *r, const struct spec *spec, struct plan *plan,
					    const struct wire_hello *hello, FILE *progress)
{
	char word[] = "a label", key[] = "branch", value[] = "main";
	const struct run_label labels[] = {{NULL, word}, {key, value}};
	const struct run_options options = {.worker = fake_worker(),
					    .n_labels = 2,
					    .labels = labels,
					    .command = "typed",
					    .progress = progress,
					    .drawn = drawn};
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

__attribute__((unused)) static struct ran go(const char *yaml, const char *faults, FILE *progress)
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

__attribute__((unused)) static void done(struct ran *r)
{
	if (r->run)
		stored_run_free(r->run);
	r->run = NULL;
}

__attribute__((unused)) static const struct stored_point *point_of(const struct ran *r, const char *workload)
{
	for (int i = 0; r->run && i < r->run->n_points; i++)
		if (strcmp(point_get(&r->run->points[i].point, KEY_WORKLOAD), workload) == 0)
			return &r->run->points[i];
	bail("a point is missing");
}

__attribute__((unused)) static int count_visits(const struct stored_point *p, enum visit_kind kind,
						bool failed)
{
	int n = 0;
	for (int i = 0; i < p->n_visits; i++)
		n += p->visits[i].kind == kind && p->visits[i].failed == failed;
	return n;
}

__attribute__((unused)) static const struct stored_reading *reading_of(const struct stored_point *p,
								       const char *counter)
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
__attribute__((unused)) static void rest_is_done(const struct ran *r, const char *but, const char *name)
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

/* work and where the fake worker keeps its counts. */
__attribute__((unused)) static void work_begin(void)
{
	char state[200];
	if (!mkdtemp(work))
		bail("no temporary folder");
	path_of("state", state, sizeof state);
	setenv("FAKE_STATE", state, 1);
	/* It judges itself as well. */
	setenv("INFEROMETER_WORKER", fake_worker(), 1);
}

__attribute__((unused)) static void work_end(int descriptors_before)
{
	is_int(n_descriptors(), descriptors_before, "no descriptor is left open");
	ok(has_no_children(), "no process is left over");
	forget_all();
	rmdir(work);
}

#endif
