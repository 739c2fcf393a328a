/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/throttle.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/nvml_card.h"

static const enum nvml_number asked[] = {NVML_REASONS, NVML_SM_CLOCK, NVML_MEMORY_CLOCK, NVML_TEMPERATURE};
enum { N_ASKED = sizeof asked / sizeof asked[0] };

struct throttle {
	char why[WIRE_WHY]; /* "": it can be asked */
	struct nvml_card card;
	struct nvml_value side[2][N_ASKED]; /* before, after */
};

struct throttle *throttle_open(const char *device)
{
	if (nvml_cuda_number(device) < 0)
		return NULL;
	struct throttle *t = mem_alloc(sizeof *t);
	(void)!nvml_card_open(&t->card, device, t->why, sizeof t->why);
	return t;
}

static void look(struct throttle *t, int side)
{
	for (int i = 0; i < N_ASKED && !t->why[0]; i++)
		t->side[side][i] = nvml_read(&t->card, asked[i]);
}

void throttle_before(struct throttle *t)
{
	look(t, 0);
}

void throttle_after(struct throttle *t)
{
	look(t, 1);
}

static void put(const struct throttle *t, int side, int i, struct readings *out)
{
	const struct nvml_value *v = &t->side[side][i];
	struct wire_reading *r = reading_add(out);
	snprintf(r->counter, sizeof r->counter, "gpu_%s_%s", nvml_number_name(asked[i]),
		 side ? "after" : "before");
	snprintf(r->unit, sizeof r->unit, "%s", nvml_number_unit(asked[i]));
	r->usable = !t->why[0] && v->result == NVML_DONE;
	r->value = r->usable ? v->value : 0;
	if (t->why[0])
		snprintf(r->why, sizeof r->why, "%s", t->why);
	else if (!r->usable)
		nvml_explain(&t->card, asked[i], v->result, r->why, sizeof r->why);
	else if (asked[i] == NVML_REASONS)
		nvml_reasons_describe(v->value, r->why, sizeof r->why);
}

static int64_t marks_of(int64_t reasons)
{
	return (nvml_is_throttled(reasons) ? MARK_THROTTLED : 0) |
	       (nvml_is_power_limited(reasons) ? MARK_POWER_LIMITED : 0);
}

void throttle_put(const struct throttle *t, struct wire_series *s, int n, struct readings *out)
{
	int64_t marks = 0;
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < N_ASKED; i++) {
			put(t, side, i, out);
			const struct wire_reading *r = &out->item[out->n - 1];
			if (asked[i] == NVML_REASONS && r->usable)
				marks |= marks_of(r->value);
		}
	for (int k = 0; marks && k < n; k++)
		for (int i = 0; i < s[k].n; i++)
			s[k].marks[i] |= marks;
}

void throttle_close(struct throttle *t)
{
	if (t && !t->why[0])
		nvml_card_close(&t->card);
	free(t);
}
