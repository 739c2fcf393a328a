/* SPDX-License-Identifier: Apache-2.0 */
/* Plans over the devices of several engines: CPU and GPU as values of one axis. */
#include "config.h"

#include "harness/plan/plan.h"

#include "tests/unit/plan_worker.h"

static void choice_lists(struct wire_choices *c, const char *const *names, bool usable, const char *why)
{
	free(c->item);
	*c = (struct wire_choices){0};
	for (; *names; names++)
		wire_choice_add(c, *names, usable, why);
}

/* The worker says whose its devices are. */
static void hello_of_engines(bool gpu_is_usable)
{
	static const char *const precisions[] = {"f32", "f16", "bf16", "q8_0", "tf32", NULL},
				 *const kvs[] = {"f16", NULL}, *const isas[] = {"sm_90", NULL},
				 *const affinities[] = {"auto", NULL},
				 *const providers[] = {"own", "cublaslt", NULL},
				 *const gpus[] = {"cuda", NULL}, *const cpus[] = {"cpu", "null", NULL};
	const char *why = "no NVIDIA driver: libcuda.so.1 is not there";
	struct wire_device *cpu = &hello.devices[0], *gpu = &hello.devices[1];
	choice_lists(&cpu->engines, cpus, true, "");
	choice_lists(&gpu->engines, gpus, gpu_is_usable, why);
	choice_lists(&hello.engines, cpus, true, "");
	wire_choice_add(&hello.engines, "cuda", gpu_is_usable, why);
	gpu->usable = gpu_is_usable;
	gpu->n_cpus = gpu_is_usable;
	snprintf(gpu->why, sizeof gpu->why, "%s", gpu_is_usable ? "" : why);
	if (!gpu_is_usable)
		return;
	choice_lists(&gpu->precisions, precisions, true, "");
	choice_lists(&gpu->kvs, kvs, true, "");
	choice_lists(&gpu->isas, isas, true, "");
	choice_lists(&gpu->affinities, affinities, true, "");
	choice_lists(&gpu->providers, providers, true, "");
}

static void hello_again(bool gpu_is_usable)
{
	wire_hello_free(&hello);
	hello_make();
	hello_of_engines(gpu_is_usable);
}

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

#define GEMM	"workload: gemm, m: 8, n: 8, k: 8"
#define CPU	"k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
#define NOTHING "engine=null k=8 m=8 n=8 precision=f32 threads=2 workload=gemm\n"
#define GPU	"device=cuda:0 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n"

/* The same spec on what there is. */
static void test_devices(void)
{
	is_plan("{" GEMM "}\n", CPU);
	is_plan("{" GEMM ", device: 'cuda:0'}\n", GPU);
	is_plan("{" GEMM ", device: [cpu, 'cuda:0']}\n", CPU GPU);
	is_plan("{" GEMM ", device: ['cuda:0', all]}\n", GPU CPU);
	is_plan("{" GEMM ", device: all}\n", CPU GPU);
	is_plan("{" GEMM ", engine: cuda}\n", GPU);
	is_plan("{" GEMM ", engine: 'null'}\n", NOTHING);
	is_plan("{" GEMM ", engine: [cuda, 'null']}\n", GPU NOTHING);
	is_plan("{" GEMM ", engine: all}\n", CPU NOTHING GPU);
	is_plan("{" GEMM ", engine: all, device: all}\n", CPU NOTHING GPU);
	is_plan("{" GEMM ", engine: all, device: 'cuda:0'}\n", GPU);
	is_plan("{" GEMM ", engine: cuda, device: all}\n", GPU);
	is_plan("{" GEMM ", engine: [cpu, cuda], device: all}\n", CPU GPU);
	is_plan("{" GEMM ", device: all, exclude: [{device: 'cuda:0'}]}\n", CPU);
	is_plan("{" GEMM ", device: all, exclude: [{engine: cuda}]}\n", CPU);
}

/* What was named and does not go together is a row. */
static void test_pairs(void)
{
	is_plan("{" GEMM ", engine: cpu, device: 'cuda:0'}\n",
		"device=cuda:0 k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> skipped: x.yaml:1: "
		"engine cpu has no "
		"device cuda:0; it is engine cuda's\n");
	is_plan("{" GEMM ", engine: cuda, device: cpu}\n",
		"engine=cuda k=8 m=8 n=8 precision=f32 threads=2 workload=gemm -> skipped: x.yaml:1: engine "
		"cuda has no "
		"device cpu; it is engine cpu's\n");
	is_plan("{" GEMM ", engine: ['null', steam], device: 'cuda:0'}\n",
		"device=cuda:0 engine=null k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> skipped: "
		"x.yaml:1: engine "
		"null has no device cuda:0; it is engine cuda's\n"
		"device=cuda:0 engine=steam k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> skipped: "
		"x.yaml:1: "
		"unknown engine \"steam\", known are cpu, null, cuda\n");
	is_plan("{" GEMM ", device: ['cuda:1', gpu0]}\n",
		"device=cuda:1 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> unavailable: "
		"device cuda:1: "
		"no such device here; engine cuda has cuda:0\n"
		"device=gpu0 k=8 m=8 n=8 precision=f32 threads=all workload=gemm -> skipped: x.yaml:1: "
		"unknown device "
		"\"gpu0\" (did you mean \"cpu\"?)\n");
}

