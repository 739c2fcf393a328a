/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source "cupti": hardware counters of a GPU over the window, in groups (cupti:core), by one user range. What is counted
 * in which of a group's visits says cupti_plan.h.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"
#include "harness/measure/counter/cupti_metric.h"
#include "harness/measure/counter/cupti_plan.h"
#include "harness/measure/counter/cupti_range.h"
#include "harness/measure/counter/cupti_why.h"

#define NAME "cupti"

extern const struct counter_ops counter_cupti;

struct counter {
	const struct cupti_lib *lib;
	const struct cupti_driver *driver;
	struct cupti_plan *plan; /* of the chip of device 0, then of the one the point runs on */
	char group[GROUP_NAME];
	int pass, n; /* n metrics in this pass */
	int number[GROUP_EVENTS_MAX];
	const char *metric[GROUP_EVENTS_MAX];
	struct cupti_range range;
	char why[160]; /* "": it counts */
	int64_t wall;
};

static bool cupti_probe(char *why, int size)
{
	return cupti_lib(why, size) && cupti_driver(why, size) && cupti_permitted_here(why, size);
}

/* ---- the plan ---- */

static int plan_for(struct counter *c, const char *chip, struct diag *d)
{
	struct cupti_plan *p = NULL;
	int rc = cupti_plan_make(&p, c->lib, chip, c->group, d);
	if (rc)
		return rc;
	cupti_plan_free(c->plan);
	c->plan = p;
	c->n = cupti_plan_pass(p, c->pass, c->number, c->metric);
	if (c->pass > 0 && c->pass >= p->n_passes)
		return diag_set(d, ERR_USAGE, "cupti:%s: pass %d of %d on %s", c->group, c->pass, p->n_passes,
				p->chip);
	return 0;
}

static void cupti_close(struct counter *c)
{
	if (!c)
		return;
	cupti_range_close(&c->range);
	cupti_plan_free(c->plan);
	free(c);
}

/* Before the window: trying what counts together takes its time. */
static int cupti_open(struct counter **out, const struct counter_config *config, struct diag *d)
{
	struct counter *c = mem_alloc(sizeof *c);
	char chip[32], why[sizeof c->why];
	int rc = 0;
	c->pass = config->pass;
	snprintf(c->group, sizeof c->group, "%s", config->group);
	c->lib = cupti_lib(why, sizeof why);
	c->driver = cupti_driver(why, sizeof why);
	if (!c->lib || !c->driver || !cupti_chip(c->lib, 0, chip, sizeof chip, why, sizeof why))
		rc = diag_set(d, ERR_UNAVAILABLE, "%s", why);
	if (rc == 0)
		rc = plan_for(c, chip, d);
	if (rc) {
		cupti_close(c);
		return rc;
	}
	*out = c;
	return 0;
}

/* Another chip than that of device 0 has a plan of its own. */
static bool plan_fits(struct counter *c, char *why, int size)
{
	char chip[sizeof c->plan->chip];
	struct diag d = {0};
	CUcontext context;
	int device;
	if (!cupti_context(c->driver, &context, &device, why, size) ||
	    !cupti_chip(c->lib, device, chip, sizeof chip, why, size))
		return false;
	if (strcmp(chip, c->plan->chip) != 0 && plan_for(c, chip, &d)) {
		diag_format(&d, why, (size_t)size);
		return false;
	}
	if (c->plan->n_passes > 0)
		return true;
	snprintf(why, (size_t)size, "%s has no metric of the group", chip);
	return false;
}

/* ---- the window ---- */

static int cupti_start(struct counter *c, struct diag *d)
{
	(void)d;
	c->why[0] = '\0';
	if (cupti_claim(NAME, c->why, sizeof c->why) && plan_fits(c, c->why, sizeof c->why))
		cupti_range_begin(&c->range, c->lib, c->driver, c->metric, c->n, c->why, sizeof c->why);
	c->wall = clock_ns();
	return 0;
}

/* Anchors that did not move: nothing ran, or what ran was not seen. */
static void anchors_judge(struct counter *c, const double *value)
{
	for (int i = 0; i < c->n && !c->why[0]; i++)
		if (c->number[i] < c->plan->group->n_anchors && !(value[i] > 0))
			snprintf(c->why, sizeof c->why, "%s did not move", c->metric[i]);
}

/* The range is pushed before the clock is read and popped after it: so much more than the window it may have lasted. */
#define AROUND_NS 10000000

