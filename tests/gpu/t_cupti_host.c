/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of GPU counters by CUPTI's host half, which needs no GPU: each metric is there on the chip or has its reason,
 * passes are as few as promised, images repeat. Its records as CUPTI itself walks them. Skipped without libcupti.
 */
#include "config.h"

#include "tests/tap.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/cupti_host.h"
#include "harness/measure/counter/cupti_plan.h"
#include "harness/measure/counter/cupti_range.h"
#include "tests/gpu/activity_example.h"

static const struct cupti_lib *lib;

/* Most visits a group may take, and events that the chip may lack. */
struct bound {
	const char *chip, *group;
	int passes, lacks;
};

static void test_group(const struct bound *b)
{
	const char *metric[GROUP_EVENTS_MAX];
	struct cupti_plan *p = NULL;
	struct diag d = {0};
	char why[200] = "";
	int number[GROUP_EVENTS_MAX], lacks = 0, silent = 0, n_bad = 0;
	if (!ok(cupti_plan_make(&p, lib, b->chip, b->group, &d) == 0, "%s %s %s", b->chip, b->group, d.text))
		return;
	ok(p->n_passes >= 1 && p->n_passes <= b->passes, "%d visits, at most %d", p->n_passes, b->passes);
	for (int i = 0; i < p->group->n_events; i++) {
		lacks += p->event[i].pass < 0;
		silent += (p->event[i].pass < 0) != (p->event[i].why[0] != '\0');
		if (p->event[i].pass < 0)
			printf("# %s: %s\n", p->group->event[i].name, p->event[i].why);
	}
	ok(lacks <= b->lacks, "%d metrics are not there, at most %d", lacks, b->lacks);
	is_int(silent, 0, "with reasons");
	for (int k = 0; k < p->n_passes; k++) {
		int n = cupti_plan_pass(p, k, number, metric);
		n_bad += n <= p->group->n_anchors || number[0] != 0 || number[1] != 1;
		n_bad += cupti_host_passes(lib, b->chip, metric, n, why, sizeof why) != 1;
	}
	is_int(n_bad, 0, "each visit takes one pass and begins with the anchors");
	cupti_plan_free(p);
}

static void test_groups(void)
{
	/* On GH100 and GA100 by the tables of CUDA 13.0; others have fewer names and sometimes more passes. */
	static const struct bound bounds[] = {
		{"GH100", "core", 1, 0},   {"GH100", "l2", 2, 0},     {"GH100", "tensor", 2, 0},
		{"GH100", "ops", 2, 0},	   {"GH100", "stalls", 7, 0}, {"GH100", "memory", 2, 0},
		{"GA100", "core", 1, 0},   {"GA100", "l2", 3, 0},     {"GA100", "tensor", 1, 1},
		{"GA100", "ops", 3, 2},	   {"GA100", "stalls", 7, 1}, {"GA100", "memory", 2, 0},
		{"AD102", "core", 1, 0},   {"AD102", "l2", 2, 0},     {"GB100", "core", 1, 0},
		{"GB100", "stalls", 7, 1}, {"GB202", "core", 1, 0},   {"GB202", "l2", 2, 0},
	};
	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
		test_group(&bounds[i]);
}

/* All groups are looked at: one that is added has a bound. */
static void test_names(void)
{
	char(*names)[GROUP_NAME];
	is_int(group_names("cupti", &names), 6, "groups");
	free(names);
}

static bool configure(const char *chip, const char **metric, int n, struct cupti_image *image)
{
	struct cupti_host h;
	char why[200] = "";
	bool good = cupti_host_open(&h, lib, chip, NULL, why, sizeof why) &&
		    cupti_host_configure(&h, metric, n, image, why, sizeof why);
	cupti_host_close(&h);
	return ok(good, "%s is configured %s", chip, why);
}

/* The same metrics give the same bytes: an image may be kept. */
static void test_images(void)
{
	static const char *const chips[] = {"GH100", "GA100"};
	for (int i = 0; i < 2; i++) {
		const char *metric[GROUP_EVENTS_MAX];
		int number[GROUP_EVENTS_MAX];
		struct cupti_plan *p = NULL;
		struct cupti_image a = {0}, b = {0};
		if (cupti_plan_make(&p, lib, chips[i], "core", NULL))
			bail("no plan");
		int n = cupti_plan_pass(p, 0, number, metric);
		if (configure(chips[i], metric, n, &a) && configure(chips[i], metric, n, &b))
			ok(a.size == b.size && a.size > 0 && memcmp(a.bytes, b.bytes, a.size) == 0 &&
				   a.passes == 1,
			   "images of %zu bytes are alike", a.size);
		free(a.bytes);
		free(b.bytes);
		cupti_plan_free(p);
	}
}

static void test_wrong(void)
{
	const char *metric[] = {"gpu__time_duration.sum", "nosuch__metric.sum"};
	struct cupti_plan *p = NULL;
	struct diag d = {0};
	char why[200] = "";
	is_int((int)cupti_host_passes(lib, "GH100", metric, 2, why, sizeof why), 0, "no such metric");
	has_text(why, "cuptiProfilerHostConfigAddMetrics: 1 CUPTI_ERROR_INVALID_PARAMETER", "says so");
	is_int(cupti_plan_make(&p, lib, "GZ999", "core", &d), ERR_UNAVAILABLE, "no such chip");
	has_text(d.text, "GZ999: ", "is named");
	diag_clear(&d);
	is_int(cupti_plan_make(&p, lib, "GH100", "cor", &d), ERR_UNSUPPORTED, "no such group");
	has_text(d.text, "there are core, l2", "and which there are");
}

/* The step from record to record of our tests is CUPTI's. */
static void test_walk(void)
{
	static const CUpti_ActivityKind kinds[] = {
		CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,
		CUPTI_ACTIVITY_KIND_MEMCPY,
		CUPTI_ACTIVITY_KIND_MEMSET,
		CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION,
		CUPTI_ACTIVITY_KIND_DRIVER,
		CUPTI_ACTIVITY_KIND_RUNTIME,
	};
	enum { KINDS = sizeof kinds / sizeof kinds[0] };
	size_t bytes = 0, at = 0;
	uint8_t *buffer = mem_alloc(4096);
	CUpti_Activity *record = NULL;
	int n = 0;
	for (int i = 0; i < KINDS; i++) {
		memcpy(buffer + bytes, &kinds[i], sizeof kinds[i]);
		bytes += activity_size(buffer + bytes, sizeof kinds[i]);
	}
	while (lib->cuptiActivityGetNextRecord(buffer, bytes, &record) == CUPTI_SUCCESS && n < KINDS) {
		is_int((int)((uint8_t *)record - buffer), (int)at, "where a record begins");
		at += activity_size(record, 4096 - at);
		n++;
	}
	is_int(n, KINDS, "records");
	free(buffer);
}

int main(void)
{
	char why[200] = "";
#ifdef __SANITIZE_ADDRESS__
	skip_all("libcupti opens a library in a way that AddressSanitizer ends the process for");
#endif
	lib = cupti_lib(why, sizeof why);
	if (!lib)
		skip_all(why);
	test_groups();
	test_names();
	test_images();
	test_wrong();
	test_walk();
	return tap_done();
}
