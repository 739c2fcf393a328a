/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counter source "papi" where a PMU counts: in the guest of pmu-guest.sh, run by pmu.test.
 *   pmu counts RATIO   instructions and cycles move, RATIO cycles an instruction; nothing else does
 *   pmu off TEXT       no event counts, and the reasons hold TEXT
 */
#include "config.h"

#include "tests/tap.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/hooks.h"
#include "engines/base/pool.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/loops.h"
#include "harness/measure/counter/papi_plan.h"

enum { KERNEL = 10000000 }; /* instructions of the loop "instructions" */

static const struct counter_ops *papi;

struct counted {
	int64_t instructions, cycles;
};

/* What one window counts around n runs of the kernel. */
static struct counted count(struct counter *c, int n)
{
	struct counted out = {-1, -1};
	struct readings r = {0};
	struct diag d = {0};
	is_int(papi->start(c, &d), 0, "starts");
	for (int i = 0; i < n; i++)
		loop_run(loop_find("instructions"));
	is_int(papi->stop(c, &r, &d), 0, "stops");
	for (int k = 0; k < r.n; k++) {
		if (r.item[k].thread != -1 || !r.item[k].usable)
			continue;
		if (strcmp(r.item[k].counter, "instructions") == 0)
			out.instructions = r.item[k].value;
		if (strcmp(r.item[k].counter, "cycles") == 0)
			out.cycles = r.item[k].value;
	}
	free(r.item);
	printf("# %d kernels: %lld instructions, %lld cycles\n", n, (long long)out.instructions,
	       (long long)out.cycles);
	return out;
}

/* Two windows differ by a kernel and its call; the reading is in both. Where a cycle is not an instruction, interrupts
 * of the guest fall into them, too. */
static void test_exact(double ratio)
{
	const struct counter_config config = {.group = "base", .device = "cpu"};
	const double slack = ratio > 1 ? KERNEL * 0.004 : 100;
	struct counter *c = NULL;
	struct diag d = {0};
	is_int(papi->open(&c, &config, &d), 0, "papi:base opens");
	count(c, 1);
	for (int i = 0; i < 3; i++) {
		struct counted one = count(c, 1), two = count(c, 2);
		double instructions = (double)(two.instructions - one.instructions);
		double cycles = (double)(two.cycles - one.cycles);
		is_near(instructions, KERNEL, slack, "instructions of the kernel");
		is_near(cycles, KERNEL * ratio, slack * ratio, "and its cycles");
	}
	papi->close(c);
}

/* Presets that start without an error and stay at 0 are no counts of 0. */
static void test_stuck(void)
{
	struct papi_plan *p = NULL;
	struct diag d = {0};
	is_int(papi_plan_make(&p, "cache", &d), 0, "papi:cache is looked at");
	for (int i = 0; i < p->group->n_anchors; i++)
		ok(p->event[i].event && p->event[i].pass == 0, "%s counts", p->group->event[i].name);
	for (int i = p->group->n_anchors; i < p->group->n_events; i++)
		ok(!p->event[i].event && p->event[i].pass == -1, "%s: %s", p->group->event[i].name,
		   p->event[i].why);
	has_text(p->event[2].why, "PAPI_L1_DCM: it starts, but never moved on a loop that must move it",
		 "L1 misses");
	is_int(p->n_passes, 0, "there is nothing to visit for");
	papi_plan_free(p);
}

/* Nine events beside the anchors; the processor has six counters and one for cycles. */
static void test_passes(void)
{
	struct papi_plan *p = NULL;
	struct diag d = {0};
	int number[GROUP_EVENTS_MAX], n[2], seen = 0;
	const char *event[GROUP_EVENTS_MAX];
	if (papi_plan_make(&p, "nine", &d))
		bail(d.text);
	for (int i = 0; i < p->group->n_events; i++)
		printf("# %s: pass %d %s\n", p->group->event[i].name, p->event[i].pass, p->event[i].why);
	is_int(p->group->n_events, 2 + 9, "nine events");
	is_int(p->n_passes, 2, "in two passes");
	for (int pass = 0; pass < 2; pass++) {
		n[pass] = papi_plan_pass(p, pass, number, event);
		ok(number[0] == 0 && number[1] == 1, "anchors are in each");
		for (int i = 2; i < n[pass]; i++)
			seen |= 1 << number[i];
	}
	is_int(n[0] + n[1], 2 * 2 + 9, "each event once");
	is_int(seen, 0x7fc, "all of them");
	ok(p->read_ns > 0 && p->start_ns > p->read_ns / 100, "reading costs %lld ns, starting %lld ns",
	   (long long)p->read_ns, (long long)p->start_ns);
	papi_plan_free(p);
}

static void born(void *arg, int thread, int n_threads)
{
	(void)n_threads;
	papi->born(arg, thread);
}

static void gone(void *arg, int thread)
{
	papi->gone(arg, thread);
}

static void work(void *arg, int thread, int n_threads)
{
	(void)arg;
	(void)n_threads;
	for (int i = 0; i <= thread; i++)
		loop_run(loop_find("instructions"));
}

/* Thread 0 runs the kernel once, thread 1 twice. */
static void test_threads(void)
{
	const struct counter_config config = {.group = "base", .device = "cpu"};
	const struct pool_config two = {.n_threads = 2, .passive = true};
	struct counter *c = NULL;
	struct pool *p = NULL;
	struct readings r = {0};
	struct diag d = {0};
	is_int(papi->open(&c, &config, &d), 0, "papi:base opens");
	const struct thread_hooks hooks = {c, born, gone};
	hooks_set(&hooks);
	if (pool_open(&p, &two, &d))
		bail(d.text);
	pool_run(p, work, NULL);
	is_int(papi->start(c, &d), 0, "starts");
	pool_run(p, work, NULL);
	is_int(papi->stop(c, &r, &d), 0, "stops");
	for (int k = 0; k < r.n; k++)
		if (strcmp(r.item[k].counter, "instructions") == 0) {
			int64_t kernels = r.item[k].thread == -1 ? 3 : r.item[k].thread + 1;
			printf("# thread %d: %lld %s\n", r.item[k].thread, (long long)r.item[k].value,
			       r.item[k].why);
			is_near((double)r.item[k].value, (double)(kernels * KERNEL), KERNEL * 0.01,
				"instructions of a thread");
		}
	papi->close(c);
	hooks_set(NULL);
	pool_close(p);
	free(r.item);
}

static void test_off(const char *text)
{
	struct papi_plan *p = NULL;
	struct diag d = {0};
	if (papi_plan_make(&p, "base", &d))
		bail(d.text);
	is_int(p->n_passes, 0, "nothing counts");
	for (int i = 0; i < p->group->n_events; i++)
		has_text(p->event[i].why, text, p->group->event[i].name);
	papi_plan_free(p);
}

int main(int argc, char **argv)
{
	const char *group;
	char why[WIRE_WHY] = "";
	papi = counter_find("papi:base", &group, NULL);
	if (argc != 3 || !papi)
		bail("usage: pmu counts RATIO | off TEXT");
	if (!papi->probe(why, sizeof why))
		bail(why);
	if (strcmp(argv[1], "off") == 0) {
		test_off(argv[2]);
		return tap_done();
	}
	test_exact(strtod(argv[2], NULL));
	if (strcmp(argv[2], "1") == 0) {
		test_stuck();
		test_passes();
		test_threads();
	}
	return tap_done();
}
