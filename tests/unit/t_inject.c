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

static void test_steps(void)
{
	static const struct workload_ops ops = {
		.name = "example", .reset = example_reset, .step = example_step};
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
	is_int(slowed.ops.step(run, &d), ERR_DEVICE, "an error of a step");
	is_text(d.text, "the third", "goes through");
	is_int(e.steps, 3, "each step is made once");
}

int main(void)
{
	test_texts();
	test_steps();
	return tap_done();
}
