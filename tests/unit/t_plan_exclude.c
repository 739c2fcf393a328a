/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep's include and exclude make of its product, and words that stand for all there is. */
#include "config.h"

#include "harness/plan/plan.h"

#include "tests/unit/plan_worker.h"

static void is_plan(const char *yaml, const char *want, int64_t n_dropped)
{
	struct plan p;
	struct diag d = {0};
	struct strbuf got = {0};
	if (!ok(expand(&p, yaml, &d) == 0, "%.70s", yaml)) {
		printf("# %s\n", d.text);
		return;
	}
	list_points(&p, &got);
	is_text(strbuf_text(&got), want, "these points");
	is_int(p.n_dropped, n_dropped, "so many were dropped");
	strbuf_free(&got);
	plan_free(&p);
}

static void test_exclude(void)
{
	is_plan("{workload: gemm, m: [1, 2], n: 1, k: [1, 2], threads: 1, exclude: [{m: 1, k: [2, 3]}]}\n",
		"k=1 m=1 n=1 precision=f32 threads=1 workload=gemm\n"
		"k=1 m=2 n=1 precision=f32 threads=1 workload=gemm\n"
		"k=2 m=2 n=1 precision=f32 threads=1 workload=gemm\n",
		1);
	is_plan("{workload: tg1, model: default, precision: [file, q8_0], threads: [1, all],\n"
		"  exclude: [{precision: file, threads: all}]}\n",
		"model=default precision=f16 threads=1 workload=tg1\n"
		"model=default precision=q8_0 threads=1 workload=tg1\n"
		"model=default precision=q8_0 threads=2 workload=tg1\n",
		1);
	is_plan("{workload: [tg1, pp8 @ d4, pp8 @ d8, pp8], model: default,\n"
		"  exclude: [{workload: pp8 @ d4}, {depth: 0}]}\n",
		"model=default precision=f16 threads=2 workload=tg1\n"
		"depth=8 model=default precision=f16 threads=2 workload=pp8\n",
		2);
	is_plan("exclude: [{threads: 1}]\nmodel: default\nsweeps:\n  - {workload: tg1, threads: [1, 2]}\n"
		"  - {workload: tg2, threads: [1, 2], include: [{threads: 1, kv: f32}]}\n",
		"model=default precision=f16 threads=2 workload=tg1\n"
		"model=default precision=f16 threads=2 workload=tg2\n"
		"kv=f32 model=default precision=f16 threads=1 workload=tg2\n",
		2);
	is_plan("model: default\nsweeps:\n  - {workload: tg1, threads: [1, 2], exclude: [{threads: 1}]}\n"
		"  - {workload: tg1, threads: 1}\n",
		"model=default precision=f16 threads=2 workload=tg1\n"
		"model=default precision=f16 threads=1 workload=tg1\n",
		1);
}

static void test_include(void)
{
	is_plan("{model: default, include: [{workload: tg1}, {workload: gemm, m: 1, n: 1, k: 1}]}\n",
		"model=default precision=f16 threads=2 workload=tg1\n"
		"k=1 m=1 n=1 precision=f32 threads=2 workload=gemm\n",
		0);
	is_plan("{workload: tg1, model: default, threads: [1, 2], include: [{threads: 2}, {isa: ref, "
		"threads: 1}]}\n",
		"model=default precision=f16 threads=1 workload=tg1\n"
		"model=default precision=f16 threads=2 workload=tg1\n"
		"isa=ref model=default precision=f16 threads=1 workload=tg1\n",
		0);
}

