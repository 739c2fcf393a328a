/* SPDX-License-Identifier: Apache-2.0 */
/* From what is asked to ordered points, under a worker that is only a recorded answer. */
#include "config.h"

#include "harness/plan/plan.h"

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "tests/tap.h"

/* ---- a worker with 2 CPUs and the levels ref and avx2 ---- */

static const char hello_text[] =
	"{'protocol': 1, 'engine': 'cpu', 'version': '0', 'build': {},"
	" 'devices': [{'name': 'cpu', 'description': 'two cores', 'usable': true, 'why': '', 'n_cpus': 2,"
	"   'memory_bytes': 8000000000,"
	"   'isas': [{'name': 'ref', 'usable': true, 'why': ''}, {'name': 'avx2', 'usable': true, 'why': ''},"
	"     {'name': 'avx512', 'usable': false, 'why': 'not on this CPU'}],"
	"   'precisions': [{'name': 'f32', 'usable': true, 'why': ''}, {'name': 'f16', 'usable': true, "
	"'why': ''},"
	"     {'name': 'q8_0', 'usable': true, 'why': ''}],"
	"   'kvs': [{'name': 'f32', 'usable': true, 'why': ''}, {'name': 'f16', 'usable': true, 'why': ''}],"
	"   'providers': [{'name': 'own', 'usable': true, 'why': ''},"
	"     {'name': 'openblas', 'usable': true, 'why': ''}],"
	"   'affinities': [{'name': 'auto', 'usable': true, 'why': ''}, {'name': 'compact', 'usable': true, "
	"'why': ''},"
	"     {'name': 'node0', 'usable': true, 'why': ''},"
	"     {'name': 'node1', 'usable': false, 'why': 'it has no CPUs'}]},"
	"  {'name': 'cuda:0', 'description': '', 'usable': false, 'why': 'no driver', 'n_cpus': 0,"
	"   'memory_bytes': 0, 'isas': [], 'precisions': [], 'kvs': [], 'providers': []}],"
	" 'workloads': ["
	"  {'name': 'pp', 'ceiling': false, 'uses_model': true, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'model', 'precision', 'kv', 'sequences', 'blocking', 'provider', 'depth', "
	"'ubatch']},"
	"  {'name': 'tg', 'ceiling': false, 'uses_model': true, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'model', 'precision', 'kv', 'sequences', 'blocking', 'provider']},"
	"  {'name': 'gemm', 'ceiling': false, 'uses_model': false, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'm', 'n', 'k', 'precision', 'blocking', 'provider', 'affinity']},"
	"  {'name': 'read', 'ceiling': true, 'uses_model': false, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'size']},"
	"  {'name': 'fma', 'ceiling': true, 'uses_model': false, 'keys': ['engine', 'device', 'isa', "
	"'threads',"
	"    'workload', 'type']}],"
	" 'counters': [{'name': 'clock', 'usable': true, 'why': ''}],"
	" 'engines': [{'name': 'cpu', 'usable': true, 'why': ''}, {'name': 'null', 'usable': true, 'why': "
	"''}]}";

static struct wire_hello hello;

static void hello_make(void)
{
	char *text = mem_strdup(hello_text);
	json_t *o;
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	o = json_loads(text, 0, NULL);
	if (!o || wire_hello_from_json(o, &hello, NULL))
		bail("the worker's answer is malformed");
	json_decref(o);
	free(text);
}

static char name_default[] = "kjv", name_160m[] = "llama-160m";
static const struct plan_model models[] = {
	{.name = "default",
	 .answer = {.hash = "0123456789abcdef0123456789abcdef", .name = name_default, .file_type = "f16"}},
	{.name = "synthetic:llama-160m",
	 .answer = {.hash = "00000000000000000000000000000160", .name = name_160m, .file_type = "f32"}},
	{.name = "copy.gguf",
	 .answer = {.hash = "0123456789abcdef0123456789abcdef", .name = name_default, .file_type = "f16"}},
	{.name = "q4.gguf",
	 .answer = {.hash = "000000000000000000000000000000q4", .name = name_default, .file_type = "q4_k"}},
	{.name = "none.gguf", .error = "none.gguf: No such file or directory", .code = ERR_IO},
	{.name = "far.gguf", .error = "its library is absent", .code = ERR_UNAVAILABLE},
};
enum { N_MODELS = sizeof models / sizeof models[0] };

