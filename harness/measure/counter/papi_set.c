/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/papi_set.h"

#include <stdio.h>

#include "harness/measure/counter/papi_lib.h"

static bool failed(const struct papi_set *s, const char *call, const char *event, int rc, char *why, int size)
{
	snprintf(why, (size_t)size, "%s(%s): %d %s", call, event, rc, s->lib->strerror(rc));
	return false;
}

static bool add_all(struct papi_set *s, const char *const *event, int n, char *why, int size)
{
	int rc = s->lib->create_eventset(&s->id);
	if (rc != PAPI_OK)
		return failed(s, "PAPI_create_eventset", "", rc, why, size);
	for (int i = 0; i < n; i++) {
		rc = s->lib->add_named_event(s->id, event[i]);
		if (rc != PAPI_OK)
			return failed(s, "PAPI_add_named_event", event[i], rc, why, size);
	}
	rc = s->lib->start(s->id);
	if (rc != PAPI_OK)
		return failed(s, "PAPI_start", "", rc, why, size);
	s->runs = true;
	return true;
}

bool papi_set_open(struct papi_set *s, const struct papi_lib *lib, const char *const *event, int n, char *why,
		   int size)
{
	*s = (struct papi_set){.lib = lib, .id = PAPI_NULL};
	if (n <= PAPI_SET_MAX && add_all(s, event, n, why, size))
		return true;
	papi_set_close(s);
	return false;
}

bool papi_set_read(struct papi_set *s, long long *values, char *why, int size)
{
	int rc = s->lib->read(s->id, values);
	return rc == PAPI_OK || failed(s, "PAPI_read", "", rc, why, size);
}

void papi_set_close(struct papi_set *s)
{
	long long values[PAPI_SET_MAX];
	if (!s->lib || s->id == PAPI_NULL)
		return;
	if (s->runs)
		s->lib->stop(s->id, values);
	s->lib->cleanup_eventset(s->id);
	s->lib->destroy_eventset(&s->id);
	*s = (struct papi_set){.id = PAPI_NULL};
}
