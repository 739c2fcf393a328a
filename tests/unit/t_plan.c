/* SPDX-License-Identifier: Apache-2.0 */
/* From what is asked to ordered points, under a worker that is only a recorded answer. */
#include "config.h"

#include "harness/plan/plan.h"

#include "tests/unit/plan_worker.h"

static void is_plan(const char *yaml, const char *want)
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
	strbuf_free(&got);
	plan_free(&p);
}

static void test_values(void)
{
	is_plan("{workload: tg32, model: default}\n",
		"model=default precision=f16 threads=2 workload=tg32\n");
	is_plan("{workload: tg32, model: default, precision: [file, f16, q8_0], threads: [1, 2, all]}\n",
		"model=default precision=f16 threads=1 workload=tg32\n"
		"model=default precision=f16 threads=2 workload=tg32\n"
		"model=default precision=q8_0 threads=1 workload=tg32\n"
		"model=default precision=q8_0 threads=2 workload=tg32\n");
	is_plan("{workload: tg1, model: default, isa: [ref, avx2, all], threads: 1}\n",
		"isa=ref model=default precision=f16 threads=1 workload=tg1\n"
		"isa=avx2 model=default precision=f16 threads=1 workload=tg1\n");
	is_plan("{workload: tg1, model: default, isa: [auto, all], kv: all, precision: all, threads: 1}\n",
		"kv=f32 model=default precision=f32 threads=1 workload=tg1\n"
		"isa=ref kv=f32 model=default precision=f32 threads=1 workload=tg1\n"
		"isa=avx2 kv=f32 model=default precision=f32 threads=1 workload=tg1\n"
		"model=default precision=f32 threads=1 workload=tg1\n"
		"isa=ref model=default precision=f32 threads=1 workload=tg1\n"
		"isa=avx2 model=default precision=f32 threads=1 workload=tg1\n"
		"kv=f32 model=default precision=f16 threads=1 workload=tg1\n"
		"isa=ref kv=f32 model=default precision=f16 threads=1 workload=tg1\n"
		"isa=avx2 kv=f32 model=default precision=f16 threads=1 workload=tg1\n"
		"model=default precision=f16 threads=1 workload=tg1\n"
		"isa=ref model=default precision=f16 threads=1 workload=tg1\n"
		"isa=avx2 model=default precision=f16 threads=1 workload=tg1\n"
		"kv=f32 model=default precision=q8_0 threads=1 workload=tg1\n"
		"isa=ref kv=f32 model=default precision=q8_0 threads=1 workload=tg1\n"
		"isa=avx2 kv=f32 model=default precision=q8_0 threads=1 workload=tg1\n"
		"model=default precision=q8_0 threads=1 workload=tg1\n"
		"isa=ref model=default precision=q8_0 threads=1 workload=tg1\n"
		"isa=avx2 model=default precision=q8_0 threads=1 workload=tg1\n");
	is_plan("{workload: gemm, m: 8, n: 8, k: [8, 16], provider: all, device: all, engine: all}\n",
		"k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
		"k=8 m=8 n=8 precision=f32 provider=openblas threads=2 workload=gemm\n"
		"k=16 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
		"k=16 m=8 n=8 precision=f32 provider=openblas threads=2 workload=gemm\n"
		"engine=null k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
		"engine=null k=8 m=8 n=8 precision=f32 provider=openblas threads=2 workload=gemm\n"
		"engine=null k=16 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
		"engine=null k=16 m=8 n=8 precision=f32 provider=openblas threads=2 workload=gemm\n");
}

/* All that are, but not what is left to the worker; a list of CPUs is none of the choices. */
static void test_affinity(void)
{
	is_plan("{workload: gemm, m: 8, n: 8, k: 8, affinity: all}\n",
		"affinity=compact k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
		"affinity=node0 k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n");
	is_plan("{workload: gemm, m: 8, n: 8, k: 8, affinity: [auto, 1+0, node1]}\n",
		"k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
		"affinity=1+0 k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
		"affinity=node1 k=8 m=8 n=8 precision=f32 threads=2 workload=gemm -> unavailable: affinity "
		"node1: it has no CPUs; usable are auto, compact, node0\n");
}