static int expand(struct plan *p, const char *yaml, struct diag *d)
{
	struct spec s;
	struct diag own = {0};
	if (spec_parse(&s, yaml, strlen(yaml), "x.yaml", &own)) {
		printf("# %s\n", own.text);
		bail("the spec is malformed");
	}
	int rc = plan_expand(p, &s, &hello, models, N_MODELS, d);
	spec_free(&s);
	return rc;
}

/* Canonical texts of a plan's points with state and reason, one a line, keys parted by spaces. */
static void list_points(const struct plan *p, struct strbuf *out)
{
	for (int i = 0; i < p->n_points; i++) {
		const struct plan_point *point = &p->points[i];
		size_t from = out->len;
		point_canonical(&point->point, NULL, out);
		for (size_t c = from; c < out->len; c++)
			out->text[c] = out->text[c] == '\n' ? ' ' : out->text[c];
		if (point->state != POINT_PLANNED)
			strbuf_printf(out, " -> %s: %s",
				      point->state == POINT_SKIPPED ? "skipped" : "unavailable",
				      point->reason);
		strbuf_putc(out, '\n');
	}
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

static void test_values(void)
{
	is_plan("{workload: tg32, model: default}\n",
		"model=default precision=f16 threads=2 workload=tg32\n");
	is_plan("{workload: tg32, model: default, precision: [file, f16, q8_0], threads: [1, 2, all]}\n",
		"model=default precision=f16 threads=1 workload=tg32\n"
		"model=default precision=f16 threads=2 workload=tg32\n"
		"model=default precision=q8_0 threads=1 workload=tg32\n"
		"model=default precision=q8_0 threads=2 workload=tg32\n");
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
		"node1: it has no CPUs\n");
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
		"workload=pq128 -> skipped: unknown workload \"pq\" (did you mean \"pp\"?)\n");
	is_plan("{workload: tg1 @ d8, model: default}\n",
		"model=default precision=f16 threads=2 workload=tg1 -> skipped: this worker's workload knows "
		"no "
		"depth\n");
	is_plan("{workload: gem, model: default}\n",
		"workload=gem -> skipped: unknown workload \"gem\" (did you mean \"gemm\"?)\n");
	is_plan("{workload: tg1, model: default, precision: [q8, zzzzz, f32]}\n",
		"model=default precision=q8 threads=2 workload=tg1 -> skipped: unknown precision \"q8\" (did "
		"you "
		"mean \"q8_0\"?)\n"
		"model=default precision=zzzzz threads=2 workload=tg1 -> skipped: unknown precision "
		"\"zzzzz\", known "
		"are f32, f16, q8_0\n"
		"model=default precision=f32 threads=2 workload=tg1\n");
	is_plan("{workload: tg1, model: default, isa: [avx2, avx512, avx51]}\n",
		"isa=avx2 model=default precision=f16 threads=2 workload=tg1\n"
		"isa=avx512 model=default precision=f16 threads=2 workload=tg1 -> unavailable: isa avx512: "
		"not on this "
		"CPU\n"
		"isa=avx51 model=default precision=f16 threads=2 workload=tg1 -> skipped: unknown isa "
		"\"avx51\" (did "
		"you mean \"avx512\"?)\n");
	is_plan("{workload: tg1, model: default, device: ['cuda:0', 'cuda:1']}\n",
		"device=cuda:0 model=default precision=f16 threads=1 workload=tg1 -> unavailable: device "
		"cuda:0: no "
		"driver\n"
		"device=cuda:1 model=default precision=f16 threads=all workload=tg1 -> skipped: unknown "
		"device "
		"\"cuda:1\" (did you mean \"cuda:0\"?)\n");
	is_plan("{workload: tg1, model: [none.gguf, far.gguf, other.gguf, q4.gguf]}\n",
		"model=none.gguf precision=file threads=2 workload=tg1 -> skipped: none.gguf: No such file "
		"or "
		"directory\n"
		"model=far.gguf precision=file threads=2 workload=tg1 -> unavailable: its library is absent\n"
		"model=other.gguf precision=file threads=2 workload=tg1 -> skipped: nothing is known of "
		"model "
		"\"other.gguf\"\n"
		"model=q4.gguf precision=q4_k threads=2 workload=tg1 -> skipped: the file is held in "
		"\"q4_k\", which is "
		"not computed in: expected one of f32, f16, q8_0\n");
	is_plan("{workload: gemm, m: 1, n: 1, k: 1, precision: file}\n",
		"k=1 m=1 n=1 precision=file threads=2 workload=gemm -> skipped: precision \"file\" is a "
		"model's, gemm "
		"has none\n");
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
	is_refused("kv: f32\nworkload: tg1\n",
		   "x.yaml:2: workload tg1 needs key \"model\": model file, or synthetic:NAME");
	is_refused("{workload: gemm, n: 1, k: 1}\n",
		   "x.yaml:1: workload gemm needs key \"m\": gemm: rows of A");
	is_refused("{workload: fma, type: f32, counters: [clok]}\n",
		   "x.yaml: counters: unknown source \"clok\", the worker has clock");
	is_refused("{workload: fma}\n",
		   "x.yaml:1: workload fma needs key \"type\": fma: element type, f32, bf16 or int8");
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

