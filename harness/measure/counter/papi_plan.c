/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/papi_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/loops.h"
#include "harness/measure/counter/pack.h"
#include "harness/measure/counter/papi_lib.h"
#include "harness/measure/counter/papi_set.h"
#include "harness/measure/counter/pmu.h"

/* Reads and starts whose mean is the cost. */
enum { READS = 200, STARTS = 20, WHY = sizeof((struct papi_event *)0)->why };

/* Runs the loop between two reads of a set of n events. */
static bool count_loop(const struct papi_lib *lib, const char *const *event, int n, const struct loop *l,
		       long long *counts, char *why)
{
	long long before[PAPI_SET_MAX] = {0}, after[PAPI_SET_MAX] = {0};
	struct papi_set set;
	if (!papi_set_open(&set, lib, event, n, why, WHY))
		return false;
	/* Once before: pages are touched, branches known. */
	loop_run(l);
	bool good = papi_set_read(&set, before, why, WHY);
	loop_run(l);
	good = good && papi_set_read(&set, after, why, WHY);
	papi_set_close(&set);
	for (int i = 0; i < n; i++)
		counts[i] = after[i] - before[i];
	return good;
}

static bool event_counts(const struct papi_lib *lib, const char *event, const struct loop *l, char *why)
{
	long long count = 0;
	char text[WHY];
	if (!count_loop(lib, &event, 1, l, &count, text)) {
		snprintf(why, WHY, "%.*s", WHY - 1, text);
		return false;
	}
	if (loop_accepts(l, count, text, WHY))
		return true;
	snprintf(why, WHY, "%.60s: %.*s", event, WHY - 70, text);
	return false;
}

/* A loop that this processor cannot run proves nothing: nor does the event count there. */
static void event_choose(struct papi_plan *p, int i)
{
	const struct group_event *e = &p->group->event[i];
	const struct loop *l = loop_find(e->loop);
	struct papi_event *out = &p->event[i];
	char why[WHY] = "";
	if (!l) {
		snprintf(out->why, WHY, "there is no loop \"%s\" to prove it by", e->loop);
		return;
	}
	if (!loop_can_run(l, out->why, WHY))
		return;
	for (int k = 0; k < e->n_alternatives && !out->event; k++) {
		bool counts = event_counts(p->lib, e->alternative[k], l, why);
		if (counts)
			out->event = e->alternative[k];
		else if (k == 0 || !strstr(why, "PAPI_add_named_event"))
			/* One that starts and fails tells more than a name that is not known here. */
			memcpy(out->why, why, WHY);
	}
	if (out->event)
		out->why[0] = '\0';
}

/* PAPI's part for the processor's counters may have switched itself off, and says why. */
static bool component_is_off(const struct papi_lib *lib, char *why)
{
	for (int i = 0; i < lib->num_components(); i++) {
		const PAPI_component_info_t *c = lib->get_component_info(i);
		if (!c || strcmp(c->name, "perf_event") != 0 || !c->disabled)
			continue;
		snprintf(why, WHY, "libpapi has switched perf_event off: %.120s", c->disabled_reason);
		return true;
	}
	return false;
}

/* Without a PMU every event is refused in PAPI's words; the kernel's say what is the matter. */
static void events_explain(struct papi_plan *p)
{
	char why[WHY];
	if (pmu_present(why, WHY) && !component_is_off(p->lib, why))
		return;
	for (int i = 0; i < p->group->n_events; i++)
		if (!p->event[i].event)
			memcpy(p->event[i].why, why, WHY);
}

/* Each of them alone was seen to count: together they must, too. */
static bool together_count(void *arg, const int *member, int n)
{
	const struct papi_plan *p = arg;
	const char *event[GROUP_EVENTS_MAX];
	long long count[PAPI_SET_MAX];
	char why[WHY];
	bool good = true;
	for (int i = 0; i < n; i++)
		event[i] = p->event[member[i]].event;
	for (int i = 0; i < n && good; i++) {
		const struct loop *l = loop_find(p->group->event[member[i]].loop);
		/* One run serves the events of one loop. */
		for (int k = 0; k < i && l; k++)
			if (strcmp(p->group->event[member[k]].loop, p->group->event[member[i]].loop) == 0)
				l = NULL;
		if (!l)
			continue;
		good = count_loop(p->lib, event, n, l, count, why);
		for (int k = i; k < n && good; k++)
			if (loop_find(p->group->event[member[k]].loop) == l)
				good = loop_accepts(l, count[k], why, WHY);
	}
	return good;
}