/* Points that are the same: the first delta that is given, required by any of their sections. */
static void test_rules(void)
{
	struct plan p;
	struct strbuf got = {0};
	if (expand(&p,
		   "model: default\nworkload: tg1\nsweeps:\n  - {threads: 1}\n"
		   "  - {threads: [1, 2], delta: 5%, include: [{threads: 1, delta: 7%}]}\n"
		   "  - {threads: [1, 2], isa: [auto, ref], delta: 9%, required: true}\n"
		   "  - {threads: [2, 1], required: false, exclude: [{threads: 1}]}\n",
		   NULL))
		bail("no plan");
	plan_add_ceilings(&p, &hello);
	for (int i = 0; i < p.n_points; i++)
		strbuf_printf(&got, "%s%s %s %g%s", i ? ", " : "", point_get(&p.points[i].point, KEY_ISA),
			      point_get(&p.points[i].point, KEY_THREADS), p.points[i].delta,
			      p.points[i].required ? "!" : "");
	is_text(strbuf_text(&got),
		"auto 1 0.05!, auto 2 0.05!, ref 1 0.09!, ref 2 0.09!, auto 1 0, auto 2 0, ref 1 0, ref 2 0",
		"what is said of points; nothing of their ceilings");
	strbuf_free(&got);
	plan_free(&p);
}

static void test_counts(void)
{
	struct plan p;
	if (expand(&p,
		   "workload: gemm\nm: 1-4\nn: 1\nk: 1\nexclude:\n  - {m: [1, 2]}\n  - {m: 2}\n"
		   "  - {kv: f32}\n  - {m: 5}\n",
		   NULL))
		bail("no plan");
	is_int(p.n_excludes, 4, "each map");
	is_int(p.excludes[0].n_matched, 2, "tells how many points it matches");
	is_int(p.excludes[1].n_matched, 1, "also when another matches them, too");
	is_int(p.excludes[2].n_matched, 0, "a key that is not heeded matches nothing");
	is_int(p.excludes[3].n_matched, 0, "nor does another value");
	is_int(p.excludes[3].line, 9, "and where it stands");
	is_int(p.n_dropped, 2, "each point counts once");
	is_int(p.n_points, 2, "the others are there");
	plan_free(&p);
	struct diag d = {0};
	is_int(expand(&p, "{workload: gemm, m: 1-4, n: 1, k: 1, exclude: [{n: 1}]}\n", &d), ERR_USAGE,
	       "nothing is left");
	is_text(d.text, "exclude leaves none of 4 points", "says so");
}

/* A worker that heeds the keys cache and duration in one workload. */
static void test_all(void)
{
	struct wire_workload *gemm = NULL;
	for (int i = 0; i < hello.n_workloads; i++)
		if (strcmp(hello.workloads[i].name, "gemm") == 0)
			gemm = &hello.workloads[i];
	if (!gemm)
		bail("no gemm");
	is_plan("{workload: gemm, m: 1, n: 1, k: 1, cache: all, duration: all}\n",
		"k=1 m=1 n=1 precision=f32 threads=2 workload=gemm\n", 0);
	gemm->key[KEY_CACHE] = gemm->key[KEY_DURATION] = true;
	is_plan("{workload: gemm, m: 1, n: 1, k: 1, cache: all, duration: all}\n",
		"k=1 m=1 n=1 precision=f32 threads=2 workload=gemm\n"
		"duration=sustained k=1 m=1 n=1 precision=f32 threads=2 workload=gemm\n"
		"cache=cold k=1 m=1 n=1 precision=f32 threads=2 workload=gemm\n"
		"cache=cold duration=sustained k=1 m=1 n=1 precision=f32 threads=2 workload=gemm\n",
		0);
	is_plan("{workload: gemm, m: 1, n: 1, k: 1, cache: cool}\n",
		"cache=cool k=1 m=1 n=1 precision=f32 threads=2 workload=gemm -> skipped: x.yaml:1: unknown "
		"cache "
		"\"cool\" "
		"(did you mean \"cold\"?)\n",
		0);
	gemm->key[KEY_CACHE] = gemm->key[KEY_DURATION] = false;
}

int main(void)
{
	hello_make();
	test_exclude();
	test_include();
	test_rules();
	test_counts();
	test_all();
	wire_hello_free(&hello);
	return tap_done();
}