/* ---- checks and ceilings ---- */

static void admit_all(struct plan *p, int64_t working_set)
{
	for (int i = 0; i < p->n_points; i++) {
		struct wire_check fits = {.fits = true, .working_set = working_set};
		plan_admit(p, i, &fits);
	}
}

static void test_admit(void)
{
	struct plan p;
	char why[] = "a block of 7 is none";
	const struct wire_check fits = {.fits = true, .total = 5},
				oom = {.code = ERR_OOM,
				       .why = why,
				       .total = 13600000000,
				       .limit = 12000000000},
				small = {.code = ERR_OOM, .total = 999999, .limit = 500},
				unsupported = {.code = ERR_UNSUPPORTED, .why = why},
				unavailable = {.code = ERR_UNAVAILABLE, .why = why}, mute = {0};
	const struct {
		const struct wire_check *check;
		enum point_state state;
		const char *reason;
	} rows[] = {
		{&fits, POINT_PLANNED, ""},
		{&oom, POINT_SKIPPED, "needs 13.6 GB, limit 12.0 GB"},
		{&small, POINT_SKIPPED, "needs 1.0 MB, limit 0.5 kB"},
		{&unsupported, POINT_SKIPPED, "a block of 7 is none"},
		{&unavailable, POINT_UNAVAILABLE, "a block of 7 is none"},
		{&mute, POINT_SKIPPED, "the worker refused it without a reason"},
	};
	if (expand(&p, "{workload: gemm, m: 1-6, n: 1, k: 1}\n", NULL))
		bail("no plan");
	for (int i = 0; i < 6; i++) {
		plan_admit(&p, i, rows[i].check);
		is_int(p.points[i].state, rows[i].state, "state");
		is_text(p.points[i].reason, rows[i].reason, "reason");
	}
	ok(p.points[1].checked && p.points[1].check.total == 13600000000, "the answer is kept");
	ok(p.points[1].check.why != why, "as a copy");
	plan_admit(&p, 1, &p.points[1].check);
	is_text(p.points[1].check.why, why, "a second time");
	plan_free(&p);
	if (expand(&p, "{workload: tg1, model: none.gguf}\n", NULL))
		bail("no plan");
	plan_admit(&p, 0, &unavailable);
	is_text(p.points[0].reason, "none.gguf: No such file or directory", "the first reason stays");
	plan_free(&p);
}