static void test_threads(void)
{
	int n_cpus = hello.devices[0].n_cpus;
	hello.devices[0].n_cpus = 6;
	is_plan("{workload: fma, type: f32, threads: [1-all*2, 3-all+2, 9-all]}\n",
		"threads=1 type=f32 workload=fma\nthreads=2 type=f32 workload=fma\n"
		"threads=4 type=f32 workload=fma\nthreads=6 type=f32 workload=fma\n"
		"threads=3 type=f32 workload=fma\nthreads=5 type=f32 workload=fma\n");
	is_plan("{workload: fma, type: f32, threads: [1-all], exclude: [{threads: 2-all*2}]}\n",
		"threads=1 type=f32 workload=fma\nthreads=3 type=f32 workload=fma\n"
		"threads=5 type=f32 workload=fma\n");
	hello.devices[0].n_cpus = 1;
	is_plan("{workload: fma, type: f32, threads: [1-all*2]}\n", "threads=1 type=f32 workload=fma\n");
	hello.devices[0].n_cpus = n_cpus;
}

static void test_merge(void)
{
	is_plan("{workload: [tg1, fma], model: default, type: f32, sequences: [1, 2], size: 64}\n",
		"model=default precision=f16 threads=2 workload=tg1\n"
		"model=default precision=f16 sequences=2 threads=2 workload=tg1\n"
		"threads=2 type=f32 workload=fma\n");
	is_plan("{workload: ['pp8+tg2 @ d32', pp8], model: default}\n",
		"depth=32 model=default precision=f16 threads=2 workload=pp8+tg2\n"
		"model=default precision=f16 threads=2 workload=pp8\n");
	is_plan("{workload: [pp8, tg1], model: default, depth: [0, 16], ubatch: 4}\n",
		"model=default precision=f16 threads=2 ubatch=4 workload=pp8\n"
		"depth=16 model=default precision=f16 threads=2 ubatch=4 workload=pp8\n"
		"model=default precision=f16 threads=2 workload=tg1\n");
	is_plan("model: default\nsweeps: [{workload: tg1, threads: [1, 2]}, {workload: tg1, threads: all}]\n",
		"model=default precision=f16 threads=1 workload=tg1\n"
		"model=default precision=f16 threads=2 workload=tg1\n");
	is_plan("{workload: tg1, model: [default, copy.gguf]}\n",
		"model=default precision=f16 threads=2 workload=tg1\n");
}