static void plan_pack(struct papi_plan *p)
{
	bool usable[GROUP_EVENTS_MAX];
	int pass[GROUP_EVENTS_MAX], n = p->group->n_events, beside = 0;
	for (int i = 0; i < n; i++)
		usable[i] = p->event[i].event != NULL;
	p->n_passes = pack_events(usable, n, p->group->n_anchors, together_count, p, pass);
	for (int i = 0; i < n; i++) {
		p->event[i].pass = pass[i];
		beside += i >= p->group->n_anchors && pass[i] >= 0;
		if (usable[i] && pass[i] < 0)
			snprintf(p->event[i].why, WHY, "%.80s: counts alone, but not beside the anchors",
				 p->event[i].event);
	}
	if (!beside && n > p->group->n_anchors)
		p->n_passes = 0;
}

/* Anchors that contradict each other are none. */
static void anchors_check(struct papi_plan *p)
{
	const char *event[2] = {p->event[0].event, p->event[1].event};
	long long count[PAPI_SET_MAX];
	char why[WHY] = "";
	if (p->group->n_anchors != 2 || !event[0] || !event[1])
		return;
	bool good = count_loop(p->lib, event, 2, loop_find("instructions"), count, why) &&
		    loop_anchors_accept(count[0], count[1], why, WHY);
	for (int i = 0; i < 2 && !good; i++) {
		p->event[i].event = NULL;
		memcpy(p->event[i].why, why, WHY);
	}
}

/* The pass with the most events. */
static int largest_pass(const struct papi_plan *p)
{
	const char *event[GROUP_EVENTS_MAX];
	int number[GROUP_EVENTS_MAX], largest = 0, most = 0;
	for (int pass = 0; pass < p->n_passes; pass++) {
		int n = papi_plan_pass(p, pass, number, event);
		if (n > most)
			most = n, largest = pass;
	}
	return largest;
}

/* What it takes to look: a region must be a hundred times as long. */
static void costs_measure(struct papi_plan *p)
{
	const char *event[GROUP_EVENTS_MAX];
	int number[GROUP_EVENTS_MAX], n = papi_plan_pass(p, largest_pass(p), number, event);
	long long values[PAPI_SET_MAX];
	struct papi_set set;
	char why[WHY];
	if (n == 0 || !papi_set_open(&set, p->lib, event, n, why, WHY))
		return;
	int64_t begun = clock_ns();
	for (int i = 0; i < READS; i++)
		if (!papi_set_read(&set, values, why, WHY))
			break;
	p->read_ns = (clock_ns() - begun) / READS;
	begun = clock_ns();
	for (int i = 0; i < STARTS; i++) {
		p->lib->stop(set.id, values);
		p->lib->start(set.id);
	}
	p->start_ns = (clock_ns() - begun) / STARTS;
	papi_set_close(&set);
}

int papi_plan_make(struct papi_plan **out, const char *group, struct diag *d)
{
	char why[WHY];
	const struct papi_lib *lib = papi_lib(why, WHY);
	struct group *g = NULL;
	if (!lib)
		return diag_set(d, ERR_UNAVAILABLE, "%s", why);
	int rc = group_load(&g, "papi", group, d);
	if (rc)
		return rc;
	struct papi_plan *p = mem_alloc(sizeof *p);
	p->lib = lib;
	p->group = g;
	for (int i = 0; i < g->n_events; i++)
		event_choose(p, i);
	anchors_check(p);
	events_explain(p);
	plan_pack(p);
	costs_measure(p);
	loops_free();
	*out = p;
	return 0;
}

void papi_plan_free(struct papi_plan *p)
{
	if (!p)
		return;
	free(p->group);
	free(p);
}

int papi_plan_pass(const struct papi_plan *p, int pass, int *number, const char **event)
{
	int n = 0;
	for (int i = 0; i < p->group->n_events; i++) {
		bool anchor = i < p->group->n_anchors;
		if (p->event[i].pass < 0 || (!anchor && p->event[i].pass != pass))
			continue;
		number[n] = i;
		event[n++] = p->event[i].event;
	}
	return n;
}
