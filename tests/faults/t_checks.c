/* SPDX-License-Identifier: Apache-2.0 */
/* harness/run/checks.c: lists of checks of a worker that knows none, dies of one, or answers too little. */
#include "config.h"

#include <sys/stat.h>

#include "engines/base/mem.h"
#include "harness/run/run.h"
#include "tests/faults/faults.h"
#include "tests/tap.h"

#define N_POINTS 300

static char work[] = "/tmp/ifm-checks.XXXXXX";

/* How many requests of that name a word with a count matched. */
static long times_of(const char *request)
{
	struct stat st = {0};
	char *path = mem_printf("%s/state.%s", work, request);
	int rc = stat(path, &st);
	unlink(path);
	free(path);
	return rc ? 0 : (long)st.st_size;
}

static struct plan plan_with(const char *faults)
{
	static const char text[] = "name: checks\nceilings: false\nmodel: fake\nworkload: "
				   "pp1-300\nprecision: q8_0\nthreads: 1\n";
	struct spec spec;
	struct plan plan;
	struct wire_hello hello;
	struct diag d = {0};
	setenv("FAKE_WORKER", faults, 1);
	if (spec_parse(&spec, text, strlen(text), "checks.yaml", &d) ||
	    run_plan(&spec, fake_worker(), &plan, &hello, &d))
		bail(d.text);
	wire_hello_free(&hello);
	spec_free(&spec);
	return plan;
}

/* All points are planned, each with its own check, but for those that stand in `failed` by their number. */
static void points_are(const struct plan *p, const int *failed, int n_failed, const char *name)
{
	int bad = p->n_points != N_POINTS;
	for (int i = 0; i < p->n_points; i++) {
		const struct plan_point *point = &p->points[i];
		int tokens = atoi(point_get(&point->point, KEY_WORKLOAD) + 2), fails = 0;
		for (int k = 0; k < n_failed; k++)
			fails |= failed[k] == tokens;
		bad += fails ? point->state != POINT_FAILED ||
				       strcmp(point->reason, "worker died: signal 11 in its check") != 0
			     : point->state != POINT_PLANNED || point->check.tokens != tokens;
	}
	is_int(bad, 0, name);
}

static void test(const char *faults, const int *failed, int n_failed, const char *name)
{
	struct plan p = plan_with(faults);
	points_are(&p, failed, n_failed, name);
	plan_free(&p);
	ok(has_no_children(), "%s: no worker is left", name);
}

int main(void)
{
	static const int some[] = {1, 64, 65, 66, 190, 300};
	if (!mkdtemp(work))
		bail("no temporary folder");
	char *state = mem_printf("%s/state", work);
	setenv("FAKE_STATE", state, 1);
	test("check=none:0", NULL, 0, "no lists are known");
	is_int(times_of("check"), N_POINTS, "each point is asked for, once");
	test("lists list=none:0 check=none:0", NULL, 0, "lists are known");
	ok(times_of("list") < 20, "and few are asked for");
	times_of("check");
	test("lists check=signal@pp190", &some[4], 1, "a worker that dies of one point");
	test("lists check=signal@pp1 check=signal@pp64 check=signal@pp65 check=signal@pp66 "
	     "check=signal@pp190 "
	     "check=signal@pp300",
	     some, 6, "one that dies of several");
	test("lists list=short-list", NULL, 0, "lists that are too short are asked for singly");
	test("lists list=short-list:3", NULL, 0, "so is one of them");
	times_of("list");
	test("lists list=die:4", NULL, 0, "a worker that dies of a list as such");
	times_of("list");
	rmdir(work);
	free(state);
	return tap_done();
}
