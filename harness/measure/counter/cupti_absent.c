/* SPDX-License-Identifier: Apache-2.0 */
/* Sources "cupti" and "cupti-trace" of a worker that was built without CUPTI's headers: they say so. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/measure/counter/counter.h"
#include "harness/wire/group.h"

#define WHY "this worker was built without CUPTI (the headers of CUDA 13 or later)"

extern const struct counter_ops counter_cupti, counter_cupti_trace;

static bool absent_probe(char *why, int size)
{
	snprintf(why, (size_t)size, "%s", WHY);
	return false;
}

static int absent_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	(void)out;
	(void)config;
	return diag_set(d, ERR_UNAVAILABLE, WHY);
}

static int absent_start(struct counter *c, struct diag *d)
{
	(void)c;
	return diag_set(d, ERR_INTERNAL, "cupti was never opened");
}

static int absent_stop(struct counter *c, struct readings *out, struct diag *d)
{
	(void)out;
	return absent_start(c, d);
}

static void absent_close(struct counter *c)
{
	(void)c;
}

static void absent_list(struct wire_hello *h)
{
	char(*names)[GROUP_NAME];
	char name[WIRE_NAME];
	int n = group_names("cupti", &names);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof name, "cupti:%s", names[i]);
		list_counter(h, name, WHY, 1);
	}
	free(names);
}

const struct counter_ops counter_cupti = {
	.name = "cupti",
	.has_groups = true,
	.of_gpu = true,
	.probe = absent_probe,
	.open = absent_open,
	.start = absent_start,
	.stop = absent_stop,
	.close = absent_close,
	.list = absent_list,
};

const struct counter_ops counter_cupti_trace = {
	.name = "cupti-trace",
	.alone = true,
	.of_gpu = true,
	.probe = absent_probe,
	.open = absent_open,
	.start = absent_start,
	.stop = absent_stop,
	.close = absent_close,
};
