/* SPDX-License-Identifier: Apache-2.0 */
/* A CPU and a GPU in one run, and in two: ceilings, rooflines and comparisons keep them apart. Invented, not measured. */
#include "config.h"

#include "reports/compare/compare.h"
#include "reports/plots/plots.h"
#include "reports/report.h"

#include <string.h>

#include "tests/golden/golden.h"
#include "tests/golden/stored_run.h"

enum { ON_CPU = 1, ON_GPU = 2 };

static const struct place {
	int which;
	const char *keys, *fma; /* fma: what f16 is multiplied in there */
	double step_ms, read_ms, fma_ms, residual;
} places[] = {
	{ON_CPU, "threads=4", "f32", 3.2, 100, 10, 1e-3},
	{ON_GPU, "threads=1 device=cuda:0 engine=cuda", "f16", 0.08, 1, 0.01, 3e-3},
};

static void timing(struct maker *m, struct stored_point *p, double step_ms, int steps, const double work[3])
{
	for (int round = 1; round <= 6; round++)
		made_timing(m, p, round, (int64_t)(step_ms * 1e6 * (1 + 0.002 * (round - 3))), 2, steps,
			    work);
}

/* A read of 10 GB and a billion multiply-adds. */
static void add_ceilings(struct maker *m, const struct place *at)
{
	static const double read[3] = {0, 0, 10e9}, fma[3] = {0, 1e9, 0};
	char keys[200];

	snprintf(keys, sizeof keys, "workload=read size=67108864 %s", at->keys);
	timing(m, made_point(m, ROLE_CEILING, POINT_DONE, "", keys), at->read_ms, 1, read);
	snprintf(keys, sizeof keys, "workload=fma type=%s %s", at->fma, at->keys);
	timing(m, made_point(m, ROLE_CEILING, POINT_DONE, "", keys), at->fma_ms, 1, fma);
}

static void add_points(struct maker *m, const struct place *at)
{
	static const double decode[3] = {16, 16 * 1.6e8, 16 * 80e6}, prefill[3] = {128, 128 * 1.6e8, 80e6};
	static const struct {
		const char *keys;
		int steps;
		double times;
		const double *work;
	} tests[] = {{"workload=tg16 model=synthetic:llama-160m precision=f16 kv=f16", 16, 1, decode},
		     {"workload=pp128 model=synthetic:llama-160m precision=f16 kv=f16", 1, 90, prefill}};

	for (int i = 0; i < 2; i++) {
		char keys[300];
		struct stored_point *p;

		snprintf(keys, sizeof keys, "%s %s", tests[i].keys, at->keys);
		p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
		p->check_answer = json_pack("{s:i}", "working_set", 60 << 20);
		timing(m, p, at->step_ms * tests[i].times, tests[i].steps, tests[i].work);
		made_residuals(m, p, at->residual, 4e-3);
	}
}

static struct maker *made_run(int which)
{
	struct maker *m = made_start();

	m->run.machine_id = made_text(m, "0123456789abcdef0123456789abcdef");
	m->run.machine = json_pack("{s:s}", "processor", "Some CPU");
	m->run.environment = json_pack("{s:s}", "device.cuda:0", "Some GPU");
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (which & places[i].which) {
			add_points(m, &places[i]);
			add_ceilings(m, &places[i]);
		}
	if (which & ON_GPU)
		made_point(m, ROLE_MEASURE, POINT_UNAVAILABLE,
			   "device cuda:1: no such device here; engine cuda has cuda:0",
			   "workload=tg16 model=synthetic:llama-160m precision=f16 kv=f16 threads=1 "
			   "device=cuda:1 engine=cuda");
	return m;
}

static void test_report(const struct analysis *a)
{
	const struct report_options options = {.width = 100};
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f || emitter_find("terminal")->emit(f, a, &options, NULL) != 0)
		bail("no report");
	fclose(f);
	compare("devices.txt", text);
	free(text);
}

/* Tables of ceilings say whose each is. */
static void test_tables(const struct analysis *a)
{
	static const char *const formats[] = {"md", "html"};
	const struct report_options options = {.width = 100};

	for (int i = 0; i < 2; i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *f = open_memstream(&text, &size);

		if (!f || emitter_find(formats[i])->emit(f, a, &options, NULL) != 0)
			bail("no report");
		if (fclose(f) != 0 || !text)
			bail("no report");
		has_text(text, "fma f16 on cuda:0", formats[i]);
		ok(!strstr(text, "on cpu"), "of the CPU it goes without saying");
		free(text);
	}
}

/* A row stands under what was measured on its own device, in the type that is multiplied there. */
static void test_ceilings(const struct analysis *a)
{
	for (int i = 0; i < a->n_rows; i++) {
		const struct row *r = &a->rows[i];

		if (r->n_values == 0)
			continue;
		is_text(r->limit ? point_get(&r->limit->point->point, KEY_DEVICE) : "none",
			point_get(&r->point->point, KEY_DEVICE), "a ceiling of its device");
		ok(r->share.value < 1, "it is below");
		is_near(r->residual_bound,
			strcmp(point_get(&r->point->point, KEY_DEVICE), "cpu") ? 1e-2 : 2e-3, 0,
			"what a residual may be");
	}
}

