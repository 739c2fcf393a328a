/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs may be compared, how rows become cells, and what their ratios are. */
#include "config.h"

#include "reports/analysis/compare.h"

#include <math.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "tests/golden/stored_run.h"
#include "tests/tap.h"

/* ---- facts ---- */

static void test_facts(void)
{
	json_t *o =
		json_pack("{s:s, s:{s:i, s:{s:s}}, s:s, s:[i,i], s:{s:s}}", "kernel", "6.1", "caches", "l2",
			  2, "deep", "x", "y", "host.libc", "glibc", "list", 1, 2, "cpu", "model", "17");
	struct facts f = {0};

	facts_add_json(&f, "environment", o);
	facts_add_json(&f, "environment", NULL);
	is_text(facts_get(&f, "environment.kernel"), "6.1", "a plain fact goes under its group");
	is_text(facts_get(&f, "environment.caches.l2"), "2", "an object's by dots");
	is_text(facts_get(&f, "environment.caches.deep.x"), "y", "and those inside it");
	is_text(facts_get(&f, "host.libc"), "glibc", "a key that says its group keeps it");
	is_text(facts_get(&f, "cpu.model"), "17", "so does an object of that name");
	is_text(facts_get(&f, "environment.list"), "[1,2]", "a list is one text");
	ok(!facts_get(&f, "kernel"), "an absent one is NULL");
	facts_free(&f);
	json_decref(o);
}

/* "key=value key=value" */
static void facts_parse(struct facts *f, const char *text)
{
	char *copy = mem_strdup(text), *save = NULL;

	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *equals = strchr(word, '=');

		*equals = '\0';
		facts_add(f, word, equals + 1);
	}
	free(copy);
}

static const char *const kinds[] = {"refused", "never", "allowed", "warning"};

