/* SPDX-License-Identifier: Apache-2.0 */
/* harness/measure/inject.h: the texts it takes, and that a step is prolonged by its part. */
#include "config.h"

#include "harness/measure/inject.h"

#include "engines/base/clock.h"
#include "tests/tap.h"

/* ---- texts ---- */

static const struct {
	const char *text, *why; /* why: NULL when it is taken */
	double percent;
} texts[] = {
	{"", NULL, 0},
	{"how:time+of:step+percent:5", NULL, 5},
	{"percent:0.25+of:step+how:time", NULL, 0.25},
	{"how:time+of:step+percent:1.37", NULL, 1.37},
	{"how:time+of:step+percent:.7", NULL, 0.7},
	{"how:time+of:step+percent:1000", NULL, 1000},
	{"how:time+of:step", "inject: percent is missing", 0},
	{"percent:5", "inject: how is missing", 0},
	{"how:time+of:step+percent:0", "expected a number above 0, at most 1000", 0},
	{"how:time+of:step+percent:1000.1", "expected a number above 0, at most 1000", 0},
	{"how:time+of:step+percent:-5", "expected a number above 0, at most 1000", 0},
	{"how:time+of:step+percent:", "percent \"\"", 0},
	{"how:time+of:step+percent:inf", "percent \"inf\"", 0},
	{"how:time+of:step+percent:0x5", "percent \"0x5\"", 0},
	{"how:time+of:step+percent:5%", "percent \"5%\"", 0},
	{"how:time+of:step+percent:5.5.5", "percent \"5.5.5\"", 0},
	{"how:work+of:step+percent:5", "how:work, expected how:time", 0},
	{"how:time+of:op+percent:5", "of:op, expected of:step", 0},
	{"how:time+how:time+of:step+percent:5", "how is given twice", 0},
	{"how:time+of:step+percent:5+", "\"\" is no pair", 0},
	{"+how:time+of:step+percent:5", "\"\" is no pair", 0},
	{"how:time+of:step+percent:5+seed:1", "unknown \"seed\"", 0},
	{"5", "\"5\" is no pair", 0},
	{"how:a-value-that-is-much-longer-than-any-pair-can-be-here", "is longer than any pair", 0},
};

static void test_texts(void)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct inject inject = {.percent = -1};
		struct diag d = {0};
		int rc = inject_parse(&inject, texts[i].text, &d);
		is_int(rc, texts[i].why ? ERR_UNSUPPORTED : 0, texts[i].text);
		is_near(inject.percent, texts[i].why ? -1 : texts[i].percent, 0, "its percent");
		if (texts[i].why)
			has_text(d.text, texts[i].why, "and why not");
	}
}

/* ---- steps ---- */

/* Whose steps take a known time at least, and fail at the third. */
struct example {
	int resets, steps;
	int64_t took_ns; /* by the last step, as it saw itself */
};

static int example_reset(struct workload_run *r, struct diag *d)
{
	(void)d;
	((struct example *)r)->resets++;
	return 0;
}

static int example_step(struct workload_run *r, struct diag *d)
{
	struct example *e = (struct example *)r;
	int64_t begun = clock_ns();
	while (clock_ns() < begun + 200000)
		;
	e->took_ns = clock_ns() - begun;
	return ++e->steps == 3 ? diag_set(d, ERR_DEVICE, "the third") : 0;
}

static int64_t example_device_ns(const struct workload_run *r)
{
	return ((const struct example *)r)->took_ns;
}

static void test_steps(void)
{
	static const struct workload_ops ops = {.name = "example",
						.reset = example_reset,
						.step = example_step,
						.device_ns = example_device_ns};
	struct example e = {0};
	struct inject half;
	struct slowed slowed;
	struct diag d = {0};
	if (inject_parse(&half, "how:time+of:step+percent:50", &d))
		bail(d.text);
	inject_wrap(&slowed, &half, &ops, (struct workload_run *)&e);
	struct workload_run *run = (struct workload_run *)&slowed;
	is_text(slowed.ops.name, "example", "what is wrapped keeps its name");
	is_int(slowed.ops.reset(run, &d), 0, "a reset");
	is_int(e.resets, 1, "goes through");
	for (int i = 0; i < 2; i++) {
		int64_t begun = clock_ns();
		is_int(slowed.ops.step(run, &d), 0, "a step");
		int64_t took = clock_ns() - begun;
		ok(took >= e.took_ns + e.took_ns / 2, "takes half as long again at least");
	}
	ok(slowed.ops.device_ns(run) == e.took_ns, "the device's clock knows nothing of it");
	is_int(slowed.ops.step(run, &d), ERR_DEVICE, "an error of a step");
	is_text(d.text, "the third", "goes through");
	is_int(e.steps, 3, "each step is made once");
}

/* ---- how long ---- */

/* Steps of that length by a clock whose readings take 40 ns: what each was longer, summed. */
static double prolonged(struct inject_account *a, int64_t took_ns, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++) {
		double due = inject_due(a, took_ns);
		int64_t spun = 0;
		while ((double)spun < due)
			spun += 40;
		inject_spun(a, due, spun);
		sum += (double)(spun + 80);
	}
	return sum;
}

static void test_account(void)
{
	static const struct {
		int64_t took_ns;
		double percent;
	} rows[] = {{100000, 0.7}, {100000, 1.37}, {100000, 5}, {8000, 1.37},
		    {5000, 2},	   {5000, 1.61},   {300, 50}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct inject_account a = {.part = rows[i].percent / 100, .read_ns = 40};
		double want = 1000 * (double)rows[i].took_ns * a.part;
		is_near(prolonged(&a, rows[i].took_ns, 1000), want, 41,
			"a thousand steps: right but for a reading");
	}
	struct inject_account a = {.part = .01, .read_ns = 40};
	is_near(prolonged(&a, 5000, 1000), 80000, 0, "50 ns are less than two readings: nothing is spun");
	ok(inject_due(&a, 5000) >= 50 - 80 - 160, "nor is that owed for ever");
	a = (struct inject_account){.part = .05, .read_ns = 40};
	inject_spun(&a, 5000, 4000000);
	is_near(inject_due(&a, 100000), 5000 - 80 - 160, 0, "a spin that was preempted is not made good");
}

int main(void)
{
	test_texts();
	test_account();
	test_steps();
	return tap_done();
}
