/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source "cupti" against a library that stands for CUPTI: what is called when, which visits a group takes, what becomes of
 * values, and every way of being refused: each has its reason, and nothing stays on.
 */
#include "config.h"

#include "tests/tap.h"

#include <stdlib.h>
#include <string.h>

#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/cupti_lib.h"
#include "harness/measure/counter/cupti_why.h"
#include "tests/gpu/fake_cupti.h"

static const struct counter_ops *source;

static const struct wire_reading *reading_of(const struct readings *r, const char *name)
{
	for (int i = 0; i < r->n; i++)
		if (strcmp(r->item[i].counter, name) == 0)
			return &r->item[i];
	return NULL;
}

/* A visit; free() the item. */
static struct readings visit(const char *group, int pass)
{
	const struct counter_config config = {.group = group, .pass = pass};
	struct readings r = {0};
	struct counter *c = NULL;
	struct diag d = {0};
	if (source->open(&c, &config, &d) || source->start(c, &d) || source->stop(c, &r, &d))
		bail(d.text);
	source->close(c);
	return r;
}

static void is_read(const struct readings *r, const char *name, const char *unit, int64_t value,
		    const char *why)
{
	const struct wire_reading *one = reading_of(r, name);
	if (!ok(one && one->usable, "%s is read", name))
		return;
	is_int(one->value, value, "its value");
	is_text(one->unit, unit, "its unit");
	is_text(one->why, why, "where it comes from");
}

static void test_visits(void)
{
	fake.reset();
	struct readings a = visit("core", 0);
	is_text(fake.log(),
		"supported availability availability host enable size image config sync start push sync pop "
		"stop "
		"decode info evaluate disable ",
		"calls, in this order");
	is_int(fake.left(), 0, "nothing stays on");
	is_int(a.n, 12, "all of the group, in one visit");
	is_read(&a, "blocks", "count", 500, "sm__ctas_launched.sum, GH100");
	is_read(&a, "gpu_time", "ns", 2000000, "gpu__time_duration.sum, GH100");
	is_read(&a, "dram_read", "bytes", 8000000000, "dram__bytes_read.sum, GH100");
	is_read(&a, "dram_busy", "ppm", 625000, "dram__throughput.avg.pct_of_peak_sustained_elapsed, GH100");
	const struct wire_reading *clock = reading_of(&a, "dram_cycles");
	ok(clock && !clock->usable, "what is no number is not usable");
	has_text(clock ? clock->why : "", "CUPTI gives", "says so");
	free(a.item);
	/* The visits of a group that takes several: each has the anchors. */
	a = visit("l2", 0);
	struct readings b = visit("l2", 1);
	ok(a.n > 2 && b.n > 2, "%d and %d counters", a.n, b.n);
	is_int(a.n + b.n, 12, "all of the group in two visits, the anchors in both");
	is_read(&b, "blocks", "count", 500, "sm__ctas_launched.sum, GH100");
	is_read(&b, "gpu_time", "ns", 2000000, "gpu__time_duration.sum, GH100");
	free(a.item);
	free(b.item);
}

static void test_open(void)
{
	struct counter_config config = {.group = "stalls", .pass = 7};
	struct counter *c = NULL;
	struct diag d = {0};
	is_int(source->open(&c, &config, &d), ERR_USAGE, "no such pass");
	has_text(d.text, "cupti:stalls: pass 7 of 7 on GH100", "is said");
	diag_clear(&d);
	config = (struct counter_config){.group = "nosuch"};
	is_int(source->open(&c, &config, &d), ERR_UNSUPPORTED, "no such group");
	/* What a context allows takes more passes than the chip's tables say. */
	config = (struct counter_config){.group = "core"};
	diag_clear(&d);
	struct readings r = {0};
	if (source->open(&c, &config, &d))
		bail(d.text);
	fake.refuse("passes", 1);
	if (source->start(c, &d) || source->stop(c, &r, &d))
		bail(d.text);
	source->close(c);
	has_text(r.n ? r.item[0].why : "", "GH100: these metrics take 2 passes here, expected one",
		 "is said");
	free(r.item);
	fake.reset();
	/* Closed before, or while it counts. */
	config = (struct counter_config){.group = "tensor"};
	diag_clear(&d);
	if (source->open(&c, &config, &d))
		bail(d.text);
	source->close(c);
	if (source->open(&c, &config, &d) || source->start(c, &d))
		bail(d.text);
	source->close(c);
	source->close(NULL);
	is_int(fake.left(), 0, "nothing stays on when it was never stopped");
}