static void test_refused(void)
{
	is_plan("{workload: pq128, model: default}\n",
		"workload=pq128 -> skipped: x.yaml:1: unknown workload \"pq\" (did you mean \"pp\"?)\n");
	is_plan("{workload: tg1 @ d8, model: default}\n",
		"model=default precision=f16 threads=2 workload=tg1 -> skipped: this worker's workload knows "
		"no "
		"depth\n");
	is_plan("{workload: gem, model: default}\n",
		"workload=gem -> skipped: x.yaml:1: unknown workload \"gem\" (did you mean \"gemm\"?)\n");
	is_plan("{workload: tg1, model: default, precision: [q8, zzzzz, f32]}\n",
		"model=default precision=q8 threads=2 workload=tg1 -> skipped: x.yaml:1: unknown precision "
		"\"q8\" (did "
		"you "
		"mean \"q8_0\"?)\n"
		"model=default precision=zzzzz threads=2 workload=tg1 -> skipped: x.yaml:1: unknown "
		"precision "
		"\"zzzzz\", known "
		"are f32, f16, q8_0\n"
		"model=default precision=f32 threads=2 workload=tg1\n");
	is_plan("{workload: tg1, model: default, isa: [avx2, avx512, avx51]}\n",
		"isa=avx2 model=default precision=f16 threads=2 workload=tg1\n"
		"isa=avx512 model=default precision=f16 threads=2 workload=tg1 -> unavailable: isa avx512: "
		"not on this "
		"CPU; usable are ref, avx2\n"
		"isa=avx51 model=default precision=f16 threads=2 workload=tg1 -> skipped: x.yaml:1: unknown "
		"isa "
		"\"avx51\" (did "
		"you mean \"avx512\"?)\n");
	is_plan("{workload: tg1, model: default, device: ['cuda:0', 'cuda:1']}\n",
		"device=cuda:0 model=default precision=f16 threads=1 workload=tg1 -> unavailable: device "
		"cuda:0: no "
		"driver; usable are cpu\n"
		"device=cuda:1 model=default precision=f16 threads=1 workload=tg1 -> unavailable: device "
		"cuda:1: no "
		"driver\n");
	is_plan("{workload: tg1, model: default, device: [gpu0, 'cuda:', cuda0]}\n",
		"device=gpu0 model=default precision=f16 threads=all workload=tg1 -> skipped: x.yaml:1: "
		"unknown device \"gpu0\" (did you mean \"cpu\"?)\n"
		"device=cuda: model=default precision=f16 threads=all workload=tg1 -> skipped: x.yaml:1: "
		"unknown device \"cuda:\" (did you mean \"cuda:0\"?)\n"
		"device=cuda0 model=default precision=f16 threads=all workload=tg1 -> skipped: x.yaml:1: "
		"unknown device \"cuda0\" (did you mean \"cuda:0\"?)\n");
	is_plan("{workload: tg1, model: [none.gguf, far.gguf, other.gguf, q4.gguf]}\n",
		"model=none.gguf precision=file threads=2 workload=tg1 -> skipped: x.yaml:1: none.gguf: No "
		"such file "
		"or "
		"directory\n"
		"model=far.gguf precision=file threads=2 workload=tg1 -> unavailable: its library is absent\n"
		"model=other.gguf precision=file threads=2 workload=tg1 -> skipped: x.yaml:1: nothing is "
		"known of "
		"model "
		"\"other.gguf\"\n"
		"model=q4.gguf precision=q4_k threads=2 workload=tg1 -> skipped: the file is held in "
		"\"q4_k\", which is "
		"not computed in: expected one of f32, f16, q8_0\n");
	is_plan("{workload: gemm, m: 1, n: 1, k: 1, precision: file}\n",
		"k=1 m=1 n=1 precision=file threads=2 workload=gemm -> skipped: x.yaml:1: precision \"file\" "
		"is a "
		"model's, gemm "
		"has none\n");
}

/* What was mistyped is named where it stands, in a set, too; what a flag says has no place. */
static void test_places(void)
{
	struct spec s;
	struct plan p;
	static const char flagged[] = "workload: tg1\nmodel: default\nprecision: f32\n";
	is_plan("workload: tg1\nmodel: default\nprecision:\n  - f32\n  - q8\n",
		"model=default precision=f32 threads=2 workload=tg1\n"
		"model=default precision=q8 threads=2 workload=tg1 -> skipped: x.yaml:5: unknown precision "
		"\"q8\" (did you mean \"q8_0\"?)\n");
	is_plan("sets:\n  few: [f32,\n    q8]\nworkload: tg1\nmodel: default\nprecision: $few\n",
		"model=default precision=f32 threads=2 workload=tg1\n"
		"model=default precision=q8 threads=2 workload=tg1 -> skipped: x.yaml:3: unknown precision "
		"\"q8\" (did you mean \"q8_0\"?)\n");
	if (spec_parse(&s, flagged, strlen(flagged), "x.yaml", NULL) ||
	    spec_set_axis(&s, KEY_PRECISION, "q8", NULL) ||
	    plan_expand(&p, &s, &hello, models, N_MODELS, NULL))
		bail("no plan");
	is_text(p.points[0].reason, "unknown precision \"q8\" (did you mean \"q8_0\"?)",
		"a flag has no line");
	plan_free(&p);
	spec_free(&s);
}

