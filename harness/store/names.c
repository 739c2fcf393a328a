/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/names.h"

#include "harness/store/store.h"

const char *const point_state_names[] = {
	[POINT_PLANNED] = "planned",	     [POINT_DONE] = "done",
	[POINT_FAILED] = "failed",	     [POINT_SKIPPED] = "skipped",
	[POINT_UNAVAILABLE] = "unavailable", [POINT_UNAVAILABLE + 1] = NULL,
};
const char *const point_role_names[] = {
	[ROLE_MEASURE] = "measure",
	[ROLE_CEILING] = "ceiling",
	[ROLE_CEILING + 1] = NULL,
};
const char *const visit_kind_names[] = {
	[VISIT_PILOT] = "pilot",   [VISIT_TIMING] = "timing",	[VISIT_COUNTER] = "counter",
	[VISIT_ENERGY] = "energy", [VISIT_QUALITY] = "quality", [VISIT_PROFILE] = "profile",
	[VISIT_AA] = "aa",	   [VISIT_AA + 1] = NULL,
};
const char *const visit_state_names[] = {"done", "failed", NULL};

static const char *name_of(const char *const *names, unsigned value)
{
	for (unsigned i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "unknown";
}

const char *point_state_name(enum point_state s)
{
	return name_of(point_state_names, (unsigned)s);
}

const char *point_role_name(enum point_role r)
{
	return name_of(point_role_names, (unsigned)r);
}

const char *visit_kind_name(enum visit_kind k)
{
	return name_of(visit_kind_names, (unsigned)k);
}