static void test_ceilings(void)
{
	struct plan p;
	struct strbuf text = {0};
	if (expand(&p,
		   "sweeps:\n  - {workload: tg1, model: default, precision: [f32, f16, q8_0], threads: [1, "
		   "2]}\n"
		   "  - {workload: read, size: 1048576, threads: 2}\n  - {workload: tg1, model: none.gguf}\n"
		   "  - {workload: tg1, model: default, isa: avx2, precision: f32, engine: 'null'}\n",
		   NULL))
		bail("no plan");
	admit_all(&p, 1000000);
	plan_add_ceilings(&p, &hello);
	is_int(p.n_points, 9 + 7, "ceilings");
	p.points += 9, p.n_points -= 9;
	list_points(&p, &text);
	p.points -= 9, p.n_points += 9;
	is_text(strbuf_text(&text),
		"size=1048576 threads=1 workload=read\nthreads=1 type=f32 workload=fma\n"
		"threads=2 type=f32 workload=fma\n"
		"threads=1 type=int8 workload=fma\nthreads=2 type=int8 workload=fma\n"
		"engine=null isa=avx2 size=1048576 threads=2 workload=read\n"
		"engine=null isa=avx2 threads=2 type=f32 workload=fma\n",
		"each once, beside its points");
	strbuf_free(&text);
	is_int(p.points[0].ceiling_read, 9, "one thread");
	is_int(p.points[0].ceiling_fma, 10, "multiplies in f32");
	is_int(p.points[1].ceiling_read, 6, "a read that was asked for serves as well");
	is_int(p.points[6].role, ROLE_MEASURE, "and stays what it was");
	is_int(p.points[6].ceiling_read, -1, "without ceilings of its own");
	is_int(p.points[5].ceiling_fma, 13, "q8_0 multiplies in int8");
	is_int(p.points[7].ceiling_fma, -1, "a skipped point has none");
	is_int(p.points[9].role, ROLE_CEILING, "a ceiling is one");
	is_int(p.points[9].state, POINT_PLANNED, "and planned");
	plan_add_ceilings(&p, &hello);
	is_int(p.n_points, 9 + 7, "a second time adds nothing");
	plan_free(&p);
}

