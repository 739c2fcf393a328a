/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/cupti_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/measure/counter/cupti_host.h"
#include "harness/measure/counter/pack.h"

enum { WHY = sizeof((struct cupti_event *)0)->why };

struct packing {
	const struct cupti_plan *plan;
	const struct cupti_lib *lib;
};

/* The first that the chip counts in one pass. */
static void event_choose(struct cupti_plan *p, const struct cupti_lib *lib, int i)
{
	const struct group_event *e = &p->group->event[i];
	struct cupti_event *out = &p->event[i];
	char why[WHY];
	snprintf(out->why, WHY, "%s has no %.120s", p->chip, e->alternative[0]);
	for (int k = 0; k < e->n_alternatives && !out->metric; k++) {
		const char *metric = e->alternative[k];
		size_t passes = cupti_host_passes(lib, p->chip, &metric, 1, why, WHY);
		if (passes == 1)
			out->metric = metric;
		else if (passes > 1)
			snprintf(out->why, WHY, "%.120s takes %zu passes by itself", metric, passes);
	}
	if (out->metric)
		out->why[0] = '\0';
}

static bool together_fit(void *arg, const int *member, int n)
{
	const struct packing *a = arg;
	const char *metric[GROUP_EVENTS_MAX];
	char why[WHY];
	for (int i = 0; i < n; i++)
		metric[i] = a->plan->event[member[i]].metric;
	return cupti_host_passes(a->lib, a->plan->chip, metric, n, why, WHY) == 1;
}

static void plan_pack(struct cupti_plan *p, const struct cupti_lib *lib)
{
	struct packing arg = {p, lib};
	bool usable[GROUP_EVENTS_MAX];
	int pass[GROUP_EVENTS_MAX], n = p->group->n_events, beside = 0;
	for (int i = 0; i < n; i++)
		usable[i] = p->event[i].metric != NULL;
	p->n_passes = pack_events(usable, n, p->group->n_anchors, together_fit, &arg, pass);
	for (int i = 0; i < n; i++) {
		p->event[i].pass = pass[i];
		beside += i >= p->group->n_anchors && pass[i] >= 0;
		if (usable[i] && pass[i] < 0)
			snprintf(p->event[i].why, WHY, "%.120s: counts alone, but not beside the anchors",
				 p->event[i].metric);
	}
	if (!beside)
		p->n_passes = 0;
}

static int chip_check(const struct cupti_lib *lib, const char *chip, struct diag *d)
{
	struct cupti_host h;
	char why[WHY];
	if (!cupti_host_open(&h, lib, chip, NULL, why, sizeof why))
		return diag_set(d, ERR_UNAVAILABLE, "%s: %s", chip, why);
	cupti_host_close(&h);
	return 0;
}

int cupti_plan_make(struct cupti_plan **out, const struct cupti_lib *lib, const char *chip, const char *group,
		    struct diag *d)
{
	struct group *g = NULL;
	int rc = chip_check(lib, chip, d);
	if (rc == 0)
		rc = group_load(&g, "cupti", group, d);
	if (rc)
		return rc;
	struct cupti_plan *p = mem_alloc(sizeof *p);
	p->group = g;
	snprintf(p->chip, sizeof p->chip, "%s", chip);
	for (int i = 0; i < g->n_events; i++)
		event_choose(p, lib, i);
	plan_pack(p, lib);
	*out = p;
	return 0;
}

void cupti_plan_free(struct cupti_plan *p)
{
	if (!p)
		return;
	free(p->group);
	free(p);
}

int cupti_plan_pass(const struct cupti_plan *p, int pass, int *number, const char **metric)
{
	int n = 0;
	for (int i = 0; i < p->group->n_events; i++) {
		bool anchor = i < p->group->n_anchors;
		if (p->event[i].pass < 0 || (!anchor && p->event[i].pass != pass))
			continue;
		number[n] = i;
		metric[n++] = p->event[i].metric;
	}
	return n;
}