static void test_counter_flags(void)
{
	static const char yaml[] = "workload: fma\ntype: f32\ncounters: clock\n";
	char said[700];
	struct spec s;
	struct plan p;
	struct diag d = {0};
	if (spec_parse(&s, yaml, strlen(yaml), "x.yaml", NULL) ||
	    spec_set_option(&s, "counters", "papi", NULL))
		bail("no spec");
	is_int(plan_expand(&p, &s, &hello, models, N_MODELS, &d), ERR_USAGE, "counters of a flag");
	is_text(diag_format(&d, said, sizeof said),
		"--counters: source \"papi\" is asked for with a group, as papi:GROUP: 'inferometer list "
		"counters' "
		"lists them",
		"are not the file's");
	spec_free(&s);
}

static void is_refused(const char *yaml, const char *says)
{
	struct plan p = {.n_points = -7};
	struct diag d = {0};
	char said[600];
	is_int(expand(&p, yaml, &d), ERR_USAGE, yaml);
	is_text(diag_format(&d, said, sizeof said), says, "says why");
	is_int(p.n_points, -7, "and leaves the plan alone");
}

static void test_usage(void)
{
	is_refused("{precision: f32}\n", "x.yaml: no workload is given: expected as pp128, tg32, gemm");
	is_refused("kv: f32\nworkload: tg1\n", "x.yaml:2: workload tg1 needs key \"model\": model file, "
					       "synthetic:NAME, or default, the shipped one");
	is_refused("{workload: gemm, n: 1, k: 1}\n",
		   "x.yaml:1: workload gemm needs key \"m\": gemm: rows of A");
	is_refused("{workload: fma, type: f32, counters: [clok]}\n",
		   "x.yaml:1: counters: unknown source \"clok\" (did you mean \"clock\"?)");
	is_refused("workload: fma\ntype: f32\ncounters:\n  - clock\n  - papi\n",
		   "x.yaml:3: counters: source \"papi\" is asked for with a group, as papi:GROUP: "
		   "'inferometer list counters' lists them");
	is_refused("{workload: fma, type: f32, counters: [nosuch]}\n",
		   "x.yaml:1: counters: unknown source \"nosuch\", the worker has clock, papi:GROUP");
	is_refused("{workload: fma}\n", "x.yaml:1: workload fma needs key \"type\": fma: element type, f32, "
					"bf16 or int8; of a GPU tf32 and f16, too");
	is_refused("{workload: pp8 @ d16, depth: 4, model: default}\n",
		   "x.yaml:1: depth is given twice: as a key and in workload \"pp8 @ d16\"");
	is_refused("{workload: gemm, m: 1-1000, n: 1-1000, k: 1-1000}\n",
		   "x.yaml: the axes multiply to more than 100000 points");
	is_refused("{workload: gemm, m: 1-100, n: 1-200, k: 1, rounds: 100}\n",
		   "x.yaml: 20000 points in 100 rounds are more than 1000000 visits");
}

/* ---- ids: these never change ---- */

static void is_id(const char *yaml, const char *want)
{
	struct plan p;
	if (expand(&p, yaml, NULL) || p.n_points != 1)
		bail("one point was expected");
	is_text(p.points[0].id, want, want);
	plan_free(&p);
}