/* What a device cannot be asked for is left out or refused, what it can be is its own. */
static void test_choices(void)
{
	is_plan("{" GEMM ", device: [cpu, 'cuda:0'], isa: [ref, auto], threads: 1}\n",
		"isa=ref k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n"
		"k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n"
		"device=cuda:0 engine=cuda isa=ref k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> "
		"skipped: x.yaml:1: "
		"device cuda:0 has no isa ref, known are sm_90\n"
		"device=cuda:0 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n");
	is_plan("{" GEMM ", device: 'cuda:0', isa: [all, sm9], provider: [openblas, all], precision: tf32}\n",
		"device=cuda:0 engine=cuda isa=sm_90 k=8 m=8 n=8 precision=tf32 provider=openblas threads=1 "
		"workload=gemm -> "
		"skipped: x.yaml:1: device cuda:0 has no provider openblas, known are own, cublaslt\n"
		"device=cuda:0 engine=cuda isa=sm_90 k=8 m=8 n=8 precision=tf32 threads=1 workload=gemm\n"
		"device=cuda:0 engine=cuda isa=sm_90 k=8 m=8 n=8 precision=tf32 provider=cublaslt threads=1 "
		"workload=gemm\n"
		"device=cuda:0 engine=cuda isa=sm9 k=8 m=8 n=8 precision=tf32 provider=openblas threads=1 "
		"workload=gemm -> "
		"skipped: x.yaml:1: unknown isa \"sm9\" (did you mean \"sm_90\"?)\n"
		"device=cuda:0 engine=cuda isa=sm9 k=8 m=8 n=8 precision=tf32 threads=1 workload=gemm -> "
		"skipped: x.yaml:1: "
		"unknown isa \"sm9\" (did you mean \"sm_90\"?)\n"
		"device=cuda:0 engine=cuda isa=sm9 k=8 m=8 n=8 precision=tf32 provider=cublaslt threads=1 "
		"workload=gemm -> "
		"skipped: x.yaml:1: unknown isa \"sm9\" (did you mean \"sm_90\"?)\n");
	is_plan("{workload: tg1, model: default, device: all, precision: [file, bf16], kv: all}\n",
		"kv=f32 model=default precision=f16 threads=2 workload=tg1\n"
		"model=default precision=f16 threads=2 workload=tg1\n"
		"kv=f32 model=default precision=bf16 threads=2 workload=tg1 -> skipped: x.yaml:1: device cpu "
		"has no "
		"precision bf16, known are f32, f16, q8_0\n"
		"model=default precision=bf16 threads=2 workload=tg1 -> skipped: x.yaml:1: device cpu has no "
		"precision bf16, "
		"known are f32, f16, q8_0\n"
		"device=cuda:0 engine=cuda model=default precision=f16 threads=1 workload=tg1\n"
		"device=cuda:0 engine=cuda model=default precision=bf16 threads=1 workload=tg1\n");
}

static void test_threads(void)
{
	is_plan("{" GEMM ", device: [cpu, 'cuda:0'], threads: [2, 4, all, 1-all*2]}\n",
		CPU "k=8 m=8 n=8 precision=f32 threads=4 workload=gemm\n"
		    "k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n"
		    "device=cuda:0 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n");
}

static void test_no_choices(void)
{
	static const char *const none[] = {NULL};
	choice_lists(&hello.devices[1].isas, none, true, "");
	is_plan("{" GEMM ", device: 'cuda:0', isa: [all, avx2]}\n",
		GPU "device=cuda:0 engine=cuda isa=avx2 k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> "
		    "skipped: "
		    "x.yaml:1: device cuda:0 has no isa avx2\n");
}

static void test_affinity(void)
{
	is_plan("{" GEMM ", device: 'cuda:0', affinity: [all, auto, compact, 0-1]}\n",
		"device=cuda:0 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n"
		"affinity=compact device=cuda:0 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 "
		"workload=gemm -> skipped: "
		"x.yaml:1: device cuda:0 has no affinity compact, known are auto\n"
		"affinity=0-1 device=cuda:0 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 workload=gemm\n");
}