static void test_rooflines(const struct analysis *a)
{
	struct view v = view_make(a);
	struct plots *p = plots_make(&v);
	const struct script *roof[2] = {NULL, NULL};
	int n = 0;

	for (int i = 0; i < p->n; i++)
		if (p->script[i].kind == PLOT_ROOFLINE && n < 2)
			roof[n++] = &p->script[i];
	is_int(n, 2, "a roofline each");
	if (n == 2) {
		is_text(roof[0]->name, "roofline-1", "the first has the name that it has alone");
		is_text(roof[1]->name, "roofline-2", "the second another");
		is_text(roof[0]->heading, "4 threads, isa auto", "of the CPU");
		is_text(roof[1]->heading, "1 thread, isa auto, cuda:0", "of the GPU");
		is_text(roof[0]->picture[0].title, "Roofline of cpu", "which its title names");
		is_text(roof[1]->picture[0].title, "Roofline of cuda:0", "which its title names");
	}
	plots_free(p);
}

static bool has_note(const struct plots *p, const char *text)
{
	for (int i = 0; i < p->n_notes; i++)
		if (p->note[i].kind == PLOT_ROOFLINE && strcmp(p->note[i].text, text) == 0)
			return true;
	return false;
}

/* What is left out is said, and of which device. */
static void test_many_devices(void)
{
	static const double no_work[3] = {16, 0, 0};
	struct maker *m = made_run(ON_CPU);
	int n = 0;

	for (int i = 0; i < 5; i++) {
		char keys[100];
		const struct place gpu = {ON_GPU, keys, "f16", 0.08, 1, 0.01, 3e-3};

		snprintf(keys, sizeof keys, "threads=1 device=cuda:%d engine=cuda", i);
		add_points(m, &gpu);
		add_ceilings(m, &gpu);
	}
	timing(m,
	       made_point(m, ROLE_MEASURE, POINT_DONE, "",
			  "workload=tg16 model=synthetic:llama-160m precision=bf16 kv=f16 threads=1 "
			  "device=cuda:1 engine=cuda"),
	       1, 16, no_work);
	struct analysis *a = analysis_make(&m->run);
	struct view v = view_make(a);
	struct plots *p = plots_make(&v);

	for (int i = 0; i < p->n; i++)
		n += p->script[i].kind == PLOT_ROOFLINE;
	is_int(n, 4, "rooflines of six devices");
	ok(has_note(p, "rooflines of 2 more devices: 4 are drawn, the table has all"), "the others are told");
	ok(has_note(p, "1 points of cuda:1 whose arithmetic or bytes are unknown"),
	   "and whose points are left out");
	plots_free(p);
	analysis_free(a);
	made_free(m);
}

static void compare_text(const char *file, const struct compared_run *runs, int n, const char *by,
			 int n_cells)
{
	const struct compare_ask ask = {.by = by};
	const struct report_options options = {.width = 100};
	struct comparison *c;
	struct diag d = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f || comparison_make(&c, runs, n, &ask, &d) != 0 ||
	    comparison_emit(f, c, "terminal", &options, &d) != 0)
		bail(d.text);
	fclose(f);
	is_int(c->n_cells, n_cells, "a cell a test");
	compare(file, text);
	comparison_free(c);
	free(text);
}

/* With several counts of threads there is no one that goes with the CPU. */
static void test_threads(void)
{
	static const double work[3] = {16, 16 * 1.6e8, 16 * 80e6};
	struct maker *m = made_run(ON_CPU | ON_GPU);
	struct stored_point *p =
		made_point(m, ROLE_MEASURE, POINT_DONE, "",
			   "workload=tg16 model=synthetic:llama-160m precision=f16 kv=f16 threads=1");
	const struct compare_ask ask = {.by = "device"};
	struct comparison *c;
	struct diag d = {0};

	timing(m, p, 9, 16, work);
	struct analysis *a = analysis_make(&m->run);
	const struct compared_run run = {a, "a", "Some CPU"};
	if (comparison_make(&c, &run, 1, &ask, &d) != 0)
		bail(d.text);
	ok(c->follows[KEY_ENGINE] && !c->follows[KEY_THREADS], "threads tell cells apart then");
	is_int(c->n_cells, 4, "one each of tg16 and pp128 with 4, and with 1");
	comparison_free(c);
	analysis_free(a);
	made_free(m);
}

int main(void)
{
	struct maker *both = made_run(ON_CPU | ON_GPU), *cpu = made_run(ON_CPU), *gpu = made_run(ON_GPU);
	struct analysis *a = analysis_make(&both->run);
	const struct compared_run one = {a, "both.db run 7", "Some CPU"},
				  two[] = {{analysis_make(&cpu->run), "cpu.db run 7", "Some CPU"},
					   {analysis_make(&gpu->run), "gpu.db run 7", "Some CPU"}};

	test_report(a);
	test_tables(a);
	test_ceilings(a);
	test_rooflines(a);
	test_many_devices();
	compare_text("devices-by-device.txt", &one, 1, "device", 2);
	/* What could not be measured on a third device has the engine of the second: a row of its own. */
	compare_text("devices-by-engine.txt", &one, 1, "engine", 3);
	compare_text("devices-of-two-runs.txt", two, 2, "device", 2);
	test_threads();
	for (int i = 0; i < 2; i++)
		analysis_free((struct analysis *)(uintptr_t)two[i].a);
	analysis_free(a);
	made_free(both);
	made_free(cpu);
	made_free(gpu);
	return tap_done();
}