static void test_sizes(void)
{
	static const struct {
		int64_t working_set;
		const char *size;
	} rows[] = {
		{1, "32768"},
		{32768, "32768"},
		{46340, "32768"},
		{46341, "65536"},
		{1000000, "1048576"},
		{1536000, "2097152"},
		{INT64_C(1) << 30, "1073741824"},
		{INT64_MAX, "1073741824"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct plan p;
		if (expand(&p, "{workload: gemm, m: 1, n: 1, k: 1}\n", NULL))
			bail("no plan");
		admit_all(&p, rows[i].working_set);
		plan_add_ceilings(&p, &hello);
		is_text(point_get(&p.points[p.points[0].ceiling_read].point, KEY_SIZE), rows[i].size,
			"the nearest power of two");
		plan_free(&p);
	}
}

static void test_no_work(void)
{
	struct plan p;
	if (expand(&p, "{workload: gemm, m: 1, n: 1, k: 1}\n", NULL))
		bail("no plan");
	plan_add_ceilings(&p, &hello);
	is_int(p.points[0].ceiling_read, -1, "no working set, no read");
	is_int(p.points[0].ceiling_fma, 1, "but fma");
	plan_free(&p);
}

/* ---- order ---- */

static bool same_order(const struct plan *a, const struct plan *b, int from, int n)
{
	for (int i = from; i < from + n; i++)
		if (a->visits[i].point != b->visits[i].point)
			return false;
	return true;
}

/* Visits [from, from + n) are of that round and kind and of each point once. */
static void is_block(const struct plan *p, int from, int n, int round, enum visit_kind kind)
{
	char seen[64] = "";
	bool good = true;
	for (int i = from; i < from + n && good; i++) {
		const struct plan_visit *v = &p->visits[i];
		good = v->round == round && v->kind == kind && v->point >= 0 && v->point < 64 &&
		       !seen[v->point]++ && p->points[v->point].state == POINT_PLANNED;
	}
	ok(good, "round %d holds each planned point once", round);
}

static void test_order(void)
{
	static const char yaml[] =
		"sweeps:\n  - {workload: gemm, m: 1-20, n: 1, k: 1}\n  - {workload: tg1, model: none.gguf}\n";
	struct plan p, q;
	if (expand(&p, yaml, NULL) || expand(&q, yaml, NULL))
		bail("no plan");
	admit_all(&p, 1 << 20);
	admit_all(&q, 1 << 20);
	plan_add_ceilings(&p, &hello);
	plan_add_ceilings(&q, &hello);
	plan_order(&p, 1, 6, true);
	is_int(p.n_visits, 6 * 22 + 20, "22 points in six rounds, 20 with counters");
	for (int round = 1; round <= 6; round++)
		is_block(&p, (round - 1) * 22, 22, round, VISIT_TIMING);
	is_block(&p, 6 * 22, 20, 7, VISIT_COUNTER);
	plan_order(&q, 1, 6, 3);
	is_int(q.n_visits, 6 * 22 + 3 * 20, "three passes of counters");
	int pass[20][3] = {{0}}, n_bad = 0, n_turns = 0;
	for (int i = 6 * 22; i < q.n_visits; i++) {
		const struct plan_visit *v = &q.visits[i];
		n_bad += v->kind != VISIT_COUNTER || v->round != 7 + v->pass || v->point >= 20 || v->pass > 2;
		n_bad += pass[v->point % 20][v->pass % 3]++ > 0;
		n_turns += v->pass != q.visits[i - 1].pass;
	}
	ok(n_bad == 0 && n_turns > 3, "each once, in rounds of their own, interleaved");
	plan_order(&q, 1, 6, true);
	ok(q.n_visits == p.n_visits && same_order(&p, &q, 0, p.n_visits), "the same seed, the same order");
	plan_order(&q, 2, 6, false);
	is_int(q.n_visits, 6 * 22, "without counters");
	ok(!same_order(&p, &q, 0, 22), "another seed, another order");
	bool alike = true;
	for (int i = 0; i < 22; i++)
		alike = alike && p.visits[i].point == p.visits[22 + i].point;
	ok(!alike, "another round, another order");
	plan_order(&q, INT64_MIN, 0, false);
	is_int(q.n_visits, 0, "no rounds");
	plan_free(&p);
	plan_free(&q);
	plan_order(&p, 1, 6, true);
	is_int(p.n_visits, 0, "nothing to visit");
	plan_free(&p);
}

/* ---- the shipped sweeps ---- */

/* What a step of the demo's points reads, roughly. */
static int64_t demo_working_set(const struct point *p)
{
	const char *precision = point_get(p, KEY_PRECISION);
	int64_t elements = strcmp(point_get(p, KEY_WORKLOAD), "gemm") == 0   ? 512 * 512
			   : strcmp(point_get(p, KEY_MODEL), "default") == 0 ? 3700000
									     : 160000000;
	return elements * (strcmp(precision, "f32") == 0 ? 4 : strcmp(precision, "f16") == 0 ? 2 : 1);
}

static void list_demo(struct plan *p, struct strbuf *out)
{
	char label[200];
	for (int i = 0; i < p->n_points; i++) {
		const struct plan_point *point = &p->points[i];
		strbuf_printf(out, "%3d %s %s", i, point->id,
			      point_label(&point->point, label, sizeof label));
		if (point->role == ROLE_CEILING)
			strbuf_puts(out, " (ceiling)");
		else
			strbuf_printf(out, " | %d %d", point->ceiling_read, point->ceiling_fma);
		strbuf_putc(out, '\n');
	}
	strbuf_puts(out, "round 1:");
	for (int i = 0; i < p->n_visits && p->visits[i].round == 1; i++)
		strbuf_printf(out, " %d", p->visits[i].point);
	strbuf_printf(out, "\n%d visits\n", p->n_visits);
}

/* The plan of a shipped sweep against tests/golden/plan/NAME.txt. */
static void is_golden(const char *name)
{
	const char *top = getenv("top_srcdir");
	char *path = mem_printf("%s/tests/golden/plan/%s.txt", top ? top : ".", name);
	struct spec s;
	struct plan p;
	struct strbuf got = {0}, want = {0};
	int c;
	if (spec_load_named(&s, name, NULL) || plan_expand(&p, &s, &hello, models, N_MODELS, NULL))
		bail("no plan of the sweep");
	for (int i = 0; i < p.n_points; i++) {
		struct wire_check fits = {.fits = true, .working_set = demo_working_set(&p.points[i].point)};
		plan_admit(&p, i, &fits);
	}
	plan_add_ceilings(&p, &hello);
	plan_order(&p, s.seed, s.rounds, true);
	list_demo(&p, &got);
	FILE *f = fopen(path, getenv("IFM_GOLDEN_UPDATE") ? "w+" : "r");
	if (!f)
		bail("no golden text: set top_srcdir");
	if (getenv("IFM_GOLDEN_UPDATE"))
		fputs(strbuf_text(&got), f);
	rewind(f);
	while ((c = getc(f)) != EOF)
		strbuf_putc(&want, (char)c);
	fclose(f);
	is_text(strbuf_text(&got), strbuf_text(&want), path);
	strbuf_free(&got);
	strbuf_free(&want);
	free(path);
	plan_free(&p);
	spec_free(&s);
}

/* At least 24 points, and each of the four axes with at least two values. */
static void test_demo(void)
{
	static const enum point_key keys[] = {KEY_SEQUENCES, KEY_PRECISION, KEY_BLOCKING, KEY_THREADS};
	struct spec s;
	struct plan p;
	if (spec_load_named(&s, "demo", NULL) || plan_expand(&p, &s, &hello, models, N_MODELS, NULL))
		bail("no plan of the demo");
	int planned = 0;
	for (int i = 0; i < p.n_points; i++)
		planned += p.points[i].state == POINT_PLANNED;
	is_int(planned, p.n_points, "the demo's points can all run");
	ok(planned >= 24, "at least 24 points");
	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
		bool differs = false;
		for (int i = 1; i < p.n_points; i++)
			differs = differs || strcmp(point_get(&p.points[i].point, keys[k]),
						    point_get(&p.points[0].point, keys[k])) != 0;
		ok(differs, "%s varies", point_key_name(keys[k]));
	}
	plan_free(&p);
	spec_free(&s);
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

static void heed_affinity(const char *workload, bool heeds)
{
	for (int i = 0; i < hello.n_workloads; i++)
		if (strcmp(hello.workloads[i].name, workload) == 0)
			hello.workloads[i].key[KEY_AFFINITY] = heeds;
}

/* Ceilings stand on the CPUs of their points. */
static void test_ceilings_there(void)
{
	struct plan p;
	struct strbuf text = {0};
	heed_affinity("tg", true);
	heed_affinity("read", true);
	heed_affinity("fma", true);
	if (expand(&p,
		   "{workload: tg1, model: default, precision: f32, threads: 2, affinity: [compact, "
		   "scatter]}\n",
		   NULL))
		bail("no plan");
	admit_all(&p, 1000000);
	plan_add_ceilings(&p, &hello);
	is_int(p.n_points, 2 + 4, "two ceilings for each place");
	p.points += 2, p.n_points -= 2;
	list_points(&p, &text);
	p.points -= 2, p.n_points += 2;
	is_text(strbuf_text(&text),
		"affinity=compact size=1048576 threads=2 workload=read\n"
		"affinity=compact threads=2 type=f32 workload=fma\n"
		"affinity=scatter size=1048576 threads=2 workload=read\n"
		"affinity=scatter threads=2 type=f32 workload=fma\n",
		"where the points are");
	strbuf_free(&text);
	plan_free(&p);
	heed_affinity("tg", false);
	heed_affinity("read", false);
	heed_affinity("fma", false);
}

int main(void)
{
	unsetenv("INFEROMETER_DATA");
	hello_make();
	test_values();
	test_affinity();
	test_merge();
	test_refused();
	test_usage();
	test_ids();
	test_admit();
	test_ceilings();
	test_ceilings_there();
	test_sizes();
	test_no_work();
	test_order();
	test_demo();
	is_golden("demo");
	is_golden("quick");
	test_other_workers();
	wire_hello_free(&hello);
	return tap_done();
}