/* A call that refuses, by which code, and what is said. */
static const struct {
	const char *call;
	int code;
	const char *part;
} refusals[] = {
	{"context", 1, "no CUDA context is current: the point runs on cpu"},
	{"vgpu", 1, "the GPU cannot be profiled: it is a virtual GPU whose host does not enable"},
	{"confidential", 1, "cannot be profiled: SLI is on: switch it off, confidential computing is on"},
	{"supported", 999, "cuptiProfilerDeviceSupported: 999 CUPTI_ERROR_UNKNOWN"},
	{"availability", 35, "run as root, or load module nvidia with NVreg_RestrictProfilingToAdminUsers=0"},
	{"availability", 26, "another profiler has the counters"},
	{"host", 46, "does not know the chip"},
	{"enable", 35, "run as root, or load module nvidia with NVreg_RestrictProfilingToAdminUsers=0"},
	{"enable", 40, "not allowed in this virtual GPU"},
	{"enable", 33, "this virtual GPU cannot be profiled"},
	{"enable", 41, "confidential computing is on"},
	{"enable", 42, "a mining processor cannot be profiled"},
	{"enable", 43, "a MIG instance cannot be profiled: use the whole GPU"},
	{"enable", 44, "SLI excludes profiling"},
	{"enable", 45, "under WSL"},
	{"enable", 39, "another tool uses CUPTI"},
	{"size", 1, "cuptiRangeProfilerGetCounterDataSize: 1"},
	{"image", 1, "cuptiRangeProfilerCounterDataImageInitialize: 1"},
	{"config", 27, "cuptiRangeProfilerSetConfig: 27"},
	{"sync", 700, "cuCtxSynchronize failed before the window"},
	{"start", 7, "cuptiRangeProfilerStart: 7"},
	{"push", 7, "cuptiRangeProfilerPushRange: 7"},
	{"pop", 7, "cuptiRangeProfilerPopRange: 7"},
	{"stop", 7, "cuptiRangeProfilerStop: 7"},
	{"unfinished", 1, "CUPTI wants another pass over the window"},
	{"decode", 999, "cuptiRangeProfilerDecodeData: 999"},
	{"lost", 1, "CUPTI dropped 1 ranges and has 0, expected one"},
	{"info", 1, "cuptiRangeProfilerGetCounterDataInfo: 1"},
	{"evaluate", 1, "cuptiProfilerHostEvaluateToGpuValues: 1"},
	{"blocks", 1, "sm__ctas_launched.sum did not move"},
	{"time", 1, "gpu__time_duration.sum says 1000000000.000 ms, but the window took "},
};

static void test_refusals(void)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		int n_usable = 0, n_other = 0;
		/* The wrong time is to be seen but where a call has failed. */
		bool may_be_left =
			strcmp(refusals[i].call, "pop") == 0 || strcmp(refusals[i].call, "stop") == 0;
		fake.reset();
		fake.refuse(refusals[i].call, refusals[i].code);
		struct readings r = visit("core", 0);
		for (int k = 0; k < r.n; k++) {
			n_usable += r.item[k].usable || r.item[k].value;
			n_other += !strstr(r.item[k].why, refusals[i].part);
		}
		ok(r.n == 12 && n_usable == 0 && n_other == 0, "%s %d: %s", refusals[i].call,
		   refusals[i].code, r.n ? r.item[0].why : "nothing");
		if (!may_be_left)
			is_int(fake.left(), 0, "nothing stays on");
		fake.reset();
		free(r.item);
		/* What a library that refuses to end has kept, it gives up now. */
		if (may_be_left) {
			r = visit("core", 0);
			free(r.item);
		}
	}
}