/* What lasted longer than the window was not counted over it, or has another unit. */
static void time_judge(struct counter *c, const double *value, int64_t wall)
{
	for (int i = 0; i < c->n && !c->why[0]; i++)
		if (strcmp(c->plan->group->event[c->number[i]].name, "gpu_time") == 0 &&
		    value[i] > 1.1 * (double)wall + AROUND_NS)
			snprintf(c->why, sizeof c->why, "%s says %.3f ms, but the window took %.3f ms",
				 c->metric[i], value[i] / 1e6, (double)wall / 1e6);
}

static void put(const struct counter *c, struct readings *out, int i, double value, int64_t wall)
{
	const char *metric = c->metric[i];
	reading_put(out, c->plan->group->event[c->number[i]].name, cupti_metric_unit(metric), 0, wall);
	struct wire_reading *r = &out->item[out->n - 1];
	if (c->why[0])
		snprintf(r->why, sizeof r->why, "%s", c->why);
	else if (cupti_metric_value(metric, value, &r->value))
		snprintf(r->why, sizeof r->why, "%s, %s", metric, c->plan->chip);
	else
		snprintf(r->why, sizeof r->why, "%s, %s: CUPTI gives %g", metric, c->plan->chip, value);
	r->usable = !c->why[0] && !strstr(r->why, "CUPTI gives");
}

/* What the chip has not is said once: in the first pass. */
static void put_refused(const struct counter *c, struct readings *out)
{
	for (int i = 0; i < c->plan->group->n_events; i++) {
		if (c->plan->event[i].pass >= 0)
			continue;
		struct wire_reading *r = reading_add(out);
		const struct group_event *e = &c->plan->group->event[i];
		snprintf(r->counter, sizeof r->counter, "%s", e->name);
		snprintf(r->unit, sizeof r->unit, "%s", cupti_metric_unit(e->alternative[0]));
		snprintf(r->why, sizeof r->why, "%.*s", (int)sizeof r->why - 1, c->plan->event[i].why);
	}
}

static int cupti_stop(struct counter *c, struct readings *out, struct diag *d)
{
	double value[GROUP_EVENTS_MAX] = {0};
	int64_t wall = clock_ns() - c->wall;
	(void)d;
	if (!c->why[0])
		cupti_range_end(&c->range, value, c->why, sizeof c->why);
	anchors_judge(c, value);
	time_judge(c, value, wall);
	for (int i = 0; i < c->n; i++)
		put(c, out, i, value[i], wall);
	if (c->pass == 0)
		put_refused(c, out);
	return 0;
}

/* ---- what there is ---- */

static void list_plan(struct wire_hello *h, const char *name, const struct cupti_plan *p)
{
	int n = p->group->n_events;
	const char *why = n > 0 ? p->event[n - 1].why : "the group has no events";
	list_counter(h, name, p->n_passes ? "" : why, p->n_passes);
	for (int i = 0; i < p->group->n_events; i++)
		list_event(h, name, p->group->event[i].name,
			   p->event[i].metric ? p->event[i].metric : p->group->event[i].alternative[0],
			   p->event[i].pass >= 0 ? "" : p->event[i].why);
}

/* chip "": why there is none. */
static void list_group(struct wire_hello *h, const struct cupti_lib *lib, const char *chip, const char *group,
		       const char *why)
{
	struct cupti_plan *p = NULL;
	struct diag d = {0};
	char name[WIRE_NAME], text[WIRE_WHY];
	snprintf(name, sizeof name, NAME ":%s", group);
	if (*why) {
		list_counter(h, name, why, 1);
	} else if (cupti_plan_make(&p, lib, chip, group, &d)) {
		diag_format(&d, text, sizeof text);
		list_counter(h, name, text, 1);
	} else {
		list_plan(h, name, p);
	}
	cupti_plan_free(p);
}

static void cupti_list(struct wire_hello *h)
{
	char(*names)[GROUP_NAME];
	char chip[32] = "", why[WIRE_WHY] = "";
	int n = group_names(NAME, &names);
	const struct cupti_lib *lib = cupti_lib(why, sizeof why);
	if (cupti_probe(why, sizeof why))
		cupti_chip(lib, 0, chip, sizeof chip, why, sizeof why);
	for (int i = 0; i < n; i++)
		list_group(h, lib, chip, names[i], why);
	free(names);
}

const struct counter_ops counter_cupti = {
	.name = NAME,
	.has_groups = true,
	.of_gpu = true,
	.probe = cupti_probe,
	.open = cupti_open,
	.start = cupti_start,
	.stop = cupti_stop,
	.close = cupti_close,
	.list = cupti_list,
};