static void test_differences(void)
{
	static const struct {
		const char *a, *b;
		enum compare_by by;
		const char *allowed;
		const char *want; /* "key kind; ..." */
	} rows[] = {
		{"cpu.model=a build.git=1", "cpu.model=a build.git=1", COMPARE_KEY, NULL, ""},
		{"cpu.model=a", "cpu.model=b", COMPARE_KEY, NULL, "cpu.model refused; "},
		{"cpu.model=a", "cpu.model=b", COMPARE_RUN, NULL, "cpu.model refused; "},
		{"cpu.model=a", "cpu.model=b", COMPARE_BUILD, NULL, "cpu.model refused; "},
		{"cpu.model=a", "cpu.model=b", COMPARE_MACHINE, NULL, ""},
		{"memory.bytes=1 gpu.name=a clocks.boost=on host.id=1 machine.cpus=2 environment.kernel=6",
		 "memory.bytes=2 gpu.name=b clocks.boost=off host.id=2 machine.cpus=4 environment.kernel=5",
		 COMPARE_MACHINE, NULL, ""},
		{"host.id=1", "host.id=2", COMPARE_KEY, NULL, "host.id refused; "},
		{"build.git=1", "build.git=2", COMPARE_MACHINE, NULL, "build.git refused; "},
		{"build.git=1", "build.git=2", COMPARE_BUILD, NULL, ""},
		{"build.git=1", "build.git=2", COMPARE_MACHINE, "build.git", "build.git allowed; "},
		{"build.git=1 build.flags=-O2", "build.git=2 build.flags=-O3", COMPARE_MACHINE, "build.*",
		 "build.flags allowed; build.git allowed; "},
		{"build.git=1 build.flags=-O2", "build.git=2 build.flags=-O3", COMPARE_MACHINE, "build.g",
		 "build.flags refused; build.git refused; "},
		{"cpu.model=a", "build.git=2", COMPARE_KEY, NULL, "build.git refused; cpu.model refused; "},
		{"clocks.boost=unknown:why", "clocks.boost=on", COMPARE_KEY, NULL, "clocks.boost refused; "},
		{"clocks.boost=unknown:why", "clocks.boost=unknown:other", COMPARE_KEY, NULL,
		 "clocks.boost warning; "},
		{"run.start_wall_ns=1 run.load_1=3 host.temperature_celsius=5 run.pressure.cpu=7 "
		 "clocks.mhz=1",
		 "run.start_wall_ns=2 run.load_1=4 host.temperature_celsius=6 run.pressure.cpu=8 "
		 "clocks.mhz=2",
		 COMPARE_KEY, NULL, ""},
		{"host.loader=1", "host.loader=2", COMPARE_KEY, NULL, "host.loader refused; "},
		{"metric.window=1", "metric.window=2", COMPARE_MACHINE, "*", "metric.window never; "},
		{"metric.clock=tsc", "metric.clock=mono", COMPARE_RUN, "metric.*", "metric.clock never; "},
		{"model.a.gguf=1", "model.a.gguf=2", COMPARE_MACHINE, "*", "model.a.gguf never; "},
		{"model.a.gguf=1", "model.b.gguf=2", COMPARE_MACHINE, NULL, ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct facts a = {0}, b = {0};
		struct differences d = {0};
		struct strbuf got = {0};

		facts_parse(&a, rows[i].a);
		facts_parse(&b, rows[i].b);
		differences_find(&d, &a, &b, rows[i].by, &rows[i].allowed, rows[i].allowed != NULL);
		for (int k = 0; k < d.n; k++)
			strbuf_printf(&got, "%s %s; ", d.item[k].key, kinds[d.item[k].kind]);
		is_text(strbuf_text(&got), rows[i].want, rows[i].a);
		for (int k = 0; k < d.n; k++)
			if (!*d.item[k].effect)
				ok(0, "%s has no effect said", d.item[k].key);
		strbuf_free(&got);
		differences_free(&d);
		facts_free(&a);
		facts_free(&b);
	}
}

/* ---- cells ---- */

static const double tokens[3] = {16, 0, 0};

/* A run with decode points of the precisions and isas; each process's time is step_ms of its isa, and drifts. */
static struct maker *run_make(const char *machine, int rounds, double factor)
{
	static const char *const isas[] = {"ref", "avx2"};
	struct maker *m = made_start();

	m->run.machine_id = made_text(m, machine);
	m->run.build_program = made_text(m, "worker");
	for (int i = 0; i < 4; i++) {
		char keys[200];
		struct stored_point *p;

		snprintf(keys, sizeof keys,
			 "workload=tg16 model=synthetic:tiny precision=%s isa=%s threads=2",
			 i / 2 ? "q8_0" : "f32", isas[i % 2]);
		p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
		for (int r = 1; r <= rounds; r++)
			made_timing(m, p, r, (int64_t)(1e6 * factor * r * (i % 2 ? 1 : 4)), 3, 16, tokens);
	}
	return m;
}

struct made {
	struct maker *m[3];
	struct analysis *a[3];
	struct compared_run run[3];
	int n;
	struct comparison *c;
	struct diag d;
};

static void made_add(struct made *x, struct maker *m, const char *name, const char *machine)
{
	x->m[x->n] = m;
	x->a[x->n] = analysis_make(&m->run);
	x->run[x->n] = (struct compared_run){x->a[x->n], name, machine};
	x->n++;
}

static int made_compare(struct made *x, const char *by, const char *baseline, const char *allowed)
{
	const struct compare_ask ask = {
		.by = by, .baseline = baseline, .allowed = &allowed, .n_allowed = allowed != NULL};

	comparison_free(x->c);
	x->c = NULL;
	diag_clear(&x->d);
	return comparison_make(&x->c, x->run, x->n, &ask, &x->d);
}

static void made_end(struct made *x)
{
	comparison_free(x->c);
	for (int i = 0; i < x->n; i++) {
		analysis_free(x->a[i]);
		made_free(x->m[i]);
	}
}

static const struct compared *value_of(const struct comparison *c, int cell, const char *value)
{
	for (int v = 0; v < c->n_values; v++)
		if (strcmp(c->value[v], value) == 0)
			return &c->cell[cell].compared[v];
	bail("no such value");
}

/* Within one run: the processes of a round share its speed (r times slower in round r), the ratio does not. */
static void test_paired(void)
{
	struct made x = {0};
	const struct compared *v;

	made_add(&x, run_make("m1", 6, 1), "a#1", "One");
	is_int(made_compare(&x, "isa", NULL, NULL), 0, "by isa");
	is_int(x.c->n_cells, 2, "a cell a precision");
	is_text(x.c->value[x.c->baseline], "ref", "the baseline is the first in plan order");
	v = value_of(x.c, 0, "avx2");
	is_int(v->kind, RATIO_PAIRED, "paired within a run");
	is_near(v->ratio.value, 4, 1e-12, "the ratio");
	ok(v->ratio.interval && v->ratio.hi - v->ratio.lo < 1e-9,
	   "and its interval knows nothing of the drift");
	ok(v->rate.hi / v->rate.lo > 2, "which the rates themselves have");
	ok(x.c->varies[KEY_PRECISION] && !x.c->varies[KEY_ISA], "cells differ by precision alone");
	is_int(made_compare(&x, "isa", "avx2", NULL), 0, "another baseline");
	is_near(value_of(x.c, 0, "ref")->ratio.value, 0.25, 1e-12, "turns the ratio");
	is_int(made_compare(&x, "isa", "neon", NULL), ERR_USAGE, "a baseline that is no value");
	has_text(x.d.text, "expected a value of isa: ref, avx2", "names the values");
	is_int(made_compare(&x, "threads", NULL, NULL), ERR_USAGE, "a key with one value");
	is_int(made_compare(&x, "nosuch", NULL, NULL), ERR_USAGE, "an unknown key");
	made_end(&x);
}

static void test_machines(void)
{
	struct made x = {0};
	const struct compared *v;

	made_add(&x, run_make("m1", 6, 1), "a#1", "CPU");
	made_add(&x, run_make("m2", 6, 2), "b#1", "CPU");
	is_int(made_compare(&x, "machine", NULL, NULL), 0, "by machine");
	is_text(x.c->value[0], "CPU (m1)", "machines of one name are told apart");
	is_int(x.c->n_cells, 4, "every point is a cell");
	v = &x.c->cell[0].compared[1];
	is_int(v->kind, RATIO_UNPAIRED, "not interleaved");
	is_near(v->ratio.value, 0.5, 1e-12, "ratio of medians");
	ok(v->ratio.interval && v->ratio.lo < 0.4 && v->ratio.hi > 0.6, "the drift is in its interval");
	is_int(made_compare(&x, "machine", "b#1", NULL), 0, "a baseline by the run's name");
	is_int(x.c->baseline, 1, "is found");
	/* Without pairs a ratio would cross machines that were not declared. */
	is_int(made_compare(&x, "run", NULL, NULL), 0, "by run");
	ok(x.c->refused, "is refused on two machines");
	is_text(x.c->differences.item[0].key, "host.id", "which are said to differ");
	is_int(x.c->cell[0].compared[1].ratio.n, 0, "and has no ratio");
	is_int(made_compare(&x, "run", NULL, "host.*"), 0, "by run with host.* allowed");
	ok(!x.c->refused && x.c->unverified, "is unverified");
	/* isa: both runs have both values: each run by itself. */
	is_int(made_compare(&x, "isa", NULL, NULL), 0, "by isa over two runs");
	ok(x.c->apart && !x.c->refused, "keeps runs apart, and nothing crosses");
	is_int(x.c->n_cells, 4, "no cell holds two rows of a value");
	ok(x.c->paired && !x.c->unpaired, "all ratios are paired");
	made_end(&x);
}

/* The bootstrap of the same processes, and how far the halves of the first run lie apart, as variances. */
static void test_widened(void)
{
	struct made x = {0};
	double rate[2][6];

	made_add(&x, run_make("m1", 6, 1), "a#1", "CPU");
	made_add(&x, run_make("m2", 6, 1), "b#1", "CPU");
	is_int(made_compare(&x, "machine", NULL, NULL), 0, "two machines");
	const struct compared *v = x.c->cell[0].compared;
	for (int r = 0; r < 2; r++)
		for (int i = 0; i < 6; i++)
			rate[r][i] = v[r].row->values[i].tokens / v[r].row->values[i].rep_s;
	const struct stat_interval plain = stat_ratio_interval(rate[1], 6, rate[0], 6, 0.95);
	double drift = log(stat_quantile(rate[0] + 3, 3, 0.5) / stat_quantile(rate[0], 3, 0.5));
	ok(fabs(drift) > 0.01, "runs that drift");
	ok(plain.lo > v[1].ratio.lo && plain.hi < v[1].ratio.hi, "have a wider interval");
	is_near(log(v[1].ratio.hi / v[1].ratio.value), hypot(log(plain.hi / v[1].ratio.value), drift), 1e-12,
		"by as much above");
	is_near(log(v[1].ratio.value / v[1].ratio.lo), hypot(log(v[1].ratio.value / plain.lo), drift), 1e-12,
		"and below");
	made_end(&x);
}

/* One isa a run: rows of both meet in a cell. */
static void test_split(void)
{
	struct made x = {0};

	made_add(&x, run_make("m1", 6, 1), "a#1", "CPU");
	made_add(&x, run_make("m1", 6, 1), "a#2", "CPU");
	for (int i = 0; i < 4; i++)
		if (i % 2 == 0)
			point_set(&x.m[1]->points[i].point, KEY_ISA, "avx512");
		else
			point_set(&x.m[1]->points[i].point, KEY_ISA, "vnni");
	is_int(made_compare(&x, "isa", NULL, NULL), 0, "other values in each run");
	ok(!x.c->apart, "share cells");
	is_int(x.c->n_cells, 2, "of one point each");
	is_int(value_of(x.c, 0, "avx2")->kind, RATIO_PAIRED, "paired where the baseline is in the run");
	is_int(value_of(x.c, 0, "vnni")->kind, RATIO_UNPAIRED, "not interleaved where it is in the other");
	is_int(made_compare(&x, "machine", NULL, NULL), ERR_USAGE, "two runs of one machine");
	is_int(made_compare(&x, "build", NULL, NULL), ERR_USAGE, "or of one build");
	made_end(&x);
}

static void test_missing(void)
{
	struct made x = {0};
	struct stored_point *p;
	struct maker *m = run_make("m1", 4, 1);

	made_point(m, ROLE_MEASURE, POINT_UNAVAILABLE, "isa vnni: not on this CPU",
		   "workload=tg16 model=synthetic:tiny precision=f32 isa=vnni threads=2");
	p = made_point(m, ROLE_MEASURE, POINT_DONE, "",
		       "workload=tg16 model=synthetic:tiny precision=f32 isa=wrong threads=2");
	for (int r = 1; r <= 6; r++)
		made_timing(m, p, r, 1000000, 3, 16, tokens);
	made_residuals(m, p, 0.5, 0.5);
	made_add(&x, m, "a#1", "CPU");
	is_int(made_compare(&x, "isa", NULL, NULL), 0, "with rows that did not run");
	is_text(value_of(x.c, 0, "vnni")->why, "unavailable: isa vnni: not on this CPU",
		"their reason stands there");
	has_text(value_of(x.c, 0, "wrong")->why, "wrong: residual", "a wrong row says so");
	is_int(value_of(x.c, 0, "wrong")->ratio.n, 0, "and has no ratio");
	is_text(value_of(x.c, 1, "vnni")->why, "no point of the plan", "what was not asked is said, too");
	is_text(value_of(x.c, 0, "avx2")->why, "4 processes, too few for an interval (6)",
		"so are too few processes");
	ok(!value_of(x.c, 0, "avx2")->ratio.interval, "which have no interval");
	made_end(&x);
}

/* A model is its content, wherever its file stands. */
static void test_models(void)
{
	struct made x = {0};
	static const char *const paths[] = {"/here/m.gguf", "/there/m.gguf"};

	for (int run = 0; run < 2; run++) {
		struct maker *m = run_make(run ? "m2" : "m1", 6, 1);

		for (int i = 0; i < 4; i++) {
			point_set(&m->points[i].point, KEY_MODEL, paths[run]);
			/* One did not run: its hash is that of the others. */
			m->points[i].model = i ? json_pack("{s:s}", "hash", "abc") : NULL;
		}
		made_add(&x, m, run ? "b#1" : "a#1", run ? "B" : "A");
	}
	is_int(made_compare(&x, "machine", NULL, NULL), 0, "one model in two folders");
	is_int(x.c->n_cells, 4, "is one model");
	ok(!x.c->refused, "and comparable");
	for (int i = 1; i < 4; i++) {
		json_decref(x.m[1]->points[i].model);
		x.m[1]->points[i].model = json_pack("{s:s}", "hash", "abd");
	}
	is_int(made_compare(&x, "machine", NULL, "*"), 0, "two models of one name");
	ok(x.c->refused, "is refused whatever is allowed");
	is_text(x.c->differences.item[0].key, "model.m.gguf", "by its name");
	for (int run = 0; run < 2; run++)
		for (int i = 0; i < 4; i++) {
			json_decref(x.m[run]->points[i].model);
			x.m[run]->points[i].model = NULL;
		}
	made_end(&x);
}

static void test_clocks(void)
{
	struct made x = {0};
	static char simulated[] = "simulated instructions";
	struct maker *m = run_make("m1", 6, 1);

	for (int i = 0; i < 4; i++)
		for (int v = 0; v < m->points[i].n_visits; v++)
			if (i != 1)
				m->points[i].visits[v].series[0].clock = simulated;
	made_add(&x, m, "a#1", "A");
	is_int(made_compare(&x, "isa", NULL, "*"), 0, "simulated and measured");
	has_text(value_of(x.c, 0, "avx2")->why, "another clock", "time and counts have no ratio");
	has_text(value_of(x.c, 1, "avx2")->why, "simulated counts of different",
		 "nor have counts of two isas");
	is_int(made_compare(&x, "precision", NULL, NULL), 0, "by precision");
	is_int(value_of(x.c, 0, "q8_0")->kind, RATIO_PAIRED, "counts of one isa have");
	made_end(&x);
}

/* Kernels of a device go by its clock, those of the host by the host's: both are seconds. */
static void test_device_clocks(void)
{
	struct made x = {0};
	static char cuda[] = "cuda:0";
	struct maker *m = run_make("m1", 6, 1);

	for (int i = 0; i < 4; i++)
		if (strcmp(point_get(&m->points[i].point, KEY_ISA), "avx2") == 0) {
			point_set(&m->points[i].point, KEY_DEVICE, cuda);
			for (int v = 0; v < m->points[i].n_visits; v++)
				made_by_device(m, &m->points[i].visits[v], 5000000);
		}
	made_add(&x, m, "a#1", "A");
	is_int(made_compare(&x, "device", NULL, "*"), 0, "a device beside the host");
	is_int(value_of(x.c, 0, "cuda:0")->kind, RATIO_PAIRED,
	       "is compared, though its rows have its own clock");
	made_end(&x);
	x = (struct made){0};
	m = run_make("m1", 6, 1);
	for (int v = 0; v < m->points[0].n_visits; v++)
		made_by_device(m, &m->points[0].visits[v], 5000000);
	made_add(&x, m, "a#1", "A");
	is_int(made_compare(&x, "isa", NULL, "*"), 0, "two clocks of one device");
	has_text(value_of(x.c, 0, "avx2")->why, "another clock", "are none that compare");
	made_end(&x);
}

int main(void)
{
	test_facts();
	test_differences();
	test_paired();
	test_machines();
	test_widened();
	test_split();
	test_missing();
	test_models();
	test_clocks();
	test_device_clocks();
	return tap_done();
}