/* Named and absent: a row that says why. */
static void test_absent(void)
{
	static const char why[] = "device cuda:0: no NVIDIA driver: libcuda.so.1 is not there";
	struct plan p;
	hello_again(false);
	is_plan("{" GEMM ", device: all}\n", CPU);
	is_plan("{" GEMM ", engine: all}\n", CPU NOTHING);
	is_plan("{" GEMM ", engine: cuda, device: all}\n",
		"device=cuda:0 engine=cuda k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> unavailable: "
		"no device is "
		"usable here; cuda:0: no NVIDIA driver: libcuda.so.1 is not there\n");
	is_plan("{" GEMM ", device: 'cuda:3'}\n", "device=cuda:3 engine=cuda k=8 m=8 n=8 precision=f32 "
						  "threads=1 workload=gemm -> unavailable: device cuda:3: "
						  "no NVIDIA driver: libcuda.so.1 is not there\n");
	static const char *const yaml[] = {"{" GEMM ", device: 'cuda:0'}\n", "{" GEMM ", engine: cuda}\n",
					   "{" GEMM ", device: 'cuda:0', engine: cuda}\n",
					   "{" GEMM ", device: 'cuda:0', engine: all}\n"};
	for (int i = 0; i < 4; i++) {
		if (expand(&p, yaml[i], NULL) || p.n_points != 1)
			bail("one point was expected");
		is_int(p.points[0].state, POINT_UNAVAILABLE, yaml[i]);
		has_text(p.points[0].reason, why, "says why");
		is_text(point_get(&p.points[0].point, KEY_ENGINE), "cuda",
			"and has the engine that it would have");
		plan_free(&p);
	}
}

/* A point has the same id where its device is usable, absent or there under another number. */
static void test_ids(void)
{
	static const char yaml[] = "{" GEMM ", device: 'cuda:0'}\n";
	struct plan here, away;
	hello_again(true);
	if (expand(&here, yaml, NULL))
		bail("no plan");
	hello_again(false);
	if (expand(&away, yaml, NULL))
		bail("no plan");
	is_text(away.points[0].id, here.points[0].id, "an id names no machine");
	plan_free(&here);
	plan_free(&away);
}

/* Beside a worker with an engine of its own, each keeps to its share. */
static void test_shares(void)
{
	static const char yaml[] = "{" GEMM ", engine: [cpu, steam, cuda], device: [cpu, 'cuda:0']}\n";
	struct wire_choice steam[] = {{.name = "steam", .usable = true}};
	const struct wire_hello other = {.engine = "steam", .engines = {steam, 1}}, *const others[] = {
											    &other};
	const struct plan_share share = {.others = others, .n_others = 1};
	struct strbuf got = {0};
	struct spec s;
	struct plan p;
	hello_again(true);
	if (spec_parse(&s, yaml, strlen(yaml), "x.yaml", NULL) ||
	    plan_expand_share(&p, &s, &hello, models, N_MODELS, &share, NULL))
		bail("no plan");
	list_points(&p, &got);
	is_text(strbuf_text(&got),
		CPU "engine=cuda k=8 m=8 n=8 precision=f32 threads=2 workload=gemm -> skipped: x.yaml:1: "
		    "engine cuda has no "
		    "device cpu; it is engine cpu's\n"
		    "device=cuda:0 k=8 m=8 n=8 precision=f32 threads=1 workload=gemm -> skipped: x.yaml:1: "
		    "engine cpu has no "
		    "device cuda:0; it is engine cuda's\n" GPU,
		"none of the other's");
	strbuf_free(&got);
	plan_free(&p);
	spec_free(&s);
}

/* Each point's ceilings are of its own device, in the type that is multiplied there. */
static void test_ceilings(void)
{
	static const char yaml[] =
		"{workload: gemm, m: 1, n: 1, k: 1, threads: 1, device: [cpu, 'cuda:0'], precision: [f16, "
		"q8_0, tf32]}\n";
	struct strbuf got = {0};
	struct plan p;
	const struct wire_check check = {.fits = true, .working_set = 1 << 20};
	hello_again(true);
	if (expand(&p, yaml, NULL))
		bail("no plan");
	for (int i = 0; i < p.n_points; i++)
		if (p.points[i].state == POINT_PLANNED)
			plan_admit(&p, i, &check);
	int n = p.n_points;
	plan_add_ceilings(&p, &hello);
	list_points(&p, &got);
	has_text(strbuf_text(&got),
		 "size=1048576 threads=1 workload=read\nthreads=1 type=f32 workload=fma\nthreads=1 type=int8 "
		 "workload=fma\n"
		 "device=cuda:0 engine=cuda size=1048576 threads=1 workload=read\n"
		 "device=cuda:0 engine=cuda threads=1 type=f16 workload=fma\n"
		 "device=cuda:0 engine=cuda threads=1 type=tf32 workload=fma\n",
		 "the ceilings");
	is_int(p.n_points - n, 6, "and no more");
	strbuf_free(&got);
	plan_free(&p);
}

int main(void)
{
	unsetenv("INFEROMETER_DATA");
	hello_make();
	hello_of_engines(true);
	test_devices();
	test_pairs();
	test_choices();
	test_threads();
	test_no_choices();
	test_affinity();
	test_absent();
	test_ids();
	test_shares();
	test_ceilings();
	wire_hello_free(&hello);
	return tap_done();
}