static void test_ids(void)
{
	is_id("{workload: tg32, model: default, threads: 4}\n", "0330428e82901392b454be3dc772753e");
	is_id("{workload: tg32, model: copy.gguf, threads: 4, precision: f16, kv: f16, sequences: 1, isa: "
	      "auto,\n"
	      "  blocking: auto, provider: own, engine: cpu, device: cpu}\n",
	      "0330428e82901392b454be3dc772753e");
	is_id("{workload: pp128, model: default, precision: q8_0, kv: f32, sequences: 8, threads: 1, isa: "
	      "avx2,\n"
	      "  blocking: 6x16, provider: openblas, engine: 'null'}\n",
	      "2e7f526cfa132a7c489639f51fc259a8");
	is_id("{workload: gemm, m: 1, n: 2, k: 3, threads: 1}\n", "fb9cf32345b9c5d75f994b6c5036c57e");
	is_id("{workload: read, size: 65536, threads: 1}\n", "47cdcaf7feb7661f6c16a16fae86be18");
	is_id("{workload: fma, type: int8, threads: 1}\n", "24fbbecdfc09d8fa8257c6cea0a6e02a");
	is_id("{workload: tg32, model: none.gguf, threads: 4}\n", "91c75006978582cc68bfc3fe2ddab648");
}

/* ---- workers of other kinds ---- */

static void test_other_workers(void)
{
	struct spec s;
	struct plan p;
	struct wire_hello other = hello;
	spec_init(&s);
	if (spec_set_axis(&s, KEY_WORKLOAD, "tg1", NULL) || spec_set_axis(&s, KEY_MODEL, "default", NULL))
		bail("no spec");
	struct wire_device gpu = {.name = "cuda:0", .usable = true};
	other.devices = &gpu;
	other.n_devices = 1;
	other.engines = (struct wire_choices){0};
	snprintf(other.engine, sizeof other.engine, "foreign");
	is_int(plan_expand(&p, &s, &other, models, N_MODELS, NULL), 0, "a worker without the usual device");
	is_text(point_get(&p.points[0].point, KEY_DEVICE), "cuda:0", "runs on its first");
	is_text(point_get(&p.points[0].point, KEY_ENGINE), "foreign", "with its engine");
	is_text(point_get(&p.points[0].point, KEY_THREADS), "1", "in one thread at least");
	is_int(p.points[0].state, POINT_PLANNED, "and what it lists nothing of is taken as written");
	plan_free(&p);
	other.n_devices = 0;
	is_int(plan_expand(&p, &s, &other, models, N_MODELS, NULL), 0, "a worker without a device");
	is_int(p.points[0].state, POINT_UNAVAILABLE, "runs nothing");
	is_text(p.points[0].reason, "the worker has no device", "and says why");
	plan_free(&p);
	spec_free(&s);
}

/* Each share is few enough, both are not. */
static void test_joined_visits(void)
{
	static const char *const yaml[] = {
		"{workload: gemm, m: 1-600, n: 1, k: 1, engine: cpu, rounds: 1000}\n",
		"{workload: gemm, m: 1-600, n: 1, k: 1, engine: 'null', rounds: 1000}\n"};
	struct plan p, more;
	struct spec s;
	struct diag d = {0};
	if (spec_parse(&s, yaml[0], strlen(yaml[0]), "x.yaml", NULL) || expand(&p, yaml[0], NULL) ||
	    expand(&more, yaml[1], NULL))
		bail("no plan");
	is_int(plan_check_visits(&p, &s, &d), 0, "600 points in 1000 rounds");
	plan_join(&p, &more, "null");
	is_int(plan_check_visits(&p, &s, &d), ERR_USAGE, "twice as many");
	is_text(d.text, "1200 points in 1000 rounds are more than 1000000 visits", "says how many");
	plan_free(&p);
	spec_free(&s);
}

int main(void)
{
	unsetenv("INFEROMETER_DATA");
	hello_make();
	test_values();
	test_affinity();
	test_threads();
	test_merge();
	test_refused();
	test_places();
	test_counter_flags();
	test_usage();
	test_ids();
	test_other_workers();
	test_joined_visits();
	wire_hello_free(&hello);
	return tap_done();
}