/* What the chip cannot do has its reason in the first visit. */
static void test_lacking(void)
{
	const struct counter_config config = {.group = "tensor"};
	struct readings r = {0};
	struct counter *c = NULL;
	struct diag d = {0};
	fake.reset();
	if (source->open(&c, &config, &d) || source->start(c, &d) || source->stop(c, &r, &d))
		bail(d.text);
	source->close(c);
	const struct wire_reading *gmma = reading_of(&r, "gmma");
	ok(gmma && !gmma->usable, "a metric that the chip has not");
	has_text(gmma ? gmma->why : "", "GH100 has no sm__inst_executed_pipe_tensor_op_gmma.sum", "is named");
	free(r.item);
}

static void test_list(void)
{
	/* As of a real GH100: see t_cupti_host. */
	static const struct {
		const char *group;
		int visits;
	} want[] = {{"cupti:core", 1}, {"cupti:l2", 2},	    {"cupti:tensor", 2},
		    {"cupti:ops", 2},  {"cupti:stalls", 7}, {"cupti:memory", 2}};
	struct wire_hello h = {0};
	char why[WIRE_WHY] = "";
	int n_usable = 0;
	ok(source->probe(why, sizeof why), "it can be used here %s", why);
	source->list(&h);
	is_int(h.counters.n, 6, "groups");
	for (int i = 0; i < h.counters.n && i < 6; i++) {
		is_text(h.counters.item[i].name, want[i].group, "a group");
		is_int(h.counters.item[i].passes, want[i].visits, "with its visits");
	}
	for (int i = 0; i < h.n_events; i++)
		n_usable += h.events[i].usable && !h.events[i].why[0];
	ok(n_usable > 30 && n_usable < h.n_events, "%d of %d metrics", n_usable, h.n_events);
	free(h.counters.item);
	free(h.events);
}

static void test_permission(void)
{
	static const char params[] = "EnableMSI: 1\nRmProfilingAdminOnly: 1\n";
	static const char root[] = "Name: x\nCapEff:\t000001ffffffffff\n",
			  user[] = "CapEff:\t0000000000000000\n";
	char why[WIRE_WHY] = "";
	ok(cupti_permitted(params, root, why, sizeof why), "an administrator");
	ok(!cupti_permitted(params, user, why, sizeof why), "somebody else");
	has_text(why, "NVreg_RestrictProfilingToAdminUsers=0", "with what helps");
	ok(cupti_permitted("RmProfilingAdminOnly: 0\n", user, why, sizeof why), "everybody");
	ok(cupti_permitted("", user, why, sizeof why), "without a word the driver is asked");
	ok(cupti_permitted(params, "", why, sizeof why), "and without capabilities");
}

/* This program again, where the library is otherwise: why it is not used. */
static void probed(const char *environment, const char *part)
{
	char command[400], why[WIRE_WHY] = "";
	snprintf(command, sizeof command, "%s exec /proc/$PPID/exe probe", environment);
	FILE *f = popen(command, "r");
	if (!f || !fgets(why, sizeof why, f))
		bail("no process");
	pclose(f);
	has_text(why, part, environment);
}

static void test_absent(void)
{
	probed("FAKE_OLD=1", "older than the");
	probed("FAKE_NO_DEVICE=1", "the NVIDIA driver has no device");
	probed("INFEROMETER_LIBCUDA=/nosuch.so", "no NVIDIA driver: INFEROMETER_LIBCUDA: ");
	probed("INFEROMETER_LIBCUPTI=/nosuch.so", "INFEROMETER_LIBCUPTI: ");
	probed("INFEROMETER_LIBCUPTI=libc.so.6", "libcupti has no cuptiGetVersion");
}

static int probe_main(void)
{
	char why[WIRE_WHY] = "";
	const char *group;
	printf("%s\n", counter_find("cupti:core", &group, NULL)->probe(why, sizeof why) ? "usable" : why);
	return 0;
}

int main(int argc, char **argv)
{
	const char *group;
	(void)argv;
	if (argc == 2)
		return probe_main();
	fake_open();
	setenv("FAKE_CUPTI_TIME", "2000000", 1);
	source = counter_find("cupti:core", &group, NULL);
	test_visits();
	test_open();
	test_refusals();
	test_lacking();
	test_list();
	test_permission();
	test_absent();
	return tap_done();
}
