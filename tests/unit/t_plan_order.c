/* SPDX-License-Identifier: Apache-2.0 */
/* What a check says of points, the ceilings beside them, and the order of visits. */
#include "config.h"

#include "harness/plan/plan.h"

#include "tests/unit/plan_worker.h"

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
	is_text(p.points[0].reason, "x.yaml:1: none.gguf: No such file or directory",
		"the first reason stays");
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

/* With cold caches nothing is read from them. */
static void test_cold(void)
{
	struct plan p;
	if (expand(&p, "{workload: gemm, m: 1, n: 1, k: 1}\n", NULL))
		bail("no plan");
	point_set(&p.points[0].point, KEY_CACHE, "cold");
	admit_all(&p, 1000000);
	plan_add_ceilings(&p, &hello);
	is_text(point_get(&p.points[p.points[0].ceiling_read].point, KEY_SIZE), "1073741824",
		"beside cold caches stands the memory");
	plan_free(&p);
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
	test_admit();
	test_ceilings();
	test_ceilings_there();
	test_sizes();
	test_cold();
	test_no_work();
	test_order();
	wire_hello_free(&hello);
	return tap_done();
}
